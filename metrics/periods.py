"""Days, weeks, months, quarters and years of an agreement's zone.

A period is a half-open pair of local dates. What belongs to it is decided by an instant's local
date, so the same answer comes from one instant, from an array and from a roll-up by day.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from agreements.business_time.offsets import offset_changes

Instants = npt.NDArray[np.datetime64]
Dates = npt.NDArray[np.datetime64]

_INSTANT = np.dtype("datetime64[us]")
_DATE = np.dtype("datetime64[D]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """The local dates [from_date, to_date) of an IANA zone; weeks are ISO weeks from Monday."""

    kind: PeriodKind
    from_date: date
    to_date: date
    time_zone: str

    def __post_init__(self) -> None:
        _zone(self.time_zone)
        if _bounds(self.kind, self.from_date) != (self.from_date, self.to_date):
            raise ValueError(
                f"{self.from_date} to {self.to_date} is not a whole {self.kind}: "
                "take the period that holds a date with period_on."
            )

    @property
    def starts_at(self) -> datetime:
        """The first instant (UTC) whose local date is from_date or later.

        It is later than midnight where the clock skips midnight.
        """
        return _first_instant(self.from_date, self.time_zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant (UTC) after the period: where the next one starts."""
        return _first_instant(self.to_date, self.time_zone)

    @property
    def label(self) -> str:
        """Its name as ``parse`` reads it: 2026-05-03, 2026-W23, 2026-05, 2026-Q2 or 2026."""
        return _LABELS[self.kind](self.from_date)

    def contains(self, instant: datetime) -> bool:
        """Whether the local date of an aware instant lies in the period."""
        return self.from_date <= local_date(instant, self.time_zone) < self.to_date

    def previous(self) -> "Period":
        return period_on(self.kind, self.from_date - timedelta(days=1), self.time_zone)

    def next(self) -> "Period":
        return period_on(self.kind, self.to_date, self.time_zone)

    def days(self) -> list[date]:
        """Its calendar dates in order, also one the zone skipped (Apia, 2011-12-30)."""
        return list(_dates(self.from_date, self.to_date))

    def months(self) -> list["Period"]:
        """The months a month, quarter or year pools. Raises ValueError for a day or a week."""
        if self.kind in (PeriodKind.DAY, PeriodKind.WEEK):
            raise ValueError(f"A {self.kind} is not made of months: use its days.")
        firsts = [day for day in self.days() if day.day == 1]
        return [period_on(PeriodKind.MONTH, first, self.time_zone) for first in firsts]

    def day_edges(self) -> Instants:
        """Where each of its days starts, and last where the period ends (UTC, microseconds)."""
        dates = np.array([*self.days(), self.to_date], dtype=_DATE)
        return first_instants_many(dates, self.time_zone)


def period_on(kind: PeriodKind, on_date: date, time_zone: str) -> Period:
    """The period of a kind that holds a local date."""
    from_date, to_date = _bounds(kind, on_date)
    return Period(kind, from_date, to_date, time_zone)


def period_of(kind: PeriodKind, instant: datetime, time_zone: str) -> Period:
    """The period of a kind that holds an aware instant."""
    return period_on(kind, local_date(instant, time_zone), time_zone)


def month_of(instant: datetime, time_zone: str) -> Period:
    """The local month that holds an aware instant."""
    return period_of(PeriodKind.MONTH, instant, time_zone)


def day_of(instant: datetime, time_zone: str) -> Period:
    """The local day that holds an aware instant."""
    return period_of(PeriodKind.DAY, instant, time_zone)


def month(text: str, time_zone: str) -> Period:
    """The month written as ``"2026-05"``. Raises ValueError that quotes anything else."""
    period = parse(text, time_zone)
    if period.kind is not PeriodKind.MONTH:
        raise ValueError(f"{text!r} is a {period.kind}: write a month, such as 2026-05.")
    return period


def parse(text: str, time_zone: str) -> Period:
    """Read 2026-05-03, 2026-W23, 2026-05, 2026-Q2 or 2026.

    Raises ValueError that quotes the text and shows how to write a period.
    """
    for pattern, kind, first_date in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            try:
                return period_on(kind, first_date(*map(int, match.groups())), time_zone)
            except (ValueError, OverflowError) as error:
                raise ValueError(f"{text!r} is not a {kind}: {error}.") from error
    raise ValueError(
        f"{text!r} is not a period: write a month such as 2026-05, "
        "or 2026-05-03, 2026-W23, 2026-Q2 or 2026."
    )


