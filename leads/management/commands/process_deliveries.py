"""Take in the calls of other systems that were left."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.calls.deliveries import process_waiting, take_again
from leads.models import Delivery


class Command(BaseCommand):
    """Do once what beat asks for every 30 seconds, or take in again a call that was refused."""

    help = "Take in the calls of other systems that were left; beat does it every 30 seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask which one to take in again, if any."""
        parser.add_argument(
            "--again", type=int, metavar="ID", help="a delivery that was refused, to try once more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them in and say how many there were."""
        now = timezone.now()
        if options["again"] is None:
            self.stdout.write(f"{process_waiting(now=now)} deliveries taken in.")
            return
        refused = Delivery.objects.filter(kind=Delivery.Kind.CALL).exclude(error="")
        delivery = refused.filter(pk=options["again"]).first()
        if delivery is None:
            raise CommandError(f"There is no call with the id {options['again']} that was refused.")
        take_again(delivery, now=now)
        delivery.refresh_from_db()
        self.stdout.write(f"Refused again: {delivery.error}" if delivery.error else "Taken in.")
