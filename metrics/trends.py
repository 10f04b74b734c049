"""How commitments went month by month up to a month, and what each party scored in the one before.

A month that is over changes only when its counts do, when a clock in it falls due or at midnight,
when the window of a conversion ends; until then what was worked out of it is kept.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from agreements.models.contracts import Party
from metrics.attainment import party_score
from metrics.figures import Outcome, outcome_of, promised_in
from metrics.ledger import Ledger, open_ledger
from metrics.month_figures import span_of
from metrics.open_clocks import instant
from metrics.periods import Period, day_of

MONTHS = 12
_KEPT = 4096

CommitmentName = tuple[str, str]
"""A clause key and what it measures: a key may measure something else in another version."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What a commitment attained in a month; nothing where it was not promised or came to none."""

    month: date
    attainment: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Trends:
    """The points of each commitment, oldest first, and the scores of the month before."""

    points: Mapping[CommitmentName, tuple[TrendPoint, ...]]
    previous_scores: Mapping[str, Fraction | None]


@dataclass(frozen=True, slots=True)
class _MonthKept:
    """A past month as it is worked out from ``valid_from`` until just before ``valid_until``.

    It rests on the counts of its own month, and of all that its longer periods reach over, as
    they were written by some transaction; None is none.
    """

    points: Mapping[CommitmentName, TrendPoint]
    scores: Mapping[str, Fraction | None]
    rests_on: Mapping[date, str | None]
    valid_from: datetime
    valid_until: datetime

    def is_valid(self, written: Mapping[date, str], now: datetime) -> bool:
        """Whether it still holds, given which transaction wrote the counts of each month."""
        is_same = all(written.get(month) == by for month, by in self.rests_on.items())
        return is_same and self.valid_from <= now < self.valid_until


_MonthName = tuple[int, date, tuple[str, ...]]
_kept: OrderedDict[_MonthName, _MonthKept] = OrderedDict()


def trends_of(ledger: Ledger, period: Period, outcomes: Sequence[Outcome]) -> Trends:
    """Follow the commitments of a month back over twelve months; ``outcomes`` are its own.

    One promised for longer than a month is followed in the months in which its periods end.
    """
    months = _months_before(period)
    kept = _kept_months(ledger, months)
    points = {}
    for outcome in outcomes:
        name = name_of(outcome)
        past = [
            kept[month.from_date].points.get(name, TrendPoint(month.from_date))
            if month.from_date in kept
            else TrendPoint(month.from_date)
            for month in months
        ]
        latest = TrendPoint(period.from_date, outcome.figures.attainment)
        points[name] = (*past, latest)
    previous = kept.get(months[-1].from_date)
    return Trends(points, previous.scores if previous else {})


def name_of(outcome: Outcome) -> CommitmentName:
    """Return what names a commitment among all of an agreement."""
    return outcome.figures.key, outcome.figures.measure


def _months_before(period: Period) -> list[Period]:
    """Return the months that a trend has before its own, oldest first."""
    months = [period.previous()]
    while len(months) < MONTHS - 1:
        months.append(months[-1].previous())
    return months[::-1]


def _kept_months(ledger: Ledger, months: Sequence[Period]) -> dict[date, _MonthKept]:
    """Return the months of which something is stored; those that hold no more are worked out."""
    written = ledger.written
    versions = tuple(version.key for version in ledger.versions)
    names = {
        month.from_date: (ledger.agreement.pk, month.from_date, versions)
        for month in months
        if month.from_date in written
    }
    missing = [
        month
        for month in months
        if (name := names.get(month.from_date)) is not None
        and not (name in _kept and _kept[name].is_valid(written, ledger.now))
    ]
    if missing:
        for month, worked_out in _work_out(ledger, missing, written):
            _keep(names[month.from_date], worked_out)
    return {month: _kept[name] for month, name in names.items()}


def _keep(name: _MonthName, month: _MonthKept) -> None:
    _kept[name] = month
    while len(_kept) > _KEPT:
        _kept.popitem(last=False)


def _work_out(
    ledger: Ledger, months: Sequence[Period], written: Mapping[date, str]
) -> Iterator[tuple[Period, _MonthKept]]:
    """Work months out from all that their periods reach over."""
    spans = [span_of(ledger.versions, month) for month in months]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    further = open_ledger(ledger.agreement, ledger.versions, first, last, ledger.now)
    for month in months:
        outcomes = [outcome_of(further, promised) for promised in promised_in(further, month)]
        yield month, _month_kept(further, month, outcomes, written)


def _month_kept(
    ledger: Ledger, month: Period, outcomes: Sequence[Outcome], written: Mapping[date, str]
) -> _MonthKept:
    scored = [each.figures for each in outcomes if not each.exceeds_validity]
    firsts = {month.from_date, *_months_under(outcomes)}
    return _MonthKept(
        points={
            name_of(outcome): TrendPoint(month.from_date, outcome.figures.attainment)
            for outcome in outcomes
            if outcome.promised.to_date <= month.to_date
        },
        scores={party: party_score(scored, party) for party in Party.values},
        rests_on={first: written.get(first) for first in firsts},
        valid_from=ledger.now,
        valid_until=_next_change(ledger, outcomes),
    )


def _months_under(outcomes: Sequence[Outcome]) -> Iterator[date]:
    """Give the first days of the months over which the periods of commitments reach."""
    for outcome in outcomes:
        first = outcome.promised.from_date.replace(day=1)
        while first < outcome.promised.to_date:
            yield first
            first = (first + timedelta(days=31)).replace(day=1)


def _next_change(ledger: Ledger, outcomes: Sequence[Outcome]) -> datetime:
    """Return when these figures may come out differently without any new fact."""
    today = day_of(ledger.now, ledger.agreement.time_zone)
    dues = [
        clocks.next_due
        for outcome in outcomes
        if outcome.clocks is not None
        for clocks, _inside in ledger.running(outcome.promised.periods)
        if clocks.next_due is not None
    ]
    if not dues:
        return today.ends_at
    # A clock is met at its due time and late after it.
    return min(today.ends_at, instant(min(dues)) + timedelta(microseconds=1))
