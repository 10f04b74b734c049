"""List the tokens with which other systems call the API."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.models import AccessToken


class Command(BaseCommand):
    """Print one line a token; the tokens themselves are not kept."""

    help = "List the tokens with which other systems call the API."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how each token begins, whose it is, what it is for, and until when it lasts."""
        now = timezone.now()
        for token in AccessToken.objects.select_related("user").order_by("user__email", "created"):
            state = "ended" if token.expiry <= now else "lasts until"
            self.stdout.write(
                f"{token.token_key}  {token.user.email}  {token.name}  "
                f"{state} {token.expiry:%Y-%m-%d}"
            )
