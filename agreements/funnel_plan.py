"""The reverse funnel: from a year's goal back to each stage and month, and whether it fits.

All arithmetic is exact; a number is rounded up once, for the stage's total of the year, which
the months then share by largest remainder, so that months add up to quarters and to the year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType
from typing import TypeAlias

Exact: TypeAlias = Fraction | Decimal | int
Shares: TypeAlias = tuple[Fraction, ...]
Pins: TypeAlias = Mapping[int, Decimal]

MONTHS = 12
_UNIT = Decimal(1)
_CENT = Decimal("0.01")
_NO_PINS: Pins = MappingProxyType({})


class UnableToPlan(ValueError):
    """The months set by hand do not fit the year; `code` and `params` say how."""

    def __init__(self, code: str, key: str, **params: Decimal) -> None:
        self.code, self.key, self.params = code, key, params
        told = ", ".join(f"{name} {value}" for name, value in params.items())
        super().__init__(f"The months of {key} set by hand do not fit the year: {told}.")


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: the rate to the next one, and the months that takes.

    `pins` are the months set by hand, counted from 0, the first month of the goal's year.
    """

    key: str
    rate: Fraction | None = None
    lag: int = 0
    pins: Pins = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What one stage needs: unrounded in the year, shown rounded up once, and month by month.

    Leads are whole, money has cents. `lead_in` is the number of months by which the stage comes
    before the customers it is for: in the first months its share serves this year, in the last
    `lead_in` months the year after, which is taken to have the same season.
    """

    key: str
    needed: Fraction
    shown: Decimal
    months: tuple[Decimal, ...]
    pinned: frozenset[int] = frozenset()
    lead_in: int = 0

    @property
    def quarters(self) -> tuple[Decimal, ...]:
        """The sums of three months each, from the first month of the goal's year."""
        starts = range(0, MONTHS, 3)
        return tuple(sum(self.months[start : start + 3], Decimal(0)) for start in starts)


