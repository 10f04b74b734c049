"""What each commitment would have come to under other rules, held against those in force. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt

from agreements.terms import Commitment
from leads.trying.clocks import TriedClocks
from metrics.attainment import Direction, is_reached
from metrics.percentiles import percentiles
from metrics.periods import PeriodKind, period_on
from metrics.rates import Acceptance, Rate

Mask = npt.NDArray[np.bool_]

FEWEST = 5
"""Under so many decided items no share is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What a commitment came to under some rules.

    ``actual`` is a share, a figure a period or a time in seconds; ``rate`` is what a share is made
    of, ``by_holder`` the same of each person (0 is the team). ``is_lower_bound`` marks a time that
    is "at least" the actual.
    """

    actual: Fraction | None
    target: Fraction | None
    direction: Direction
    rate: Rate | None = None
    by_holder: Mapping[int, Rate] = field(default_factory=dict)
    is_lower_bound: bool = False

    @property
    def is_kept(self) -> bool | None:
        """Whether the promise was kept; None where nothing tells."""
        return self.verdict_on(self.actual)

    def verdict_on(self, actual: Fraction | None) -> bool | None:
        """Whether somebody's own figure would keep the promise."""
        if actual is None or self.target is None:
            return None
        return is_reached(actual, self.target, self.direction)

    @property
    def breached(self) -> int:
        """How many items of a share failed."""
        return self.rate.denominator - self.rate.numerator if self.rate else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One commitment: as the version in force has it and judged, and as the text tried would.

    A commitment that one of them has not is None there, and so is its side; a side is also None
    where nothing that happened tells.
    """

    before_commitment: Commitment | None
    after_commitment: Commitment | None
    before: Side | None
    after: Side | None

    @property
    def commitment(self) -> Commitment:
        """As the text tried has it, else as the version in force."""
        commitment = self.after_commitment or self.before_commitment
        if commitment is None:
            raise ValueError("A line has a commitment on one side at least.")
        return commitment

    @property
    def key(self) -> str:
        return self.commitment.key

    @property
    def is_lost(self) -> bool:
        """Whether a promise that was kept would have been missed."""
        return _kept(self.before) is True and _kept(self.after) is False

    @property
    def is_gained(self) -> bool:
        """Whether a promise that was missed would have been kept."""
        return _kept(self.before) is False and _kept(self.after) is True

    @property
    def is_changed(self) -> bool:
        """Whether its figure comes out differently."""
        return _actual(self.before) != _actual(self.after)

    def further_breaches(self) -> dict[int, int]:
        """Return how many more of each holder's would be breached, where any more would."""
        if self.before is None or self.after is None:
            return {}
        more = {
            holder: _breached(rate) - _breached(self.before.by_holder.get(holder))
            for holder, rate in self.after.by_holder.items()
        }
        return {holder: number for holder, number in more.items() if number > 0}


def _kept(side: Side | None) -> bool | None:
    return side.is_kept if side else None


def _actual(side: Side | None) -> Fraction | None:
    return side.actual if side else None


def _breached(rate: Rate | None) -> int:
    return rate.denominator - rate.numerator if rate else 0


# -- clocks


def tally_by_holder(clocks: TriedClocks, now: int) -> dict[int, Rate]:
    """Count met, breached, pending and void clocks of each holder at an instant in microseconds."""
    holders, place = np.unique(clocks.holder_ids, return_inverse=True)
    met, void, breached = clocks.is_met, clocks.is_void, clocks.is_breached(now)
    pending = ~(met | void | breached)
    counts = [
        np.bincount(place[mask], minlength=holders.size).tolist()
        for mask in (met, breached, pending, void)
    ]
    return {
        holder: Rate(met, met + breached, pending=pending, void=void)
        for holder, met, breached, pending, void in zip(holders.tolist(), *counts, strict=True)
    }


def whole(by_holder: Mapping[int, Rate]) -> Rate:
    """Add up the rates of all holders."""
    return reduce(add, by_holder.values(), Rate(0, 0))


def response(
    answered: npt.NDArray[np.int64], overdue: npt.NDArray[np.int64], share: str
) -> tuple[Fraction | None, bool]:
    """Return a percentile of times in microseconds as seconds, and whether it is "at least"."""
    (found,) = percentiles(answered, overdue, [share])
    return None if found.value is None else found.value / 1_000_000, found.is_lower_bound


# -- handoffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """Where many handoffs stand, a row each."""

    is_decided: Mask
    is_rejected: Mask
    is_overturned: Mask
    is_waiting: Mask
    is_upheld: Mask
    is_undecided: Mask
    is_withdrawn: Mask
    is_uncharged: Mask

    def acceptance(self, counted: Mask) -> Acceptance:
        """Count what sales said to some of them."""
        stands = self.is_rejected & ~self.is_overturned
        of = {
            "accepted": self.is_decided & ~self.is_rejected,
            "rejected": self.is_rejected,
            "undecided": self.is_undecided,
            "overturned": self.is_overturned,
            "upheld": self.is_upheld,
            "waiting": self.is_waiting & ~self.is_uncharged,
            "not_charged": stands & ~self.is_waiting & self.is_uncharged,
            "waiting_not_charged": self.is_waiting & self.is_uncharged,
        }
        return Acceptance(**{name: int((mask & counted).sum()) for name, mask in of.items()})

    def accepted_volume(self, counted: Mask) -> int:
        """Count some of them, less the withdrawn and the rejections that stood."""
        gone = self.is_withdrawn | (self.is_rejected & ~self.is_overturned)
        return int((counted & ~gone).sum())

    def share_rejected(self, counted: Mask) -> Fraction | None:
        """Return what share of the decided ones among some was rejected."""
        decided = int((self.is_decided & counted).sum())
        return Fraction(int((self.is_rejected & counted).sum()), decided) if decided else None


# -- periods


def periods_in(kind: str, from_date: date, to_date: date, open_days: int) -> Fraction:
    """How many periods of a kind lie in [from_date, to_date), parts of them counted by days.

    A day is an open one.
    """
    if kind == PeriodKind.DAY:
        return Fraction(open_days)
    return sum((share for _, share in _shares(kind, from_date, to_date)), Fraction(0))


def mean_target(
    kind: str, from_date: date, to_date: date, target_of: Callable[[Sequence[int]], Fraction]
) -> Fraction:
    """Return what is promised for a period, on average over the days of [from_date, to_date).

    ``target_of`` gives the target of a period of some calendar months, of none for days and weeks.
    """
    shares = list(_shares(kind, from_date, to_date))
    promised = sum((target_of(months) * share for months, share in shares), Fraction(0))
    return promised / sum((share for _, share in shares), Fraction(0))


def _shares(
    kind: str, from_date: date, to_date: date
) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Give the months of each period that some days touch, and what share of its days they are."""
    on_date = from_date
    while on_date < to_date:
        period = period_on(PeriodKind(kind), on_date, "UTC")
        is_short = period.kind in (PeriodKind.DAY, PeriodKind.WEEK)
        months = () if is_short else tuple(each.from_date.month for each in period.months())
        until = min(to_date, period.to_date)
        yield months, Fraction((until - on_date).days, (period.to_date - period.from_date).days)
        on_date = until
