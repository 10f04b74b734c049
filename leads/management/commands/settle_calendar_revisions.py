"""Settle what closures that were added or lifted touch."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.revisions import settle_calendar_revisions


class Command(BaseCommand):
    """Do once what beat asks for every 30 seconds."""

    help = "Settle the clocks that closures added or lifted touch; beat does it every 30 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle and say how many leads were looked at."""
        touched = settle_calendar_revisions(now=timezone.now())
        self.stdout.write(f"{touched} leads settled.")
