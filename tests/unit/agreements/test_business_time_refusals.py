"""What the business-time functions refuse, and how they name the culprit."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    business_between,
    business_days_used,
    is_open,
    local_day_intervals,
    open_days,
    open_intervals,
)

SPLIT = [("09:00", "12:00"), ("13:00", "18:00")]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), SPLIT)
SAO_PAULO = Schedule(time_zone="America/Sao_Paulo", week=WEEK)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not a known time zone"),
        ({"time_zone": "America"}, "'America' is not a known time zone"),
        ({"time_zone": "../etc/passwd"}, "is not a known time zone"),
        ({"time_zone": ""}, "'' is not a known time zone"),
        ({"time_zone": None}, "None is not a known time zone"),
        ({"week": {}}, "The schedule in UTC is never open in any week"),
        ({"week": {"mon": []}, "closures": {"2026-09-07": SPLIT}}, "never open in any week"),
        ({"seasons": [("01-01", "12-31", {})]}, "never open in any week"),
        ({"week": {"Mon": SPLIT}}, "'Mon' is not a weekday of the week: use mon, tue"),
        ({"week": [SPLIT]}, "write the hours by weekday"),
        ({"week": {"mon": "09:00-18:00"}}, "The hours of mon of the week are '09:00-18:00'"),
        ({"week": {"mon": ["09:00"]}}, "'09:00' of mon of the week is not an interval"),
        ({"week": {"mon": [("09:00",)]}}, "of mon of the week is not an interval"),
        ({"week": {"mon": [("9:00", "18:00")]}}, "'9:00' of mon of the week is not a time"),
        ({"week": {"mon": [("09:00", "24:30")]}}, "'24:30' of mon of the week is not a time"),
        ({"week": {"mon": [("09:60", "18:00")]}}, "'09:60' of mon of the week is not a time"),
        ({"week": {"mon": [("09:00", "18:00:60")]}}, "'18:00:60' of mon"),
        ({"week": {"mon": [(9, 18)]}}, "9 of mon of the week is not a time"),
        ({"week": {"mon": [("٠9:00", "18:00")]}}, "is not a time"),
        ({"week": {"fri": [("22:00", "02:00")]}}, "22:00–02:00 of fri of the week do not end"),
        ({"week": {"fri": [("09:00", "09:00")]}}, "09:00–09:00 of fri of the week do not end"),
        ({"week": {"fri": [("24:00", "24:00")]}}, "24:00–24:00 of fri of the week do not end"),
        (
            {"week": {"tue": [("13:00", "18:00"), ("09:00", "13:00:01")]}},
            "09:00–13:00:01 and 13:00–18:00 of tue of the week overlap",
        ),
        ({"closures": {"2026-02-30": []}}, "The closure '2026-02-30' is not a date"),
        ({"closures": {"20261225": []}}, "The closure '20261225' is not a date"),
        ({"closures": {"0206-12-25": []}}, "The closure 0206-12-25 is outside the years 1970"),
        ({"closures": {datetime(2026, 12, 25, tzinfo=UTC): []}}, "is not a date"),
        ({"closures": {"2026-12-25": [], date(2026, 12, 25): []}}, "2026-12-25 is written twice"),
        ({"closures": {"2026-12-25": None}}, "The hours of the closure 2026-12-25 are None"),
        ({"closures": {"2026-12-25": [("10:00", "09:00")]}}, "of the closure 2026-12-25 do not"),
        ({"closures": ["2026-12-25"]}, "write the hours by date"),
        ({"seasons": [("13-01", "02-01", WEEK)]}, "'13-01' is not a day of the year"),
        ({"seasons": [("1-1", "02-01", WEEK)]}, "'1-1' is not a day of the year"),
        ({"seasons": [("01-01", "02-30", WEEK)]}, "'02-30' is not a day of the year"),
        ({"seasons": [{"from": "01-01", "week": WEEK}]}, "is not a season"),
        ({"seasons": ["summer"]}, "'summer' is not a season"),
        (
            {"seasons": [("01-01", "02-01", {"son": SPLIT})]},
            "'son' is not a weekday of the season 01-01 to 02-01",
        ),
        (
            {"seasons": [("12-01", "02-01", WEEK), ("02-01", "03-01", WEEK)]},
            "The season 02-01 to 03-01 and the season 12-01 to 02-01 overlap on 02-01",
        ),
    ],
)
def test_a_bad_schedule_is_refused_by_name(change: dict[str, Any], culprit: str) -> None:
    with pytest.raises(ValueError, match=r": \w+") as refusal:
        Schedule(**{"time_zone": "UTC", "week": WEEK, **change})
    assert culprit in str(refusal.value)


@pytest.mark.parametrize(
    ("document", "culprit"),
    [
        ({"week": WEEK}, "'time_zone'"),
        ({"time_zone": "UTC"}, "'week'"),
        ({"time_zone": "UTC", "week": WEEK, "hollidays": {}}, "'hollidays'"),
    ],
)
def test_a_bad_document_is_refused_by_name(document: dict[str, Any], culprit: str) -> None:
    with pytest.raises(ValueError, match=culprit):
        Schedule.from_document(document)


def test_naive_datetimes_are_refused() -> None:
    naive, aware = datetime(2026, 9, 4, 10), local("2026-09-04T10:00")  # noqa: DTZ001
    for call in (
        lambda: business_between(SAO_PAULO, naive, aware),
        lambda: business_between(SAO_PAULO, aware, naive),
        lambda: add_business(SAO_PAULO, naive, hours(1)),
        lambda: add_business(SAO_PAULO, naive, hours(0)),
        lambda: add_business_days(SAO_PAULO, naive, 1),
        lambda: business_days_used(SAO_PAULO, aware, naive),
        lambda: is_open(SAO_PAULO, naive),
        lambda: open_intervals(SAO_PAULO, naive, aware),
    ):
        with pytest.raises(ValueError, match=r"2026, 9, 4, 10, 0\) has no time zone: give"):
            call()


def test_negative_amounts_are_refused() -> None:
    start = local("2026-09-04T10:00")
    with pytest.raises(ValueError, match="negative: give zero or more"):
        add_business(SAO_PAULO, start, timedelta(microseconds=-1))
    with pytest.raises(ValueError, match="-1 business days are negative"):
        add_business_days(SAO_PAULO, start, -1)


@pytest.mark.parametrize("instant", ["1969-06-01T00:00", "2101-06-01T00:00", "9999-12-31T23:59"])
def test_instants_outside_the_years_are_refused_by_name(instant: str) -> None:
    outside, inside = utc(instant), local("2026-09-04T10:00")
    for call in (
        lambda: business_between(SAO_PAULO, inside, outside),
        lambda: business_between(SAO_PAULO, outside, inside),
        lambda: add_business(SAO_PAULO, outside, hours(1)),
        lambda: add_business_days(SAO_PAULO, outside, 0),
        lambda: business_days_used(SAO_PAULO, inside, outside),
        lambda: is_open(SAO_PAULO, outside),
        lambda: open_intervals(SAO_PAULO, inside, outside),
    ):
        with pytest.raises(ValueError, match=f"{instant}.* is outside the years 1970 to 2100"):
            call()


def test_local_dates_outside_the_years_are_refused_by_name() -> None:
    for day in (date(1969, 12, 31), date(2101, 1, 1)):
        with pytest.raises(ValueError, match=f"{day} is outside the years"):
            local_day_intervals(SAO_PAULO, day)
        with pytest.raises(ValueError, match=f"{day} is outside the years"):
            open_days(SAO_PAULO, date(2026, 1, 1), day)
    with pytest.raises(ValueError, match="is not a date"):
        local_day_intervals(SAO_PAULO, local("2026-09-04T10:00"))


def test_what_ends_after_the_last_year_is_refused_by_name() -> None:
    start = local("2100-12-31T10:00")
    assert add_business(SAO_PAULO, start, hours(7)) == local("2100-12-31T18:00")
    calls: tuple[Callable[[], object], ...] = (
        lambda: add_business(SAO_PAULO, start, hours(7) + timedelta(microseconds=1)),
        lambda: add_business(SAO_PAULO, start, timedelta.max),
        lambda: add_business_days(SAO_PAULO, start, 1),
        lambda: add_business_days(SAO_PAULO, start, 10**12),
    )
    for call in calls:
        with pytest.raises(ValueError, match=re.escape("after 2100-12-31T13:00:00.000000Z end")):
            call()
    with pytest.raises(ValueError, match="1 business days after 2100-12-31"):
        add_business_days(Schedule.always("UTC"), start, 1)
    with pytest.raises(ValueError, match="after 1971"):
        add_business(SAO_PAULO, utc("1971-01-01T00:00"), timedelta(days=365 * 100))
