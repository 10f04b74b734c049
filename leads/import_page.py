"""What the page of an import shows: how far it is, what a dry run foresees, what became of it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from leads.models import Delivery, FileImport, HandoffEvent

State = FileImport.State
_STEP_OF = {
    State.READING: 1, State.SHEET: 1, State.REFUSED: 1, State.DISCARDED: 1, State.DRAFT: 2,
    State.CHECKING: 3, State.CHECKED: 3,
}  # fmt: skip


def state_of(delivery: Delivery) -> str:
    """Return how far a file has come, by whichever way it came."""
    file_import = getattr(delivery, "file_import", None)
    if isinstance(file_import, FileImport):
        return file_import.state
    return State.IMPORTED if delivery.processed_at else State.STOPPED


def page_context(delivery: Delivery) -> dict[str, Any]:
    """Return what every stand of a file shows."""
    file_import, state = getattr(delivery, "file_import", None), state_of(delivery)
    told = delivery.summary if state in {State.IMPORTED, State.UNDONE} else None
    if file_import is not None and state == State.CHECKED:
        told = file_import.foreseen
    return {
        "delivery": delivery,
        "file_import": file_import,
        "state": state,
        "state_name": State(state).label,
        "steps": _steps(state),
        "sheets": _sheets(file_import),
        "is_at_work": state in FileImport.WORKING,
        "progress": _progress(file_import),
        "summary": _summary(told) if told else None,
        "twin": _twin(delivery) if state in {State.DRAFT, State.CHECKED} else None,
    }


def _sheets(file_import: FileImport | None) -> list[str]:
    """Return the sheets of a workbook among which somebody chooses; none where there is one."""
    return (file_import.found or {}).get("sheets", []) if file_import is not None else []


def _steps(state: str) -> list[dict[str, Any]]:
    names = [_("Bring the file"), _("Check its columns"), _("Dry run"), _("Import")]
    here = _STEP_OF.get(State(state), 4)
    return [
        {"number": number, "name": name, "is_done": number < here, "is_current": number == here}
        for number, name in enumerate(names, start=1)
    ]


def _progress(file_import: FileImport | None) -> dict[str, Any] | None:
    """Return what was really read or done so far, of how much."""
    if file_import is None or file_import.state not in FileImport.WORKING:
        return None
    done, whole = file_import.done, file_import.whole
    return {
        "has_begun": file_import.beat_at is not None,
        "done": done,
        "whole": whole,
        "share": done / whole if whole else None,
        "unit": "leads" if file_import.state == State.UNDOING else "bytes",
    }


def _summary(told: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {
        "attributes": _("What is known of leads"),
        "stage": _("Stages reached"),
        "event": _("Steps of handoffs"),
        "follow_up": _("Follow-ups"),
        "deal": _("Deals"),
        "satisfaction": _("Satisfaction scores"),
    }
    facts = told["facts"]
    return {
        **told,
        "new_leads": told["leads"]["new"],
        "kinds": [
            {"name": kinds.get(kind, kind), **counted} for kind, counted in facts["by_kind"].items()
        ],
    }


def _twin(delivery: Delivery) -> Delivery | None:
    """Return an earlier import of the very same file that was not undone."""
    same = Delivery.objects.filter(
        kind=Delivery.Kind.FILE,
        agreement=delivery.agreement,
        content_hash=delivery.content_hash,
        processed_at__isnull=False,
        undone_at=None,
    ).exclude(content_hash="")
    return same.exclude(pk=delivery.pk).exclude(file="").order_by("-pk").first()


def question_of(delivery: Delivery) -> dict[str, Any]:
    """Return what whoever undoes an import should know before."""
    done_here = HandoffEvent.objects.holding().filter(handoff=OuterRef("handoff"), source="portal")
    worked_on = HandoffEvent.objects.filter(Exists(done_here), delivery=delivery)
    later = Delivery.objects.filter(
        kind=Delivery.Kind.FILE,
        agreement=delivery.agreement,
        source=delivery.source,
        pk__gt=delivery.pk,
        processed_at__isnull=False,
        undone_at=None,
        summary__facts__repeated__gt=0,
    )
    return {
        "delivery": delivery,
        "state": state_of(delivery),
        "can_be_undone": state_of(delivery) in {State.IMPORTED, State.STOPPED},
        "summary": _summary(delivery.summary) if delivery.summary else None,
        "worked_on": worked_on.values("handoff").distinct().count(),
        "later": list(later.order_by("pk")[:5]),
    }
