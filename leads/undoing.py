"""Undo what a delivery told as a whole: it stays on record, and holds no more."""

from array import array
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from agreements.rules_lock import judge_by_rules
from leads.any_of import AnyOf
from leads.deadlocks import retry_once
from leads.facts_of_leads import LEAD_OF
from leads.ingest import Rank, rank_of, rows_of_facts
from leads.locking import lock_leads
from leads.models import Delivery, Fact
from leads.settle import settle
from leads.told import by_source

BATCH = 500


def undo_delivery(
    delivery: Delivery, *, now: datetime, on_progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Take back everything a delivery told, some leads a transaction; return how many leads.

    What was known of a fact before holds again. Broken off and begun again it goes on where it
    was. ``on_progress`` is told how many leads of how many are done; what it raises ends it.
    """
    lead_ids = _leads_told_of(delivery)
    for start in range(0, len(lead_ids), BATCH):
        batch = list(lead_ids[start : start + BATCH])
        on_progress(start, len(lead_ids))
        retry_once(partial(_undo, delivery, batch, now))
    on_progress(len(lead_ids), len(lead_ids))
    return len(lead_ids)


def _leads_told_of(delivery: Delivery) -> "array[int]":
    """Return the leads of which the delivery tells something that is not undone yet, by key."""
    found: set[int] = set()
    for model, lead in LEAD_OF.items():
        told = model._default_manager.filter(delivery=delivery, is_undone=False)
        found.update(told.values_list(f"{lead}_id", flat=True).distinct().iterator())
    return array("q", sorted(found))


@transaction.atomic
def _undo(delivery: Delivery, lead_ids: Collection[int], now: datetime) -> None:
    judge_by_rules()
    lock_leads(lead_ids)
    touched = set(lead_ids)
    for model, lead in LEAD_OF.items():
        told = model._default_manager.filter(
            AnyOf(f"{lead}_id", lead_ids), delivery=delivery, is_undone=False
        )
        rows = list(told.values_list("pk", "source", "external_id", "is_current"))
        if not rows:
            continue
        undone = model._default_manager.filter(AnyOf("pk", [row[0] for row in rows]))
        undone.update(is_undone=True, is_current=False)
        held = [(source, name) for _pk, source, name, is_current in rows if is_current]
        restored = model._default_manager.filter(AnyOf("pk", _latest_before(model, held)))
        restored.update(is_current=True)
        touched.update(restored.values_list(f"{lead}_id", flat=True))
    settle(lead_ids=touched, now=now)


def _latest_before(model: type[Fact], names: Iterable[tuple[str, str]]) -> list[int]:
    """Return the revisions that hold of these facts now that those above them are undone."""
    latest: dict[tuple[str, str], tuple[Rank, int]] = {}
    for source, external_ids in by_source(names).items():
        for name, content_hash, revised_at, recorded_at, pk in rows_of_facts(
            model, source, external_ids
        ):
            ranked = (rank_of(revised_at, recorded_at, content_hash), pk)
            latest[source, name] = max(latest.get((source, name), ranked), ranked)
    return [pk for _rank, pk in latest.values()]
