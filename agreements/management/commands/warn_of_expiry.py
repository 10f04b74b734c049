"""Warn the leads of agreements that are about to end."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agreements.expiry import warn_of_expiry


class Command(BaseCommand):
    """Do once what beat asks for every day."""

    help = "Warn the leads of agreements that are about to end; beat does it every day."

    def handle(self, *args: Any, **options: Any) -> None:
        """Warn and say how many agreements are about to end."""
        ending = warn_of_expiry(now=timezone.now())
        self.stdout.write(f"{ending} agreements end within 60 days.")
