"""End a token with which another system calls the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import tokens
from agreements.management.people import administrator_named
from agreements.models import AccessToken


class Command(BaseCommand):
    """Revoke the token that begins as given."""

    help = "End a token with which another system calls the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask how the token begins."""
        parser.add_argument("beginning", help="its first 15 characters, as `list_tokens` shows")
        parser.add_argument("--by", metavar="EMAIL", help="who revokes it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke it."""
        found = AccessToken.objects.filter(token_key=options["beginning"]).select_related("user")
        token = found.first()
        if token is None:
            raise CommandError(
                f"No token begins with {options['beginning']!r}; `list_tokens` shows those there "
                "are."
            )
        said = str(token)
        tokens.revoke(token=token, by=administrator_named(options["by"]), now=timezone.now())
        self.stdout.write(f"{said} is revoked.")
