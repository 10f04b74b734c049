"""Compute everything that is computed again from what was told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from leads.models import Lead
from leads.rebuild import rebuild
from metrics.rollup import count_days_to_count, rebuild_roll_ups


class Command(BaseCommand):
    """Settle all leads, then count all days; frozen months stay as they are."""

    help = "Compute leads, handoffs, clocks, breaches and figures again; write what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild with a progress bar on standard error, and say how many rows differed."""
        now = timezone.now()
        with _progress(Lead.objects.count(), "leads") as advance:
            settled = rebuild(now=now, on_progress=advance)
        with _progress(count_days_to_count(), "days") as advance:
            counted = rebuild_roll_ups(now=now, on_progress=advance)
        self.stdout.write(f"{settled} rows about leads and {counted} rows of figures differed.")


@contextmanager
def _progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Show a bar; what is given moves it on."""
    with tqdm(total=total, desc=what, unit="") as bar:

        def advance(done: int) -> None:
            bar.update(done)

        yield advance
