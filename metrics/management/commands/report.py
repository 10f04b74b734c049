"""Print what the dashboard of an agreement shows for a month."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from metrics.management.agreements import agreement_named
from metrics.reports import month_report, report_table
from metrics.rollup import roll_up


class Command(BaseCommand):
    """Count what changed, so that the report is right without any worker, and print it."""

    help = "Print what the dashboard of an agreement shows for a month."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the agreement, the month and the form."""
        parser.add_argument("slug")
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report as a table, or as JSON."""
        now = timezone.now()
        agreement = agreement_named(options["slug"])
        roll_up(now=now, agreement=agreement, wait=True)
        try:
            report = month_report(agreement, options["month"], now)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(report_table(report))
