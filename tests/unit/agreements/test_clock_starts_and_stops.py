"""What starts, meets, voids and restarts each kind of clock."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from agreements.clock import (
    ClockState,
    Grade,
    Mark,
    MarkKind,
    Promise,
    Status,
    known_at,
    replay,
    replay_all,
)
from tests.unit.agreements.worked_example_1 import (
    ACCEPTANCE,
    DISPOSITION,
    FIRST_FOLLOW_UP,
    OFFERED,
    PERSISTENCE,
    PROMISES,
    ROUTING,
    SCHEDULE,
    TO_ANA,
    local,
    mark,
)
from tests.unit.agreements.worked_example_1 import (
    promise as promise_of,
)

END = local("12-01 09:00")
HANDOVER = promise_of("handover", "1h", party="marketing", stage="mql")
STAGE_AGE = promise_of("stage_age", "5bd", stage="sql")
FROM_OFFER = replace(FIRST_FOLLOW_UP, starts_received=False)
RECEIVED = (OFFERED, TO_ANA)


def of(promise: Promise, *marks: Mark) -> ClockState:
    return replay(promise, SCHEDULE, marks)


def status_of(promise: Promise, *marks: Mark) -> Status:
    return of(promise, *marks).status_at(END)


def follow_up(when: str, grade: Grade = Grade.ATTEMPT, channel: str = "call") -> Mark:
    return mark(when, MarkKind.FOLLOW_UP, grade=grade, channel=channel)


def test_clocks_of_sales_start_when_sales_received() -> None:
    assert of(FIRST_FOLLOW_UP, *RECEIVED).started_at == TO_ANA.at
    assert of(FROM_OFFER, *RECEIVED).started_at == OFFERED.at


@pytest.mark.parametrize("promise", PROMISES)
def test_nothing_starts_without_an_offer(promise: Promise) -> None:
    for marks in ((), (TO_ANA, follow_up("09-08 09:30"))):
        state = of(promise, *marks)
        assert (state.started_at, state.due_at, state.used_at(END)) == (None, None, None)
        assert (state.holder_split, state.charged_holder) == ((), None)
        assert state.status_at(END) is Status.NOT_STARTED
        assert replay_all(promise, SCHEDULE, marks) == ()


def test_a_handoff_never_assigned_is_a_breach_of_routing() -> None:
    assert status_of(ROUTING, OFFERED) is Status.BREACHED
    assert status_of(FIRST_FOLLOW_UP, OFFERED) is Status.NOT_STARTED


def test_the_named_queue_receives_and_another_does_not() -> None:
    to_queue = mark("09-08 09:00", MarkKind.ASSIGNED, to_queue=True)
    assert of(ROUTING, OFFERED, to_queue).stopped_at == to_queue.at
    assert of(FIRST_FOLLOW_UP, OFFERED, to_queue).started_at == to_queue.at
    elsewhere = replace(to_queue, to_queue=False)
    assert of(ROUTING, OFFERED, elsewhere).stopped_at is None
    assert of(FIRST_FOLLOW_UP, OFFERED, elsewhere).started_at is None


def test_an_assignment_before_the_offer_counts_from_the_offer() -> None:
    before = replace(TO_ANA, at=local("09-01 09:00"))
    assert of(ROUTING, OFFERED, before).used == timedelta(0)
    assert of(ROUTING, OFFERED, before).stopped_at == OFFERED.at
    assert of(FIRST_FOLLOW_UP, OFFERED, before).started_at == OFFERED.at
    assert of(FIRST_FOLLOW_UP, OFFERED, before).holder_at(OFFERED.at) == "Ana"


def test_a_second_request_restarts_nothing() -> None:
    again = mark("09-08 10:00", MarkKind.OFFERED)
    for promise in PROMISES:
        assert of(promise, *RECEIVED, again) == of(promise, *RECEIVED)


def test_a_follow_up_before_the_offer_never_counts() -> None:
    assert of(FROM_OFFER, follow_up("09-04 17:39"), *RECEIVED).stopped_at is None


def test_what_happens_between_offer_and_receipt_meets_a_clock_at_its_start() -> None:
    received = mark("09-08 11:00", MarkKind.ASSIGNED, holder="Ana")
    called = follow_up("09-08 09:30", Grade.CONTACT)
    for promise in (ACCEPTANCE, FIRST_FOLLOW_UP, PERSISTENCE):
        state = of(promise, OFFERED, called, received)
        assert (state.started_at, state.stopped_at) == (received.at, received.at)
        assert state.status_at(END) is Status.MET
    attempt = follow_up("09-08 09:30")
    persistence = of(PERSISTENCE, OFFERED, attempt, received)
    assert (persistence.attempts, persistence.stopped_at) == (1, None)
    after_contact = mark("09-08 10:00", MarkKind.FOLLOW_UP, grade=Grade.ATTEMPT, channel="email")
    assert of(PERSISTENCE, OFFERED, called, after_contact, received).attempts == 0


@pytest.mark.parametrize(("automated", "counts"), [(True, True), (False, False)])
def test_automated_and_unapproved_follow_ups_stop_nothing(automated: bool, counts: bool) -> None:
    conversation = follow_up("09-08 09:30", Grade.CONVERSATION)
    touched = replace(conversation, automated=automated, counts=counts)
    for promise in (ACCEPTANCE, FIRST_FOLLOW_UP, PERSISTENCE):
        assert of(promise, *RECEIVED, conversation).stopped_at is not None
        assert of(promise, *RECEIVED, touched).stopped_at is None


@pytest.mark.parametrize("evidence", Grade)
def test_a_first_follow_up_needs_the_grade_asked(evidence: Grade) -> None:
    asked = replace(FIRST_FOLLOW_UP, evidence=evidence)
    for got in Grade:
        state = of(asked, *RECEIVED, follow_up("09-08 09:30", got))
        assert (state.stopped_at is not None) is (got.rank >= evidence.rank)


@pytest.mark.parametrize(
    ("decided", "status"),
    [
        (mark("09-08 09:10", MarkKind.ACCEPTED), Status.MET),
        (mark("09-08 09:10", MarkKind.REJECTED), Status.MET),
        (mark("09-08 09:10", MarkKind.QUALIFIED), Status.MET),
        (mark("09-08 09:10", MarkKind.DISQUALIFIED), Status.MET),
        (follow_up("09-08 09:10", Grade.CONTACT), Status.MET),
        (follow_up("09-08 09:10", Grade.ATTEMPT), Status.BREACHED),
        (mark("09-08 09:10", MarkKind.RECYCLED), Status.VOID),
        (mark("09-08 09:10", MarkKind.RECYCLED, not_reached=True), Status.VOID),
        (mark("09-08 09:10", MarkKind.CONTESTED), Status.BREACHED),
    ],
    ids=lambda value: str(value.kind) if isinstance(value, Mark) else "",
)
def test_what_accepts(decided: Mark, status: Status) -> None:
    assert status_of(ACCEPTANCE, *RECEIVED, decided) is status


def test_persistence_is_met_by_enough_attempts_over_enough_channels() -> None:
    three = replace(PERSISTENCE, count=3, channels=2)
    calls = [follow_up(f"09-{day} 10:00") for day in ("08", "09", "10", "11")]
    assert of(three, *RECEIVED, *calls).stopped_at is None
    assert of(three, *RECEIVED, *calls).attempts == 4
    mail = follow_up("09-09 10:01", channel="email")
    state = of(three, *RECEIVED, *calls, mail)
    assert state.stopped_at == local("09-09 10:01")
    assert (state.attempts, state.channels_used) == (3, 2)


def test_at_most_one_attempt_a_channel_and_local_day_counts() -> None:
    morning, evening = follow_up("09-08 00:30"), follow_up("09-08 23:30")
    assert morning.at.date() != evening.at.date()
    assert of(PERSISTENCE, *RECEIVED, morning, evening).attempts == 1
    assert of(PERSISTENCE, *RECEIVED, evening, follow_up("09-09 00:30")).attempts == 2
    mail = follow_up("09-08 10:00", channel="email")
    assert of(PERSISTENCE, *RECEIVED, morning, evening, mail).attempts == 2


@pytest.mark.parametrize("kind", ["qualified", "disqualified", "recycled"])
def test_an_outcome_meets_disposition_and_voids_what_still_runs(kind: str) -> None:
    outcome = mark("09-08 09:30", MarkKind(kind))
    assert status_of(DISPOSITION, *RECEIVED, outcome) is Status.MET
    assert of(FIRST_FOLLOW_UP, *RECEIVED, outcome).void_at == outcome.at
    assert of(PERSISTENCE, *RECEIVED, outcome).void_at == outcome.at
    assert of(ROUTING, replace(OFFERED, at=outcome.at), outcome).void_at == outcome.at


def test_giving_up_after_the_due_time_leaves_the_breach_where_it_was() -> None:
    gave_up = mark("09-22 10:00", MarkKind.RECYCLED, not_reached=True)
    state = of(PERSISTENCE, *RECEIVED, gave_up)
    assert state.breached_at(END) == state.due_at == local("09-21 18:00")
    assert (state.gave_up_at, state.stopped_at) == (gave_up.at, None)


def test_giving_up_breaches_from_that_instant_on() -> None:
    gave_up = mark("09-09 10:00", MarkKind.RECYCLED, not_reached=True)
    state = of(PERSISTENCE, *RECEIVED, gave_up)
    assert state.status_at(local("09-09 09:59")) is Status.RUNNING
    assert state.breached_at(local("09-09 09:59")) is None
    assert state.status_at(local("09-09 10:00")) is Status.BREACHED
    assert state.late_by(END) == timedelta(0)


def test_giving_up_after_it_is_met_changes_nothing() -> None:
    met = (*RECEIVED, follow_up("09-08 10:00", Grade.CONTACT))
    gave_up = mark("09-09 10:00", MarkKind.RECYCLED, not_reached=True)
    assert of(PERSISTENCE, *met, gave_up) == of(PERSISTENCE, *met)


@pytest.mark.parametrize("kind", ["rejected", "withdrawn", "merged", "do_not_contact"])
def test_what_ends_a_handoff_voids_what_runs_and_is_not_past_due(kind: str) -> None:
    at_due = mark("09-08 13:43", MarkKind(kind))
    assert of(FIRST_FOLLOW_UP, *RECEIVED, at_due).void_at == at_due.at
    assert status_of(FIRST_FOLLOW_UP, *RECEIVED, at_due) is Status.VOID
    past_due = mark("09-08 13:43:01", MarkKind(kind))
    late = of(FIRST_FOLLOW_UP, *RECEIVED, past_due)
    assert (late.void_at, late.status_at(END)) == (None, Status.BREACHED)
    met = (*RECEIVED, follow_up("09-08 10:00"))
    assert of(FIRST_FOLLOW_UP, *met, at_due) == of(FIRST_FOLLOW_UP, *met)


@pytest.mark.parametrize("kind", ["rejected", "withdrawn", "merged", "do_not_contact", "recycled"])
def test_nothing_starts_on_a_handoff_that_is_over(kind: str) -> None:
    over = mark("09-04 17:42", MarkKind(kind))
    for promise in PROMISES[1:]:
        assert of(promise, OFFERED, over, TO_ANA).started_at is None


def test_a_void_clock_is_not_late_and_used_what_it_ran() -> None:
    withdrawn = mark("09-08 10:00", MarkKind.WITHDRAWN)
    state = of(FIRST_FOLLOW_UP, *RECEIVED, withdrawn)
    assert (state.used, state.late_by(END)) == (timedelta(minutes=77), timedelta(0))
    assert state.status_at(local("09-08 09:59")) is Status.RUNNING


def test_a_breached_clock_that_is_met_later_keeps_its_stop() -> None:
    state = of(FIRST_FOLLOW_UP, *RECEIVED, follow_up("09-09 10:00"), follow_up("09-10 10:00"))
    assert state.stopped_at == local("09-09 10:00")
    assert state.status_at(END) is Status.BREACHED


REJECTED = mark("09-08 09:10", MarkKind.REJECTED)
OVERTURNED = mark("09-11 11:00", MarkKind.DECIDED, overturned=True)


def test_a_rejection_that_is_upheld_restarts_nothing() -> None:
    upheld = replace(OVERTURNED, overturned=False)
    for promise in PROMISES:
        ended = of(promise, *RECEIVED, REJECTED)
        assert of(promise, *RECEIVED, REJECTED, upheld) == ended
        assert of(promise, *RECEIVED, OVERTURNED) == of(promise, *RECEIVED)


def test_a_breached_clock_is_not_started_anew() -> None:
    rejected_late = replace(REJECTED, at=local("09-09 10:00"))
    called = follow_up("09-14 10:00")
    state = of(FIRST_FOLLOW_UP, *RECEIVED, rejected_late, OVERTURNED, called)
    assert (state.occurrence, state.stopped_at) == (0, called.at)
    assert state.status_at(END) is Status.BREACHED
    assert state.used == of(FIRST_FOLLOW_UP, *RECEIVED, called).used


def test_a_clock_started_anew_counts_from_the_decision() -> None:
    attempt, another = follow_up("09-08 09:05"), follow_up("09-14 10:00")
    marks = (*RECEIVED, attempt, REJECTED, OVERTURNED, another)
    first, anew = replay_all(PERSISTENCE, SCHEDULE, marks)
    assert (first.attempts, anew.attempts) == (1, 1)
    (kept,) = replay_all(FIRST_FOLLOW_UP, SCHEDULE, marks)
    assert kept.stopped_at == attempt.at


def test_a_second_overturned_rejection_makes_a_third_occurrence() -> None:
    again = mark("09-11 12:00", MarkKind.REJECTED)
    overturned = mark("09-15 09:00", MarkKind.DECIDED, overturned=True)
    marks = (*RECEIVED, REJECTED, OVERTURNED, again, overturned)
    states = replay_all(FIRST_FOLLOW_UP, SCHEDULE, marks)
    assert [state.occurrence for state in states] == [0, 1, 2]
    assert [state.void_at for state in states] == [REJECTED.at, again.at, None]


def test_overturned_before_it_was_received() -> None:
    rejected = mark("09-04 17:42", MarkKind.REJECTED)
    routing = replay_all(ROUTING, SCHEDULE, (OFFERED, rejected, OVERTURNED))
    assert [state.started_at for state in routing] == [OFFERED.at, OVERTURNED.at]
    after = mark("09-11 11:03", MarkKind.ASSIGNED, holder="Ana")
    assert of(FIRST_FOLLOW_UP, OFFERED, rejected, OVERTURNED, after).started_at == after.at
    between = mark("09-10 09:00", MarkKind.ASSIGNED, holder="Ana")
    marks = (OFFERED, rejected, between, OVERTURNED)
    assert of(FIRST_FOLLOW_UP, *marks).started_at == OVERTURNED.at
    assert of(ROUTING, *marks).stopped_at == OVERTURNED.at
    acceptance = of(ACCEPTANCE, *marks)
    assert (acceptance.started_at, acceptance.stopped_at) == (OVERTURNED.at, OVERTURNED.at)


def test_handover_runs_from_the_stage_to_the_offer() -> None:
    lead = mark("09-04 09:00", MarkKind.STAGE_ENTERED, stage="lead")
    mql = mark("09-04 17:00", MarkKind.STAGE_ENTERED, stage="mql")
    state = of(HANDOVER, lead, mql, OFFERED)
    assert (state.started_at, state.used) == (mql.at, timedelta(minutes=40))
    assert (state.status_at(END), state.charged_party) == (Status.MET, "marketing")
    assert of(replace(HANDOVER, stage=None), lead, mql).started_at == lead.at
    assert of(HANDOVER, lead, OFFERED).started_at is None
    assert of(HANDOVER, OFFERED, replace(mql, at=local("09-08 09:00"))).started_at is None
    merged = mark("09-04 17:30", MarkKind.MERGED)
    assert of(HANDOVER, mql, merged, OFFERED).void_at == merged.at


def entered(when: str, stage: str | None) -> Mark:
    return mark(when, MarkKind.STAGE_ENTERED, stage=stage)


def test_stage_age_runs_each_time_its_stage_is_entered() -> None:
    marks = (
        entered("09-08 10:00", "sql"),
        entered("09-09 10:00", "sql"),
        entered("09-10 10:00", "opportunity"),
        entered("09-14 10:00", "sql"),
    )
    first, again = replay_all(STAGE_AGE, SCHEDULE, marks)
    assert (first.started_at, first.stopped_at) == (local("09-08 10:00"), local("09-10 10:00"))
    assert (again.occurrence, again.due_at) == (1, local("09-21 18:00"))
    assert again.status_at(END) is Status.BREACHED


@pytest.mark.parametrize(
    ("movement", "stops"),
    [
        (entered("09-10 10:00", None), True),
        (entered("09-10 10:00", "mql"), True),
        (mark("09-10 10:00", MarkKind.DISQUALIFIED), True),
        (mark("09-10 10:00", MarkKind.RECYCLED), True),
        (mark("09-10 10:00", MarkKind.QUALIFIED), False),
        (follow_up("09-10 10:00", Grade.CONVERSATION), False),
    ],
    ids=lambda value: f"{value.kind} {value.stage}" if isinstance(value, Mark) else "",
)
def test_what_moves_a_lead_on(movement: Mark, stops: bool) -> None:
    state = of(STAGE_AGE, entered("09-08 10:00", "sql"), movement)
    assert state.stopped_at == (movement.at if stops else None)


def test_stage_age_is_voided_and_restarted_like_the_others() -> None:
    marks = (entered("09-08 09:00", "sql"), REJECTED, OVERTURNED)
    first, anew = replay_all(STAGE_AGE, SCHEDULE, marks)
    assert (first.void_at, anew.started_at) == (REJECTED.at, OVERTURNED.at)


def test_marks_of_one_instant_are_taken_in_the_order_of_their_kinds() -> None:
    at_once = local("09-08 09:10")
    kinds = [MarkKind.WITHDRAWN, MarkKind.QUALIFIED, MarkKind.OFFERED, MarkKind.ASSIGNED]
    marks = [Mark(at_once, kind, "crm", "1", holder="Ana") for kind in kinds]
    called = replace(follow_up("09-08 09:10"), at=at_once)
    for order in ([called, *marks], [*reversed(marks), called]):
        assert min(order).kind is MarkKind.OFFERED
        assert of(FIRST_FOLLOW_UP, *order).stopped_at == at_once
        assert of(DISPOSITION, *order).stopped_at == at_once


def test_a_repeated_mark_counts_once() -> None:
    attempt = follow_up("09-08 10:00")
    assert of(PERSISTENCE, *RECEIVED, attempt, attempt).attempts == 1


def test_a_number_used_again_for_another_kind_is_another_mark() -> None:
    marks = [replace(each, external_id="7") for each in (*RECEIVED, follow_up("09-08 10:00"))]
    assert of(FIRST_FOLLOW_UP, *marks).stopped_at == local("09-08 10:00")


def test_two_contents_of_one_mark_do_not_depend_on_arrival() -> None:
    one = follow_up("09-08 10:00")
    other = replace(one, at=local("09-08 11:00"))
    assert of(FIRST_FOLLOW_UP, *RECEIVED, one, other) == of(FIRST_FOLLOW_UP, *RECEIVED, other, one)


def test_marks_are_known_when_they_happened_or_were_typed_in() -> None:
    typed_in = replace(follow_up("09-08 10:00"), recorded_at=local("09-08 12:00"))
    marks: Iterable[Mark] = (OFFERED, typed_in)
    assert known_at(marks, local("09-08 11:59")) == [OFFERED]
    assert known_at(marks, local("09-08 12:00")) == [OFFERED, typed_in]


def test_a_follow_up_without_a_grade_is_refused() -> None:
    with pytest.raises(ValueError, match="Follow-up '7' of 'crm' has no grade"):
        Mark(OFFERED.at, MarkKind.FOLLOW_UP, "crm", "7")


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("first_follow_up", {"warn_at": 1.2}, "warns at 1.2: give a share above 0"),
        ("first_follow_up", {"warn_at": 0}, "warns at 0: give a share above 0"),
        ("persistence", {"count": 2, "channels": 3}, "asks for 2 attempts over 3 channels"),
        ("persistence", {"count": 0, "channels": 0}, "asks for 0 attempts over 0 channels"),
        ("stage_age", {"stage": None}, "limits the age of a stage: name the stage"),
    ],
)
def test_a_promise_that_cannot_be_is_refused(
    kind: str, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"Clause {kind} {message}"):
        promise_of(kind, "4h", **changes)
