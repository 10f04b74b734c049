"""How the figures of a commitment read: targets, actuals and shares in the reader's language."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import get_language, override

from agreements import formats
from agreements.terms import Commitment


def exactly(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of more digits than anybody shows."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def count_text(number: int) -> str:
    """Write a whole number; one that no language groups takes no detour."""
    return str(number) if 0 <= number < 1000 else formats.figure(number)


def value_text(commitment: Commitment, value: Fraction | None, currency: str) -> str:
    """Write a target or an actual in the unit of its measure; a dash for none."""
    if value is None:
        return formats.NO_VALUE
    if commitment.definition.is_share:
        return share_text(value)
    if commitment.definition.kind == "time":
        return formats.working_time(timedelta(seconds=float(value)))
    if commitment.definition.kind == "amount":
        return formats.money(_whole(value), currency)
    if value.denominator == 1:
        return count_text(value.numerator)
    is_long_score = commitment.definition.kind == "score" and (value * 10).denominator != 1
    return formats.figure(exactly(value), 2 if is_long_score else None)


def share_text(share: Fraction | None) -> str:
    """Write a share as a percentage, with one decimal unless it is a whole percentage."""
    if share is None:
        return formats.NO_VALUE
    is_whole = (share * 100).denominator == 1
    return formats.percent(exactly(share), 0 if is_whole else 1)


def percent_text(share: Fraction | None) -> str:
    """Write a share as a percentage without decimals."""
    if share is None:
        return formats.NO_VALUE
    return _percent_in(get_language() or "", share)


@lru_cache(maxsize=4096)
def _percent_in(language: str, share: Fraction) -> str:
    """Write a percentage once for each language: trends show the same ones for months."""
    with override(language):
        return formats.percent(exactly(share))


def score_text(score: Fraction | None) -> str:
    """Write a score of one as points of 100; what falls short of all never reads as 100."""
    if score is None:
        return formats.NO_VALUE
    points = round(score * 100)
    return formats.figure(min(points, 99) if score < 1 else points)


def chance_text(chance: float) -> str:
    """Write a chance as a percentage; nothing that may still happen reads as 0 or as certain."""
    if chance < 0.01:
        return f"< {formats.percent(Decimal('0.01'))}"
    if chance > 0.99:
        return f"> {formats.percent(Decimal('0.99'))}"
    return formats.percent(chance)


def _whole(amount: Fraction) -> Decimal:
    """Leave out the cents of large amounts, which say nothing beside a target."""
    return exactly(Fraction(round(amount))) if abs(amount) >= 1000 else exactly(amount)
