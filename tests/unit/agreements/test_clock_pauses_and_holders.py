"""Pauses, promises in days, holders and absences."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agreements.business_time import Schedule
from agreements.clock import Absence, ClockState, Mark, MarkKind, Pause, Status, replay
from agreements.durations import Duration
from tests.unit.agreements.worked_example_1 import (
    ATTEMPT,
    DISPOSITION,
    FIRST_FOLLOW_UP,
    OFFERED,
    PAUSED,
    PERSISTENCE,
    SCHEDULE,
    TO_ANA,
    TO_BRUNO,
    WEEKDAYS,
    ZONE,
    local,
    mark,
)

END = local("12-01 09:00")
RECEIVED = (OFFERED, TO_ANA)
ONE_DAY = replace(FIRST_FOLLOW_UP, within=Duration.parse("1bd"))


def of(*marks: Mark, within: str = "4h", max_pause: str | None = None) -> ClockState:
    promise = replace(
        FIRST_FOLLOW_UP,
        within=Duration.parse(within),
        max_pause=Duration.parse(max_pause) if max_pause else None,
    )
    return replay(promise, SCHEDULE, (*RECEIVED, *marks))


def paused(start: str, until: str, reason: str | None = None) -> Mark:
    return mark(start, MarkKind.PAUSED, until=local(until), reason=reason)


def resumed(at: str) -> Mark:
    return mark(at, MarkKind.RESUMED)


def minutes(amount: int) -> timedelta:
    return timedelta(minutes=amount)


def test_a_pause_moves_open_time_by_the_open_time_inside_it() -> None:
    assert of().due_at == local("09-08 13:43")
    assert of(paused("09-08 10:00", "09-08 11:30")).due_at == local("09-08 15:13")
    assert of(paused("09-08 11:30", "09-08 13:30")).due_at == local("09-08 14:43")
    assert of(paused("09-05 00:00", "09-08 09:00")).due_at == local("09-08 13:43")


def test_resuming_ends_a_pause_early_and_only_running_ones() -> None:
    early = of(paused("09-08 10:00", "09-10 10:00"), resumed("09-08 10:30"))
    assert early.due_at == local("09-08 14:13")
    planned = of(resumed("09-08 09:30"), paused("09-08 10:00", "09-08 11:30"))
    assert planned.due_at == local("09-08 15:13")
    nothing = of(paused("09-08 10:00", "09-08 10:30"), resumed("09-08 11:00"))
    assert nothing.due_at == local("09-08 14:13")


def test_overlapping_pauses_are_one() -> None:
    state = of(
        paused("09-08 10:00", "09-08 11:00", "on holiday"),
        paused("09-08 10:30", "09-08 11:30", "asked by the customer"),
        paused("09-08 10:15", "09-08 10:45", "on holiday"),
        paused("09-08 10:20", "09-08 10:20", "nothing"),
    )
    assert state.due_at == local("09-08 15:13")
    reasons = ("on holiday", "asked by the customer")
    assert state.pauses == (Pause(local("09-08 10:00"), local("09-08 11:30"), reasons),)


@pytest.mark.parametrize(
    ("longest", "ends"),
    [("1h", "09-08 11:00"), ("2h", "09-08 11:30"), ("1bd", "09-08 11:30"), ("0h", None)],
)
def test_no_pause_is_longer_than_the_terms_allow(longest: str, ends: str | None) -> None:
    state = of(paused("09-08 10:00", "09-08 11:30"), max_pause=longest)
    assert [pause.end for pause in state.pauses] == ([local(ends)] if ends else [])


def test_a_longest_pause_in_business_days_ends_with_the_day() -> None:
    state = of(paused("09-08 10:00", "09-30 10:00"), max_pause="2bd")
    assert [pause.end for pause in state.pauses] == [local("09-10 18:00")]
    assert state.due_at == local("09-11 11:43")


def test_pauses_lie_inside_the_run_of_the_clock() -> None:
    before = of(paused("09-04 12:00", "09-08 10:00"))
    assert before.pauses == (Pause(local("09-04 17:43"), local("09-08 10:00")),)
    assert before.due_at == local("09-08 15:00")
    stopped_inside = of(PAUSED, replace(ATTEMPT, at=local("09-08 10:30")))
    assert [pause.end for pause in stopped_inside.pauses] == [local("09-08 10:30")]
    assert stopped_inside.used == minutes(77)
    after = of(ATTEMPT, paused("09-08 14:20", "09-10 10:00"))
    assert after == of(ATTEMPT)


def test_a_pause_after_the_due_time_excuses_nothing_but_is_not_late_time() -> None:
    state = of(paused("09-08 13:43", "09-08 17:00"), replace(ATTEMPT, at=local("09-08 17:30")))
    assert state.breached_at(END) == local("09-08 13:43")
    assert state.late_by(END) == minutes(30)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "09-09"),
        ([("09-08 08:00", "09-08 20:00")], "09-10"),
        ([("09-08 09:00", "09-08 18:00")], "09-10"),
        ([("09-08 09:01", "09-08 18:00")], "09-09"),
        ([("09-08 09:00", "09-08 12:00"), ("09-08 13:00", "09-08 18:00")], "09-10"),
        ([("09-04 17:00", "09-09 18:00")], "09-11"),
        ([("09-09 09:00", "09-11 18:00")], "09-14"),
        ([("09-08 09:00", "09-08 18:00"), ("09-10 09:00", "09-10 18:00")], "09-11"),
        ([("09-05 00:00", "09-08 00:00")], "09-09"),
        ([("09-10 09:00", "09-10 18:00")], "09-09"),
    ],
)
def test_business_days_move_by_each_day_wholly_paused(
    pauses: list[tuple[str, str]], due: str
) -> None:
    state = of(*(paused(*pause) for pause in pauses), within="2bd")
    assert state.due_at == local(f"{due} 18:00")


def test_a_wholly_paused_start_day_moves_nothing() -> None:
    early = (replace(OFFERED, at=local("09-08 08:00")), replace(TO_ANA, at=local("09-08 08:00")))
    pause = paused("09-08 08:00", "09-08 20:00")
    assert replay(ONE_DAY, SCHEDULE, (*early, pause)).due_at == local("09-09 18:00")


def test_a_wholly_paused_day_is_not_a_day_used() -> None:
    pause = paused("09-08 09:00", "09-08 18:00")
    state = replay(PERSISTENCE, SCHEDULE, (*RECEIVED, pause))
    days = [state.days_used_at(local(f"09-{day} 17:00")) for day in ("04", "08", "09", "10")]
    assert days == [0, 0, 1, 2]
    early = (*RECEIVED, pause, resumed("09-08 17:00"))
    assert replay(PERSISTENCE, SCHEDULE, early).days_used_at(local("09-08 17:00")) == 1
    assert of().days_used_at(END) is None


def test_calendar_days_end_with_the_local_day() -> None:
    assert of(within="2d").due_at == local("09-07 00:00")
    assert of(paused("09-05 00:00", "09-06 00:00"), within="2d").due_at == local("09-08 00:00")
    assert of(paused("09-05 00:01", "09-06 00:00"), within="2d").due_at == local("09-07 00:00")
    assert of(within="0d").due_at == TO_ANA.at
    assert of(within="5d").days_used_at(local("09-06 12:00")) == 2


def test_a_calendar_day_is_as_long_as_the_zone_makes_it() -> None:
    lisbon = Schedule("Europe/Lisbon", {day: [("09:00", "18:00")] for day in WEEKDAYS})
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse("1d"))
    for start, due in (("2026-03-28", "2026-03-29T23:00Z"), ("2026-10-24", "2026-10-26T00:00Z")):
        at = datetime.fromisoformat(f"{start}T12:00Z")
        marks = (replace(OFFERED, at=at), replace(TO_ANA, at=at))
        assert replay(promise, lisbon, marks).due_at == datetime.fromisoformat(due)


def test_a_pause_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="Pause '7' of 'crm' has no end"):
        Mark(OFFERED.at, MarkKind.PAUSED, "crm", "7")


def test_instants_come_out_in_utc() -> None:
    marks = [replace(each, at=each.at.astimezone(ZONE)) for each in (*RECEIVED, ATTEMPT)]
    state = replay(FIRST_FOLLOW_UP, SCHEDULE, marks)
    for at in (state.started_at, state.due_at, state.stopped_at):
        assert at is not None
        assert at.utcoffset() == timedelta(0)


def test_at_risk_counts_open_time_also_for_promises_in_days() -> None:
    state = replay(ONE_DAY, SCHEDULE, RECEIVED)
    # 17 min of Friday and 8 h of Tuesday, 80 % of which is 6 h 37 min 36 s.
    assert state.at_risk_from == local("09-08 16:20:36")
    assert state.status_at(local("09-08 16:20:35")) is Status.RUNNING
    assert state.status_at(local("09-08 16:20:36")) is Status.AT_RISK
    paused_then = replay(ONE_DAY, SCHEDULE, (*RECEIVED, paused("09-08 17:00", "09-08 17:30")))
    assert paused_then.status_at(local("09-08 17:15")) is Status.PAUSED


def test_equal_times_are_charged_to_the_later_holder() -> None:
    # Two hours each of the four that were promised.
    to_bruno = replace(TO_BRUNO, at=local("09-08 10:43"))
    state = of(to_bruno)
    assert state.holder_split == (("Ana", minutes(120)), ("Bruno", minutes(120)))
    assert state.charged_holder == "Bruno"
    back = mark("09-08 13:00", MarkKind.ASSIGNED, holder="Ana")
    assert of(replace(TO_BRUNO, at=local("09-08 09:40")), back).charged_holder == "Bruno"


def test_time_in_the_queue_is_the_teams() -> None:
    to_queue = mark("09-08 09:10", MarkKind.ASSIGNED, to_queue=True)
    state = of(to_queue)
    assert state.holder_split == (("Ana", minutes(27)), (None, minutes(213)))
    assert state.charged_holder is None
    assert state.holder_at(local("09-08 10:00")) is None


def test_the_split_goes_no_further_than_now() -> None:
    state = of(PAUSED, TO_BRUNO)
    assert state.holder_split_at(local("09-04 17:42")) == ()
    assert state.holder_split_at(local("09-08 11:40")) == (("Ana", minutes(87)),)
    assert dict(state.holder_split_at(END)) == {"Ana": minutes(92), "Bruno": minutes(148)}


def test_giving_up_charges_up_to_that_instant() -> None:
    gave_up = mark("09-08 10:00", MarkKind.RECYCLED, not_reached=True)
    state = replay(PERSISTENCE, SCHEDULE, (*RECEIVED, gave_up))
    # Tuesday's first hour: a promise of days does not count the Friday it started on.
    assert state.holder_split == (("Ana", minutes(60)),)
    assert state.charged_holder == "Ana"


def test_the_day_a_promise_of_days_starts_on_is_nobodys() -> None:
    early = (replace(OFFERED, at=local("09-08 09:00")), replace(TO_ANA, at=local("09-08 09:00")))
    to_bruno = replace(TO_BRUNO, at=local("09-09 11:00"))
    marks = (*early, to_bruno)
    # Of Ana's day and two hours only these two count.
    split = (("Ana", minutes(120)), ("Bruno", minutes(360)))
    state = replay(ONE_DAY, SCHEDULE, marks)
    assert (state.holder_split, state.charged_holder) == (split, "Bruno")
    whole = replace(FIRST_FOLLOW_UP, within=Duration.parse("1d"))
    split = (("Ana", minutes(11 * 60)), ("Bruno", minutes(13 * 60)))
    assert replay(whole, SCHEDULE, marks).holder_split == split
    gone_the_same_day = (*early, replace(to_bruno, at=local("09-08 17:00")))
    gave_up = mark("09-08 17:30", MarkKind.RECYCLED, not_reached=True)
    state = replay(PERSISTENCE, SCHEDULE, (*gone_the_same_day, gave_up))
    assert state.holder_split == (("Ana", minutes(0)), ("Bruno", minutes(0)))
    assert state.charged_holder == "Bruno"


def test_a_reassignment_after_the_due_time_charges_nobody_else() -> None:
    state = of(mark("09-08 13:43", MarkKind.ASSIGNED, holder="Bruno"))
    assert state.holder_split == (("Ana", minutes(240)),)


@pytest.mark.parametrize(
    ("recorded", "absent_minutes"),
    [("09-04 12:00", 60), ("09-08 09:30", 30), ("09-08 10:00", 0), ("09-09 10:00", 0)],
)
def test_an_absence_excuses_from_when_it_was_recorded(recorded: str, absent_minutes: int) -> None:
    away = Absence("Ana", local("09-08 09:00"), local("09-08 10:00"), local(recorded))
    elsewhere = replace(away, holder="Bruno")
    state = replay(FIRST_FOLLOW_UP, SCHEDULE, RECEIVED, absences=[elsewhere, away])
    shares = dict(state.holder_split)
    assert shares.get(None, minutes(0)) == minutes(absent_minutes)
    assert shares["Ana"] == minutes(240 - absent_minutes)


def test_who_was_away_most_of_the_time_is_not_charged() -> None:
    away = Absence("Ana", local("09-08 00:00"), local("09-12 00:00"), local("09-01 09:00"))
    state = replay(DISPOSITION, SCHEDULE, RECEIVED, absences=[away, away])
    assert state.charged_holder == "Ana"
    state = replay(FIRST_FOLLOW_UP, SCHEDULE, RECEIVED, absences=[away, away])
    assert state.holder_split == (("Ana", minutes(17)), (None, minutes(223)))
    assert state.charged_holder is None
