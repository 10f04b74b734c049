"""Close a month of an agreement."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.management.people import person_named
from agreements.permissions import check_user_can_close_month
from metrics.closing import close_month
from metrics.management.agreements import agreement_named
from metrics.rollup import roll_up


class Command(BaseCommand):
    """Count what changed, then freeze what is final; the rest follows when it is final too."""

    help = "Close a month: freeze what is final, carry what is provisional."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the agreement, the month and who closes it."""
        parser.add_argument("slug")
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--by", metavar="E-MAIL", help="the person who closes the month")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close, and say what was frozen."""
        now, agreement = timezone.now(), agreement_named(options["slug"])
        by = person_named(options["by"])
        roll_up(now=now, agreement=agreement, wait=True)
        try:
            if by is not None:
                check_user_can_close_month(by)
            frozen = close_month(agreement=agreement, month=options["month"], by=by, now=now)
        except (ValueError, PermissionDenied) as error:
            raise CommandError(str(error)) from error
        finals = [entry["key"] for entry in frozen.report["commitments"] if entry["final"]]
        carried = [entry["key"] for entry in frozen.report["commitments"] if not entry["final"]]
        self.stdout.write(
            f"{options['month']} is closed: final {', '.join(finals) or 'nothing'}; "
            f"carried {', '.join(carried) or 'nothing'}."
        )
