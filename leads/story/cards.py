"""The clocks of a handoff at a glance: a card each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.clock import ClockKind, ClockState, open_between
from leads.deeds.effects import kind_name, used_words
from leads.queue.countdown import working_day
from leads.story.case import LiveClock, shown_status

# What the head of the page shows of all clocks: what is wrong, that they rest, and how some ended.
_WORST_FIRST = ("overdue", "paused", "breached", "due_soon", "running", "met", "void", "pending")


@dataclass(frozen=True, slots=True)
class ClockCard:
    """One clock: how far it got, and when it is or was due.

    ``steps`` tells of a persistence clock which attempts are done; the others have a ``share``
    of their time that is used.
    """

    name: str
    key: str
    title: str
    status: str
    amount: str
    share: float
    steps: tuple[bool, ...]
    when: str
    is_selected: bool


def cards_of(
    clocks: Sequence[LiveClock], selected: LiveClock | None, now: datetime
) -> list[ClockCard]:
    """Return the card of each clock."""
    return [_card(clock, clock is selected, now) for clock in clocks]


def worst_status(clocks: Sequence[LiveClock], now: datetime) -> str:
    """Return the worst status among clocks; empty where there are none."""
    shown = {shown_status(clock.state, now) for clock in clocks}
    return next((status for status in _WORST_FIRST if status in shown), "")


def select(clocks: Sequence[LiveClock], name: str | None) -> LiveClock | None:
    """Return the clock of a name, else the one that runs out first, else the latest to end."""
    for clock in clocks:
        if clock.name == name:
            return clock
    open_clocks = [clock for clock in clocks if clock.state.ended_at is None]
    if open_clocks:
        return min(open_clocks, key=lambda clock: _instant(clock.state.due_at))
    return max(clocks, key=lambda clock: _instant(clock.state.ended_at), default=None)


def _instant(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _card(clock: LiveClock, is_selected: bool, now: datetime) -> ClockCard:
    state, until = clock.state, clock.until(now)
    return ClockCard(
        name=clock.name,
        key=state.clause_key,
        title=_title(state),
        status=shown_status(state, now),
        amount=_amount(state, until),
        share=used_share(state, until),
        steps=_steps(state),
        when=_when(clock, now),
        is_selected=is_selected,
    )


def _title(state: ClockState) -> str:
    if not state.occurrence:
        return kind_name(state)
    return _("%(clock)s, run %(number)s") % {
        "clock": kind_name(state),
        "number": formats.figure(state.occurrence + 1),
    }


def _amount(state: ClockState, now: datetime) -> str:
    if state.kind is not ClockKind.PERSISTENCE:
        return used_words(state, now)
    count = state.promise.count
    if state.stopped_at is not None and state.attempts < count:
        return ngettext(
            "reached after %(number)s attempt", "reached after %(number)s attempts", state.attempts
        ) % {"number": formats.figure(state.attempts)}
    return _("%(number)s of %(count)s attempts") % {
        "number": formats.figure(state.attempts),
        "count": formats.figure(count),
    }


def _steps(state: ClockState) -> tuple[bool, ...]:
    if state.kind is not ClockKind.PERSISTENCE:
        return ()
    return tuple(number < state.attempts for number in range(state.promise.count))


def used_share(state: ClockState, now: datetime) -> float:
    """Return the share of its open time that a clock used, to its end or to now; at most one."""
    if state.started_at is None or state.due_at is None:
        return 0.0
    allowed = open_between(state.schedule, state.started_at, state.due_at, state.pauses)
    used = state.used_at(state.ended_at or now)
    if not allowed or used is None:
        return 1.0
    return min(max(used / allowed, 0.0), 1.0)


def _when(clock: LiveClock, now: datetime) -> str:
    state = clock.state
    parts = {
        "due": formats.near_instant(state.due_at, now),
        "end": formats.near_instant(state.ended_at, now),
        "length": _length(clock, clock.until(now)),
    }
    patterns = {
        "met": _("%(end)s, was due %(due)s"),
        "breached": _("%(end)s, was due %(due)s, %(length)s late"),
        "overdue": _("%(length)s late, was due %(due)s"),
        "void": _("ended without a verdict %(end)s"),
        "paused": _("%(length)s left, due %(due)s"),
        "due_soon": _("%(length)s left, due %(due)s"),
        "running": _("%(length)s left, due %(due)s"),
        "pending": _("due %(due)s"),
    }
    if state.gave_up_at is not None and shown_status(state, now) == "breached":
        return _("given up %(end)s, was due %(due)s") % parts
    return patterns[shown_status(state, now)] % parts


def _length(clock: LiveClock, now: datetime) -> str:
    """Write the open time left, or by how much it is late."""
    state = clock.state
    day = working_day(clock.schedule)
    if state.due_at is None:
        return ""
    if now > state.due_at or state.ended_at is not None:
        return formats.working_time(state.late_by(now), day=day)
    left = open_between(state.schedule, now, state.due_at, state.pauses)
    return formats.working_time(
        formats.left_beside(state.used_at(now) or timedelta(), left), day=day
    )
