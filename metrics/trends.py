"""How commitments went month by month up to a month, and what each party scored in the one before.

The months are worked out from the same stored counts as the month itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from metrics.attainment import party_score
from metrics.figures import Outcome, outcome_of, promised_in
from metrics.ledger import Ledger
from metrics.periods import Period

MONTHS = 12

CommitmentName = tuple[str, str]
"""A clause key and what it measures: a key may measure something else in another version."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A month of a commitment; no figures where it was not promised or nothing happened."""

    month: date
    actual: Fraction | None = None
    attainment: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Trends:
    """The points of each commitment, oldest first, and the scores of the month before."""

    points: Mapping[CommitmentName, tuple[TrendPoint, ...]]
    previous_scores: Mapping[str, Fraction | None]


def first_month_of_trends(period: Period) -> Period:
    """Return the earliest month that the trends up to a month reach back to."""
    month = period
    for _ in range(MONTHS - 1):
        month = month.previous()
    return month


def trends_of(ledger: Ledger, period: Period, outcomes: Sequence[Outcome]) -> Trends:
    """Follow the commitments of a month back over twelve months; ``outcomes`` are its own.

    One promised for longer than a month is followed in the months in which its periods end.
    """
    points: dict[CommitmentName, list[TrendPoint]] = {name_of(each): [] for each in outcomes}
    previous: dict[str, Fraction | None] = {}
    month, found = period, list(outcomes)
    for step in range(MONTHS):
        if step:
            found = _outcomes(ledger, month)
        named = {name_of(each): each for each in found}
        for name, of in points.items():
            of.append(_point(month, named.get(name), is_latest=not step))
        if step == 1:
            scored = [each.figures for each in found if not each.exceeds_validity]
            parties = {each.figures.party for each in outcomes}
            previous = {party: party_score(scored, party) for party in parties}
        month = month.previous()
    return Trends({name: tuple(reversed(of)) for name, of in points.items()}, previous)


def name_of(outcome: Outcome) -> CommitmentName:
    """Return what names a commitment among all of an agreement."""
    return outcome.figures.key, outcome.figures.measure


def _outcomes(ledger: Ledger, month: Period) -> list[Outcome]:
    if month.from_date not in ledger.months:
        return []
    return [outcome_of(ledger, promised) for promised in promised_in(ledger, month)]


def _point(month: Period, outcome: Outcome | None, *, is_latest: bool) -> TrendPoint:
    if outcome is None or (outcome.promised.to_date > month.to_date and not is_latest):
        return TrendPoint(month.from_date)
    return TrendPoint(month.from_date, outcome.figures.actual, outcome.figures.attainment)
