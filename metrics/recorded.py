"""What is recorded of some days, whatever rules may say: entries, deals, conversions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from agreements.terms import Commitment, Terms
from leads.trying.offers import Window
from metrics.ledger import InForce, Ledger, open_ledger, versions_of
from metrics.month_counts import stage_of
from metrics.periods import PeriodKind, period_on
from metrics.rates import Rate, pool_rates

# What makes two commitments count the same things.
_COUNTED = ("measure", "stage", "from_stage", "tiers", "where", "values", "evidence")
_OUTSIDE = "0"


def counts_the_same(one: Commitment, other: Commitment) -> bool:
    """Whether two commitments count the same things, whatever they promise of them."""
    names = (*_COUNTED, "within") if one.measure == "conversion_rate" else _COUNTED
    return all(getattr(one, name) == getattr(other, name) for name in names)


class Recorded:
    """The stored counts of the days of a window."""

    def __init__(self, window: Window, now: datetime) -> None:
        self._window = window
        self.versions = versions_of(window.agreement)
        self._ledger: Ledger = open_ledger(
            window.agreement, self.versions, window.from_date, window.to_date, now
        )

    def entries(self, stage: str) -> int:
        """Count the leads that entered a stage for the first time, under any version or none."""
        keys = [_OUTSIDE, *(version.key for version in self.versions)]
        return sum(counts[0] for key in keys for _, counts in self._days("stages", key, stage))

    def volume(self, commitment: Commitment, terms: Terms) -> Fraction | None:
        """Return what a commitment counts; None where nobody counted it."""
        stage = stage_of(terms, commitment)
        is_of_all = not commitment.tiers and commitment.where is None
        if stage is not None and is_of_all and commitment.measure in ("stage_volume", "customers"):
            return Fraction(self.entries(stage))
        known = list(self._counting(commitment))
        if not known:
            return None
        return sum((Fraction(counts[0]) for counts in self._counts(known)), Fraction(0))

    def mean(self, commitment: Commitment) -> Fraction | None:
        """Return the mean of the scores that a commitment counts; None where there are none."""
        counts = list(self._counts(self._counting(commitment)))
        answers = sum(each[1] for each in counts)
        total = sum((Fraction(each[0]) for each in counts), Fraction(0))
        return total / answers if answers else None

    def conversion(self, commitment: Commitment) -> Rate | None:
        """Return the conversion of those whose window has ended; None where nobody counted it."""
        known = list(self._counting(commitment))
        if not known or commitment.within is None:
            return None
        within = timedelta(days=commitment.within.amount)
        return pool_rates(
            Rate(won, entered)
            if on_date + within < self._ledger.today
            else Rate(0, 0, entered, won)
            for version, own in known
            for on_date, (entered, won) in self._days("conversions", version.key, own.key)
        )

    def _counting(self, commitment: Commitment) -> Iterator[tuple[InForce, Commitment]]:
        """Give the versions with a commitment that counts the same things."""
        for version in self.versions:
            for own in version.terms.commitments:
                if counts_the_same(own, commitment):
                    yield version, own
                    break

    def _counts(self, known: Iterable[tuple[InForce, Commitment]]) -> Iterator[Any]:
        """Give what these commitments counted, day by day."""
        for version, own in known:
            for _, counts in self._days("commitments", version.key, own.key):
                yield counts

    def _days(self, part: str, version: str, subject: str) -> Iterator[tuple[date, Any]]:
        month = period_on(
            PeriodKind.MONTH, self._window.from_date, self._window.agreement.time_zone
        )
        while month.from_date < self._window.to_date:
            for on_date, counts in self._ledger.days(part, version, subject, month):
                if self._window.from_date <= on_date < self._window.to_date:
                    yield on_date, counts
            month = month.next()
