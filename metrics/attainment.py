"""How what happened compares with what was promised.

Ratios are exact fractions: nothing is rounded before it is compared with a target. Targets and
actuals are in the same unit; a rate is a share of 1, a response time any one unit of time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from numbers import Integral
from typing import Literal, TypeAlias

Number: TypeAlias = int | Decimal | Fraction | str
"""An exact number; a string is a decimal, as the terms write it."""

Direction: TypeAlias = Literal["at_least", "at_most"]

_ONE = Fraction(1)
_MICROSECOND = timedelta(microseconds=1)


class Status(StrEnum):
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    KEPT = "kept"
    SHORTFALL = "shortfall"
    NO_DATA = "no_data"


def exact(value: Number) -> Fraction:
    """The value as a fraction. Raises ValueError for a float and for text that is no number."""
    # Most values are one of these two, and the questions below take longer than the answer.
    if type(value) is Fraction:
        return value
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, float):
        raise ValueError(
            f"{value!r} is a float, which is seldom the decimal it shows: "
            "give an int, a Decimal or a decimal string."
        )
    if isinstance(value, Integral):
        # An integer of NumPy would overflow inside a Fraction.
        return Fraction(int(value))
    try:
        return Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise ValueError(f"{str(value)!r} is not a number.") from error


def rounded(value: Fraction | None, digits: int = 6) -> int | float | None:
    """The value for display or JSON: a whole number stays whole, halves go to the even digit."""
    if value is None:
        return None
    if value.denominator == 1:
        return value.numerator
    return float(round(value, digits))


def ratio(numerator: Number, denominator: Number) -> Fraction | None:
    """Numerator ÷ denominator; none over zero, also for 0 of 0."""
    if type(numerator) is int and type(denominator) is int:
        return Fraction(numerator, denominator) if denominator else None
    divisor = exact(denominator)
    return exact(numerator) / divisor if divisor else None


def share_of_time(part: timedelta, whole: timedelta) -> Fraction | None:
    """The exact share one length of time is of another; none of nothing."""
    return ratio(part // _MICROSECOND, whole // _MICROSECOND)


def attainment(
    actual: Number | None, target: Number | None, direction: Direction
) -> Fraction | None:
    """Actual ÷ target, or target ÷ actual for ``at_most``.

    None without an actual or a target, and where the divisor is zero.
    """
    if actual is None or target is None:
        return None
    if direction == "at_most":
        return ratio(target, actual)
    return ratio(actual, target)


def credit(actual: Number | None, target: Number | None, direction: Direction) -> Fraction | None:
    """What a commitment brings to its party's score: min(attainment, 1).

    Nothing at all where at most something was promised has no attainment, a division by zero,
    and yet is fully kept: it brings 1.
    """
    if actual is None or target is None:
        return None
    if direction == "at_most" and exact(actual) == 0:
        return _ONE
    reach = attainment(actual, target, direction)
    return None if reach is None else min(reach, _ONE)


def is_reached(actual: Number, target: Number, direction: Direction) -> bool:
    if direction == "at_most":
        return exact(actual) <= exact(target)
    return exact(actual) >= exact(target)


def status(
    actual: Number | None,
    target: Number | None,
    direction: Direction,
    *,
    over: bool,
    warn_at: Number | None = None,
) -> Status:
    """The status of a time or a score over a period; ``warn_at`` is the attainment it warns from.

    ``over`` says that the period has ended. A volume that still runs is compared with what is
    expected by now (``pace.volume_status``), a rate warns at a rate (``rate_status``).
    """
    if actual is None or target is None or credit(actual, target, direction) is None:
        return Status.NO_DATA
    if is_reached(actual, target, direction):
        return Status.KEPT if over else Status.ON_TRACK
    if over:
        return Status.SHORTFALL
    reach = attainment(actual, target, direction)
    if warn_at is not None and reach is not None and reach >= exact(warn_at):
        return Status.AT_RISK
    return Status.OFF_TRACK


def rate_status(
    rate: Number | None,
    target: Number | None,
    direction: Direction,
    *,
    over: bool,
    warn_at: Number | None = None,
) -> Status:
    """The status of a rate: at risk from ``warn_at``, itself a rate, to the target."""
    verdict = status(rate, target, direction, over=over)
    if verdict is not Status.OFF_TRACK or rate is None or warn_at is None:
        return verdict
    return Status.AT_RISK if is_reached(rate, warn_at, direction) else verdict


def score(parts: Iterable[tuple[Number, Fraction | None]]) -> Fraction | None:
    """Σ weight × min(attainment, 1) ÷ Σ weight over (weight, attainment) that have one (R9)."""
    counted = [(exact(weight), min(reach, _ONE)) for weight, reach in parts if reach is not None]
    weights = sum((weight for weight, _ in counted), Fraction(0))
    return ratio(sum((weight * reach for weight, reach in counted), Fraction(0)), weights)


def blend_volume_target(
    parts: Iterable[tuple[Number | None, timedelta]], whole: timedelta
) -> Fraction | None:
    """The target of a volume or an amount over a period of several versions (R8).

    Each part is a version's target for the whole period and its working time in it; a version
    without the commitment has no target and adds nothing. None where none has one, or where the
    period has no working time.
    """
    shares = [
        (exact(target), share_of_time(part, whole)) for target, part in parts if target is not None
    ]
    if not shares or not whole:
        return None
    return sum((target * (share or 0) for target, share in shares), Fraction(0))


def blend_rate_target(parts: Iterable[tuple[Number | None, int]]) -> Fraction | None:
    """The target of a rate, a compliance or a time over several versions or months (R8).

    Each part is a target and the decided items judged by it. Where nothing is decided yet, the
    target all parts agree on, else none.
    """
    targets = [(exact(target), items) for target, items in parts if target is not None]
    items = sum(items for _, items in targets)
    if items:
        return sum((target * count for target, count in targets), Fraction(0)) / items
    distinct = {target for target, _ in targets}
    return distinct.pop() if len(distinct) == 1 else None


def pool(values: Iterable[Number | None]) -> Fraction | None:
    """The sum of what a quarter's or a year's months have; none where none has any.

    Targets and actuals of volumes pool so; a pooled rate is made of pooled counts.
    """
    known = [exact(value) for value in values if value is not None]
    return sum(known, Fraction(0)) if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTarget:
    """What one commitment promises over one period, its versions blended into one target.

    ``warn_at`` is a rate where the measure is one; else it is a pace, or an attainment.
    """

    key: str
    party: str
    measure: str
    direction: Direction
    target: Fraction | None
    warn_at: Fraction | None = None
    weight: Fraction = _ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentFigures(PeriodTarget):
    """What became of one commitment over one period.

    ``lowest`` and ``highest`` are what the actual can still become by what is pending. ``adjusted``
    is the actual with blackouts and exceptions. ``is_lower_bound`` marks a time that is "at least"
    the actual, because clocks are unanswered. Figures that are not ``final`` are provisional.
    """

    actual: Fraction | None
    attainment: Fraction | None
    pace: Fraction | None = None
    status: Status
    final: bool
    numerator: int | None = None
    denominator: int | None = None
    pending: int = 0
    void: int = 0
    lowest: Fraction | None = None
    highest: Fraction | None = None
    adjusted: Fraction | None = None
    is_lower_bound: bool = False

    @property
    def credit(self) -> Fraction | None:
        """What it brings to the score of its party; none where it has no attainment."""
        return credit(self.actual, self.target, self.direction)

    @property
    def shortfall(self) -> Fraction | None:
        """How far the actual is from the target; zero where it is reached."""
        if self.actual is None or self.target is None:
            return None
        missing = self.target - self.actual
        return max(-missing if self.direction == "at_most" else missing, Fraction(0))

    def rounded(self, digits: int = 6) -> dict[str, str | int | float | bool | None]:
        """Each field for display or JSON, fractions as numbers rounded to so many digits."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {
            name: rounded(value, digits) if isinstance(value, Fraction) else value
            for name, value in values
        }


