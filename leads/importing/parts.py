"""What became of a file whose import was stopped or broken off: so far, and once it went on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from agreements.models import Audit
from leads.facts_of_leads import told_of
from leads.importing.dry_run import MODELS
from leads.importing.imported import Imported
from leads.ingest import Ingested
from leads.models import Delivery, Fact, Lead

_MODEL_OF = {kind.kind: model for kind, model in MODELS.items()}


def came_further(delivery: Delivery, imported: Imported) -> bool:
    """Whether so many rows were counted as by the earlier parts of the import, or more."""
    before: int = (delivery.summary or {}).get("rows", 0)
    return imported.taken + imported.rejected >= before


def keep_count(delivery: Delivery, imported: Imported) -> None:
    """Keep how many rows are in so far, and why some are not, while more are taken in.

    A crash leaves that. Rows that were read ahead are not counted yet. ``delivery`` stays as its
    earlier parts left it.
    """
    told = {
        "rows": imported.taken + imported.rejected,
        "taken": imported.taken,
        "rejected": imported.rejected,
        "is_part": True,
        "reasons": imported.reasons_as_json(),
    }
    _keep(delivery, imported, told)


def keep_part(delivery: Delivery, imported: Imported) -> None:
    """Keep what became of all rows that were read until an import was stopped."""
    _keep(delivery, imported, imported.as_json())


def _keep(delivery: Delivery, imported: Imported, told: Mapping[str, Any]) -> None:
    if came_further(delivery, imported):
        Delivery.objects.filter(pk=delivery.pk).update(summary=told)


def with_earlier_parts(delivery: Delivery, told: Ingested, now: datetime) -> Ingested:
    """Return what became of the facts of a file, of which the last part read all rows again.

    To it those of the earlier parts were repeats. Where there was no earlier part, nothing is
    counted anew.
    """
    since = _began_before(delivery, now)
    if since is None:
        return told
    leads = _leads_made_known(delivery, since)
    whole = Ingested(leads=leads, forgotten=told.forgotten, known=told.known)
    for kind, counted in told.by_kind.items():
        kept = _kept(_MODEL_OF[kind], delivery)
        all_told = counted.new + counted.revised + counted.repeated
        kept.repeated = max(0, all_told - kept.new - kept.revised)
        whole.add(kept)
        whole.by_kind[kind] = kept
    return whole


def _began_before(delivery: Delivery, now: datetime) -> datetime | None:
    """Return when the import of a file began that was broken off; None for one that was not."""
    file_import = getattr(delivery, "file_import", None)
    if file_import is None:
        return delivery.received_at if delivery.received_at < now else None
    starts = Audit.objects.filter(
        action="leads.file.started",
        subject_type=delivery._meta.label_lower,
        subject_id=str(delivery.pk),
    ).order_by("pk")
    if file_import.tries < 2 and len(starts) < 2:
        return None
    return starts[0].recorded_at if starts else None


def _leads_made_known(delivery: Delivery, since: datetime) -> int:
    """Count the leads a file told of of which nothing else told before that holds."""
    before = told_of(~Q(delivery=delivery) & Q(recorded_at__lt=since))
    new = Q(first_heard_at__gte=since) | ~before
    return Lead.objects.filter(told_of(Q(delivery=delivery)), new).count()


def _kept(model: type[Fact], delivery: Delivery) -> Ingested:
    """Count what a delivery told of one kind: revisions are those of facts known before."""
    same = model._default_manager.filter(
        source=OuterRef("source"), external_id=OuterRef("external_id"), pk__lt=OuterRef("pk")
    )
    # Each is found by an index of its own, which both together are not.
    known = Exists(same.filter(is_current=True)) | Exists(
        same.filter(is_current=False, is_undone=False)
    )
    facts = model._default_manager.filter(delivery=delivery, is_undone=False)
    counted = facts.annotate(is_revision=known).aggregate(
        told=Count("pk"), revised=Count("pk", filter=Q(is_revision=True))
    )
    return Ingested(new=counted["told"] - counted["revised"], revised=counted["revised"])
