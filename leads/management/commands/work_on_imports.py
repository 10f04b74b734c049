"""Do what imports in the browser owe and nobody works on."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext

from leads.importing.file_work import work_on_what_was_left


class Command(BaseCommand):
    """Do what the task of the same name does at every beat."""

    help = "Looks through, tries, takes in and undoes the files that were left."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work and say how much was done."""
        done = work_on_what_was_left(now=timezone.now())
        self.stdout.write(gettext("Done: %(done)d.") % {"done": done})
