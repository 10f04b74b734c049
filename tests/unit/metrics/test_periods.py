from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import periods
from metrics.periods import Period, PeriodKind

SAO_PAULO = "America/Sao_Paulo"
ZONES = [
    SAO_PAULO,
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Europe/Amsterdam",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "Asia/Kathmandu",
    "Asia/Gaza",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Pacific/Kiritimati",
    "UTC",
]
# Where the clock goes back over midnight, so that a local date ends, comes back and ends again.
BACK_OVER_MIDNIGHT = {"America/St_Johns"}

instants = st.datetimes(
    min_value=datetime(1970, 1, 3),  # noqa: DTZ001
    max_value=datetime(2099, 12, 28),  # noqa: DTZ001
    timezones=st.just(UTC),
)
dates = st.dates(min_value=date(1970, 1, 3), max_value=date(2099, 12, 28))


def test_a_month_is_half_open_between_local_midnights() -> None:
    may = periods.month("2026-05", SAO_PAULO)
    assert (may.kind, may.from_date, may.to_date) == ("month", date(2026, 5, 1), date(2026, 6, 1))
    assert may.starts_at == datetime(2026, 5, 1, 3, tzinfo=UTC)
    assert may.ends_at == datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert may.contains(datetime(2026, 5, 1, 3, tzinfo=UTC))
    assert may.contains(datetime(2026, 6, 1, 2, 59, 59, 999999, tzinfo=UTC))
    assert not may.contains(datetime(2026, 6, 1, 3, tzinfo=UTC))
    assert not may.contains(datetime(2026, 5, 1, 2, 59, 59, 999999, tzinfo=UTC))


def test_the_month_and_the_day_of_an_instant_are_local() -> None:
    at = datetime(2026, 6, 1, 2, 30, tzinfo=UTC)
    assert periods.month_of(at, SAO_PAULO) == periods.month("2026-05", SAO_PAULO)
    assert periods.day_of(at, SAO_PAULO).from_date == date(2026, 5, 31)
    assert periods.month_of(at, "UTC") == periods.month("2026-06", "UTC")
    assert periods.day_of(at.astimezone(ZoneInfo("Asia/Tokyo")), "UTC").label == "2026-06-01"


@pytest.mark.parametrize(
    ("text", "from_date", "to_date", "before", "after"),
    [
        ("2026-05-31", (2026, 5, 31), (2026, 6, 1), "2026-05-30", "2026-06-01"),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1), "2024-02-28", "2024-03-01"),
        ("2026-W01", (2025, 12, 29), (2026, 1, 5), "2025-W52", "2026-W02"),
        ("2020-W53", (2020, 12, 28), (2021, 1, 4), "2020-W52", "2021-W01"),
        ("2026-12", (2026, 12, 1), (2027, 1, 1), "2026-11", "2027-01"),
        ("2026-Q1", (2026, 1, 1), (2026, 4, 1), "2025-Q4", "2026-Q2"),
        ("2026-Q4", (2026, 10, 1), (2027, 1, 1), "2026-Q3", "2027-Q1"),
        ("2026", (2026, 1, 1), (2027, 1, 1), "2025", "2027"),
    ],
)
def test_each_kind_is_written_read_and_followed(
    text: str,
    from_date: tuple[int, int, int],
    to_date: tuple[int, int, int],
    before: str,
    after: str,
) -> None:
    period = periods.parse(text, SAO_PAULO)
    assert (period.from_date, period.to_date) == (date(*from_date), date(*to_date))
    assert period.label == text
    assert period.previous().label == before
    assert period.next().label == after


def test_a_quarter_pools_its_months() -> None:
    quarter = periods.parse("2026-Q3", SAO_PAULO)
    assert [month.label for month in quarter.months()] == ["2026-07", "2026-08", "2026-09"]
    assert len(periods.parse("2026", SAO_PAULO).months()) == 12
    may = periods.month("2026-05", SAO_PAULO)
    assert may.months() == [may]


