"""Take a second factor away that its owner has lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import second_factors
from agreements.management.people import administrator_named, person_named


class Command(BaseCommand):
    """Remove a person's authenticator app and recovery codes."""

    help = "Take away the second factor of somebody who lost it; they sign in by password again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whose it is."""
        parser.add_argument("email", help="who lost it")
        parser.add_argument("--by", metavar="EMAIL", help="who takes it away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it away."""
        user = person_named(options["email"])
        if user is None:
            raise CommandError("Name the person who lost it.")
        by = administrator_named(options["by"])
        try:
            second_factors.remove(user=user, by=by, now=timezone.now())
        except second_factors.UnableToRemove as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} signs in by password alone, until they set it up anew.")
