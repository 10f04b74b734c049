"""Business time against a slow second opinion that looks at the local wall clock step by step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    add_business_days_many,
    add_business_many,
    business_between,
    business_between_many,
    business_days_used,
    is_open,
    local_day_intervals,
    open_days,
    open_intervals,
)

MICROSECOND, SECOND, MINUTE = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1)
DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Zones, and instants in UTC about which their clocks or dates are moved.
MOVED = {
    "UTC": [],
    "America/Sao_Paulo": ["2018-11-04T03:00", "2018-02-18T02:00", "1985-11-02T03:00"],
    "Europe/Amsterdam": ["2026-03-29T01:00", "2026-10-25T01:00", "1977-04-03T01:00"],
    "Pacific/Apia": ["2011-12-30T10:00", "2012-03-31T14:00"],
    "Pacific/Kwajalein": ["1993-08-21T12:00"],
    "Asia/Kathmandu": ["1985-12-31T18:30"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],
    "Africa/Casablanca": ["2026-02-15T02:00", "2026-03-22T02:00"],
    "America/St_Johns": ["2006-10-29T02:31", "2006-04-02T03:31"],
    "Antarctica/Troll": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "Asia/Gaza": ["2011-08-29T21:00", "2040-10-19T21:00"],
}

Hours = list[tuple[int, int]]
Times = list[tuple[str, str]]


@dataclass(frozen=True)
class Plan:
    """Opening hours in seconds of the local day, and the answers read off the wall clock."""

    time_zone: str
    week: list[Hours]
    closures: dict[date, Hours] = field(default_factory=dict)
    season: tuple[str, str, list[Hours]] | None = None

    def schedule(self) -> Schedule:
        seasons = [self.season] if self.season else []
        return Schedule(
            time_zone=self.time_zone,
            week=_written(self.week),
            closures={day: _times(hours) for day, hours in self.closures.items()},
            seasons=[(first, last, _written(week)) for first, last, week in seasons],
        )

    def hours_on(self, day: date) -> Hours:
        if day in self.closures:
            return self.closures[day]
        if self.season:
            first, last, week = self.season
            month_day = f"{day:%m-%d}"
            within = [first <= month_day, month_day <= last]
            if all(within) if first <= last else any(within):
                return week[day.weekday()]
        return self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        wall = at.astimezone(ZoneInfo(self.time_zone))
        second = wall.hour * 3600 + wall.minute * 60 + wall.second
        return any(opens <= second < closes for opens, closes in self.hours_on(wall.date()))

    def open_steps(
        self, start: datetime, end: datetime | None, step: timedelta
    ) -> Iterator[tuple[datetime, datetime]]:
        """The open parts of ``[start, end)``, cut at every whole step of UTC."""
        at = start
        while end is None or at < end:
            following = at - (at - EPOCH) % step + step
            if self.is_open(at):
                yield at, following if end is None else min(following, end)
            at = following

    def business_between(self, start: datetime, end: datetime, step: timedelta) -> timedelta:
        return sum((b - a for a, b in self.open_steps(start, end, step)), timedelta(0))

    def add_business(self, start: datetime, amount: timedelta, step: timedelta) -> datetime:
        for a, b in self.open_steps(start, None, step):
            if amount <= b - a:
                return a + amount
            amount -= b - a
        raise AssertionError

    def last_closes(self, start: datetime, end: datetime) -> dict[date, datetime]:
        """For each local date with open time in ``[start, end)``, its last close there."""
        zone = ZoneInfo(self.time_zone)
        return {a.astimezone(zone).date(): b for a, b in self.open_steps(start, end, MINUTE)}

    def local_date(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()


def _times(hours: Hours) -> Times:
    def text(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"

    return [(text(opens), text(closes)) for opens, closes in hours]


def _written(week: list[Hours]) -> dict[str, Times]:
    return {day: _times(hours) for day, hours in zip(WEEKDAYS, week, strict=True)}


def joined(parts: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    whole: list[tuple[datetime, datetime]] = []
    for opens, closes in parts:
        if whole and whole[-1][1] == opens:
            whole[-1] = whole[-1][0], closes
        else:
            whole.append((opens, closes))
    return whole


def days_of_hours(unit: int) -> st.SearchStrategy[Hours]:
    """The hours of a day, cut at whole units of seconds, often in the small hours."""
    near_midnight = [minute * 60 for minute in (0, 1, 15, 30, 60, 90, 120, 150, 180, 1380, 1410)]
    cuts = st.sampled_from([*near_midnight, 86_400]) | st.integers(0, 86_400 // unit).map(
        lambda cut: cut * unit
    )
    return st.lists(cuts, unique=True, max_size=6).map(
        lambda cuts: list(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
    )


def instants(zone: str) -> st.SearchStrategy[datetime]:
    """Instants of 1970 to 2100, half of them near where the zone's clock is moved."""
    moved = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in MOVED.get(zone, [])]
    micros = st.integers(-2 * 86_400 * 10**6, 2 * 86_400 * 10**6)
    anywhere = st.integers(86_400 * 7, 86_400 * 47_800).map(lambda s: EPOCH + timedelta(seconds=s))
    if not moved:
        return anywhere
    return anywhere | st.builds(lambda at, m: at + m * MICROSECOND, st.sampled_from(moved), micros)


