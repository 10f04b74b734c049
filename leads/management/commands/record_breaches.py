"""Record the breaches that are due."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.sweep import record_breaches


class Command(BaseCommand):
    """Do once what beat asks for every 30 seconds."""

    help = "Record the breaches that are due; beat does it every 30 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and say how many were recorded."""
        recorded = record_breaches(now=timezone.now())
        self.stdout.write(f"{recorded} breaches recorded.")