def test_days_and_their_edges() -> None:
    may = periods.month("2026-05", SAO_PAULO)
    assert may.days()[0] == date(2026, 5, 1)
    assert may.days()[-1] == date(2026, 5, 31)
    edges = may.day_edges()
    assert len(edges) == 32
    assert edges[0] == np.datetime64("2026-05-01T03:00")
    assert edges[-1] == np.datetime64("2026-06-01T03:00")


@pytest.mark.parametrize(
    ("zone", "day", "starts_at", "hours"),
    [
        # An hour longer and an hour shorter.
        ("Europe/Amsterdam", date(2026, 10, 25), "2026-10-24T22:00Z", 25),
        ("Europe/Amsterdam", date(2026, 3, 29), "2026-03-28T23:00Z", 23),
        # Midnight itself is skipped: the day starts at 01:00.
        (SAO_PAULO, date(2018, 11, 4), "2018-11-04T03:00Z", 23),
        # The last hour of the day before comes twice.
        (SAO_PAULO, date(2018, 2, 17), "2018-02-17T02:00Z", 25),
        # The first hour of the day comes twice.
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00Z", 25),
        # Half past eleven jumps to half past midnight.
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T04:30Z", 23.5),
        # The date that Samoa skipped.
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-29T10:00Z", 24),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00Z", 0),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00Z", 24),
        # An offset with seconds in it.
        ("Africa/Monrovia", date(1971, 5, 1), "1971-05-01T00:44:30Z", 24),
        # The clock goes back at midnight of a new year, eight minutes before that of UTC.
        ("Africa/Niamey", date(1912, 1, 1), "1912-01-01T01:00Z", 24),
        # The clock goes back from 00:01 to 23:01: the day starts at its first midnight.
        ("America/St_Johns", date(2009, 11, 1), "2009-11-01T02:30Z", 25),
    ],
)
def test_a_day_starts_at_its_first_instant(
    zone: str, day: date, starts_at: str, hours: float
) -> None:
    period = periods.period_on(PeriodKind.DAY, day, zone)
    assert period.starts_at == datetime.fromisoformat(starts_at)
    assert period.ends_at - period.starts_at == timedelta(hours=hours)


def test_where_the_clock_goes_back_over_midnight_the_date_on_the_wall_decides() -> None:
    october = periods.month("2009-10", "America/St_Johns")
    again_october = datetime(2009, 11, 1, 2, 45, tzinfo=UTC)
    assert again_october > october.ends_at
    assert again_october.astimezone(ZoneInfo("America/St_Johns")).date() == date(2009, 10, 31)
    assert october.contains(again_october)


@given(zone=st.sampled_from(ZONES), instant=instants, kind=st.sampled_from(PeriodKind))
def test_the_period_of_an_instant_contains_it(
    zone: str, instant: datetime, kind: PeriodKind
) -> None:
    period = periods.period_of(kind, instant, zone)
    assert period.contains(instant)
    assert not period.previous().contains(instant)
    assert not period.next().contains(instant)
    if zone not in BACK_OVER_MIDNIGHT:
        assert period.starts_at <= instant < period.ends_at


@given(zone=st.sampled_from(ZONES), day=dates, kind=st.sampled_from(PeriodKind))
def test_periods_follow_each_other_without_gap(zone: str, day: date, kind: PeriodKind) -> None:
    period = periods.period_on(kind, day, zone)
    assert period.ends_at == period.next().starts_at
    assert period.next().previous() == period
    assert periods.parse(period.label, zone) == period
    assert period.days()[0] == period.from_date
    assert period.days()[-1] + timedelta(days=1) == period.to_date
    assert list(period.day_edges()) == sorted(period.day_edges())


