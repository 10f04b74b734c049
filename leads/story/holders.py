"""Who had a clock when, and for how long, as a lead's page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agreements.clock import ClockState, holder_at
from agreements.clock.holders import turns_between
from agreements.models import Agreement, User

_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when somebody had a clock; ``away`` names the holder who was away then."""

    start: datetime
    end: datetime
    away: str = ""


@dataclass(slots=True)
class HolderPart:
    """A holder's part of a clock: open time, place and width in a bar, and when they had it."""

    name: str
    length: timedelta
    x: float
    width: float
    spans: list[Span] = field(default_factory=list)


def holders_of(
    state: ClockState, agreement: Agreement, people: Mapping[int, User], now: datetime
) -> list[HolderPart]:
    """Return who had a clock, in the order they last had it; time of who was away is the team's."""
    shares = state.holder_split_at(now)
    whole = sum((length for _holder, length in shares), start=_ZERO)
    parts: dict[int | str | None, HolderPart] = {}
    x = 0.0
    for holder, length in shares:
        width = length / whole if whole else 0.0
        parts[holder] = HolderPart(_name(holder, agreement, people), length, x, width)
        x += width
    for holder, span in _spans(state, people, now):
        if holder in parts:
            parts[holder].spans.append(span)
    return list(parts.values())


def _spans(
    state: ClockState, people: Mapping[int, User], now: datetime
) -> list[tuple[int | str | None, Span]]:
    if state.started_at is None or state.due_at is None or now < state.started_at:
        return []
    end = min(state.due_at, state.ended_at or now, now)
    found = []
    for holder, start, until in turns_between(state.custody, state.started_at, end, state.absences):
        named = holder_at(state.custody, start)
        is_away = holder is None and isinstance(named, int) and named in people
        away = people[named].name if is_away and isinstance(named, int) else ""
        found.append((holder, Span(start, until, away)))
    return found


def _name(holder: int | str | None, agreement: Agreement, people: Mapping[int, User]) -> str:
    person = people.get(holder) if isinstance(holder, int) else None
    return person.name if person else _("Queue of %(team)s") % {"team": agreement.sales_team}
