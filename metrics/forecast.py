"""Where a count will end: an interval, and the chance to keep the target.

Events are taken as Poisson in working time with an unknown rate (prior of Jeffreys), so what is
still to come is negative binomial with n = actual + ½ and p = elapsed ÷ whole working time. The
model carries no season and no bad week; a history that varies more than Poisson widens it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from itertools import count

from metrics.attainment import Direction, Number, exact, rounded, share_of_time
from metrics.pace import WorkingTime

_HALF = Fraction(1, 2)
_ENOUGH = 1e-14
_TINY = 1e-300

_SENTENCE = (
    "Events come at random in working time, at a rate known only from this period so far: what is "
    "still to come is negative binomial with n = %(n)s and p = %(p)s. No season and no bad week "
    "is foreseen."
)
_SENTENCE_WIDENED = (
    "Events come in working time at a rate known only from this period so far, and vary "
    "%(dispersion)s times as much as pure chance, as they did before: what is still to come is "
    "negative binomial with n = %(n)s and p = %(p)s. No season is foreseen."
)


@dataclass(frozen=True, slots=True)
class Basis:
    """How a forecast is made: a code to translate by, an English sentence and its parameters."""

    code: str
    sentence: str
    parameters: dict[str, Fraction] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % {name: rounded(value) for name, value in self.parameters.items()}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The end of a period for a count; the straight projection is ``pace.projection``.

    ``low`` and ``high`` are the smallest whole numbers whose cumulative chance reaches the lower
    and the upper side of ``confidence``. ``chance`` is that of keeping the target, none without
    a target; ``to_come`` the mean of what is still to come.
    """

    to_come: Fraction
    low: int
    high: int
    confidence: Fraction
    chance: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class NegativeBinomial:
    """Failures before the n-th success at chance p each; n need not be whole, 0 < p <= 1."""

    n: Fraction
    p: Fraction

    @property
    def mean(self) -> Fraction:
        return self.n * (1 - self.p) / self.p

    def at_most(self, number: int) -> float:
        """The cumulative chance of a whole number."""
        if number < 0:
            return 0.0
        return _incomplete_beta(float(self.p), float(1 - self.p), float(self.n), number + 1.0)

    def at_least(self, number: int) -> float:
        """The chance to reach a whole number, exact also where it is slight."""
        if number <= 0:
            return 1.0
        return _incomplete_beta(float(1 - self.p), float(self.p), float(number), float(self.n))

    def quantile(self, chance: float) -> int:
        """The smallest whole number whose cumulative chance reaches ``chance`` (below 1)."""
        low, high = -1, max(1, math.ceil(self.mean))
        while self.at_most(high) < chance:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            if self.at_most(middle) < chance:
                low = middle
            else:
                high = middle
        return high


def forecast(
    actual: int,
    target: Number | None,
    direction: Direction,
    working: WorkingTime,
    *,
    confidence: Number = "0.8",
    dispersion: Number = 1,
) -> Forecast | None:
    """The forecast of a count; none while no working time has elapsed.

    ``dispersion`` (see ``dispersion_of``) multiplies the variance and keeps the mean. Raises
    ValueError for a negative count, a dispersion below 1 or a confidence outside 0 to 1.
    """
    sides, spread = exact(confidence), exact(dispersion)
    _refuse_impossible(actual, sides, spread)
    if not working.share:
        return None
    rest = _still_to_come(actual, working.share, spread)
    tail = (1 - sides) / 2
    return Forecast(
        to_come=rest.mean,
        low=actual + rest.quantile(float(tail)),
        high=actual + rest.quantile(float(1 - tail)),
        confidence=sides,
        chance=None if target is None else _chance(exact(target) - actual, direction, rest),
        basis=_basis(rest, spread),
    )


def dispersion_of(counts: Sequence[int], open_times: Sequence[timedelta]) -> Fraction:
    """Variance ÷ mean of a history of days, at least 1: how much they vary beyond Poisson.

    Each day has its count and its open time; what came on closed days counts for the next open
    one. Pearson's chi-squared over its degrees of freedom; 1 where nothing came or where fewer
    than two days were open.
    """
    days = _open_days(counts, open_times)
    whole = sum((open_time for _, open_time in days), timedelta(0))
    events = sum(number for number, _ in days)
    if len(days) < 2 or not events:
        return Fraction(1)
    chi_squared = Fraction(0)
    for number, open_time in days:
        due = events * (share_of_time(open_time, whole) or Fraction(0))
        chi_squared += (number - due) ** 2 / due
    return max(Fraction(1), chi_squared / (len(days) - 1))


def _open_days(
    counts: Sequence[int], open_times: Sequence[timedelta]
) -> list[tuple[int, timedelta]]:
    days: list[tuple[int, timedelta]] = []
    carried = 0
    for number, open_time in zip(counts, open_times, strict=True):
        carried += number
        if open_time:
            days.append((carried, open_time))
            carried = 0
    if days and carried:
        number, open_time = days[-1]
        days[-1] = (number + carried, open_time)
    return days


def _refuse_impossible(actual: int, confidence: Fraction, dispersion: Fraction) -> None:
    if actual < 0:
        raise ValueError(f"{actual} cannot be forecast: a count is 0 or more.")
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence: give a share between 0 and 1.")
    if dispersion < 1:
        raise ValueError(f"{dispersion} is no dispersion: days vary by chance, so give 1 or more.")


def _still_to_come(actual: int, elapsed: Fraction, dispersion: Fraction) -> NegativeBinomial:
    """The distribution with the mean of the model and its variance times ``dispersion``."""
    n = actual + _HALF
    if elapsed == 1:
        return NegativeBinomial(n, Fraction(1))
    return NegativeBinomial(n * (1 - elapsed) / (dispersion - elapsed), elapsed / dispersion)


def _chance(missing: Fraction, direction: Direction, rest: NegativeBinomial) -> float:
    if direction == "at_most":
        return rest.at_most(math.floor(missing))
    return rest.at_least(math.ceil(missing))


def _basis(rest: NegativeBinomial, dispersion: Fraction) -> Basis:
    parameters = {"n": rest.n, "p": rest.p}
    if dispersion == 1:
        return Basis("poisson_jeffreys", _SENTENCE, parameters)
    return Basis(
        "poisson_jeffreys_widened", _SENTENCE_WIDENED, parameters | {"dispersion": dispersion}
    )


def _incomplete_beta(x: float, y: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), where y = 1 − x to full precision.

    It is the cumulative negative binomial: DLMF 8.17.24, with the continued fraction 8.17.22.
    """
    if x <= 0.0 or y <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(y, x, b, a)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(scale + a * math.log(x) + b * math.log(y)) * _continued_fraction(x, a, b) / a


def _continued_fraction(x: float, a: float, b: float) -> float:
    """The fraction of DLMF 8.17.22 by the method of Lentz; it converges for x < (a+1)/(a+b+2)."""
    numerator, denominator = 1.0, 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1.0))
    value = denominator
    for m in count(1):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            denominator = 1.0 / _nonzero(1.0 + term * denominator)
            numerator = _nonzero(1.0 + term / numerator)
            step = denominator * numerator
            value *= step
        if abs(step - 1.0) < _ENOUGH:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
