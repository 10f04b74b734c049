from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule, business_between
from metrics import periods
from metrics.attainment import Direction, PeriodTarget, Status, attainment, rounded
from metrics.pace import (
    Span,
    WorkingTime,
    expected,
    expected_by_day,
    figures_of_volume,
    gap,
    needed_per_open_day,
    open_time_by_day,
    pace,
    per_open_day,
    projection,
    volume_status,
    working_time,
    working_time_of,
)
from tests.unit.metrics.known import known

SAO_PAULO = "America/Sao_Paulo"
AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"
NOVEMBER = periods.month("2026-11", SAO_PAULO)
SEPTEMBER = periods.month("2026-09", SAO_PAULO)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(SAO_PAULO))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def working(
    elapsed: int = 90, whole: int = 152, open_days: int = 19, over: bool = False
) -> WorkingTime:
    return WorkingTime(hours(whole), hours(elapsed), open_days, over)


NOW = local(2026, 11, 18, 11)

# Pace and projection on 2026-11-18 at 11:00 (worked example 4)


def test_the_working_time_of_november(schedule: Schedule) -> None:
    november = working_time(schedule, NOVEMBER, NOW)
    assert november == working()
    assert november.left == hours(62)
    assert november.days_left == Fraction("7.75")
    assert november.days_elapsed == Fraction("11.25")


@pytest.mark.parametrize(
    ("actual", "target", "figures"),
    [
        (207, 380, (0.544737, 225, 0.92, -18, 349.6, 18.4, 22.322581)),
        (11, 18, (0.611111, 10.657895, 1.032099, 0.342105, 18.577778, 0.977778, 0.903226)),
    ],
)
def test_a_volume_by_now(
    schedule: Schedule, actual: int, target: int, figures: tuple[float, ...]
) -> None:
    november = working_time(schedule, NOVEMBER, NOW)
    found = (
        attainment(actual, target, AT_LEAST),
        expected(target, november),
        pace(actual, target, AT_LEAST, november),
        gap(actual, target, november),
        projection(actual, november),
        per_open_day(actual, november),
        needed_per_open_day(actual, target, november),
    )
    assert tuple(map(rounded, found)) == figures


@pytest.mark.parametrize(
    ("actual", "target", "expected_status"),
    [(207, 380, Status.AT_RISK), (11, 18, Status.ON_TRACK)],
)
def test_the_status_of_a_volume_by_now(
    schedule: Schedule, actual: int, target: int, expected_status: Status
) -> None:
    november = working_time(schedule, NOVEMBER, NOW)
    found = volume_status(actual, target, AT_LEAST, november, warn_at="0.90")
    assert found is expected_status


def test_calendar_days_would_say_something_else(always: Schedule) -> None:
    november = working_time(always, NOVEMBER, NOW)
    assert rounded(november.share) == 0.581944
    assert rounded(expected(380, november)) == 221.138889
    assert rounded(pace(207, 380, AT_LEAST, november)) == 0.936063


@pytest.mark.parametrize("now", [local(2026, 11, 2, 12), local(2026, 11, 3, 9)])
def test_while_nothing_has_elapsed_there_is_no_pace(schedule: Schedule, now: datetime) -> None:
    november = working_time(schedule, NOVEMBER, now)
    assert (november.elapsed, november.over) == (hours(0), False)
    assert expected(380, november) == 0
    for actual in (0, 3):
        assert pace(actual, 380, AT_LEAST, november) is None
        assert pace(actual, 380, AT_MOST, november) is None
        assert projection(actual, november) is None
        assert per_open_day(actual, november) is None
        assert volume_status(actual, 380, AT_LEAST, november) is Status.NO_DATA
        assert volume_status(actual, 380, AT_MOST, november) is Status.NO_DATA
    assert needed_per_open_day(0, 380, november) == 20


def test_on_a_saturday_off_track(schedule: Schedule) -> None:
    november = working_time(schedule, NOVEMBER, local(2026, 11, 21, 10))
    assert november.elapsed == hours(104)
    assert expected(380, november) == 260
    assert rounded(pace(214, 380, AT_LEAST, november)) == 0.823077
    assert volume_status(214, 380, AT_LEAST, november, warn_at="0.90") is Status.OFF_TRACK


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (local(2026, 11, 30, 18), False),
        (local(2026, 11, 30, 23, 59), False),
        (local(2026, 12, 1), True),
        (local(2027, 6, 1), True),
    ],
)
def test_after_the_last_open_hour_pace_is_attainment(
    schedule: Schedule, now: datetime, over: bool
) -> None:
    november = working_time(schedule, NOVEMBER, now)
    assert november == working(elapsed=152, over=over)
    assert expected(380, november) == 380
    for actual in (0, 207, 400):
        assert pace(actual, 380, AT_LEAST, november) == attainment(actual, 380, AT_LEAST)
        assert projection(actual, november) == actual
    assert needed_per_open_day(207, 380, november) is None


