"""Business time where clocks are moved, hours are skipped or repeated, and dates vanish."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    add_business_days_many,
    business_between,
    business_days_used,
    is_open,
    local_day_intervals,
    open_days,
    open_intervals,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def daily(zone: str, *intervals: tuple[str, str]) -> Schedule:
    return Schedule(zone, dict.fromkeys(WEEKDAYS, intervals))


def open_time_of(schedule: Schedule, day: date) -> timedelta:
    return sum((b - a for a, b in local_day_intervals(schedule, day)), timedelta(0))


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), 23),
        ("Europe/Amsterdam", date(2026, 10, 25), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # begins at 01:00: midnight is skipped
        ("America/Sao_Paulo", date(2018, 2, 17), 25),  # its last hour is repeated
        ("America/Sao_Paulo", date(2026, 11, 1), 24),  # no summer time since 2019
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Casablanca", date(2026, 2, 15), 25),  # the clock goes back for Ramadan
        ("Africa/Casablanca", date(2026, 3, 22), 23),
        ("Asia/Kathmandu", date(1986, 1, 1), 23.75),  # from +05:30 to +05:45
        ("Antarctica/Troll", date(2026, 3, 29), 22),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 31), 24),
        ("Africa/Monrovia", date(1972, 1, 7), 24 - 44.5 / 60),
        ("America/St_Johns", date(2006, 10, 28), 24 + 59 / 60),
        ("America/St_Johns", date(2006, 10, 29), 24 + 1 / 60),
    ],
)
def test_a_local_day_is_as_long_as_its_clock_makes_it(zone: str, day: date, length: float) -> None:
    schedule = Schedule.always(zone)
    assert open_time_of(schedule, day) == hours(length)


def test_hours_that_are_skipped_are_not_open() -> None:
    schedule = daily("Europe/Amsterdam", ("01:30", "03:30"))
    assert local_day_intervals(schedule, date(2026, 3, 29)) == [
        (utc("2026-03-29T00:30"), utc("2026-03-29T01:30"))
    ]
    assert add_business(schedule, utc("2026-03-29T00:00"), hours(1)) == utc("2026-03-29T01:30")
    assert business_between(schedule, utc("2026-03-28T12:00"), utc("2026-03-29T12:00")) == hours(1)


def test_hours_that_are_repeated_are_open_twice() -> None:
    schedule = daily("Europe/Amsterdam", ("02:15", "02:45"))
    assert local_day_intervals(schedule, date(2026, 10, 25)) == [
        (utc("2026-10-25T00:15"), utc("2026-10-25T00:45")),
        (utc("2026-10-25T01:15"), utc("2026-10-25T01:45")),
    ]
    assert add_business(schedule, utc("2026-10-25T00:00"), hours(1)) == utc("2026-10-25T01:45")
    assert add_business_days(schedule, utc("2026-10-24T12:00"), 1) == utc("2026-10-25T01:45")


def test_both_meanings_of_a_repeated_wall_time_are_told_apart() -> None:
    schedule = daily("Europe/Amsterdam", ("02:00", "03:00"))
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    second = first.replace(fold=1)
    assert business_between(schedule, utc("2026-10-25T00:00"), first) == hours(0.5)
    assert business_between(schedule, utc("2026-10-25T00:00"), second) == hours(1.5)
    assert add_business(schedule, first, hours(1)) == second.astimezone(UTC)


def test_a_day_whose_only_hours_are_skipped_is_not_an_open_day() -> None:
    schedule = daily("Europe/Amsterdam", ("02:00", "03:00"))
    assert open_days(schedule, date(2026, 3, 28), date(2026, 3, 30)) == [
        date(2026, 3, 28),
        date(2026, 3, 30),
    ]
    assert add_business_days(schedule, utc("2026-03-28T12:00"), 1) == utc("2026-03-30T01:00")


def test_a_midnight_that_is_skipped_opens_with_the_first_instant_of_the_day() -> None:
    schedule = daily("America/Sao_Paulo", ("00:00", "02:00"))
    assert local_day_intervals(schedule, date(2018, 11, 4)) == [
        (utc("2018-11-04T03:00"), utc("2018-11-04T04:00"))
    ]
    assert is_open(schedule, utc("2018-11-04T03:00"))
    assert not is_open(schedule, utc("2018-11-04T02:59:59.999999"))


def test_a_midnight_that_is_reached_twice_closes_the_day_the_second_time() -> None:
    schedule = daily("America/Sao_Paulo", ("22:00", "24:00"))
    # Saturday 2018-02-17 ends at 02:00 UTC, goes back to 23:00, and ends again at 03:00 UTC.
    assert local_day_intervals(schedule, date(2018, 2, 17)) == [
        (utc("2018-02-18T00:00"), utc("2018-02-18T03:00"))
    ]
    assert add_business_days(schedule, utc("2018-02-16T12:00"), 1) == utc("2018-02-18T03:00")
    assert add_business_days(schedule, utc("2018-02-18T02:30"), 1) == utc("2018-02-19T03:00")


def test_a_date_that_is_entered_twice_keeps_its_hours_apart() -> None:
    # St. John's went back at 00:01: one minute of the 29th, then the 28th again from 23:01.
    schedule = daily("America/St_Johns", ("00:00", "00:30"), ("23:30", "24:00"))
    assert local_day_intervals(schedule, date(2006, 10, 28)) == [
        (utc("2006-10-28T02:30"), utc("2006-10-28T03:00")),
        (utc("2006-10-29T02:00"), utc("2006-10-29T02:30")),
        (utc("2006-10-29T03:00"), utc("2006-10-29T03:30")),
    ]
    assert local_day_intervals(schedule, date(2006, 10, 29)) == [
        (utc("2006-10-29T02:30"), utc("2006-10-29T02:31")),
        (utc("2006-10-29T03:30"), utc("2006-10-29T04:00")),
        (utc("2006-10-30T03:00"), utc("2006-10-30T03:30")),
    ]
    first_of_the_29th, back_on_the_28th = utc("2006-10-29T02:30:30"), utc("2006-10-29T02:40")
    assert business_days_used(schedule, utc("2006-10-28T12:00"), first_of_the_29th) == 1
    assert business_days_used(schedule, utc("2006-10-28T12:00"), back_on_the_28th) == 0
    assert add_business_days(schedule, back_on_the_28th, 1) == utc("2006-10-30T03:30")


@pytest.mark.parametrize(
    ("zone", "skipped", "before", "close"),
    [
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-29T20:00", "2011-12-31T04:00"),
        ("Pacific/Kwajalein", date(1993, 8, 21), "1993-08-20T21:00", "1993-08-22T06:00"),
    ],
)
def test_a_date_that_never_was_is_not_counted(
    zone: str, skipped: date, before: str, close: str
) -> None:
    schedule = daily(zone, ("09:00", "18:00"))
    neighbours = [skipped - timedelta(days=1), skipped + timedelta(days=1)]
    assert local_day_intervals(schedule, skipped) == []
    assert open_days(schedule, *neighbours) == neighbours
    assert add_business_days(schedule, utc(before), 1) == utc(close)
    assert business_between(schedule, utc(before) - hours(24), utc(close)) > hours(18)


def test_the_instant_of_a_change_belongs_to_what_follows() -> None:
    schedule = Schedule.always("Pacific/Apia")
    change = utc("2011-12-30T10:00")  # midnight: the end of the 29th is the beginning of the 31st
    for at, close in (
        (change - timedelta(microseconds=1), "2011-12-31T10:00"),
        (change, "2012-01-01T10:00"),
    ):
        assert add_business_days(schedule, at, 1) == utc(close)
        many = np.array([at.replace(tzinfo=None)], "datetime64[us]")
        assert add_business_days_many(schedule, many, 1)[0] == np.datetime64(close)
    assert business_days_used(schedule, utc("2011-12-29T12:00"), change) == 1


def test_a_closure_of_a_date_that_never_was_changes_nothing() -> None:
    week = dict.fromkeys(WEEKDAYS, (("09:00", "18:00"),))
    closed = Schedule("Pacific/Apia", week, {"2011-12-30": [("00:00", "24:00")]})
    start, end = utc("2011-12-28T00:00"), utc("2012-01-02T00:00")
    assert open_intervals(closed, start, end) == open_intervals(
        Schedule("Pacific/Apia", week), start, end
    )


def test_the_zone_of_the_instants_does_not_matter() -> None:
    schedule = daily("Asia/Kathmandu", ("09:00", "18:00"))
    start = utc("2026-05-04T03:00")
    for zone in ("Asia/Tokyo", "America/New_York", "Pacific/Chatham"):
        there = start.astimezone(ZoneInfo(zone))
        assert business_between(schedule, there, there + hours(2)) == hours(1.75)
        assert add_business(schedule, there, hours(1)) == utc("2026-05-04T04:15")


def test_summer_time_is_foreseen_up_to_2100() -> None:
    schedule = daily("Europe/Amsterdam", ("09:00", "10:00"))
    assert local_day_intervals(schedule, date(2100, 7, 1)) == [
        (utc("2100-07-01T07:00"), utc("2100-07-01T08:00"))
    ]
    assert local_day_intervals(schedule, date(2100, 12, 1)) == [
        (utc("2100-12-01T08:00"), utc("2100-12-01T09:00"))
    ]


def test_every_zone_can_be_used() -> None:
    for zone in sorted(available_timezones()):
        local = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo(zone))
        (opens, closes), *_ = local_day_intervals(daily(zone, ("12:00", "13:00")), local.date())
        assert (opens, closes) == (local, local + hours(1)), zone
