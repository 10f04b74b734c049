"""A schedule laid out on the line of UTC: sorted edges of open time, with prefix sums."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np

from agreements.business_time.hours import FIRST_YEAR, LAST_YEAR
from agreements.business_time.offsets import offset_changes
from agreements.business_time.places import Integers, Places
from agreements.business_time.schedule import Schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
# Zones lie less than a day from UTC and a local day lasts less than two, so with four days more
# of local dates on either side, each instant and each date near the end of a span is whole.
_MARGIN = 4


class Timeline:
    """The open time of a schedule over some years; instants and lengths are microseconds of UTC.

    Asked about instants from `first` to `last`, both included. What touches is joined in `opens`
    and `closes`; the `piece_` arrays keep local days apart. Days are counted from 1970-01-01.
    """

    def __init__(self, schedule: Schedule, first_year: int, end_year: int) -> None:
        self.first_year, self.end_year = first_year, end_year
        lowest, highest = limits(schedule.time_zone)
        start_day, end_day = _day_of_year(first_year), _day_of_year(end_year)
        self.first = max(lowest, (start_day - 1) * DAY)
        self.last = min(highest, (end_day + 1) * DAY)
        reach = (start_day - _MARGIN + 1) * DAY, (end_day + _MARGIN - 1) * DAY
        self._lay_offsets(schedule.time_zone)
        local = _local_intervals(schedule, start_day - _MARGIN, end_day + _MARGIN)
        self._lay_pieces(*local, *reach)
        self._join_pieces()
        self._lay_days(start_day - _MARGIN + 2, end_day + _MARGIN - 2)

    def open_before(self, instant: int) -> int:
        """The open time before an instant, from an origin of this timeline's own."""
        place = bisect_right(self._edge_list, instant)
        base = self._base_list[place]
        return base + instant if place & 1 else base

    def open_before_many(self, instants: Integers) -> Integers:
        """As `open_before`, for each instant."""
        place = self._edge_places.at_most(instants)
        before: Integers = self._base.take(place)
        place &= 1
        place *= instants
        before += place
        return before

    def reached(self, open_time: int) -> int | None:
        """The earliest instant with so much open time before it; None where the years end."""
        place = bisect_left(self._sum_list, open_time)
        if place == len(self._sum_list):
            return None
        return self._edge_list[2 * place - 2] + open_time - self._sum_list[place - 1]

    def reached_many(self, open_times: Integers) -> Integers:
        """As `reached`, for open times of more than zero and at most `total`."""
        place = self._sum_places.at_most(open_times - 1) - 1
        return (self.opens - self._sums[:-1]).take(place) + open_times

    @property
    def total(self) -> int:
        """The open time of the whole timeline."""
        return self._sum_list[-1]

    def is_open(self, instant: int) -> bool:
        return bool(bisect_right(self._edge_list, instant) & 1)

    def local_day(self, instant: int) -> int:
        """The local date of an instant."""
        offset = self._offset_list[bisect_right(self._change_list, instant) - 1]
        return (instant + offset) // DAY

    def local_days_many(self, instants: Integers) -> Integers:
        """As `local_day`, for each instant."""
        place = self._change_places.at_most(instants) - 1
        days: Integers = (self._offsets.take(place) + instants) // DAY
        return days

    def open_days_through_many(self, days: Integers) -> Integers:
        """How many open local days of this timeline are at most each day."""
        return self._day_places.at_most(days)

    def intervals_within(self, first: int, last: int) -> list[tuple[int, int]]:
        """The joined open intervals that share time with ``[first, last)``, unclipped."""
        low = bisect_right(self._edge_list, first) // 2 * 2
        high = bisect_left(self._edge_list, last)
        opens, closes = self._edge_list[low:high:2], self._edge_list[low + 1 : high + 1 : 2]
        return list(zip(opens, closes, strict=True))

    def pieces_of(self, day: int) -> list[tuple[int, int]]:
        """The open intervals of one local date; those that touch are one."""
        chosen = self.piece_days == day
        opens, closes = _joined(self.piece_opens[chosen], self.piece_closes[chosen])
        return list(zip(opens.tolist(), closes.tolist(), strict=True))

    def _lay_offsets(self, time_zone: str) -> None:
        changes = [
            change
            for year in range(self.first_year - 1, self.end_year + 1)
            for change in offset_changes(time_zone, year)
        ]
        self._changes, self._offsets = np.array(changes, dtype=np.int64).T.copy()
        self._change_places = Places(self._changes)
        self._change_list: list[int] = self._changes.tolist()
        self._offset_list: list[int] = self._offsets.tolist()

    def _lay_pieces(self, opens: Integers, closes: Integers, start: int, end: int) -> None:
        """Carry local intervals to UTC, offset by offset: gaps fall out, folds count twice."""
        pieces = []
        begins = [max(change, start) for change in self._change_list]
        untils = [min(change, end) for change in self._change_list[1:]] + [end]
        for begin, until, offset in zip(begins, untils, self._offset_list, strict=True):
            low = np.searchsorted(closes, begin + offset, side="right")
            high = np.searchsorted(opens, until + offset, side="left")
            if begin < until and low < high:
                days = opens[low:high] // DAY
                from_ = np.maximum(opens[low:high] - offset, begin)
                pieces.append((from_, np.minimum(closes[low:high] - offset, until), days))
        columns = zip(*pieces, strict=True) if pieces else ([_NONE], [_NONE], [_NONE])
        self.piece_opens, self.piece_closes, self.piece_days = map(np.concatenate, columns)

    def _join_pieces(self) -> None:
        self.opens, self.closes = _joined(self.piece_opens, self.piece_closes)
        self.edges = np.stack((self.opens, self.closes), axis=1).ravel()
        self._sums = np.concatenate(([0], np.cumsum(self.closes - self.opens)))
        # Open time before t is base[place], and t more where the place lies inside an interval.
        self._base = np.repeat(self._sums, 2)[:-1]
        self._base[1::2] -= self.opens
        self._edge_places, self._sum_places = Places(self.edges), Places(self._sums)
        self._edge_list: list[int] = self.edges.tolist()
        self._sum_list: list[int] = self._sums.tolist()
        self._base_list: list[int] = self._base.tolist()

    def _lay_days(self, start_day: int, end_day: int) -> None:
        """The open local days that lie whole in this span, and the last close of each."""
        days, place = np.unique(self.piece_days, return_inverse=True)
        closes = np.zeros(days.size, dtype=np.int64)
        np.maximum.at(closes, place, self.piece_closes)
        whole = (days >= start_day) & (days < end_day)
        self.open_days, self.day_closes = days[whole], closes[whole]
        self._day_places = Places(self.open_days)
        self.open_day_list: list[int] = self.open_days.tolist()