def test_the_verdict_falls_when_the_period_is_over(schedule: Schedule) -> None:
    before = working_time(schedule, NOVEMBER, local(2026, 11, 30, 23, 59))
    after = working_time(schedule, NOVEMBER, local(2026, 12, 1))
    assert volume_status(379, 380, AT_LEAST, before, warn_at="0.90") is Status.AT_RISK
    assert volume_status(379, 380, AT_LEAST, after, warn_at="0.90") is Status.SHORTFALL
    assert volume_status(380, 380, AT_LEAST, before) is Status.ON_TRACK
    assert volume_status(380, 380, AT_LEAST, after) is Status.KEPT


# Several versions in a period (worked example 2)


def test_the_working_time_of_two_versions(schedule: Schedule) -> None:
    switch = local(2026, 9, 16)
    first = Span(schedule, SEPTEMBER.starts_at, switch)
    second = Span(schedule, switch, SEPTEMBER.ends_at)
    now = local(2026, 10, 1, 9)
    assert working_time_of([first], SEPTEMBER, now) == working(80, 80, 10, over=True)
    assert working_time_of([second], SEPTEMBER, now) == working(88, 88, 11, over=True)
    both = working_time_of([first, second], SEPTEMBER, now)
    assert both == working_time(schedule, SEPTEMBER, now) == working(168, 168, 21, over=True)


def test_each_version_counts_its_own_hours_and_a_day_of_both_once(schedule: Schedule) -> None:
    mornings = Schedule(time_zone=SAO_PAULO, week={"wed": [("09:00", "12:00")]})
    switch = local(2026, 9, 16, 11)
    spans = [
        Span(schedule, local(2026, 9, 14), switch),
        Span(mornings, switch, local(2027, 1, 1)),
    ]
    by_day = open_time_by_day(spans, SEPTEMBER)
    assert [open_time / hours(1) for open_time in by_day[12:24]] == [
        *(0, 8, 8, 3, 0, 0, 0),
        *(0, 0, 0, 3, 0),
    ]
    working_days = working_time_of(spans, SEPTEMBER, local(2026, 9, 16, 10))
    assert working_days == WorkingTime(hours(8 + 8 + 3 + 3 + 3), hours(17), 5, over=False)


# By day


def test_the_straight_line_of_the_chart_rises_with_open_time(schedule: Schedule) -> None:
    by_day = open_time_by_day([Span(schedule, NOVEMBER.starts_at, NOVEMBER.ends_at)], NOVEMBER)
    line = expected_by_day(380, by_day)
    assert len(line) == 30
    assert line[:4] == [0, 0, 20, 40]
    assert line[18:21] == [260, 260, 260]
    assert line[-1] == 380
    at_evening = working_time(schedule, NOVEMBER, local(2026, 11, 18))
    assert line[16] == expected(380, at_evening)


def test_a_period_without_open_time_has_no_line_and_no_pace(schedule: Schedule) -> None:
    sunday = periods.parse("2026-11-15", SAO_PAULO)
    by_day = open_time_by_day([Span(schedule, sunday.starts_at, sunday.ends_at)], sunday)
    assert expected_by_day(5, by_day) == []
    running = working_time(schedule, sunday, local(2026, 11, 15, 12))
    assert (running.share, running.days_left, running.days_elapsed) == (None, None, None)
    assert expected(5, running) is None
    assert gap(5, 5, running) is None
    assert pace(5, 5, AT_LEAST, running) is None
    assert projection(5, running) is None
    assert needed_per_open_day(1, 5, running) is None
    assert volume_status(5, 5, AT_LEAST, running) is Status.NO_DATA
    over = working_time(schedule, sunday, local(2026, 11, 16))
    assert pace(4, 5, AT_LEAST, over) == Fraction(4, 5)
    assert volume_status(4, 5, AT_LEAST, over) is Status.SHORTFALL


def test_a_month_with_a_change_of_the_clock_counts_the_hours_there_are() -> None:
    night = Schedule(time_zone="Europe/Amsterdam", week={"sun": [("00:00", "06:00")]})
    october = periods.month("2026-10", "Europe/Amsterdam")
    by_day = open_time_by_day([Span(night, october.starts_at, october.ends_at)], october)
    assert by_day[24] == hours(7)
    assert sum(by_day, hours(0)) == hours(6 * 3 + 7)


