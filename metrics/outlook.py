"""How a volume goes day by day, and where it will end: interval, chance, and how it is made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from statistics import median

from metrics.attainment import share_of_time
from metrics.figures import Outcome
from metrics.forecast import Forecast, dispersion_of, forecast
from metrics.ledger import MONTHS_BEFORE, InForce, Ledger
from metrics.month_counts import HANDOFF, Json
from metrics.pace import (
    Span,
    expected_by_day,
    needed_per_open_day,
    open_time_by_day,
    per_open_day,
    projection,
)
from metrics.periods import Period, PeriodKind

_MONTHS_OF_HISTORY = 3
_ACCEPTED = tuple(map(HANDOFF.index, ("offered", "withdrawn", "rejected", "overturned")))
_ZERO = Fraction(0)
_NOTHING = timedelta(0)

Counts = Mapping[date, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDay:
    """A working day of a volume, with the closed days before it, from_date to to_date included.

    ``actual`` and ``so_far`` are None on days to come, ``due`` without a target.
    """

    from_date: date
    on_date: date
    to_date: date
    actual: Fraction | None
    so_far: Fraction | None
    due: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where a running volume will end: straight on, and within which interval.

    ``needed`` and ``brought`` are what a working day must bring and has brought. ``error`` is by
    how much the same projection missed the end in months before, as the median share of the end,
    over so many months that were ``checked``.
    """

    end: Fraction
    forecast: Forecast
    needed: Fraction
    brought: Fraction
    error: Fraction | None
    checked: int


class Volumes:
    """The volumes and amounts of a month, day by day; what they share is read once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open_times: dict[tuple[Period, tuple[str, ...]], list[timedelta]] = {}
        self._counts: dict[tuple[Period, str, str], dict[date, Fraction]] = {}

    def working_days(self, outcome: Outcome) -> list[WorkingDay]:
        """Lay a volume that is promised for one period out by working day.

        What came on closed days counts for the next working day, at the end for the last one.
        Empty where the period has no working day.
        """
        period, target = outcome.promised.periods[0], outcome.figures.target
        open_times = self._open_times_in(outcome, period)
        counted = self._counts_in(outcome, period)
        due = dict(zip(period.days(), expected_by_day(target or 0, open_times), strict=False))
        so_far, found = _ZERO, list[WorkingDay]()
        for from_date, on_date, to_date in _spells(period.days(), open_times):
            actual = sum(
                (value for on, value in counted.items() if from_date <= on <= to_date), _ZERO
            )
            so_far += actual
            is_to_come = from_date > self._ledger.today
            found.append(
                WorkingDay(
                    from_date=from_date,
                    on_date=on_date,
                    to_date=to_date,
                    actual=None if is_to_come else actual,
                    so_far=None if is_to_come else so_far,
                    due=None if target is None else due[on_date],
                )
            )
        return found

    def outlook(self, outcome: Outcome) -> Outlook | None:
        """Project a count that is promised for one running period.

        None for amounts, without a target, and while no working time has passed or is left.
        """
        figures, working = outcome.figures, outcome.working
        is_count = outcome.promised.commitment.definition.kind == "volume"
        if not is_count or working.over or len(outcome.promised.periods) > 1:
            return None
        if figures.target is None or figures.actual is None or figures.actual < 0:
            return None
        ahead = forecast(
            int(figures.actual),
            figures.target,
            figures.direction,
            working,
            dispersion=self._dispersion(outcome),
        )
        end, brought = projection(figures.actual, working), per_open_day(figures.actual, working)
        needed = needed_per_open_day(figures.actual, figures.target, working)
        if ahead is None or end is None or brought is None or needed is None:
            return None
        errors = list(self._errors(outcome, working.share or _ZERO))
        return Outlook(
            end=end,
            forecast=ahead,
            needed=needed,
            brought=brought,
            error=median(errors) if errors else None,
            checked=len(errors),
        )

    def _dispersion(self, outcome: Outcome) -> Fraction:
        """Tell how much days vary beyond chance, by this period's past days and months before."""
        period = outcome.promised.periods[0]
        counts, open_times = list[int](), list[timedelta]()
        before = reversed(list(self._months_before(outcome, _MONTHS_OF_HISTORY)))
        counted_in = [
            *((month, self._counts_before(outcome, month)) for month in before),
            (period, self._counts_in(outcome, period)),
        ]
        for of, counted in counted_in:
            for day, open_time in zip(of.days(), self._open_times_in(outcome, of), strict=True):
                if day < self._ledger.today:
                    counts.append(int(counted.get(day, 0)))
                    open_times.append(open_time)
        return _dispersion_of(tuple(counts), tuple(open_times))

    def _errors(self, outcome: Outcome, share: Fraction) -> Iterator[Fraction]:
        """Give by what share the projection at the same moment missed each month's end."""
        if outcome.promised.periods[0].kind is not PeriodKind.MONTH:
            return
        for month in self._months_before(outcome, MONTHS_BEFORE):
            counted = self._counts_before(outcome, month)
            end = sum(counted.values(), _ZERO)
            if end:
                open_times = self._open_times_in(outcome, month)
                so_far = _count_at(counted, month.days(), open_times, share)
                yield abs(so_far / share - end) / end

    def _months_before(self, outcome: Outcome, number: int) -> Iterator[Period]:
        """Give the months before a volume's period that were counted, the latest first."""
        month = outcome.promised.periods[0].months()[0]
        for _ in range(number):
            month = month.previous()
            if self._counted(month) is not None and self._promising(outcome, month):
                yield month

    def _counted(self, month: Period) -> Json | None:
        """Return what commitments counted in a month; None where nothing was counted at all."""
        known = self._ledger.months.get(month.from_date)
        if known is None:
            return self._ledger.before.get(month.from_date)
        counted: Json = known.get("commitments", {})
        return counted

    def _counts_before(self, outcome: Outcome, month: Period) -> dict[date, Fraction]:
        """Return what was counted on the local dates of a month before a volume's period."""
        key, measure = outcome.figures.key, outcome.figures.measure
        name = (month, key, measure)
        if name not in self._counts:
            of_month = self._counted(month) or {}
            self._counts[name] = _added(
                measure,
                (
                    (month.from_date.replace(day=int(day)), counts)
                    for version in self._promising(outcome, month)
                    for day, counts in of_month.get(version.key, {}).get(key, {}).items()
                ),
            )
        return self._counts[name]

    def _promising(self, outcome: Outcome, period: Period) -> list[InForce]:
        key, measure = outcome.figures.key, outcome.figures.measure
        in_force = self._ledger.in_force(period)
        return [each for each in in_force if each.commitment(key, measure) is not None]

    def _counts_in(self, outcome: Outcome, period: Period) -> dict[date, Fraction]:
        """Return what was counted on the local dates of a period."""
        key, measure = outcome.figures.key, outcome.figures.measure
        name = (period, key, measure)
        if name not in self._counts:
            self._counts[name] = _added(
                measure,
                (
                    on_day
                    for version in self._promising(outcome, period)
                    for on_day in self._ledger.days("commitments", version.key, key, period)
                ),
            )
        return self._counts[name]

    def _open_times_in(self, outcome: Outcome, period: Period) -> list[timedelta]:
        """Return the open time of each date of a period under the versions that promise it."""
        versions = self._promising(outcome, period)
        name = (period, tuple(version.key for version in versions))
        if name not in self._open_times:
            spans = [
                Span(each.rulebook.schedule, each.starts_at, each.ends_at) for each in versions
            ]
            self._open_times[name] = open_time_by_day(spans, period)
        return self._open_times[name]