class _Held:
    """The timeline of one schedule, laid as far as it was asked for."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.timeline: Timeline | None = None

    def grow(self, first: int, last: int) -> Timeline:
        """A timeline over both instants. Raises ValueError for one outside 1970 to 2100."""
        for instant in (first, last):
            refuse_outside(self.schedule.time_zone, instant)
        return self._lay(_year_of(first), _year_of(last) + 1)

    def _lay(self, first_year: int, end_year: int) -> Timeline:
        held = self.timeline
        if held is not None:
            if held.first_year <= first_year and end_year <= held.end_year:
                return held
            # Growing by halves keeps a walk through many years from laying each year again.
            more = (held.end_year - held.first_year + 1) // 2
            if first_year < held.first_year:
                first_year = min(first_year, held.first_year - more)
            if end_year > held.end_year:
                end_year = max(end_year, held.end_year + more)
            first_year, end_year = min(first_year, held.first_year), max(end_year, held.end_year)
        first_year, end_year = max(first_year, FIRST_YEAR), min(end_year, LAST_YEAR + 1)
        self.timeline = Timeline(self.schedule, first_year, end_year)
        return self.timeline


@lru_cache(maxsize=512)
def _held(schedule: Schedule) -> _Held:
    return _Held(schedule)


def timeline_over(schedule: Schedule, first: int, last: int) -> Timeline:
    """The timeline that covers two instants, laid once for all equal schedules.

    Raises ValueError that names an instant outside the years 1970 to 2100.
    """
    held = _held(schedule)
    line = held.timeline
    if line is not None and line.first <= first and last <= line.last:
        return line
    return held.grow(first, last)


def timeline_beyond(schedule: Schedule, line: Timeline) -> Timeline | None:
    """A timeline with later years than `line`; None where 2100 is reached."""
    if line.end_year > LAST_YEAR:
        return None
    return _held(schedule)._lay(line.first_year, line.end_year + 1)


def timeline_of_days(schedule: Schedule, first_day: int, last_day: int) -> Timeline:
    """The timeline that covers local dates as `day_of` numbers them."""
    return timeline_over(schedule, first_day * DAY, last_day * DAY)


@lru_cache(maxsize=1024)
def limits(time_zone: str) -> tuple[int, int]:
    """The first and the last instant of 1970 to 2100, in the zone or in UTC."""
    first = -offset_changes(time_zone, FIRST_YEAR)[0][1]
    last = _day_of_year(LAST_YEAR + 1) * DAY
    return min(0, first), max(last, last - offset_changes(time_zone, LAST_YEAR)[-1][1])


def refuse_outside(time_zone: str, instant: int) -> None:
    lowest, highest = limits(time_zone)
    if not lowest <= instant <= highest:
        raise ValueError(
            f"{_text(instant)} is outside the years {FIRST_YEAR} to {LAST_YEAR}, "
            "for which business time is known: correct the instant."
        )


def beyond(first: int, amount: str) -> ValueError:
    """The error for an amount that is not used up by the end of 2100."""
    return ValueError(
        f"{amount} after {_text(first)} end beyond the year {LAST_YEAR}, up to which business time "
        "is known: shorten the amount or correct the instant."
    )


def day_of(day: date) -> int:
    """The number of a local date, counted from 1970-01-01."""
    if type(day) is not date:
        raise ValueError(f"{day!r} is not a date: give the local date.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR}, "
            "for which business time is known: correct the date."
        )
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> date:
    """The local date of a number counted from 1970-01-01."""
    return date.fromordinal(number + _EPOCH_ORDINAL)


_NONE = np.zeros(0, dtype=np.int64)


def _local_intervals(schedule: Schedule, start_day: int, end_day: int) -> tuple[Integers, Integers]:
    """Opens and closes on the local wall clock, sorted, for the dates [start_day, end_day)."""
    days = np.arange(start_day, end_day, dtype=np.int64)
    own = {day.toordinal() - _EPOCH_ORDINAL: hours for day, hours in schedule.closures}
    free = ~np.isin(days, list(own))
    season = _season_of(schedule, days)
    weeks = (schedule.week, *(each.week for each in schedule.seasons))
    runs = [
        (days[free & (season == number) & ((days + 3) % 7 == weekday)], interval)
        for number, week in enumerate(weeks)
        for weekday, hours in enumerate(week)
        for interval in hours
    ]
    runs += [
        (np.array([day]), interval)
        for day, hours in own.items()
        if start_day <= day < end_day
        for interval in hours
    ]
    opens = np.concatenate([_NONE, *(run * DAY + opens * SECOND for run, (opens, _) in runs)])
    closes = np.concatenate([_NONE, *(run * DAY + closes * SECOND for run, (_, closes) in runs)])
    order = np.argsort(opens)
    return opens[order], closes[order]


def _joined(opens: Integers, closes: Integers) -> tuple[Integers, Integers]:
    """Sorted intervals, with those that touch made one."""
    apart = opens[1:] > closes[:-1]
    return (
        opens[np.concatenate(([True], apart))[: opens.size]],
        closes[np.concatenate((apart, [True]))[: closes.size]],
    )


def _season_of(schedule: Schedule, days: Integers) -> Integers:
    """Which season each day belongs to: its number from 1, or 0 for the ordinary week."""
    season = np.zeros(days.size, dtype=np.int64)
    if not schedule.seasons:
        return season
    dates = [date.fromordinal(_EPOCH_ORDINAL + day) for day in days.tolist()]
    for number, each in enumerate(schedule.seasons, start=1):
        season[[(day.month, day.day) in each for day in dates]] = number
    return season


def _text(instant: int) -> str:
    return f"{np.datetime64(instant, 'us')}Z"


def _day_of_year(year: int) -> int:
    return date(year, 1, 1).toordinal() - _EPOCH_ORDINAL


def _year_of(instant: int) -> int:
    year = (EPOCH + timedelta(microseconds=instant)).year
    return min(max(year, FIRST_YEAR), LAST_YEAR)
