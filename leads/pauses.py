"""Which pause of a handoff runs."""

from collections.abc import Collection
from datetime import datetime

from agreements.clock import MarkKind
from leads.any_of import AnyOf
from leads.models import Handoff, HandoffEvent

Kind = HandoffEvent.Kind


def pause_of(handoff: Handoff, at: datetime) -> HandoffEvent | None:
    """Return the pause of a handoff that runs at an instant; one query."""
    return pauses_of([handoff.pk], at).get(handoff.pk)


def pauses_of(handoff_ids: Collection[int], at: datetime) -> dict[int, HandoffEvent]:
    """Return by handoff the pause that runs at an instant [from, until); one query.

    A pause ends at its own end, or when somebody ends it earlier.
    """
    events = (
        HandoffEvent.objects.holding()
        .filter(AnyOf("handoff", handoff_ids), kind__in=[Kind.PAUSED, Kind.RESUMED])
        .filter(occurred_at__lte=at)
    )
    running: dict[int, HandoffEvent] = {}
    for event in sorted(events, key=_order):
        if event.kind == Kind.RESUMED:
            running.pop(event.handoff_id, None)
        elif event.until is not None and event.until > _end_of(running.get(event.handoff_id), at):
            running[event.handoff_id] = event
    return running


def _order(event: HandoffEvent) -> tuple[datetime, int, str, str]:
    """The order of marks: of one instant, a pause ends before the next one begins."""
    return event.occurred_at, MarkKind(event.kind).rank, event.source, event.external_id


def _end_of(pause: HandoffEvent | None, at: datetime) -> datetime:
    return pause.until if pause is not None and pause.until is not None else at