@given(zone=st.sampled_from(ZONES), day=dates)
def test_a_day_starts_where_the_wall_first_shows_its_date(zone: str, day: date) -> None:
    starts_at = periods.period_on(PeriodKind.DAY, day, zone).starts_at
    tz = ZoneInfo(zone)
    assert starts_at.astimezone(tz).date() >= day
    assert (starts_at - timedelta(microseconds=1)).astimezone(tz).date() < day


@given(zone=st.sampled_from(ZONES), given_instants=st.lists(instants, max_size=20))
def test_local_dates_of_an_array_equal_the_standard_library(
    zone: str, given_instants: list[datetime]
) -> None:
    naive = [instant.replace(tzinfo=None) for instant in given_instants]
    array = np.array(naive, dtype="datetime64[us]")
    expected = [instant.astimezone(ZoneInfo(zone)).date() for instant in given_instants]
    assert periods.local_dates_many(array, zone).tolist() == expected
    assert [periods.local_date(instant, zone) for instant in given_instants] == expected


@pytest.mark.parametrize("zone", ZONES)
def test_local_dates_of_an_array_turn_at_midnight(zone: str) -> None:
    days = np.arange("1970-01-03", "2040-01-01", 7, dtype="datetime64[D]")
    edges = periods.first_instants_many(days, zone)
    around = np.concatenate([edges - np.timedelta64(1, "us"), edges])
    tz = ZoneInfo(zone)
    expected = [instant.replace(tzinfo=UTC).astimezone(tz).date() for instant in around.tolist()]
    assert periods.local_dates_many(around, zone).tolist() == expected


def test_local_dates_keep_what_is_not_an_instant() -> None:
    array = np.array(["2026-06-01T02:30", "NaT"], dtype="datetime64[us]")
    dates_of = periods.local_dates_many(array, SAO_PAULO)
    assert dates_of[0] == np.datetime64("2026-05-31")
    assert np.isnat(dates_of[1])
    assert np.isnat(periods.local_dates_many(array[1:], SAO_PAULO)).all()
    assert periods.local_dates_many(array[:0], SAO_PAULO).size == 0
    assert periods.first_instants_many(dates_of[:0], SAO_PAULO).size == 0


@pytest.mark.parametrize(
    "text", ["", "May 2026", "2026-13", "2026-02-30", "2026-W54", "2026-Q5", "26-05", "２０２６-05"]
)
def test_what_is_not_a_period_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not a"):
        periods.parse(text, SAO_PAULO)


def test_a_month_must_be_a_month() -> None:
    with pytest.raises(ValueError, match="'2026-Q2' is a quarter: write a month"):
        periods.month("2026-Q2", SAO_PAULO)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../etc/passwd", "America"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(ValueError, match=f"'{zone}' is not a known time zone"):
        periods.month("2026-05", zone)
    with pytest.raises(ValueError, match=f"'{zone}' is not a known time zone"):
        periods.local_dates_many(np.array(["2026-05-01"], dtype="datetime64[us]"), zone)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-05-01T00:00:00 has no zone"):
        periods.month_of(datetime(2026, 5, 1), SAO_PAULO)  # noqa: DTZ001


def test_part_of_a_month_is_not_a_month() -> None:
    with pytest.raises(ValueError, match="2026-05-02 to 2026-06-01 is not a whole month"):
        Period(PeriodKind.MONTH, date(2026, 5, 2), date(2026, 6, 1), SAO_PAULO)


def test_a_week_is_not_made_of_months() -> None:
    with pytest.raises(ValueError, match="A week is not made of months"):
        periods.parse("2026-W23", SAO_PAULO).months()


@pytest.mark.parametrize("instant", ["1899-12-31T00:00", "2201-01-01T00:00"])
def test_an_instant_outside_the_years_known_is_named(instant: str) -> None:
    with pytest.raises(ValueError, match=f"{instant[:10]}.* lies outside the years 1900 to 2200"):
        periods.local_dates_many(np.array([instant], dtype="datetime64[us]"), SAO_PAULO)
