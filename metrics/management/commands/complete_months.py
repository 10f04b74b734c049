"""Freeze what has become final in months that were closed before."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from metrics.closing import complete_months
from metrics.rollup import roll_up


class Command(BaseCommand):
    """Do once what beat asks for every hour."""

    help = "Freeze what has become final in closed months; beat does it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count what changed, complete, and say how many months had something new."""
        now = timezone.now()
        roll_up(now=now, wait=True)
        completed = complete_months(now=now)
        self.stdout.write(f"{completed} months had figures that are final now.")
