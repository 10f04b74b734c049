"""Which pause of a handoff runs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
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
    told: defaultdict[int, list[HandoffEvent]] = defaultdict(list)
    for event in events:
        told[event.handoff_id].append(event)
    running = {pk: pause_of_events(in_order(each), at) for pk, each in told.items()}
    return {pk: pause for pk, pause in running.items() if pause is not None}


def pause_of_events(events: Iterable[HandoffEvent], at: datetime) -> HandoffEvent | None:
    """Return the pause that runs at an instant, of one handoff's pauses and their ends in order."""
    running: HandoffEvent | None = None
    for event in events:
        if event.kind == Kind.RESUMED:
            running = None
        elif event.until is not None and event.until > _end_of(running, at):
            running = event
    return running


def in_order(events: Iterable[HandoffEvent]) -> list[HandoffEvent]:
    """Put pauses and their ends in the order in which the clocks take them."""
    return sorted(events, key=_order)


def _order(event: HandoffEvent) -> tuple[datetime, int, str, str]:
    """The order of marks: of one instant, a pause ends before the next one begins."""
    return event.occurred_at, MarkKind(event.kind).rank, event.source, event.external_id


def _end_of(pause: HandoffEvent | None, at: datetime) -> datetime:
    return pause.until if pause is not None and pause.until is not None else at
