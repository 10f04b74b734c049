"""Compute every projection about leads again from the records, and write the differences."""

from collections.abc import Callable
from datetime import datetime

from leads.models import Lead
from leads.settle import settle

BATCH = 2000


def rebuild(*, now: datetime, on_progress: Callable[[int], None] = lambda _: None) -> int:
    """Settle all leads, a batch a transaction; return how many rows differed.

    A second run at the same ``now`` writes nothing. ``on_progress`` is told how many leads more
    were looked at.
    """
    written, latest = 0, 0
    while lead_ids := list(
        Lead.objects.filter(pk__gt=latest).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        written += settle(lead_ids=lead_ids, now=now, facts_changed=False)
        latest = lead_ids[-1]
        on_progress(len(lead_ids))
    return written
