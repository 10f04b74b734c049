"""Offer recycled leads whose day has come."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.before.offering import offer_returning


class Command(BaseCommand):
    """Do once what beat asks for every five minutes."""

    help = "Offer the recycled leads whose day has come; beat does it every five minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Offer and say how many."""
        self.stdout.write(f"{offer_returning(now=timezone.now())} leads offered.")
