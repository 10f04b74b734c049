"""Rates with what can still change them: compliance, acceptance, conversion within a window."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt

from metrics.attainment import CommitmentFigures, PeriodTarget, figures_of_value, rate_status, ratio


@dataclass(frozen=True, slots=True)
class Rate:
    """Numerator ÷ denominator over decided items; rates of several months add up to a quarter's.

    ``pending`` items are in neither yet; ``pending_won`` of them are sure to count in both.
    ``contested`` items are in the denominator and may still enter the numerator. ``void`` items
    never count.
    """

    numerator: int
    denominator: int
    pending: int = 0
    pending_won: int = 0
    contested: int = 0
    void: int = 0

    def __post_init__(self) -> None:
        _refuse_negative(self)
        if self.numerator + self.contested > self.denominator:
            raise ValueError(
                f"{self.numerator} counted and {self.contested} contested "
                f"are more than the {self.denominator} decided."
            )
        if self.pending_won > self.pending:
            raise ValueError(f"{self.pending_won} won are more than the {self.pending} pending.")

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(**_sums(self, other))

    @property
    def value(self) -> Fraction | None:
        return ratio(self.numerator, self.denominator)

    @property
    def lowest(self) -> Fraction | None:
        """The rate if nothing that is still open comes to count."""
        return ratio(self.numerator + self.pending_won, self.denominator + self.pending)

    @property
    def highest(self) -> Fraction | None:
        """The rate if all that is still open comes to count."""
        most = self.numerator + self.pending + self.contested
        return ratio(most, self.denominator + self.pending)

    @property
    def open(self) -> int:
        """How many items can still change the rate."""
        return self.pending + self.contested


def pool_rates(rates: Iterable[Rate]) -> Rate:
    """The rate of a quarter or a year: of its pooled counts, never the mean of its months."""
    return reduce(add, rates, Rate(0, 0))


class Outcome(StrEnum):
    """What became of one clock, at an instant."""

    MET = "met"
    BREACHED = "breached"
    PENDING = "pending"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Compliance:
    """The clocks of a cohort, raw and adjusted (R12).

    Of the breached, ``excused_met`` are met and ``excused_pending`` are not yet due once blackouts
    are pauses; ``excepted`` are breached even then and left out by an approved exception.
    """

    met: int = 0
    breached: int = 0
    pending: int = 0
    void: int = 0
    excused_met: int = 0
    excused_pending: int = 0
    excepted: int = 0

    def __post_init__(self) -> None:
        _refuse_negative(self)
        if self.excused_by_blackout + self.excepted > self.breached:
            raise ValueError(
                f"{self.excused_by_blackout} excused and {self.excepted} excepted "
                f"are more than the {self.breached} breached."
            )

    def __add__(self, other: "Compliance") -> "Compliance":
        return Compliance(**_sums(self, other))

    @property
    def excused_by_blackout(self) -> int:
        return self.excused_met + self.excused_pending

    @property
    def raw(self) -> Rate:
        """Met ÷ (met + breached); pending and void are outside."""
        return Rate(self.met, self.met + self.breached, pending=self.pending, void=self.void)

    @property
    def adjusted(self) -> Rate:
        """The same with blackouts as pauses, then without excepted breaches."""
        breached = self.breached - self.excused_by_blackout - self.excepted
        met = self.met + self.excused_met
        return Rate(
            met, met + breached, pending=self.pending + self.excused_pending, void=self.void
        )


def tally(clocks: Iterable[tuple[Outcome, Outcome, bool]]) -> Compliance:
    """Count clocks given as (raw outcome, outcome with blackouts as pauses, excepted or not).

    A blackout only moves due times later, so it changes nothing but breaches.
    """
    return Compliance(**Counter(name for clock in clocks for name in _counted_as(*clock)))


def _counted_as(outcome: Outcome, with_blackouts: Outcome, excepted: bool) -> tuple[str, ...]:
    """The fields of Compliance in which a clock counts."""
    if outcome is not Outcome.BREACHED:
        return (outcome.value,)
    match with_blackouts:
        case Outcome.MET:
            return "breached", "excused_met"
        case Outcome.PENDING:
            return "breached", "excused_pending"
        case _:
            return ("breached", "excepted") if excepted else ("breached",)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What sales said to the handoffs offered in a period, and what became of contests.

    ``rejected`` counts every rejection, contested ones too. ``overturned``, ``upheld`` and
    ``waiting`` are the contested. ``not_charged`` are rejections that stand and whose reason the
    terms do not charge to marketing; one of these whose contest waits is ``waiting_not_charged``
    instead, and outside the rate as if undecided.
    """

    accepted: int = 0
    rejected: int = 0
    undecided: int = 0
    overturned: int = 0
    upheld: int = 0
    waiting: int = 0
    not_charged: int = 0
    waiting_not_charged: int = 0

    def __post_init__(self) -> None:
        _refuse_negative(self)
        contested = self.overturned + self.upheld + self.waiting + self.waiting_not_charged
        if contested > self.rejected:
            raise ValueError(f"{contested} contested are more than the {self.rejected} rejected.")

    def __add__(self, other: "Acceptance") -> "Acceptance":
        return Acceptance(**_sums(self, other))

    @property
    def at_first(self) -> Fraction | None:
        """The share accepted before any contest."""
        return ratio(self.accepted, self.accepted + self.rejected)

    @property
    def rate(self) -> Rate:
        """Overturned rejections count as accepted, waiting ones as rejected so far."""
        outside = self.not_charged + self.waiting_not_charged
        return Rate(
            self.accepted + self.overturned,
            self.accepted + self.rejected - outside,
            pending=self.undecided + self.waiting_not_charged,
            contested=self.waiting,
        )

    @property
    def overturned_of_decided(self) -> Fraction | None:
        return ratio(self.overturned, self.overturned + self.upheld)

    @property
    def overturned_of_rejected(self) -> Fraction | None:
        return ratio(self.overturned, self.rejected)


