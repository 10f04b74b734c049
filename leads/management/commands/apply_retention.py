"""Forget and empty what was kept for as long as the rules say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from leads.personal.retention import apply_retention, foresee


class Command(BaseCommand):
    """Do once what beat asks for every night."""

    help = "Forget and empty what was kept for as long as the rules say; beat does it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whether to do it."""
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how much it was."""
        now = timezone.now()
        if options["dry_run"]:
            leads, emptied = foresee(now=now)
            self.stdout.write(
                f"{leads} leads would be forgotten, {emptied} calls and files emptied."
            )
            return
        leads, emptied = apply_retention(now=now)
        self.stdout.write(f"{leads} leads forgotten, {emptied} calls and files emptied.")
