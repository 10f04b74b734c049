"""Assign by rules what waits for somebody to be there."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.assignment.waiting import assign_waiting


class Command(BaseCommand):
    """Do once what beat asks for every minute."""

    help = "Assign by rules what waits for somebody to be there; beat does it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Assign it and say how many there were."""
        self.stdout.write(f"{assign_waiting(now=timezone.now())} handoffs assigned.")
