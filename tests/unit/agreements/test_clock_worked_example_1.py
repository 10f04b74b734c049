"""Example 1, number by number: each table, each instant and each variant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agreements.clock import (
    Absence,
    ClockState,
    Mark,
    MarkKind,
    Promise,
    Status,
    known_at,
    open_between,
    replay,
    replay_all,
)
from agreements.durations import Duration
from tests.unit.agreements.worked_example_1 import (
    ACCEPTANCE,
    ACCEPTED,
    ATTEMPT,
    CONTACT,
    DISPOSITION,
    FIRST_FOLLOW_UP,
    MARKS,
    OFFERED,
    PAUSED,
    PERSISTENCE,
    PROMISES,
    QUALIFIED,
    ROUTING,
    SCHEDULE,
    TO_ANA,
    TO_BRUNO,
    local,
    mark,
    without,
)

END = local("12-01 09:00")


def minutes(amount: int) -> timedelta:
    return timedelta(minutes=amount)


def of(promise: Promise, marks: Iterable[Mark] = MARKS) -> ClockState:
    return replay(promise, SCHEDULE, marks)


@pytest.mark.parametrize(
    ("promise", "started", "due_before_pause", "due", "stopped"),
    [
        (ROUTING, "09-04 17:40", "09-04 17:45", "09-04T20:45", "09-04 17:43"),
        (ACCEPTANCE, "09-04 17:43", "09-08 13:43", "09-08T16:43", "09-08 09:10"),
        (FIRST_FOLLOW_UP, "09-04 17:43", "09-08 13:43", "09-08T18:13", "09-08 14:20"),
        (PERSISTENCE, "09-04 17:43", "09-21 18:00", "09-21T21:00", "09-09 10:05"),
        (DISPOSITION, "09-04 17:43", "09-28 18:00", "09-28T21:00", "09-17 16:00"),
    ],
    ids=lambda value: value.kind if isinstance(value, Promise) else "",
)
def test_each_clock_starts_is_due_and_is_met(
    promise: Promise, started: str, due_before_pause: str, due: str, stopped: str
) -> None:
    state = of(promise)
    assert state.started_at == local(started)
    assert state.due_at == datetime.fromisoformat(f"2026-{due}").replace(tzinfo=UTC)
    assert state.stopped_at == local(stopped)
    assert of(promise, known_at(MARKS, local("09-08 09:59"))).due_at == local(due_before_pause)
    assert state.status_at(END) is Status.MET
    assert state.breached_at(END) is None
    assert state.late_by(END) == minutes(0)
    assert (state.clause_key, state.occurrence, state.void_at) == (promise.clause_key, 0, None)


def test_due_times_by_the_wall_clock() -> None:
    assert [of(promise).due_at for promise in PROMISES] == [
        local("09-04 17:45"),
        local("09-08 13:43"),
        local("09-08 15:13"),
        local("09-21 18:00"),
        local("09-28 18:00"),
    ]


@pytest.mark.parametrize(
    ("promise", "used"), [(ROUTING, 3), (ACCEPTANCE, 27), (FIRST_FOLLOW_UP, 187)]
)
def test_open_time_used(promise: Promise, used: int) -> None:
    assert of(promise).used == minutes(used)


@pytest.mark.parametrize(("promise", "day"), [(PERSISTENCE, 2), (DISPOSITION, 8)])
def test_business_days_used(promise: Promise, day: int) -> None:
    assert of(promise).used is None
    assert of(promise).days_used_at(END) == day


def test_persistence_counts_one_attempt_before_the_contact() -> None:
    state = of(PERSISTENCE)
    assert (state.attempts, state.channels_used) == (1, 1)


@pytest.mark.parametrize(
    ("promise", "at_risk_from"), [(ROUTING, "09-04 17:44"), (FIRST_FOLLOW_UP, "09-08 14:25")]
)
def test_at_risk_from_the_warning_share(promise: Promise, at_risk_from: str) -> None:
    assert of(promise).at_risk_from == local(at_risk_from)


@pytest.mark.parametrize("promise", [ACCEPTANCE, PERSISTENCE, DISPOSITION])
def test_stopped_before_it_was_ever_at_risk(promise: Promise) -> None:
    state = of(promise)
    assert state.at_risk_from is not None
    assert state.stopped_at is not None
    assert state.at_risk_from > state.stopped_at


@pytest.mark.parametrize(
    ("start", "end", "counted", "paused"),
    [
        ("09-04 17:43", "09-04 18:00", 17, 0),
        ("09-05 00:00", "09-08 00:00", 0, 0),
        ("09-08 09:00", "09-08 10:00", 60, 0),
        ("09-08 10:00", "09-08 11:30", 0, 90),
        ("09-08 11:30", "09-08 12:00", 30, 0),
        ("09-08 12:00", "09-08 13:00", 0, 0),
        ("09-08 13:00", "09-08 14:20", 80, 0),
        ("09-04 17:43", "09-08 15:13", 17 + 60 + 30 + 133, 90),
    ],
)
def test_counted_piece_by_piece(start: str, end: str, counted: int, paused: int) -> None:
    pauses = of(DISPOSITION).pauses
    of_all = open_between(SCHEDULE, local(start), local(end))
    of_rest = open_between(SCHEDULE, local(start), local(end), pauses)
    assert (of_rest, of_all - of_rest) == (minutes(counted), minutes(paused))


def test_first_follow_up_is_split_between_its_holders() -> None:
    assert of(FIRST_FOLLOW_UP).holder_split == (
        ("Ana", minutes(17 + 60 + 15)),
        ("Bruno", minutes(15 + 80)),
    )
    assert of(ROUTING).holder_split == ((None, minutes(3)),)


@pytest.mark.parametrize(
    ("until", "by_the_wall", "counted", "taken_out"),
    [
        (ATTEMPT, timedelta(days=3, hours=20, minutes=40), 280, 190),
        (CONTACT, timedelta(days=4, hours=16, minutes=25), 565, 475),
    ],
)
def test_what_the_customer_waited_from_the_offer(
    until: Mark, by_the_wall: timedelta, counted: int, taken_out: int
) -> None:
    assert until.at - OFFERED.at == by_the_wall
    assert open_between(SCHEDULE, OFFERED.at, until.at) == minutes(counted)
    pauses = of(DISPOSITION).pauses
    assert open_between(SCHEDULE, OFFERED.at, until.at, pauses) == minutes(taken_out)


@pytest.mark.parametrize(
    ("at", "routing", "acceptance", "first_follow_up", "then"),
    [
        ("09-04 17:42", ("running", 2), ("not_started", None), ("not_started", None), (None, None)),
        ("09-04 18:30", ("met", 3), ("running", 17), ("running", 17), ("09-08 13:43", "Ana")),
        ("09-07 12:00", ("met", 3), ("running", 17), ("running", 17), ("09-08 13:43", "Ana")),
        ("09-08 09:05", ("met", 3), ("running", 22), ("running", 22), ("09-08 13:43", "Ana")),
        ("09-08 10:30", ("met", 3), ("met", 27), ("paused", 77), ("09-08 15:13", "Ana")),
        ("09-08 14:00", ("met", 3), ("met", 27), ("running", 167), ("09-08 15:13", "Bruno")),
        ("09-08 14:20", ("met", 3), ("met", 27), ("met", 187), ("09-08 15:13", "Bruno")),
    ],
)
def test_states_at_each_instant(
    at: str,
    routing: tuple[str, int | None],
    acceptance: tuple[str, int | None],
    first_follow_up: tuple[str, int | None],
    then: tuple[str | None, str | None],
) -> None:
    now, (due, holder) = local(at), then
    known = known_at(MARKS, now)
    expected = (routing, acceptance, first_follow_up)
    for promise, (status, used) in zip(PROMISES[:3], expected, strict=True):
        state = of(promise, known)
        assert state.status_at(now) == status
        assert state.used_at(now) == (None if used is None else minutes(used))
    assert of(FIRST_FOLLOW_UP, known).due_at == (None if due is None else local(due))
    assert of(ROUTING, known).holder_at(now) == holder


def test_b_nobody_calls_in_time() -> None:
    late_call = replace(ATTEMPT, at=local("09-08 15:30"))
    state = of(FIRST_FOLLOW_UP, without(ATTEMPT, then=(late_call,)))
    assert state.status_at(local("09-08 14:24:59")) is Status.RUNNING
    assert state.status_at(local("09-08 14:25")) is Status.AT_RISK
    assert state.status_at(local("09-08 15:13")) is Status.AT_RISK
    assert state.status_at(local("09-08 15:13:01")) is Status.BREACHED
    assert state.status_at(END) is Status.BREACHED
    assert state.breached_at(END) == local("09-08 15:13")
    assert state.stopped_at == late_call.at
    assert state.late_by(END) == minutes(17)
    assert state.holder_split == (("Ana", minutes(92)), ("Bruno", minutes(148)))
    assert (state.charged_party, state.charged_holder) == ("sales", "Bruno")


def test_c_reassigned_just_before_the_due_time() -> None:
    reassigned = replace(TO_BRUNO, at=local("09-08 15:00"))
    late_call = replace(ATTEMPT, at=local("09-08 15:30"))
    state = of(FIRST_FOLLOW_UP, without(ATTEMPT, TO_BRUNO, then=(reassigned, late_call)))
    assert state.breached_at(END) == local("09-08 15:13")
    assert state.holder_split == (("Ana", minutes(227)), ("Bruno", minutes(13)))
    assert state.charged_holder == "Ana"


def test_d_no_pause() -> None:
    state = of(FIRST_FOLLOW_UP, without(PAUSED))
    assert state.due_at == local("09-08 13:43")
    assert state.late_by(END) == minutes(37)
    assert state.status_at(END) is Status.BREACHED
    assert state.holder_split == (("Ana", minutes(182)), ("Bruno", minutes(58)))
    assert state.charged_holder == "Ana"


def test_e_assigned_only_on_tuesday() -> None:
    assigned = replace(TO_ANA, at=local("09-08 09:30"))
    accepted = replace(ACCEPTED, at=local("09-08 09:40"))
    marks = without(TO_ANA, ACCEPTED, PAUSED, then=(assigned, accepted))
    routing = of(ROUTING, marks)
    assert routing.breached_at(END) == local("09-04 17:45")
    assert routing.late_by(END) == minutes(45)
    assert (routing.charged_party, routing.charged_holder) == ("marketing", None)
    with_pause = of(FIRST_FOLLOW_UP, without(TO_ANA, ACCEPTED, then=(assigned, accepted)))
    assert with_pause.started_at == local("09-08 09:30")
    assert with_pause.due_at == local("09-08 16:00")


def test_f_ana_is_recorded_as_absent_on_tuesday() -> None:
    absence = Absence("Ana", local("09-08 00:00"), local("09-09 00:00"), local("09-04 16:00"))
    state = replay(FIRST_FOLLOW_UP, SCHEDULE, MARKS, absences=[absence])
    assert replace(state, absences=()) == of(FIRST_FOLLOW_UP)
    assert dict(state.holder_split) == {"Ana": minutes(17), None: minutes(75), "Bruno": minutes(95)}
    assert state.charged_holder == "Bruno"


def test_g_the_call_is_typed_in_later() -> None:
    typed_in = replace(ATTEMPT, recorded_at=local("09-08 17:00"))
    marks = without(ATTEMPT, CONTACT, QUALIFIED, then=(typed_in,))
    before = of(FIRST_FOLLOW_UP, known_at(marks, local("09-08 16:59")))
    assert before.status_at(local("09-08 15:13")) is Status.AT_RISK
    assert before.status_at(local("09-08 15:14")) is Status.BREACHED
    assert before.status_at(local("09-08 16:59")) is Status.BREACHED
    after = of(FIRST_FOLLOW_UP, known_at(marks, local("09-08 17:00")))
    assert after.status_at(local("09-08 17:00")) is Status.MET
    assert after.used == minutes(187)
    assert after.back_dated
    assert after.back_dated_by == timedelta(hours=2, minutes=40)
    assert not of(FIRST_FOLLOW_UP).back_dated


@pytest.mark.parametrize(
    ("within", "due"), [("4h", "09-08 14:00"), ("1bd", "09-08 18:00")], ids=["4h", "1bd"]
)
def test_h_offered_and_assigned_on_saturday(within: str, due: str) -> None:
    marks = (replace(OFFERED, at=local("09-05 15:00")), replace(TO_ANA, at=local("09-05 15:00")))
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse(within))
    assert of(promise, marks).due_at == local(due)
    assert of(ROUTING, marks).due_at == local("09-08 09:05")


def test_h_one_business_day_from_friday_evening() -> None:
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse("1bd"))
    assert of(promise, (OFFERED, TO_ANA)).due_at == local("09-08 18:00")


def test_i_ana_calls_on_saturday() -> None:
    on_saturday = replace(ATTEMPT, at=local("09-05 10:00"))
    state = of(FIRST_FOLLOW_UP, without(ATTEMPT, then=(on_saturday,)))
    assert state.status_at(END) is Status.MET
    assert state.used == minutes(17)


def test_j_recycled_as_not_reached() -> None:
    recycled = mark("09-09 10:05", MarkKind.RECYCLED, not_reached=True)
    marks = without(CONTACT, QUALIFIED, then=(recycled,))
    persistence = of(PERSISTENCE, marks)
    assert persistence.status_at(END) is Status.BREACHED
    assert persistence.breached_at(END) == persistence.gave_up_at == local("09-09 10:05")
    assert (persistence.attempts, persistence.promise.count) == (1, 6)
    assert persistence.stopped_at is None
    assert of(DISPOSITION, marks).status_at(END) is Status.MET


def test_k_a_rejection_that_is_overturned() -> None:
    rejected = mark("09-08 09:10", MarkKind.REJECTED, reason="wrong data")
    contested = mark("09-08 11:00", MarkKind.CONTESTED)
    marks = (OFFERED, TO_ANA, rejected, contested)
    overturned = mark("09-11 11:00", MarkKind.DECIDED, overturned=True)
    assert of(ACCEPTANCE, marks).stopped_at == local("09-08 09:10")
    for promise, due in (
        (FIRST_FOLLOW_UP, "09-11 16:00"),
        (PERSISTENCE, "09-25 18:00"),
        (DISPOSITION, "10-02 18:00"),
    ):
        assert of(promise, marks).status_at(END) is Status.VOID
        first, anew = replay_all(promise, SCHEDULE, (*marks, overturned))
        assert (first.occurrence, first.void_at) == (0, local("09-08 09:10"))
        assert (anew.occurrence, anew.started_at) == (1, local("09-11 11:00"))
        assert anew.due_at == local(due)
        assert of(promise, (*marks, overturned)) == anew
    (acceptance,) = replay_all(ACCEPTANCE, SCHEDULE, (*marks, overturned))
    assert (acceptance.stopped_at, acceptance.status_at(END)) == (rejected.at, Status.MET)