def conversion(
    start_dates: npt.NDArray[np.datetime64],
    won_dates: npt.NDArray[np.datetime64],
    *,
    days: int,
    today: np.datetime64,
) -> Rate:
    """Won within so many calendar days, over the items whose window has ended.

    All dates are local (datetime64[D]); a won date is NaT where nothing was won. An item counts as
    won from its start date to the date ``days`` later, both included, and its window has ended when
    that date has. The others are pending, also those won already: counting early winners without
    those who still may fail flatters.
    """
    within = np.timedelta64(days, "D")
    taken = won_dates - start_dates
    won = (taken >= np.timedelta64(0, "D")) & (taken <= within)
    ended = start_dates + within < today
    return Rate(
        int((won & ended).sum()),
        int(ended.sum()),
        pending=int((~ended).sum()),
        pending_won=int((won & ~ended).sum()),
    )


def figures_of_rate(
    promised: PeriodTarget,
    rate: Rate,
    *,
    over: bool,
    grace_over: bool,
    adjusted: Rate | None = None,
) -> CommitmentFigures:
    """The figures of a commitment whose actual is a rate; provisional while any item is open."""
    figures = figures_of_value(
        promised,
        rate.value,
        over=over,
        grace_over=grace_over,
        pending=rate.open,
        void=rate.void,
        adjusted=None if adjusted is None else adjusted.value,
    )
    verdict = rate_status(
        rate.value, promised.target, promised.direction, over=over, warn_at=promised.warn_at
    )
    return replace(
        figures,
        status=verdict,
        numerator=rate.numerator,
        denominator=rate.denominator,
        lowest=rate.lowest,
        highest=rate.highest,
    )


_Counts = Rate | Compliance | Acceptance


def _sums(one: _Counts, other: _Counts) -> dict[str, int]:
    names = (field.name for field in fields(one))
    return {name: getattr(one, name) + getattr(other, name) for name in names}


def _refuse_negative(counts: _Counts) -> None:
    for field in fields(counts):
        if getattr(counts, field.name) < 0:
            raise ValueError(
                f"{field.name} is {getattr(counts, field.name)}: a count is never below zero."
            )