@given(
    now=st.datetimes(
        datetime(2026, 8, 1),  # noqa: DTZ001
        datetime(2026, 11, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    switch_hour=st.integers(0, 720),
)
def test_elapsed_and_left_make_the_whole_wherever_versions_change(
    schedule: Schedule, now: datetime, switch_hour: int
) -> None:
    switch = SEPTEMBER.starts_at + hours(switch_hour)
    spans = [
        Span(schedule, SEPTEMBER.starts_at - hours(99), switch),
        Span(schedule, switch, SEPTEMBER.ends_at + hours(99)),
    ]
    found = working_time_of(spans, SEPTEMBER, now)
    assert found == working_time(schedule, SEPTEMBER, now)
    assert found.whole == business_between(schedule, SEPTEMBER.starts_at, SEPTEMBER.ends_at)
    assert hours(0) <= found.elapsed <= found.whole
    assert found.elapsed + found.left == found.whole


# At most


def test_a_ceiling_is_paced_the_other_way_round() -> None:
    assert pace(90, 190, AT_MOST, working()) == Fraction(190 * 90, 152 * 90)
    assert volume_status(112, 190, AT_MOST, working(), warn_at="0.9") is Status.ON_TRACK
    assert volume_status(125, 190, AT_MOST, working(), warn_at="0.9") is Status.AT_RISK
    assert volume_status(126, 190, AT_MOST, working(), warn_at="0.9") is Status.OFF_TRACK
    assert volume_status(0, 190, AT_MOST, working(), warn_at="0.9") is Status.ON_TRACK
    assert volume_status(191, 190, AT_MOST, working(152, over=True)) is Status.SHORTFALL


@given(
    actual=st.integers(1, 1000),
    target=st.integers(1, 1000),
    elapsed=st.integers(1, 152),
    warn_at=st.fractions("0.01", 1),
    direction=st.sampled_from((AT_LEAST, AT_MOST)),
)
def test_the_status_follows_the_pace(
    actual: int, target: int, elapsed: int, warn_at: Fraction, direction: Direction
) -> None:
    running = working(elapsed)
    reached = known(pace(actual, target, direction, running))
    found = volume_status(actual, target, direction, running, warn_at=warn_at)
    if reached >= 1:
        assert found is Status.ON_TRACK
    elif reached >= warn_at:
        assert found is Status.AT_RISK
    else:
        assert found is Status.OFF_TRACK


@given(actual=st.integers(0, 1000), target=st.integers(1, 1000), elapsed=st.integers(1, 151))
def test_needed_a_day_just_reaches_the_target(actual: int, target: int, elapsed: int) -> None:
    running = working(elapsed)
    needed = known(needed_per_open_day(actual, target, running))
    assert actual + needed * known(running.days_left) == max(actual, target)
    assert known(per_open_day(actual, running)) * 19 == projection(actual, running)


# Figures of a commitment

M1 = PeriodTarget(
    key="M1",
    party="marketing",
    measure="stage_volume",
    direction=AT_LEAST,
    target=Fraction(380),
    warn_at=Fraction(9, 10),
    weight=Fraction(3),
)


def test_figures_of_a_volume_that_runs(schedule: Schedule) -> None:
    november = working_time(schedule, NOVEMBER, NOW)
    figures = figures_of_volume(M1, 207, november, grace_over=False, pending=4)
    shown = figures.rounded()
    assert (shown["actual"], shown["target"]) == (207, 380)
    assert (shown["attainment"], shown["pace"]) == (0.544737, 0.92)
    assert (shown["status"], shown["final"], shown["pending"]) == ("at_risk", False, 4)


def test_figures_of_a_volume_after_the_end(schedule: Schedule) -> None:
    november = working_time(schedule, NOVEMBER, local(2026, 12, 5))
    figures = figures_of_volume(
        M1, 412, november, grace_over=True, lowest=Fraction(410), highest=Fraction(412)
    )
    assert figures.pace == figures.attainment == Fraction(412, 380)
    assert (figures.status, figures.final) == (Status.KEPT, True)
    assert (figures.lowest, figures.highest) == (Fraction(410), Fraction(412))


def test_a_volume_without_a_target_or_an_actual_has_no_verdict() -> None:
    untargeted = figures_of_volume(replace(M1, target=None), 207, working(), grace_over=False)
    assert (untargeted.pace, untargeted.status) == (None, Status.NO_DATA)
    assert gap(207, None, working()) is None
    assert needed_per_open_day(207, None, working()) is None
    unknown = figures_of_volume(M1, None, working(), grace_over=False)
    assert (unknown.pace, unknown.status) == (None, Status.NO_DATA)
