"""Forget the person behind a lead."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.management.people import administrator_named
from leads.actions.forgetting import AlreadyForgotten, UnableToForget, forget
from leads.management.named_leads import lead_named
from leads.personal.raw_files import search_files


class Command(BaseCommand):
    """Blank what speaks of a person, for good; facts, instants and counts stay."""

    help = "Forgets the person behind a lead, for good; facts, instants and counts stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the lead, why, and who asks."""
        parser.add_argument("source", help="what the other system is called here, or “portal”")
        parser.add_argument("external_id", help="its id there; under “portal” the lead's number")
        parser.add_argument("--reason", required=True, help="why; it stays, so name nobody in it")
        parser.add_argument("--by", metavar="E-MAIL", help="the administrator who does it")
        parser.add_argument("--yes", action="store_true", help="do not ask once more")

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget, and empty stored files at once."""
        by = administrator_named(options["by"])
        lead = lead_named(options["source"], options["external_id"])
        if not options["yes"] and not self._is_sure(str(lead)):
            raise CommandError("Nothing was changed.")
        now = timezone.now()
        try:
            forget(lead=lead, reason=options["reason"], by=by, now=now)
        except (AlreadyForgotten, UnableToForget) as error:
            raise CommandError(str(error)) from error
        files = search_files(now=now)
        self.stdout.write(f"Lead {lead.pk} was forgotten; {files} files were rewritten.")

    def _is_sure(self, name: str) -> bool:
        self.stdout.write(f"This cannot be undone. Type “{name}” to forget: ", ending="")
        return input() == name
