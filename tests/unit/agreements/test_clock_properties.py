"""What holds for any marks: order and repeats do not matter, and time is counted right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule, is_open
from agreements.clock import (
    Absence,
    ClockKind,
    Mark,
    MarkKind,
    Promise,
    explain,
    replay,
    replay_all,
)
from agreements.durations import Unit
from tests.unit.agreements.clock_strategies import (
    instants,
    marks,
    promises,
    schedules,
    some_marks,
)

STEP = timedelta(minutes=30)
PAUSES = (MarkKind.PAUSED, MarkKind.PAUSED, MarkKind.RESUMED)
ABSENCES = [
    Absence(holder, start, start + timedelta(hours=20), start)
    for holder in ("Ana", "Bruno")
    for start in (datetime.fromisoformat("2026-10-23T03:00Z"),)
]


@given(promises(), schedules(), st.lists(marks(), max_size=10), st.data())
def test_order_and_repeats_of_marks_do_not_matter(
    promise: Promise, schedule: Schedule, some: list[Mark], data: st.DataObject
) -> None:
    repeated = some + data.draw(st.lists(st.sampled_from(some), max_size=4)) if some else some
    shuffled = data.draw(st.permutations(repeated))
    states = replay_all(promise, schedule, some, absences=ABSENCES)
    assert replay_all(promise, schedule, shuffled, absences=ABSENCES[::-1]) == states
    for state in states:
        split = sum((time for _, time in state.holder_split), timedelta(0))
        assert state.started_at is not None
        assert state.due_at is not None
        assert explain(state, schedule, state.due_at).counted == split


@given(promises(), schedules(), some_marks(), instants())
def test_nothing_later_changes_what_was_breached_or_had_ended(
    promise: Promise, schedule: Schedule, some: list[Mark], now: datetime
) -> None:
    then = replay_all(promise, schedule, [mark for mark in some if mark.at <= now])
    later = replay_all(promise, schedule, some)
    assert len(later) >= len(then)
    for before, after in zip(then, later, strict=False):
        assert after.started_at == before.started_at
        assert after.breached_at(now) == before.breached_at(now)
        if before.ended_at is not None:
            assert after == replace(before, custody=after.custody)


@given(promises(), schedules(), some_marks(PAUSES), instants())
def test_due_times_equal_a_walk_through_every_half_hour(
    promise: Promise, schedule: Schedule, some: list[Mark], start: datetime
) -> None:
    promise = replace(promise, kind=ClockKind.FIRST_FOLLOW_UP, max_pause=None)
    start = on_the_half_hour(start)
    started = [
        Mark(start, MarkKind.OFFERED, "a", "1"),
        Mark(start, MarkKind.ASSIGNED, "a", "2", holder="Ana"),
    ]
    kept = [
        replace(
            mark, at=on_the_half_hour(mark.at), until=mark.until and on_the_half_hour(mark.until)
        )
        for mark in some
    ]
    due = replay(promise, schedule, started + kept).due_at
    assert due == walked(promise, schedule, start, kept)


@given(promises(), schedules(), some_marks(), instants())
def test_an_explanation_adds_up(
    promise: Promise, schedule: Schedule, some: list[Mark], now: datetime
) -> None:
    state = replay(promise, schedule, some)
    told = explain(state, schedule, now)
    for day in told.days:
        groups = (day.counted, day.left, day.late, day.paused, day.outside, day.closed)
        pieces = sorted(piece for group in groups for piece in group)
        assert pieces[0][0].astimezone(ZoneInfo(told.time_zone)).date() == day.date
        assert all(end == start for (_, end), (start, _) in pairwise(pieces))
        assert all(start < end for start, end in pieces)
    assert sum((each.open_time for each in told.pauses), timedelta(0)) == told.paused
    assert sum((time for _, time in state.holder_split_at(now)), timedelta(0)) == told.counted
    if state.started_at is not None and promise.within.is_open_time:
        assert told.allowed == promise.within.open_time
        assert told.counted + told.late == state.used_at(max(now, state.started_at))
        assert told.late == state.late_by(now)
    elif state.started_at is not None and now >= state.started_at:
        today = on(schedule, min(now, state.ended_at or now))
        numbers = [day.number for day in told.days if day.number and day.date <= today]
        assert state.days_used_at(now) == max(numbers, default=0)


def on_the_half_hour(at: datetime) -> datetime:
    return at - (at - datetime.fromisoformat("2026-01-01T00:00Z")) % STEP


def on(schedule: Schedule, at: datetime) -> date:
    return at.astimezone(ZoneInfo(schedule.time_zone)).date()


def walked(promise: Promise, schedule: Schedule, start: datetime, some: Sequence[Mark]) -> datetime:
    """The due time by looking at each half-hour in turn."""
    is_paused = pauses_of(some)
    if promise.within.amount == 0:
        return start
    if promise.within.is_open_time:
        left, at = promise.within.open_time, start
        while True:
            if is_open(schedule, at) and not is_paused(at):
                if left <= STEP:
                    return at + left
                left -= STEP
            at += STEP
    return walked_days(promise, schedule, start, is_paused)


def walked_days(
    promise: Promise, schedule: Schedule, start: datetime, is_paused: Callable[[datetime], bool]
) -> datetime:
    left, at = promise.within.amount, start
    while on(schedule, at) == on(schedule, start):
        at += STEP
    while True:
        day, counting = on(schedule, at), []
        while on(schedule, at) == day:
            if promise.within.unit is Unit.DAY or is_open(schedule, at):
                counting.append(at)
            at += STEP
        if counting and not all(is_paused(each) for each in counting):
            left -= 1
            if left == 0:
                return counting[-1] + STEP


def pauses_of(some: Sequence[Mark]) -> Callable[[datetime], bool]:
    resumed = [mark.at for mark in some if mark.kind is MarkKind.RESUMED]
    pauses = [
        (mark.at, min([mark.until, *(at for at in resumed if at > mark.at)]))
        for mark in some
        if mark.until is not None
    ]
    # A pause that is resumed as it begins starts after it: what ends comes before what begins.
    return lambda at: any(start <= at < end for start, end in pauses)
