"""Empty the rows of forgotten people in stored files."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.models import Delivery
from leads.personal.raw_files import search_files


class Command(BaseCommand):
    """Do once what beat asks for every ten minutes."""

    help = "Empty the rows of forgotten people in stored files; beat does it every ten minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Search and say how many files were rewritten, and which could not be searched."""
        self.stdout.write(f"{search_files(now=timezone.now())} files rewritten.")
        for pk, name in Delivery.objects.unsearched().order_by("pk").values_list("pk", "file_name"):
            self.stdout.write(f"Delivery {pk} cannot be searched: {name}")