def figures_of_value(
    promised: PeriodTarget,
    actual: Number | None,
    *,
    over: bool,
    grace_over: bool,
    pending: int = 0,
    void: int = 0,
    adjusted: Fraction | None = None,
    is_lower_bound: bool = False,
) -> CommitmentFigures:
    """The figures of a measure that is neither counted up nor a rate: a time or a score."""
    value = None if actual is None else exact(actual)
    target, direction, warn_at = promised.target, promised.direction, promised.warn_at
    return CommitmentFigures(
        key=promised.key,
        party=promised.party,
        measure=promised.measure,
        direction=direction,
        target=target,
        warn_at=warn_at,
        weight=promised.weight,
        actual=value,
        attainment=attainment(value, target, direction),
        status=status(value, target, direction, over=over, warn_at=warn_at),
        final=is_final(over=over, grace_over=grace_over, pending=pending),
        pending=pending,
        void=void,
        adjusted=adjusted,
        is_lower_bound=is_lower_bound,
    )


def is_final(*, over: bool, grace_over: bool, pending: int) -> bool:
    """Whether figures can change no more by time: the period and its grace over, none pending."""
    return over and grace_over and pending == 0


def party_score(figures: Iterable[CommitmentFigures], party: str) -> Fraction | None:
    """The score of a party over its commitments (R9)."""
    return score((each.weight, each.credit) for each in figures if each.party == party)