@st.composite
def plans(draw: st.DrawFn, about: datetime, zone: str, unit: int = 60) -> Plan:
    week = st.lists(days_of_hours(unit), min_size=7, max_size=7)
    near = st.integers(-4, 9).map(lambda days: (about + days * DAY).date())
    month_days = st.dates(date(2028, 1, 1), date(2028, 12, 31)).map(lambda day: f"{day:%m-%d}")
    return Plan(
        zone,
        draw(week.filter(any)),
        draw(st.dictionaries(near, days_of_hours(unit), max_size=3)),
        draw(st.none() | st.tuples(month_days, month_days, week.filter(any))),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, datetime]:
    zone = draw(st.sampled_from(sorted(MOVED)))
    at = draw(instants(zone))
    return draw(plans(at, zone)), at


spans = st.timedeltas(timedelta(0), timedelta(days=3))


@settings(max_examples=40)
@given(cases(), spans)
def test_between_is_what_the_wall_clock_counts(case: tuple[Plan, datetime], span: Any) -> None:
    plan, start = case
    expected = plan.business_between(start, start + span, MINUTE)
    assert business_between(plan.schedule(), start, start + span) == expected


@settings(max_examples=40)
@given(cases(), st.timedeltas(MICROSECOND, timedelta(hours=30)))
def test_adding_gives_the_earliest_instant(case: tuple[Plan, datetime], amount: Any) -> None:
    plan, start = case
    schedule = plan.schedule()
    amount = min(amount, business_between(schedule, start, start + 20 * DAY))
    assume(amount)
    due = add_business(schedule, start, amount)
    assert due == plan.add_business(start, amount, MINUTE)
    assert business_between(schedule, start, due) == amount
    assert business_between(schedule, start, due - MICROSECOND) == amount - MICROSECOND


@settings(max_examples=40)
@given(cases(), st.lists(spans, min_size=1, max_size=50))
def test_open_is_what_the_wall_clock_says(case: tuple[Plan, datetime], after: Any) -> None:
    plan, start = case
    schedule = plan.schedule()
    for at in (start, *(start + span for span in after)):
        assert is_open(schedule, at) == plan.is_open(at)


@settings(max_examples=40)
@given(cases(), spans)
def test_intervals_are_those_of_the_wall_clock(case: tuple[Plan, datetime], span: Any) -> None:
    plan, start = case
    expected = joined(plan.open_steps(start, start + span, MINUTE))
    assert open_intervals(plan.schedule(), start, start + span) == expected


@settings(max_examples=30)
@given(cases(), st.integers(1, 3))
def test_days_are_those_of_the_local_calendar(case: tuple[Plan, datetime], n: int) -> None:
    plan, start = case
    schedule = plan.schedule()
    closes = plan.last_closes(start - 3 * DAY, start + 10 * DAY)
    today, until = plan.local_date(start), plan.local_date(start + 8 * DAY)
    after = sorted(day for day in closes if today < day <= until)
    assert open_days(schedule, today, until) == sorted({*after, *({today} & set(closes))})
    if len(after) >= n:
        assert add_business_days(schedule, start, n) == closes[after[n - 1]]
    for later in range(8):
        at = start + later * DAY
        used = sum(day <= plan.local_date(at) for day in after)
        assert business_days_used(schedule, start, at) == used


