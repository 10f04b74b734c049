"""Random promises, schedules and marks of one handoff, with many equal and close instants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from agreements.business_time import Schedule
from agreements.clock import ClockKind, Grade, Mark, MarkKind, Promise
from agreements.durations import Duration
from tests.unit.agreements.worked_example_1 import SCHEDULE

_LATE = {day: [("13:30", "24:00")] for day in ("mon", "tue", "wed", "sat", "sun")}
# Clocks of this zone go back on 2026-10-25, within the span of the marks.
_SCHEDULES = (
    SCHEDULE,
    Schedule.always("Europe/Lisbon"),
    Schedule("Europe/Lisbon", _LATE, {"2026-10-25": [("00:00", "02:30")]}),
)
_WITHIN = ("0min", "5min", "4h", "19h", "0bd", "1bd", "3bd", "0d", "2d")
_FIRST = datetime(2026, 10, 22, 12, tzinfo=UTC)


def schedules() -> st.SearchStrategy[Schedule]:
    return st.sampled_from(_SCHEDULES)


def instants() -> st.SearchStrategy[datetime]:
    """Instants of nine days; mostly on the half-hour, so that some are equal."""
    on_grid = st.integers(0, 9 * 48).map(lambda half_hours: timedelta(minutes=30 * half_hours))
    anywhere = st.timedeltas(timedelta(0), timedelta(days=9))
    return st.one_of(on_grid, on_grid, anywhere).map(lambda since: _FIRST + since)


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    count = draw(st.integers(1, 3))
    return Promise(
        clause_key="S1",
        kind=draw(st.sampled_from(ClockKind)),
        party="sales",
        within=Duration.parse(draw(st.sampled_from(_WITHIN))),
        count=count,
        channels=draw(st.integers(1, count)),
        evidence=draw(st.sampled_from(Grade)),
        starts_received=draw(st.booleans()),
        warn_at=draw(st.sampled_from([0.5, 0.7, 0.8, 1.0])),
        max_pause=draw(st.sampled_from([None, Duration.parse("2bd"), Duration.parse("6h")])),
        stage="sql",
    )


@st.composite
def marks(draw: st.DrawFn, kinds: tuple[MarkKind, ...] = tuple(MarkKind)) -> Mark:
    kind, at = draw(st.sampled_from(kinds)), draw(instants())
    source, number = draw(st.sampled_from(["crm", "portal"])), draw(st.integers(0, 2**32))
    fields = {name: draw(values) for name, values in _FIELDS.get(kind, {}).items()}
    if kind is MarkKind.PAUSED:
        fields["until"] = at + timedelta(minutes=30 * draw(st.integers(0, 200)))
    return Mark(at, kind, source, str(number), **fields)


def some_marks(
    kinds: tuple[MarkKind, ...] = tuple(MarkKind), max_size: int = 10
) -> st.SearchStrategy[list[Mark]]:
    """Marks none of which is a repeat or a revision of another."""
    return st.lists(marks(kinds), max_size=max_size, unique_by=lambda mark: mark.external_id)


_FIELDS: dict[MarkKind, dict[str, st.SearchStrategy[Any]]] = {
    MarkKind.STAGE_ENTERED: {"stage": st.sampled_from(["mql", "sql", "opportunity", None])},
    MarkKind.ASSIGNED: {
        "holder": st.sampled_from(["Ana", "Bruno", None]),
        "to_queue": st.booleans(),
    },
    MarkKind.FOLLOW_UP: {
        "channel": st.sampled_from(["call", "email", "chat", None]),
        "grade": st.sampled_from([Grade.ATTEMPT, Grade.ATTEMPT, *Grade]),
        "automated": st.sampled_from([False, False, False, True]),
        "counts": st.sampled_from([True, True, True, False]),
    },
    MarkKind.DECIDED: {"overturned": st.sampled_from([True, True, False])},
    MarkKind.RECYCLED: {"not_reached": st.booleans()},
    MarkKind.PAUSED: {"reason": st.sampled_from(["holiday", "asked", None])},
}
_ORDINARY = (
    MarkKind.FOLLOW_UP,
    MarkKind.FOLLOW_UP,
    MarkKind.FOLLOW_UP,
    MarkKind.ACCEPTED,
    MarkKind.STAGE_ENTERED,
    MarkKind.CONTESTED,
    MarkKind.RESUMED,
)
_OVER = (
    MarkKind.REJECTED,
    MarkKind.QUALIFIED,
    MarkKind.DISQUALIFIED,
    MarkKind.RECYCLED,
    MarkKind.RECYCLED,
    MarkKind.WITHDRAWN,
    MarkKind.MERGED,
    MarkKind.DO_NOT_CONTACT,
)


# Made once: a strategy that is made at each draw is checked anew at each.
_SOME_ORDINARY = some_marks(_ORDINARY, 6)
_ONCE = tuple(marks(kinds) for kinds in ((MarkKind.OFFERED,), (MarkKind.ASSIGNED,), _OVER))


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """The marks of a plain handoff, in any order."""
    some: list[Mark] = draw(_SOME_ORDINARY)
    some += [draw(each) for each in _ONCE if draw(st.integers(0, 7))]
    return draw(st.permutations(some))