@dataclass(frozen=True, slots=True)
class FunnelPlan:
    """The rows of the stages that can be planned, in funnel order, and of revenue."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    revenue: Row | None = None


@dataclass(frozen=True, slots=True)
class CapacityCheck:
    """The working time that handoffs need, and what there is for them; both in minutes."""

    needed: Fraction
    available: Fraction

    @property
    def fits(self) -> bool:
        return self.needed <= self.available

    @property
    def load(self) -> Fraction | None:
        """Needed ÷ available; None where nothing is available."""
        return self.needed / self.available if self.available else None


def plan_year(
    steps: Sequence[Step],
    customers: Exact,
    season: Sequence[Exact],
    *,
    anchor: int = -1,
    revenue: Decimal | None = None,
    revenue_pins: Pins = _NO_PINS,
) -> FunnelPlan:
    """Plan a year backwards from the customers it needs.

    `anchor` is the place of the stage that counts customers; the stages before it need its number
    divided by the rates between, those after it follow by their rates. A stage without a rate to
    the next ends the plan towards the top. `season` weighs the months of the goal's year and
    need not add up to anything. Revenue is split like the customers.

    A stage with months set by hand shares the rest of its year among the other months, and all
    stages follow its months: those after it, and those before it up to one set by hand.
    Raises UnableToPlan when the months set by hand do not fit the year.
    """
    anchor %= len(steps)
    needs = _needs(steps, Fraction(customers), anchor)
    shares = _shares(steps, needs, _normal(season), anchor)
    lead_in = {key: sum(step.lag for step in steps[place:anchor]) for place, key in _places(steps)}
    rows = {
        step.key: _row(step, needs[step.key], shares[step.key], lead_in[step.key])
        for step in steps
        if step.key in needs
    }
    money = None
    if revenue is not None:
        months = spread(revenue, shares[steps[anchor].key], revenue_pins, "revenue", _CENT)
        money = Row("revenue", Fraction(revenue), revenue, months, frozenset(revenue_pins))
    return FunnelPlan(rows, money)


def row_by_hand(key: str, months: Sequence[Decimal]) -> Row:
    """Make the row of a stage whose twelve months are all set by hand, without a goal."""
    total = sum(months, Decimal(0))
    return Row(key, Fraction(total), total, tuple(months), frozenset(range(MONTHS)))


def spread(
    total: Decimal, weights: Sequence[Exact], pins: Pins, key: str, unit: Decimal = _UNIT
) -> tuple[Decimal, ...]:
    """Split a year's total: pinned months keep theirs, the others share the rest by weight.

    Raises UnableToPlan when the pinned months exceed the total, or nobody can take the rest.
    """
    pinned = sum(pins.values(), Decimal(0))
    free = [month for month in range(MONTHS) if month not in pins]
    if pinned > total:
        raise UnableToPlan("pins_over_total", key, pinned=pinned, total=total)
    if pinned < total and not any(weights[month] for month in free):
        raise UnableToPlan("pins_miss_total", key, pinned=pinned, total=total)
    parts = apportion(total - pinned, [weights[month] for month in free], unit)
    split = {**pins, **dict(zip(free, parts, strict=True))}
    return tuple(split[month] for month in range(MONTHS))


def apportion(total: Decimal, weights: Sequence[Exact], unit: Decimal = _UNIT) -> list[Decimal]:
    """Split a total by weight in whole units, by largest remainder (rule R11).

    Each gets the whole part of its share, then one unit more goes to each of the largest
    fractions, of equal ones to the earlier. The parts add up to the total, which is in whole units.
    """
    units = Fraction(total) / Fraction(unit)
    sum_of_weights = sum(Fraction(weight) for weight in weights)
    if not sum_of_weights:
        return [Decimal(0) for _ in weights]
    shares = [units * Fraction(weight) / sum_of_weights for weight in weights]
    wholes = [floor(share) for share in shares]
    missing = int(units) - sum(wholes)
    by_fraction = sorted(range(len(shares)), key=lambda place: wholes[place] - shares[place])
    for place in by_fraction[:missing]:
        wholes[place] += 1
    return [whole * unit for whole in wholes]


def check_capacity(
    handoffs: Exact,
    *,
    minutes_per_attempt: Exact,
    expected_attempts: Exact,
    minutes_per_conversation: Exact,
    contact_share: Exact,
    selling_share: Exact,
    open_hours: Exact,
    absence_hours: Exact = 0,
) -> CapacityCheck:
    """Hold the work of so many handoffs against the hours the reps have for it.

    Needed: handoffs × (attempts × minutes + contact share × minutes of a conversation).
    Available: (open hours of all reps together − absence) × the share left for follow-up.
    """
    attempts = Fraction(expected_attempts) * Fraction(minutes_per_attempt)
    talks = Fraction(contact_share) * Fraction(minutes_per_conversation)
    hours = max(Fraction(open_hours) - Fraction(absence_hours), Fraction(0))
    return CapacityCheck(
        needed=Fraction(handoffs) * (attempts + talks),
        available=hours * 60 * Fraction(selling_share),
    )


def _places(steps: Sequence[Step]) -> list[tuple[int, str]]:
    return [(place, step.key) for place, step in enumerate(steps)]


def _needs(steps: Sequence[Step], customers: Fraction, anchor: int) -> dict[str, Fraction]:
    """What each stage needs in the year, unrounded; stages above a missing rate are left out."""
    needs = {steps[anchor].key: customers}
    need = customers
    for step in reversed(steps[:anchor]):
        if not step.rate:
            break
        need = need / step.rate
        needs[step.key] = need
    need = customers
    for before, step in zip(steps[anchor:], steps[anchor + 1 :], strict=False):
        if before.rate is None:
            break
        need = need * before.rate
        needs[step.key] = need
    return needs


def _shares(
    steps: Sequence[Step], needs: Mapping[str, Fraction], season: Shares, anchor: int
) -> dict[str, Shares]:
    """The share of the year that falls on each month, for every stage that is planned."""
    planned = [step for step in steps if step.key in needs]
    first = next((place for place, step in enumerate(planned) if step.pins), None)
    start = planned.index(steps[anchor]) if first is None else 0
    shares: dict[str, Shares] = {}
    if first is None:
        shares[planned[start].key] = season
    else:
        lag = sum(step.lag for step in planned[first : planned.index(steps[anchor])])
        start = first
        base = _earlier(season, lag)
        shares[planned[first].key] = _pinned_shares(planned[first], needs, base)
    for before, step in zip(planned[start:], planned[start + 1 :], strict=False):
        inherited = _earlier(shares[before.key], -before.lag)
        shares[step.key] = _pinned_shares(step, needs, inherited)
    for after, step in zip(planned[start::-1], planned[:start][::-1], strict=False):
        shares[step.key] = _earlier(shares[after.key], step.lag)
    return shares


def _pinned_shares(step: Step, needs: Mapping[str, Fraction], weights: Shares) -> Shares:
    """The stage's months before rounding, as shares: pinned ones as set, the others by weight."""
    if not step.pins:
        return weights
    total = Fraction(ceil(needs[step.key]))
    rest = total - sum(Fraction(value) for value in step.pins.values())
    free = sum(weight for month, weight in enumerate(weights) if month not in step.pins)
    if not total or (rest and not free):
        return weights
    per_weight = rest / free if free else Fraction(0)
    months = (
        Fraction(step.pins[month]) if month in step.pins else weight * per_weight
        for month, weight in enumerate(weights)
    )
    return tuple(month / total for month in months)


def _row(step: Step, need: Fraction, shares: Shares, lead_in: int) -> Row:
    shown = Decimal(ceil(need))
    months = spread(shown, shares, step.pins, step.key)
    return Row(step.key, need, shown, months, frozenset(step.pins), max(lead_in, 0))


def _earlier(shares: Shares, months: int) -> Shares:
    """Move each month's share so many months earlier; the year is taken to repeat itself."""
    return tuple(shares[(month + months) % MONTHS] for month in range(MONTHS))


def _normal(season: Sequence[Exact]) -> Shares:
    weights = [Fraction(weight) for weight in season]
    total = sum(weights)
    return tuple(weight / total for weight in weights)
