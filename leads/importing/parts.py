"""Count what a file told in all, where its import was broken off and went on later."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from agreements.models import Audit
from leads.importing.dry_run import MODELS
from leads.ingest import Ingested
from leads.models import Delivery, Fact, Lead
from leads.undoing import LEAD_OF

_MODEL_OF = {kind.kind: model for kind, model in MODELS.items()}


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
    told = Q()
    for model, lead in LEAD_OF.items():
        facts = model._default_manager.filter(delivery=delivery, is_undone=False)
        told |= Q(Exists(facts.filter(**{lead: OuterRef("pk")})))
    return Lead.objects.filter(told, first_heard_at__gte=since).count()


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
