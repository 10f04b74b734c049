"""Take out everything that is kept about the person behind a lead."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.management.people import administrator_named
from leads.actions.personal_exports import take_out
from leads.management.named_leads import lead_named


class Command(BaseCommand):
    """Write a ZIP with everything kept about a person, for programs and to be read."""

    help = "Writes a ZIP with everything that is kept about the person behind a lead."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the lead, the file, and who takes it out."""
        parser.add_argument("source", help="what the other system is called here, or “portal”")
        parser.add_argument("external_id", help="its id there; under “portal” the lead's number")
        parser.add_argument("--to", type=Path, metavar="FILE.zip", help="by default lead-N.zip")
        parser.add_argument("--by", metavar="E-MAIL", help="the administrator who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say where it is."""
        by = administrator_named(options["by"])
        lead = lead_named(options["source"], options["external_id"])
        path: Path = options["to"] or Path(f"lead-{lead.pk}.zip")
        if path.exists():
            raise CommandError(f"{path} is there already: choose another name.")
        path.write_bytes(take_out(lead=lead, by=by, now=timezone.now()))
        self.stdout.write(f"{path} was written.")