@lru_cache(maxsize=1024)
def _dispersion_of(counts: tuple[int, ...], open_times: tuple[timedelta, ...]) -> Fraction:
    """Return the dispersion of days that are over; it stays until the next of them."""
    return dispersion_of(counts, open_times)


def _added(
    measure: str, counted: Iterable[tuple[date, Sequence[int | str]]]
) -> dict[date, Fraction]:
    """Add up what versions counted day by day."""
    found: dict[date, int | Fraction] = {}
    for on_date, counts in counted:
        found[on_date] = found.get(on_date, 0) + _value(measure, counts)
    return {on_date: Fraction(value) for on_date, value in found.items()}


def _value(measure: str, counts: Sequence[int | str]) -> int | Fraction:
    if measure != "accepted_volume":
        value = counts[0]
        return Fraction(value) if isinstance(value, str) else value
    offered, withdrawn, rejected, overturned = (int(counts[place]) for place in _ACCEPTED)
    return offered - withdrawn - (rejected - overturned)


def _spells(
    days: Sequence[date], open_times: Sequence[timedelta]
) -> Iterator[tuple[date, date, date]]:
    """Give (first date, working day, last date) of each working day with what belongs to it."""
    working = [day for day, open_time in zip(days, open_times, strict=True) if open_time]
    first = days[0]
    for place, day in enumerate(working):
        is_last = place == len(working) - 1
        yield first, day, days[-1] if is_last else day
        first = day + timedelta(days=1)


def _count_at(
    counted: Counts, days: Sequence[date], open_times: Sequence[timedelta], share: Fraction
) -> Fraction:
    """Return what had been counted when a share of the working time was gone."""
    left = sum(open_times, _NOTHING) * float(share)
    total = _ZERO
    for day, open_time in zip(days, open_times, strict=True):
        if left <= _NOTHING:
            break
        part = share_of_time(left, open_time) if left < open_time else 1
        total += counted.get(day, _ZERO) * (part or _ZERO)
        left -= open_time
    return total
