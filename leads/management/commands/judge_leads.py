"""Judge leads by the criteria in force."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.before.offering import offer_by_rule
from leads.before.readiness import judge_leads


class Command(BaseCommand):
    """Do once what beat asks for every 20 seconds."""

    help = "Judge changed leads by the criteria, and offer by rule; beat does it every 20 seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge and say how many."""
        now = timezone.now()
        judged = judge_leads(now=now)
        self.stdout.write(f"{judged} leads judged, {offer_by_rule(now=now)} offered.")
