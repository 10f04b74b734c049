"""`manage.py demo`: a company to look around in."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from agreements.models import Agreement
from metrics.rollup import roll_up
from slaportal.demo import DEMO_SLUG, make_company, organise, tell_history

DAYS = 110


class Command(BaseCommand):
    """Fill in the demo and print who may sign in."""

    help = "Fills in a company with three months of leads, and prints the demo people."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many days of history to imagine."""
        parser.add_argument("--days", type=int, default=DAYS)

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        """Make the company, tell its history and count it."""
        if Agreement.objects.filter(slug=DEMO_SLUG).exists():
            raise CommandError("The demo is filled in already.")
        now = timezone.now()
        start = (now - timedelta(days=days)).date().replace(day=1)
        # A demo that was stopped half-way leaves nothing behind and is filled in the next time.
        with transaction.atomic():
            version, invited = make_company(effective_date=start, now=now)
            by_role = {one.what: one.user for one in invited}
            reps = [one.user for one in invited if one.what == "rep"]
            lead = by_role["sales lead"]
            organise(version, lead=lead, reps={rep.name: rep for rep in reps}, now=now)
            marketers = [by_role["marketing lead"], by_role["marketing member"]]
            tell_history(
                version,
                marketers=marketers,
                reps=reps,
                arbiter=by_role["director"],
                now=now,
                days=days,
            )
        roll_up(now=now)
        self.stdout.write("\nThe demo's people and their passwords, shown this once:\n")
        for one in invited:
            self.stdout.write(f"  {one.user.email:<24} {one.password:<16} {one.what}")
