"""The array form of the clocks, held against the fold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule
from agreements.clock import (
    ClockColumns,
    ClockKind,
    ClockState,
    Columns,
    Mark,
    MarkKind,
    Promise,
    at_risk_from_many,
    columns_from,
    counted_attempts_many,
    is_plain,
    replay,
    replay_many,
)
from agreements.durations import Duration
from tests.unit.agreements.clock_strategies import (
    histories,
    instants,
    promises,
    schedules,
)
from tests.unit.agreements.worked_example_1 import (
    ACCEPTANCE,
    ATTEMPT,
    CONTACT,
    FIRST_FOLLOW_UP,
    OFFERED,
    PAUSED,
    PERSISTENCE,
    PROMISES,
    SCHEDULE,
    TO_ANA,
    TO_BRUNO,
    mark,
    without,
)

PLAIN = without(PAUSED, TO_BRUNO)


def test_the_worked_example_without_its_pause() -> None:
    for promise in PROMISES:
        columns = columns_from(promise, SCHEDULE, [PLAIN, PLAIN[:4]])
        assert_equal(promise, SCHEDULE, columns, [PLAIN, PLAIN[:4]])


@pytest.mark.parametrize("kind", [kind for kind in ClockKind if kind is not ClockKind.STAGE_AGE])
@given(promise=promises(), schedule=schedules(), rows=st.lists(histories(), min_size=2, max_size=9))
def test_arrays_equal_the_fold(
    kind: ClockKind, promise: Promise, schedule: Schedule, rows: list[list[Mark]]
) -> None:
    promise = replace(promise, kind=kind)
    assert_equal(promise, schedule, columns_from(promise, schedule, rows), rows)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_arrays_equal_the_fold_at_the_due_time(late: timedelta) -> None:
    rows = []
    for promise in PROMISES:
        due_at = replay(promise, SCHEDULE, PLAIN).due_at
        assert due_at is not None
        at = due_at + late
        withdrawn = replace(mark("09-08 09:00", MarkKind.WITHDRAWN), at=at)
        rows += [
            [OFFERED, TO_ANA, withdrawn],
            [OFFERED, TO_ANA, replace(ATTEMPT, at=at)],
            [OFFERED, TO_ANA, replace(CONTACT, at=at), withdrawn],
            [OFFERED, replace(TO_ANA, at=at)],
        ]
    for promise in PROMISES:
        assert_equal(promise, SCHEDULE, columns_from(promise, SCHEDULE, rows), rows)


@given(
    schedule=schedules(),
    attempts=st.lists(
        st.tuples(st.integers(0, 2), instants(), st.sampled_from(["call", "email", "chat", None])),
        max_size=30,
    ),
)
def test_enough_attempts_equal_the_reference(
    schedule: Schedule, attempts: list[tuple[int, datetime, str | None]]
) -> None:
    promise = replace(PERSISTENCE, count=3, channels=2)
    offered = replace(OFFERED, at=min([at for _, at, _ in attempts], default=OFFERED.at))
    rows = [[offered], [offered], [offered], [offered]]
    for number, (row, at, channel) in enumerate(attempts):
        rows[row].append(
            replace(ATTEMPT, at=at, channel=channel, external_id=str(number)),
        )
    channels = {channel: number for number, channel in enumerate(("chat", None, "call", "email"))}
    handoffs = np.array([row for row, _, _ in attempts], dtype=np.int64)
    made_at = np.array([at.replace(tzinfo=None) for _, at, _ in attempts], dtype="datetime64[us]")
    numbers = np.array([channels[channel] for _, _, channel in attempts], dtype=np.int64)
    counted, is_enough = counted_attempts_many(promise, schedule, handoffs, made_at, numbers)
    enough = np.full(len(rows), "NaT", dtype="datetime64[us]")
    enough[handoffs[counted[is_enough]]] = made_at[counted[is_enough]]
    expected = columns_from(promise, schedule, rows).enough_attempts_at
    np.testing.assert_array_equal(enough, expected)


def test_columns_left_out_are_empty() -> None:
    columns = columns_from(FIRST_FOLLOW_UP, SCHEDULE, [PLAIN])
    few = Columns(
        offered_at=columns.offered_at,
        received_at=columns.received_at,
        first_attempt_at=columns.first_attempt_at,
    )
    clocks = replay_many(FIRST_FOLLOW_UP, SCHEDULE, few)
    assert clocks.stopped_at == columns.first_attempt_at
    assert not clocks.is_holders.any()


def test_what_stopped_a_clock_is_told() -> None:
    clocks = replay_many(ACCEPTANCE, SCHEDULE, columns_from(ACCEPTANCE, SCHEDULE, [PLAIN, ()]))
    assert clocks.stoppers[clocks.stopped_by[0]] == "accepted_at"
    assert clocks.stopped_by[1] == -1


def test_no_handoffs_give_no_clocks() -> None:
    for promise in PROMISES:
        clocks = replay_many(promise, SCHEDULE, columns_from(promise, SCHEDULE, []))
        assert clocks.started_at.shape == clocks.is_holders.shape == (0,)
    nothing = np.array([], dtype=np.int64)
    at = nothing.astype("datetime64[us]")
    counted, is_enough = counted_attempts_many(PERSISTENCE, SCHEDULE, nothing, at, nothing)
    assert counted.size == is_enough.size == 0


@pytest.mark.parametrize(
    "more",
    [
        PAUSED,
        TO_BRUNO,
        mark("09-11 09:00", MarkKind.DECIDED, overturned=True),
        mark("09-11 09:00", MarkKind.WITHDRAWN),
        mark("09-11 09:00", MarkKind.OFFERED),
    ],
    ids=lambda each: each.kind,
)
def test_a_handoff_with_more_to_it_is_not_plain(more: Mark) -> None:
    assert is_plain(PLAIN)
    assert is_plain((*PLAIN, *PLAIN))
    assert not is_plain((*PLAIN, more))
    with pytest.raises(ValueError, match="Handoff 1 has more marks than columns hold"):
        columns_from(FIRST_FOLLOW_UP, SCHEDULE, [PLAIN, (*PLAIN, more)])


def test_stage_age_is_refused() -> None:
    promise = Promise(
        clause_key="S6",
        kind=ClockKind.STAGE_AGE,
        party="sales",
        within=Duration.parse("5bd"),
        stage="sql",
    )
    with pytest.raises(ValueError, match="Clause S6 limits the age of a stage"):
        replay_many(promise, SCHEDULE, columns_from(promise, SCHEDULE, [PLAIN]))


def assert_equal(
    promise: Promise, schedule: Schedule, columns: Columns, rows: Sequence[Sequence[Mark]]
) -> None:
    clocks = replay_many(promise, schedule, columns)
    at_risk_from = at_risk_from_many(promise, schedule, clocks)
    for row, marks in enumerate(rows):
        state = replay(promise, schedule, marks)
        assert row_of(clocks, row) == row_of_state(state)
        assert aware(at_risk_from[row]) == state.at_risk_from
        assert holder_of(clocks, row, state) == state.charged_holder


def row_of(clocks: ClockColumns, row: int) -> tuple[object, ...]:
    instants = (
        clocks.started_at,
        clocks.due_at,
        clocks.stopped_at,
        clocks.void_at,
        clocks.gave_up_at,
    )
    shares = {None: clocks.team_time[row].item(), "holder": clocks.holder_time[row].item()}
    split = {holder: time for holder, time in shares.items() if time}
    return *(aware(column[row]) for column in instants), clocks.used[row].item(), split


def row_of_state(state: ClockState) -> tuple[object, ...]:
    split: dict[object, timedelta] = {}
    for holder, time in state.holder_split:
        if time:
            split[None if holder is None else "holder"] = time
    return (
        state.started_at,
        state.due_at,
        state.stopped_at,
        state.void_at,
        state.gave_up_at,
        state.used,
        split,
    )


def holder_of(clocks: ClockColumns, row: int, state: ClockState) -> object:
    return state.custody[0][1] if clocks.is_holders[row] else None


def aware(at: np.datetime64) -> datetime | None:
    value = at.item()
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None
