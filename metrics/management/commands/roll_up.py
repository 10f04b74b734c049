"""Count the days on which something changed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from metrics.rollup import roll_up


class Command(BaseCommand):
    """Do once what beat asks for every 10 seconds."""

    help = "Count the days on which something changed; beat does it every 10 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say how many rows came out differently."""
        written = roll_up(now=timezone.now(), wait=True)
        self.stdout.write(f"{written} rows written.")
