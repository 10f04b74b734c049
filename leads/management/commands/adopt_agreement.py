"""Take over an agreement that was signed elsewhere."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agreements.actions import contracts
from agreements.actions.calendars import UnableToChangeClosures
from agreements.terms import TermsError, document_from_yaml
from leads.adoption import adopt_and_settle


class Command(BaseCommand):
    """Adopt the terms in a YAML file as the version in force from a local date on.

    Beside the terms the file may name, under ``agreement``, its name and its parties' teams, and
    describe, under ``calendars_here``, calendars to be made where there is none of that key.
    """

    help = "Take over an agreement that was signed elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the file, the slug and the first local date in force."""
        parser.add_argument("file", type=Path, metavar="TERMS.yaml")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--effective-from", required=True, type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        """Adopt, settle the span again, and say what is in force."""
        path: Path = options["file"]
        try:
            told = document_from_yaml(path.read_bytes())
            version = adopt_and_settle(
                slug=options["slug"],
                told=told,
                effective_date=options["effective_from"],
                by=None,
                now=timezone.now(),
            )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except TermsError as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{path} cannot be adopted:\n{problems}") from error
        except (contracts.UnableToAdopt, UnableToChangeClosures) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{version.agreement.name}: version {version.number} is in force from "
            f"{options['effective_from']} on, text {version.terms_hash[:12]}."
        )
