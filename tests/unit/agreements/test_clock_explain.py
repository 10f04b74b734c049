"""Why a clock is due when it is: the first follow-up of example 1, and the skipped days."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from agreements.business_time import Schedule
from agreements.clock import (
    ExplainedDay,
    Explanation,
    Interval,
    Mark,
    MarkKind,
    Promise,
    Skip,
    Status,
    explain,
    replay,
)
from agreements.durations import Duration
from tests.unit.agreements.worked_example_1 import (
    ATTEMPT,
    FIRST_FOLLOW_UP,
    MARKS,
    PAUSED,
    PERSISTENCE,
    ROUTING,
    SCHEDULE,
    TO_ANA,
    local,
    mark,
    without,
)


def told(
    promise: Promise,
    now: str,
    marks: tuple[Mark, ...] = MARKS,
    schedule: Schedule = SCHEDULE,
) -> Explanation:
    return explain(replay(promise, schedule, marks), schedule, local(now))


def day_of(explanation: Explanation, day: str) -> ExplainedDay:
    return next(each for each in explanation.days if each.date == date.fromisoformat(f"2026-{day}"))


def hours(day: str, *intervals: tuple[str, str]) -> tuple[Interval, ...]:
    return tuple((local(f"{day} {start}"), local(f"{day} {end}")) for start, end in intervals)


def minutes(amount: int) -> timedelta:
    return timedelta(minutes=amount)


def test_the_first_follow_up_hour_by_hour() -> None:
    explanation = told(FIRST_FOLLOW_UP, "09-08 14:00", without(ATTEMPT))
    assert explanation.status is Status.RUNNING
    assert explanation.due_at == local("09-08 15:13")
    assert explanation.due_without_pauses == local("09-08 13:43")
    assert explanation.counted == minutes(17 + 60 + 30 + 60)
    assert explanation.left == minutes(73)
    assert explanation.allowed == minutes(240)
    assert (explanation.paused, explanation.late) == (minutes(90), minutes(0))
    tuesday = day_of(explanation, "09-08")
    assert tuesday.counted == hours(
        "09-08", ("09:00", "10:00"), ("11:30", "12:00"), ("13:00", "14:00")
    )
    assert tuesday.paused == hours("09-08", ("10:00", "11:30"))
    assert tuesday.left == hours("09-08", ("14:00", "15:13"))
    assert tuesday.outside == hours("09-08", ("15:13", "18:00"))
    assert tuesday.closed == (
        *hours("09-08", ("00:00", "09:00"), ("12:00", "13:00")),
        (local("09-08 18:00"), local("09-09 00:00")),
    )
    assert (tuesday.counted_time, tuesday.left_time) == (minutes(150), minutes(73))


def test_each_day_without_time_says_why() -> None:
    explanation = told(FIRST_FOLLOW_UP, "09-08 14:00")
    assert [(day.date.day, day.skipped, day.is_closure) for day in explanation.days] == [
        (4, None, False),
        (5, Skip.WEEKEND, False),
        (6, Skip.WEEKEND, False),
        (7, Skip.CLOSURE, True),
        (8, None, False),
    ]
    assert explanation.skipped(Skip.WEEKEND) == [date(2026, 9, 5), date(2026, 9, 6)]
    friday = day_of(explanation, "09-04")
    assert friday.counted == hours("09-04", ("17:43", "18:00"))
    assert friday.outside == hours("09-04", ("09:00", "12:00"), ("13:00", "17:43"))


def test_pauses_are_told_with_their_reasons_and_time() -> None:
    (pause,) = told(FIRST_FOLLOW_UP, "09-08 14:00").pauses
    assert pause.pause.reasons == ("asked by the customer",)
    assert (pause.open_time, pause.business_days) == (minutes(90), 0)
    two_days = replace(PAUSED, at=local("09-07 12:00"), until=local("09-10 00:00"))
    (pause,) = told(PERSISTENCE, "09-14 09:00", (*MARKS[:4], two_days)).pauses
    assert (pause.open_time, pause.business_days) == (timedelta(hours=16), 2)


def test_a_met_clock_tells_what_was_left() -> None:
    explanation = told(FIRST_FOLLOW_UP, "09-30 09:00")
    assert (explanation.status, explanation.ended_at) == (Status.MET, ATTEMPT.at)
    assert (explanation.counted, explanation.left) == (minutes(187), minutes(53))
    assert explanation.days[-1].date == date(2026, 9, 8)


def test_as_it_stood_before_it_ended() -> None:
    explanation = told(FIRST_FOLLOW_UP, "09-08 09:30")
    assert (explanation.status, explanation.ended_at) == (Status.RUNNING, None)
    assert explanation.counted == minutes(17 + 30)


@pytest.mark.parametrize(("marks", "now"), [((), "09-09 10:00"), ((ATTEMPT,), "09-30 09:00")])
def test_time_after_the_due_time_is_late(marks: tuple[Mark, ...], now: str) -> None:
    late = tuple(replace(each, at=local("09-09 10:00")) for each in marks)
    explanation = told(FIRST_FOLLOW_UP, now, without(*MARKS[5:], then=late))
    assert explanation.status is Status.BREACHED
    assert explanation.counted == minutes(240)
    assert explanation.late == minutes(167 + 60)
    assert day_of(explanation, "09-09").late == hours("09-09", ("09:00", "10:00"))
    assert explanation.days[-1].date == date(2026, 9, 9)


def test_a_late_day_that_is_paused_so_far_is_a_day() -> None:
    pause = replace(PAUSED, at=local("09-09 09:00"), until=local("09-09 10:00"))
    one_day = replace(PERSISTENCE, within=Duration.parse("1bd"))
    wednesday = day_of(told(one_day, "09-09 09:30", (*MARKS[:2], pause)), "09-09")
    assert wednesday.paused == hours("09-09", ("09:00", "09:30"))
    assert (wednesday.number, wednesday.skipped) == (2, None)


def test_days_of_a_promise_in_days_are_numbered() -> None:
    pause = replace(PAUSED, at=local("09-09 00:00"), until=local("09-10 00:00"))
    explanation = told(PERSISTENCE, "09-11 10:00", (*MARKS[:2], pause))
    assert explanation.due_at == local("09-22 18:00")
    assert explanation.due_without_pauses == local("09-21 18:00")
    days = [(day.date.day, day.number, day.skipped) for day in explanation.days[:8]]
    assert days == [
        (4, None, Skip.START_DAY),
        (5, None, Skip.WEEKEND),
        (6, None, Skip.WEEKEND),
        (7, None, Skip.CLOSURE),
        (8, 1, None),
        (9, None, Skip.PAUSED),
        (10, 2, None),
        (11, 3, None),
    ]
    assert explanation.days[-1].number == 10
    assert explanation.allowed == timedelta(hours=80)
    assert explanation.counted == timedelta(hours=8 + 8 + 1)


@pytest.mark.parametrize(
    ("day", "why"), [("09-05", Skip.WEEKEND), ("09-07", Skip.CLOSURE), ("09-08", Skip.START_DAY)]
)
def test_a_promise_in_days_may_start_on_a_day_without_hours(day: str, why: Skip) -> None:
    on_that_day = replace(TO_ANA, at=local(f"{day} 10:00"))
    explanation = told(PERSISTENCE, "09-10 10:00", (MARKS[0], on_that_day))
    assert (explanation.days[0].skipped, explanation.days[0].number) == (why, None)
    assert explanation.days[-1].number == 10


def test_calendar_days_count_whole_days() -> None:
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse("3d"))
    explanation = told(promise, "09-06 12:00", MARKS[:2])
    assert [(day.date.day, day.number) for day in explanation.days] == [
        (4, None),
        (5, 1),
        (6, 2),
        (7, 3),
    ]
    assert explanation.counted == timedelta(hours=36)
    assert day_of(explanation, "09-05").closed == ()


def test_a_clock_started_after_hours_skips_its_first_day() -> None:
    late = replace(TO_ANA, at=local("09-04 19:00"))
    explanation = told(FIRST_FOLLOW_UP, "09-08 10:00", (MARKS[0], late))
    assert explanation.days[0].skipped is Skip.BEFORE_START
    assert explanation.counted == minutes(60)


def test_a_short_day_of_the_calendar_is_told() -> None:
    short = Schedule(
        "America/Sao_Paulo",
        {"mon": [("09:00", "18:00")], "fri": [("09:00", "18:00")], "sun": []},
        {"2026-09-07": [("09:00", "12:00")], "2026-09-09": []},
        [("09-12", "12-31", {"tue": [("09:00", "18:00")], "fri": [("09:00", "18:00")]})],
    )
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse("24h"))
    explanation = told(promise, "09-07 10:00", MARKS[:2], short)
    monday = day_of(explanation, "09-07")
    assert (monday.skipped, monday.is_closure) == (None, True)
    assert day_of(explanation, "09-08").skipped is Skip.CLOSED
    assert day_of(explanation, "09-09").skipped is Skip.CLOSED
    assert day_of(explanation, "09-12").skipped is Skip.WEEKEND
    assert day_of(explanation, "09-14").skipped is Skip.CLOSED
    assert day_of(explanation, "09-15").skipped is None


def test_a_void_clock_and_one_that_has_not_started() -> None:
    withdrawn = mark("09-08 09:30", MarkKind.WITHDRAWN)
    explanation = told(FIRST_FOLLOW_UP, "09-30 09:00", (*MARKS[:2], withdrawn))
    assert (explanation.status, explanation.counted) == (Status.VOID, minutes(47))
    nothing = told(FIRST_FOLLOW_UP, "09-08 09:00", ())
    assert (nothing.status, nothing.days, nothing.due_without_pauses) == (
        Status.NOT_STARTED,
        (),
        None,
    )


def test_a_clock_says_which_it_is() -> None:
    explanation = told(ROUTING, "09-04 17:41")
    assert (explanation.clause_key, explanation.occurrence) == ("routing", 0)
    assert (explanation.within, explanation.time_zone) == (ROUTING.within, "America/Sao_Paulo")
    assert (explanation.started_at, explanation.now) == (MARKS[0].at, local("09-04 17:41"))
    assert explanation.counted == timedelta(minutes=1)
    assert isinstance(explanation.days[0].counted[0][0], datetime)