def local_date(instant: datetime, time_zone: str) -> date:
    """The date on the wall of a zone at an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no zone: give an aware instant.")
    return instant.astimezone(_zone(time_zone)).date()


def local_dates_many(instants: Instants, time_zone: str) -> Dates:
    """The local dates (datetime64[D]) of UTC instants (datetime64[us]); NaT stays NaT.

    Equal to ``local_date`` of each. Raises ValueError outside the years 1900 to 2200.
    """
    utc = np.asarray(instants).astype(_INSTANT)
    given = utc[~np.isnat(utc)]
    if given.size == 0:
        return np.full(utc.shape, "NaT", dtype=_DATE)
    starts, offsets = _offsets(time_zone, *_years(given))
    holding = np.searchsorted(starts, utc.view(np.int64), side="right") - 1
    local: Instants = utc + offsets[holding].view("timedelta64[us]")
    return local.astype(_DATE)


def first_instants_many(dates: Dates, time_zone: str) -> Instants:
    """The first UTC instant (datetime64[us]) whose local date is that date or later, for each.

    Between two changes of the clock the local time runs on evenly, so the answer lies in the first
    such span whose local end is past midnight: at midnight, or at the span's start when the clock
    skipped midnight.
    """
    days = np.asarray(dates).astype(_DATE)
    if days.size == 0:
        return np.empty(days.shape, dtype=_INSTANT)
    first_year, last_year = _years(days)
    starts, offsets = _offsets(time_zone, first_year - 1, last_year + 1)
    midnights = days.astype(_INSTANT).view(np.int64)
    local_ends = np.maximum.accumulate(starts[1:] + offsets[:-1])
    holding = np.searchsorted(local_ends, midnights, side="right")
    firsts: Instants = np.maximum(starts[holding], midnights - offsets[holding]).view(_INSTANT)
    return firsts


@lru_cache(maxsize=1024)
def _dates(from_date: date, to_date: date) -> tuple[date, ...]:
    number = (to_date - from_date).days
    return tuple(from_date + timedelta(days=index) for index in range(number))


@lru_cache(maxsize=4096)
def _first_instant(on_date: date, time_zone: str) -> datetime:
    instants = first_instants_many(np.array([on_date], dtype=_DATE), time_zone)
    return _EPOCH + timedelta(microseconds=int(instants.view(np.int64)[0]))


def _years(values: Instants | Dates) -> tuple[int, int]:
    years = np.array([values.min(), values.max()]).astype("datetime64[Y]").astype(int) + 1970
    first_year, last_year = int(years[0]), int(years[1])
    if first_year < _FIRST_YEAR or last_year > _LAST_YEAR:
        culprit = values.min() if first_year < _FIRST_YEAR else values.max()
        raise ValueError(f"{culprit} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    return first_year, last_year


def _offsets(
    time_zone: str, first_year: int, last_year: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """From when (microseconds since 1970, sorted) which offset from UTC (microseconds) holds.

    The years are UTC's. Raises ValueError for an unknown zone.
    """
    _zone(time_zone)
    table = [
        change
        for year in range(first_year, last_year + 1)
        for change in offset_changes(time_zone, year)
    ]
    starts, offsets = np.array(table, dtype=np.int64).T.copy()
    return starts, offsets


@lru_cache(maxsize=1024)
def _zone(time_zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"{time_zone!r} is not a known time zone: write an IANA name such as America/Sao_Paulo."
        ) from error


def _first_of_month(year: int, month_number: int) -> date:
    """The first of a month counted on from January of the year; 13 is the next January."""
    return date(year + (month_number - 1) // 12, (month_number - 1) % 12 + 1, 1)


def _bounds(kind: PeriodKind, on_date: date) -> tuple[date, date]:
    year, month_number = on_date.year, on_date.month
    match kind:
        case PeriodKind.DAY:
            return on_date, on_date + timedelta(days=1)
        case PeriodKind.WEEK:
            monday = on_date - timedelta(days=on_date.weekday())
            return monday, monday + timedelta(days=7)
        case PeriodKind.MONTH:
            return date(year, month_number, 1), _first_of_month(year, month_number + 1)
        case PeriodKind.QUARTER:
            first = month_number - (month_number - 1) % 3
            return date(year, first, 1), _first_of_month(year, first + 3)
        case PeriodKind.YEAR:
            return date(year, 1, 1), date(year + 1, 1, 1)


def _first_of_quarter(year: int, quarter: int) -> date:
    return date(year, 3 * quarter - 2, 1)


_PATTERNS: tuple[tuple[re.Pattern[str], PeriodKind, Callable[..., date]], ...] = (
    (re.compile(r"(\d{4})-(\d\d)", re.ASCII), PeriodKind.MONTH, lambda y, m: date(y, m, 1)),
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII), PeriodKind.DAY, date),
    (
        re.compile(r"(\d{4})-W(\d\d)", re.ASCII),
        PeriodKind.WEEK,
        lambda y, w: date.fromisocalendar(y, w, 1),
    ),
    (re.compile(r"(\d{4})-Q([1-4])", re.ASCII), PeriodKind.QUARTER, _first_of_quarter),
    (re.compile(r"(\d{4})", re.ASCII), PeriodKind.YEAR, lambda y: date(y, 1, 1)),
)

_LABELS: dict[PeriodKind, Callable[[date], str]] = {
    PeriodKind.DAY: date.isoformat,
    PeriodKind.WEEK: lambda day: f"{day:%G}-W{day:%V}",
    PeriodKind.MONTH: lambda day: f"{day:%Y-%m}",
    PeriodKind.QUARTER: lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}",
    PeriodKind.YEAR: lambda day: f"{day:%Y}",
}
