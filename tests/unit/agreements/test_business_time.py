"""What the business-time functions promise, case by case."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    add_business_days_many,
    add_business_many,
    business_between,
    business_days_used,
    is_open,
    local_day_intervals,
    open_days,
    open_intervals,
)

SPLIT = [("09:00", "12:00"), ("13:00", "18:00")]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
WEEK: dict[str, list[tuple[str, str]]] = dict.fromkeys(WORKDAYS, SPLIT) | {"sat": [], "sun": []}
HOLIDAYS: dict[str, list[tuple[str, str]]] = {
    "2026-09-07": [],
    "2026-10-12": [],
    "2026-11-02": [],
    "2026-11-20": [],
}
SAO_PAULO = Schedule(time_zone="America/Sao_Paulo", week=WEEK, closures=HOLIDAYS)


def local(text: str, zone: str = "America/Sao_Paulo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_it_works() -> None:
    start = local("2026-09-04T17:43")
    assert business_between(SAO_PAULO, start, local("2026-09-08T14:20")) == timedelta(minutes=277)
    assert add_business(SAO_PAULO, start, hours(4)) == local("2026-09-08T13:43")
    assert add_business_days(SAO_PAULO, start, 10) == utc("2026-09-21T21:00")
    assert add_business_days(SAO_PAULO, start, 15) == utc("2026-09-28T21:00")
    assert business_days_used(SAO_PAULO, start, local("2026-09-09T10:05")) == 2
    assert is_open(SAO_PAULO, local("2026-09-04T17:59"))


def test_results_are_in_utc_whatever_zone_comes_in() -> None:
    start = datetime(2026, 9, 4, 22, 43, tzinfo=timezone(timedelta(hours=2)))
    for due in (
        add_business(SAO_PAULO, start, hours(4)),
        add_business(SAO_PAULO, start, hours(0)),
        add_business_days(SAO_PAULO, start, 1),
        add_business_days(SAO_PAULO, start, 0),
    ):
        assert due.tzinfo is UTC
    assert add_business(SAO_PAULO, start, hours(0)) == start
    assert add_business_days(SAO_PAULO, start, 0) == start


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-09-04T17:00", hours(1), "2026-09-04T18:00"),  # used up exactly at Friday's close
        ("2026-09-04T11:00", hours(1), "2026-09-04T12:00"),  # and exactly at lunch
        ("2026-09-04T18:00", timedelta(microseconds=1), "2026-09-08T09:00:00.000001"),
        ("2026-09-04T12:00", hours(1), "2026-09-04T14:00"),
        ("2026-09-04T12:30", hours(8), "2026-09-08T12:00"),
        ("2026-09-04T09:00", hours(80), "2026-09-18T18:00"),
    ],
)
def test_a_promise_is_due_at_the_earliest_instant(start: str, amount: timedelta, due: str) -> None:
    assert add_business(SAO_PAULO, local(start), amount) == local(due)


@pytest.mark.parametrize("start", ["2026-09-12T15:00", "2026-09-12T07:00", "2026-09-13T23:59"])
def test_a_deadline_that_starts_on_a_closed_day_counts_from_the_next_opening(start: str) -> None:
    plain = Schedule("America/Sao_Paulo", {day: [("09:00", "18:00")] for day in WORKDAYS})
    assert add_business(plain, local(start), hours(2)) == local("2026-09-14T11:00")
    assert add_business_days(plain, local(start), 1) == local("2026-09-14T18:00")
    assert business_between(plain, local(start), local("2026-09-14T11:00")) == hours(2)


def test_nothing_passes_when_the_end_is_not_after_the_start() -> None:
    start = local("2026-09-04T10:00")
    assert business_between(SAO_PAULO, start, start) == timedelta(0)
    assert business_between(SAO_PAULO, start, local("2026-09-03T10:00")) == timedelta(0)
    assert open_intervals(SAO_PAULO, start, start) == []
    assert open_intervals(SAO_PAULO, start, local("2026-09-03T10:00")) == []


def test_opening_intervals_are_half_open() -> None:
    second = timedelta(seconds=1)
    for opens, closes in (("09:00", "12:00"), ("13:00", "18:00")):
        first, last = local(f"2026-09-04T{opens}"), local(f"2026-09-04T{closes}")
        assert is_open(SAO_PAULO, first)
        assert not is_open(SAO_PAULO, first - second / 1_000_000)
        assert is_open(SAO_PAULO, last - second / 1_000_000)
        assert not is_open(SAO_PAULO, last)


def test_seconds_and_microseconds_count_exactly() -> None:
    schedule = Schedule("UTC", {"mon": [("09:00:07", "09:00:09"), ("23:59:59", "24:00")]})
    start = utc("2026-09-07T09:00:07.999999")
    assert business_between(schedule, start, utc("2026-09-08T00:00")) == timedelta(
        seconds=2, microseconds=1
    )
    assert add_business(schedule, start, timedelta(seconds=2)) == utc("2026-09-07T23:59:59.999999")


def test_a_closure_replaces_the_hours_of_its_day() -> None:
    schedule = Schedule(
        "America/Sao_Paulo",
        WEEK,
        {"2026-12-25": [], "2026-12-24": [("09:00", "12:00")], "2026-12-26": [("10:00", "11:00")]},
    )
    eve = local("2026-12-24T00:00")
    assert business_between(schedule, eve, eve + timedelta(days=3)) == hours(4)
    assert open_days(schedule, date(2026, 12, 23), date(2026, 12, 28)) == [
        date(2026, 12, day) for day in (23, 24, 26, 28)
    ]
    assert schedule == Schedule("America/Sao_Paulo", WEEK).with_closures(
        {
            date(2026, 12, 24): [("09:00", "12:00")],
            date(2026, 12, 25): [],
            date(2026, 12, 26): [("10:00", "11:00")],
        }
    )


def test_closures_can_be_added_over_those_there_are() -> None:
    longer = SAO_PAULO.with_closures({"2026-09-08": [], "2026-09-07": [("09:00", "10:00")]})
    assert open_days(longer, date(2026, 9, 5), date(2026, 9, 9)) == [
        date(2026, 9, 7),
        date(2026, 9, 9),
    ]
    assert open_days(SAO_PAULO, date(2026, 9, 5), date(2026, 9, 9)) == [
        date(2026, 9, 8),
        date(2026, 9, 9),
    ]


def test_a_year_without_an_open_hour_is_passed_over() -> None:
    mondays = [date(2025, 12, 22) + timedelta(weeks=week) for week in range(56)]
    schedule = Schedule("UTC", {"mon": SPLIT}, {day: [] for day in mondays})
    start, end = utc("2026-06-01T10:00"), utc("2026-12-31T00:00")
    assert business_between(schedule, start, end) == timedelta(0)
    assert open_intervals(schedule, start, end) == []
    assert open_days(schedule, date(2026, 1, 1), date(2026, 12, 31)) == []
    assert not is_open(schedule, start)
    none = np.array([0], "timedelta64[us]")
    first = np.array(["2026-06-01T10:00"], "datetime64[us]")
    assert add_business_many(schedule, first, none)[0] == first[0]
    assert add_business_days_many(schedule, first, 0)[0] == first[0]
    assert add_business(schedule, start, hours(1)) == utc("2027-01-18T10:00")
    assert add_business_days(schedule, start, 2) == utc("2027-01-25T18:00")


def test_a_season_replaces_the_week_on_both_its_days_and_over_the_new_year() -> None:
    mornings = {"mon": [("09:00", "12:00")], "sat": [("09:00", "10:00")]}
    schedule = Schedule("UTC", WEEK, seasons=[("12-15", "02-29", mornings)])
    assert open_days(schedule, date(2026, 12, 11), date(2026, 12, 21)) == [
        date(2026, 12, day) for day in (11, 14, 19, 21)
    ]
    assert open_days(schedule, date(2027, 2, 24), date(2027, 3, 2)) == [
        date(2027, 2, 27),
        date(2027, 3, 1),
        date(2027, 3, 2),
    ]
    assert business_between(schedule, utc("2028-02-28T00:00"), utc("2028-03-02T00:00")) == hours(
        3 + 8
    )


def test_a_closure_holds_also_in_a_season() -> None:
    summer = {"from": "06-01", "to": "08-31", "week": {"wed": [("09:00", "11:00")]}}
    schedule = Schedule("UTC", WEEK, {"2026-07-01": [("15:00", "16:00")]}, [summer])
    assert local_day_intervals(schedule, date(2026, 7, 1)) == [
        (utc("2026-07-01T15:00"), utc("2026-07-01T16:00"))
    ]
    assert local_day_intervals(schedule, date(2026, 7, 8)) == [
        (utc("2026-07-08T09:00"), utc("2026-07-08T11:00"))
    ]


def test_always_is_open_at_every_instant() -> None:
    schedule = Schedule.always("Europe/Amsterdam")
    start = utc("2026-03-28T12:00")
    assert business_between(schedule, start, start + timedelta(days=3)) == timedelta(days=3)
    assert add_business(schedule, start, hours(100)) == start + hours(100)
    assert open_intervals(schedule, start, start + timedelta(days=3)) == [
        (start, start + timedelta(days=3))
    ]
    assert add_business_days(schedule, start, 1) == local("2026-03-30T00:00", "Europe/Amsterdam")


def test_open_intervals_are_clipped_and_touching_ones_are_joined() -> None:
    night = {"fri": [("12:00", "18:00"), ("18:00", "24:00")], "sat": [("00:00", "02:00")]}
    schedule = Schedule("UTC", night)
    assert open_intervals(schedule, utc("2026-09-04T13:00"), utc("2026-09-11T12:30")) == [
        (utc("2026-09-04T13:00"), utc("2026-09-05T02:00")),
        (utc("2026-09-11T12:00"), utc("2026-09-11T12:30")),
    ]
    assert open_intervals(schedule, utc("2026-09-05T02:00"), utc("2026-09-11T12:00")) == []
    assert local_day_intervals(schedule, date(2026, 9, 4)) == [
        (utc("2026-09-04T12:00"), utc("2026-09-05T00:00"))
    ]
    assert local_day_intervals(schedule, date(2026, 9, 6)) == []


def test_business_days_used_counts_open_days_after_the_start_day() -> None:
    start = local("2026-09-04T17:43")
    days = {
        "2026-09-03T12:00": 0,
        "2026-09-04T23:59": 0,
        "2026-09-06T12:00": 0,
        "2026-09-07T12:00": 0,  # a holiday
        "2026-09-08T00:00": 1,
        "2026-09-09T10:05": 2,
        "2026-09-12T10:00": 4,
        "2026-09-17T16:00": 8,
    }
    used = {at: business_days_used(SAO_PAULO, start, local(at)) for at in days}
    assert used == days


def test_a_promise_of_days_looks_at_the_local_date_of_the_start() -> None:
    # 2026-09-09T01:30Z is still the 8th in São Paulo.
    assert add_business_days(SAO_PAULO, utc("2026-09-09T01:30"), 1) == local("2026-09-09T18:00")
    assert add_business_days(SAO_PAULO, local("2026-09-08T07:00"), 1) == local("2026-09-09T18:00")
    assert add_business_days(SAO_PAULO, local("2026-09-05T15:00"), 1) == local("2026-09-08T18:00")


def test_a_schedule_is_a_value() -> None:
    shuffled = {day: list(reversed(WEEK[day])) for day in reversed(WEEK)}
    again = Schedule("America/Sao_Paulo", shuffled, dict(reversed(HOLIDAYS.items())))
    assert again == SAO_PAULO
    assert hash(again) == hash(SAO_PAULO)
    assert Schedule("America/Bahia", WEEK, HOLIDAYS) != SAO_PAULO
    assert Schedule("America/Sao_Paulo", WEEK) != SAO_PAULO
    assert pickle.loads(pickle.dumps(SAO_PAULO)) == copy.deepcopy(SAO_PAULO) == SAO_PAULO
    with pytest.raises(AttributeError):
        SAO_PAULO.time_zone = "UTC"  # type: ignore[misc]


def test_a_document_carries_the_whole_schedule() -> None:
    document: dict[str, Any] = {
        "time_zone": "Asia/Kathmandu",
        "week": {
            "mon": [["09:00", "12:00"], ["13:00:30", "24:00"]],
            **{day: [] for day in ("tue", "wed", "thu", "fri", "sat", "sun")},
        },
        "seasons": [
            {
                "from": "12-15",
                "to": "01-10",
                "week": {
                    **{day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
                    "sun": [["10:00", "11:00"]],
                },
            }
        ],
        "closures": {"2026-12-24": [["09:00", "10:00"]], "2026-12-25": []},
    }
    schedule = Schedule.from_document(document)
    assert schedule.to_document() == document
    assert Schedule.from_document({"time_zone": "UTC", "week": WEEK}) == Schedule("UTC", WEEK)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_the_first_and_the_last_year_are_whole_there_and_in_utc(zone: str) -> None:
    schedule = Schedule.always(zone)
    begin, end = local("1970-01-01T00:00", zone), local("2101-01-01T00:00", zone)
    assert business_between(schedule, begin, end) == end.astimezone(UTC) - begin.astimezone(UTC)
    assert add_business(schedule, end - hours(1), hours(1)) == end
    assert add_business_days(schedule, local("2100-12-30T12:00", zone), 1) == end
    assert local_day_intervals(schedule, date(1970, 1, 1))[0][0] == begin
    assert local_day_intervals(schedule, date(2100, 12, 31))[-1][1] == end
    begin, end = utc("1970-01-01T00:00"), utc("2101-01-01T00:00")
    assert business_between(schedule, begin, end) == end - begin
    assert is_open(schedule, begin)


def test_years_are_laid_as_they_are_asked_for_and_stay_right() -> None:
    schedule = Schedule("Europe/Amsterdam", WEEK, {"2031-05-01": []})
    asked = [2026, 2027, 1999, 2099, 2031, 1970, 2100]
    totals = [
        business_between(schedule, utc(f"{year}-05-01T00:00"), utc(f"{year}-05-08T00:00"))
        for year in asked
    ]
    assert totals == [hours(40)] * 4 + [hours(32)] + [hours(40)] * 2
    far = add_business(schedule, utc("1999-01-04T08:00"), hours(40 * 52 * 90))
    assert business_between(schedule, utc("1999-01-04T08:00"), far) == hours(40 * 52 * 90)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Sao_Paulo", "Pacific/Pago_Pago"])
def test_what_lies_over_the_new_year_is_whole_however_little_was_laid(zone: str) -> None:
    night = (("00:00", "06:00"), ("20:00", "24:00"))
    week = dict.fromkeys(WEEK, night)
    wide = Schedule(zone, week)
    business_between(wide, utc("2020-01-01T00:00"), utc("2032-01-01T00:00"))
    start = local("2026-12-31T12:00", zone)
    for n in range(1, 9):
        # A closure long ago makes it another schedule, of which nothing is laid yet.
        fresh = Schedule(zone, week, {date(1980, 1, n): []})
        due = add_business_days(fresh, start, n)
        assert due == local(f"2027-01-{n + 1:02}T00:00", zone)
        fresh = Schedule(zone, week, {date(1980, 2, n): []})
        days = date(2026, 12, 31), date(2027, 1, n)
        assert business_days_used(fresh, start, start + timedelta(days=n)) == n
        assert open_days(fresh, *days) == open_days(wide, *days)
        fresh = Schedule(zone, week, {date(1980, 3, n): []})
        assert add_business(fresh, start, hours(10 * n)) == add_business(wide, start, hours(10 * n))
        for month, day in ((4, date(2026, 12, 32 - n)), (5, date(2027, 1, n))):
            fresh = Schedule(zone, week, {date(1980, month, n): []})
            assert local_day_intervals(fresh, day) == local_day_intervals(wide, day)
