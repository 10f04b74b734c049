"""Which pause of a handoff runs, and why one moves no due time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from agreements.clock import ClockState, MarkKind
from agreements.durations import Unit
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


def why_nothing_moved(states: Iterable[ClockState], now: datetime) -> str:
    """Say why a pause that began now moved no due time of these clocks, as they were before it."""
    open_ones = [state for state in states if state.ended_at is None]
    if not open_ones:
        return ""
    running = [state for state in open_ones if state.breached_at(now) is None]
    if not running:
        return _("No due time moved: what is open was overdue already.")
    if all(state.promise.within.unit is Unit.BUSINESS_DAY for state in running):
        return _("No due time moved: promises in working days move by days paused as a whole.")
    return _("No due time moved: the pause lies outside the hours of what is open.")


def in_order(events: Iterable[HandoffEvent]) -> list[HandoffEvent]:
    """Put pauses and their ends in the order in which the clocks take them."""
    return sorted(events, key=_order)


def _order(event: HandoffEvent) -> tuple[datetime, int, str, str]:
    """The order of marks: of one instant, a pause ends before the next one begins."""
    return event.occurred_at, MarkKind(event.kind).rank, event.source, event.external_id


def _end_of(pause: HandoffEvent | None, at: datetime) -> datetime:
    return pause.until if pause is not None and pause.until is not None else at