@settings(max_examples=30)
@given(cases())
def test_a_local_day_has_the_hours_of_its_date(case: tuple[Plan, datetime]) -> None:
    plan, at = case
    day = plan.local_date(at)
    around = plan.open_steps(at - 3 * DAY, at + 3 * DAY, MINUTE)
    expected = joined((a, b) for a, b in around if plan.local_date(a) == day)
    assert local_day_intervals(plan.schedule(), day) == expected


@settings(max_examples=30)
@given(st.data())
def test_seconds_count_also_where_the_offset_has_some(data: st.DataObject) -> None:
    # Monrovia was 44 minutes and 30 seconds behind UTC until 1972-01-07.
    zone = "Africa/Monrovia"
    second = data.draw(st.integers(-86_400, 86_400))
    start = datetime(1972, 1, 7, 0, 44, 30, 999_999, tzinfo=UTC) + second * SECOND
    plan = data.draw(plans(start, zone, unit=1))
    span = data.draw(st.timedeltas(timedelta(0), timedelta(hours=1)))
    expected = plan.business_between(start, start + span, SECOND)
    assert business_between(plan.schedule(), start, start + span) == expected


LONG_LIVED = [
    Plan("America/Sao_Paulo", [[(32_400, 43_200), (46_800, 64_800)]] * 5 + [[], []]).schedule(),
    Plan("Pacific/Apia", [[(0, 7_200), (79_200, 86_400)]] * 7).schedule(),
    Plan("Africa/Casablanca", [[], [(9_000, 12_601)], [], [], [(60, 86_400)], [], []]).schedule(),
]


def moments(until: int) -> st.SearchStrategy[datetime]:
    """Instants from 1970 up to the beginning of a year."""
    span = datetime(until, 1, 1, tzinfo=UTC) - EPOCH
    return st.timedeltas(timedelta(0), span).map(lambda since: EPOCH + since)


@settings(max_examples=60)
@given(st.sampled_from(LONG_LIVED), st.lists(moments(2101), min_size=3, max_size=3))
def test_parts_add_up_over_any_years(schedule: Schedule, at: list[datetime]) -> None:
    a, b, c = sorted(at)
    whole = business_between(schedule, a, c)
    assert business_between(schedule, a, b) + business_between(schedule, b, c) == whole
    if whole:
        due = add_business(schedule, a, whole)
        assert due <= c
        assert business_between(schedule, a, due) == whole
        assert business_between(schedule, due, c) == timedelta(0)


@dataclass(frozen=True)
class Row:
    start: datetime
    end: datetime
    amount: timedelta
    count: int


def instants_of(moments: Iterable[datetime]) -> NDArray[np.datetime64]:
    return np.array([at.replace(tzinfo=None) for at in moments], "datetime64[us]")


def utc(instant: Any) -> datetime:
    moment: datetime = instant.item()
    return moment.replace(tzinfo=UTC)


@settings(max_examples=30)
@given(
    st.sampled_from(LONG_LIVED),
    st.lists(
        st.builds(
            Row,
            moments(2099),
            moments(2101),
            st.timedeltas(timedelta(0), 20 * DAY),
            st.integers(0, 90),
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([1, 500]),
)
def test_arrays_give_exactly_what_single_instants_give(
    schedule: Schedule, rows: list[Row], repeat: int
) -> None:
    rows = rows * repeat
    starts = instants_of(row.start for row in rows)
    ends = instants_of(row.end for row in rows)
    amounts = np.array([row.amount for row in rows], "timedelta64[us]")
    between = business_between_many(schedule, starts, ends)
    added = add_business_many(schedule, starts, amounts)
    days = add_business_days_many(schedule, starts, np.array([row.count for row in rows]))
    for each in range(0, len(rows), repeat):
        row = rows[each]
        assert between[each] == business_between(schedule, row.start, row.end)
        assert utc(added[each]) == add_business(schedule, row.start, row.amount)
        assert utc(days[each]) == add_business_days(schedule, row.start, row.count)
