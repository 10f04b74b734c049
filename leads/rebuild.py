"""Compute every projection about leads again from the records, and write the differences."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from agreements.rules_lock import judge_by_rules
from leads.changes import log_days_of
from leads.models import Lead
from leads.plain.rebuilding import rebuild_plain
from leads.settle import settle
from leads.stages import write_stages

BATCH = 5000


def rebuild(*, now: datetime, on_progress: Callable[[int], None] = lambda _: None) -> int:
    """Settle all leads, a batch a transaction; return how many rows differed.

    A second run at the same ``now`` writes nothing. ``on_progress`` is told how many leads more
    were looked at.
    """
    written, latest = 0, 0
    while lead_ids := list(
        Lead.objects.filter(pk__gt=latest).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        written += _rebuild(lead_ids, now)
        latest = lead_ids[-1]
        on_progress(len(lead_ids))
    return written


@transaction.atomic
def _rebuild(lead_ids: Sequence[int], now: datetime) -> int:
    """Rebuild all leads from the first key to the last: the plain ones at once, then the others."""
    judge_by_rules()
    plain = rebuild_plain(first=lead_ids[0], last=lead_ids[-1], now=now)
    log_days_of(plain.changed_leads)
    written = plain.written
    if plain.leads_apart:
        written += settle(lead_ids=plain.leads_apart, now=now, facts_changed=False)
    return written + write_stages(lead_ids)
