"""Whether the rates that a text plans are such as there were. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Protocol

from pydantic import ValidationError

from agreements.funnel_plan import UnableToPlan
from agreements.terms import Funnel

# Fewer leads than these say too little of a rate.
FEWEST = 20
_PLACES = Decimal("0.000001")


class Known(Protocol):
    """What is known of a rate: the stage it leads away from, and the months there were."""

    @property
    def key(self) -> str:
        """The stage."""

    @property
    def entered(self) -> int:
        """How many leads entered it."""

    @property
    def share(self) -> Fraction | None:
        """The rate of all months together."""

    @property
    def highest(self) -> Fraction | None:
        """The rate of the best month."""


@dataclass(frozen=True, slots=True)
class TooGood:
    """A planned rate that no month reached.

    ``needed`` is what the stage has to bring in the year at the rate there was, ``more`` how much
    more that is than planned; None where the funnel has no goal.
    """

    key: str
    planned: Fraction
    needed: int | None
    more: int | None


def planned_rates(document: Mapping[str, Any]) -> Mapping[str, Decimal]:
    """Return the rates of a text, by the stage they lead away from; none if it is unreadable."""
    funnel = _funnel(document.get("funnel"))
    return funnel.rates if funnel else {}


def too_good(document: Mapping[str, Any], rates: Iterable[Known]) -> dict[str, TooGood]:
    """Return the planned rates that no month reached, by the stage they lead away from.

    Nothing for a funnel that cannot be read, and for a rate that too few leads tell of.
    """
    funnel = _funnel(document.get("funnel"))
    if funnel is None:
        return {}
    found = {}
    for known in rates:
        planned = funnel.rates.get(known.key)
        if planned is None or known.highest is None or known.entered < FEWEST:
            continue
        if Fraction(planned) > known.highest:
            needed, more = _at_rate(document, funnel, known)
            found[known.key] = TooGood(known.key, Fraction(planned), needed, more)
    return found


def _at_rate(
    document: Mapping[str, Any], funnel: Funnel, known: Known
) -> tuple[int | None, int | None]:
    """How much a stage has to bring at the rate there was, and how much more than planned."""
    share = known.share or Fraction(0)
    rate = (Decimal(share.numerator) / Decimal(share.denominator)).quantize(_PLACES, ROUND_HALF_UP)
    told = document["funnel"]
    changed = _funnel({**told, "rates": {**told.get("rates", {}), known.key: str(rate)}})
    planned, needed = (_needs(each, known.key) for each in (funnel, changed))
    return needed, None if needed is None or planned is None else needed - planned


def _funnel(told: object) -> Funnel | None:
    try:
        return Funnel.model_validate(told)
    except ValidationError:
        return None


def _needs(funnel: Funnel | None, key: str) -> int | None:
    if funnel is None:
        return None
    try:
        row = funnel.plan.rows.get(key)
    except (UnableToPlan, ZeroDivisionError):
        return None
    return None if row is None else int(row.shown)
