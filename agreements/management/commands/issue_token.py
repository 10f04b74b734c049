"""Make a token with which another system calls the API."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import tokens
from agreements.management.people import administrator_named, person_named


class Command(BaseCommand):
    """Make a token and print it, once."""

    help = "Make a token with which another system calls the API, and print it: only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whose token it is, what it is for, and how long it lasts."""
        parser.add_argument("email", help="as whom the other system calls")
        parser.add_argument("--name", required=True, help="what it is for, such as “HubSpot”")
        parser.add_argument("--days", type=int, default=365, help="how long it lasts (365)")
        parser.add_argument("--by", metavar="EMAIL", help="who makes it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it; the token alone goes to standard output."""
        user = person_named(options["email"])
        if user is None:
            raise CommandError("Name the person as whom the other system calls.")
        try:
            token, text = tokens.issue(
                user=user,
                name=options["name"],
                lasts=timedelta(days=options["days"]),
                by=administrator_named(options["by"]),
                now=timezone.now(),
            )
        except tokens.UnableToIssue as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text)
        self.stderr.write(
            f"{token}, for {user.email}, until {token.expiry:%Y-%m-%d}. It is not shown again."
        )
