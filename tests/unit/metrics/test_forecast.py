import math
from datetime import timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.attainment import Direction, Number, rounded
from metrics.forecast import Forecast, NegativeBinomial, dispersion_of, forecast
from metrics.pace import WorkingTime
from tests.unit.metrics.known import known

AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"
HALF = Fraction(1, 2)

halves = st.integers(0, 300).map(lambda actual: actual + HALF)
shares = st.integers(1, 151).map(lambda elapsed: Fraction(elapsed, 152))


def working(elapsed: int = 90, whole: int = 152, over: bool = False) -> WorkingTime:
    return WorkingTime(timedelta(hours=whole), timedelta(hours=elapsed), 19, over)


def sure(
    actual: int, target: Number | None, direction: Direction, time: WorkingTime, **more: Any
) -> Forecast:
    return known(forecast(actual, target, direction, time, **more))


def summed(n: Fraction, p: Fraction, number: int) -> float:
    """The cumulative chance, term by term to 50 digits: an obviously right second opinion."""
    with localcontext() as context:
        context.prec = 50
        n_, p_ = (Decimal(value.numerator) / value.denominator for value in (n, p))
        term = total = p_**n_
        for k in range(number):
            term *= (n_ + k) / (k + 1) * (1 - p_)
            total += term
        return float(total)


# Pace and projection on 2026-11-18 at 11:00 (worked example 4)


@pytest.mark.parametrize(
    ("actual", "target", "to_come", "interval", "chance"),
    [
        (207, 380, 142.944444, (330, 370), 0.032697),
        (11, 18, 7.922222, (15, 24), 0.615996),
    ],
    ids=["M1", "S4"],
)
def test_the_end_of_november(
    actual: int, target: int, to_come: float, interval: tuple[int, int], chance: float
) -> None:
    found = sure(actual, target, AT_LEAST, working())
    assert found.basis.parameters == {"n": actual + HALF, "p": Fraction(90, 152)}
    assert rounded(found.basis.parameters["p"]) == 0.592105
    assert rounded(found.to_come) == to_come
    assert (found.low, found.high) == interval
    assert found.confidence == Fraction(4, 5)
    assert round(known(found.chance), 6) == chance


def test_a_forecast_says_how_it_is_made() -> None:
    found = sure(207, 380, AT_LEAST, working())
    assert found.basis.code == "poisson_jeffreys"
    assert "negative binomial with n = 207.5 and p = 0.592105" in str(found.basis)
    widened = sure(207, 380, AT_LEAST, working(), dispersion=2)
    assert widened.basis.code == "poisson_jeffreys_widened"
    assert "vary 2 times as much as pure chance" in str(widened.basis)


def test_while_nothing_has_elapsed_there_is_no_forecast() -> None:
    assert forecast(0, 380, AT_LEAST, working(elapsed=0)) is None
    assert forecast(3, 380, AT_LEAST, working(elapsed=0, whole=0)) is None


@pytest.mark.parametrize("dispersion", [1, 3])
@pytest.mark.parametrize(
    ("actual", "direction", "chance"),
    [(379, AT_LEAST, 0), (380, AT_LEAST, 1), (380, AT_MOST, 1), (381, AT_MOST, 0)],
)
def test_with_nothing_to_come_the_end_is_certain(
    actual: int, direction: Direction, chance: float, dispersion: int
) -> None:
    found = sure(actual, 380, direction, working(elapsed=152), dispersion=dispersion)
    assert (found.low, found.high) == (actual, actual)
    assert found.to_come == 0
    assert found.chance == chance


def test_a_target_already_reached_is_certain_and_a_passed_ceiling_lost() -> None:
    assert sure(380, 380, AT_LEAST, working()).chance == 1
    assert sure(381, 380, AT_MOST, working()).chance == 0
    assert sure(5, None, AT_LEAST, working()).chance is None


def test_a_blended_target_is_reached_by_the_next_whole_number() -> None:
    target = Fraction(2470, 7)
    found = sure(207, target, AT_LEAST, working())
    assert found.chance == sure(207, 353, AT_LEAST, working()).chance
    ceiling = sure(207, target, AT_MOST, working())
    assert ceiling.chance == sure(207, 352, AT_MOST, working()).chance


@given(actual=st.integers(0, 200), target=st.integers(0, 400), elapsed=st.integers(1, 151))
def test_one_more_than_at_most_is_at_least(actual: int, target: int, elapsed: int) -> None:
    ceiling = sure(actual, target, AT_MOST, working(elapsed)).chance
    floor = sure(actual, target + 1, AT_LEAST, working(elapsed)).chance
    assert math.isclose(known(ceiling) + known(floor), 1, abs_tol=1e-12)


@given(
    actual=st.integers(0, 200),
    elapsed=st.integers(1, 151),
    spread=st.fractions(1, 8),
)
def test_dispersion_keeps_the_mean_and_multiplies_the_variance(
    actual: int, elapsed: int, spread: Fraction
) -> None:
    plain = sure(actual, 1, AT_LEAST, working(elapsed)).basis.parameters
    found = sure(actual, 1, AT_LEAST, working(elapsed), dispersion=spread)
    wide = found.basis.parameters
    mean = plain["n"] * (1 - plain["p"]) / plain["p"]
    assert found.to_come == wide["n"] * (1 - wide["p"]) / wide["p"] == mean
    assert mean / wide["p"] == spread * mean / plain["p"]


def test_dispersion_widens_the_interval() -> None:
    plain = sure(207, 380, AT_LEAST, working())
    wide = sure(207, 380, AT_LEAST, working(), dispersion=4)
    assert wide.low < plain.low < plain.high < wide.high
    assert known(wide.chance) > known(plain.chance)


def test_a_wider_confidence_holds_the_narrower() -> None:
    narrow = sure(207, 380, AT_LEAST, working(), confidence="0.5")
    wide = sure(207, 380, AT_LEAST, working(), confidence="0.95")
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("actual", "more", "message"),
    [
        (-1, {}, "-1 cannot be forecast: a count is 0 or more"),
        (1, {"confidence": 1}, "1 is no confidence: give a share between 0 and 1"),
        (1, {"confidence": 0}, "0 is no confidence"),
        (1, {"dispersion": "0.5"}, "1/2 is no dispersion"),
    ],
)
def test_an_impossible_forecast_is_refused(actual: int, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sure(actual, 5, AT_LEAST, working(), **more)


# The negative binomial distribution


@given(n=halves, p=shares, number=st.integers(0, 400))
def test_the_cumulative_chance_equals_the_sum_of_its_terms(
    n: Fraction, p: Fraction, number: int
) -> None:
    distribution = NegativeBinomial(n, p)
    exact_sum = summed(n, p, number)
    assert math.isclose(distribution.at_most(number), exact_sum, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(distribution.at_least(number + 1), 1 - exact_sum, abs_tol=1e-12)


@given(n=st.integers(1, 60).map(Fraction), p=shares, number=st.integers(0, 120))
def test_a_whole_n_waits_for_the_nth_success(n: Fraction, p: Fraction, number: int) -> None:
    """At most k failures before the n-th success: at least n successes in n + k trials."""
    trials, wanted = int(n) + number, int(n)
    chance = sum(
        math.comb(trials, wins) * p**wins * (1 - p) ** (trials - wins)
        for wins in range(wanted, trials + 1)
    )
    found = NegativeBinomial(n, p).at_most(number)
    assert math.isclose(found, chance, rel_tol=1e-9, abs_tol=1e-15)


@given(n=halves, p=shares, percent=st.integers(1, 99))
def test_a_quantile_is_the_smallest_number_that_reaches_the_chance(
    n: Fraction, p: Fraction, percent: int
) -> None:
    distribution, chance = NegativeBinomial(n, p), percent / 100
    found = distribution.quantile(chance)
    assert distribution.at_most(found) >= chance
    assert found == 0 or distribution.at_most(found - 1) < chance


def test_below_zero_is_impossible_and_zero_certain() -> None:
    distribution = NegativeBinomial(Fraction(5, 2), HALF)
    assert distribution.at_most(-1) == 0
    assert distribution.at_least(0) == distribution.at_least(-3) == 1


def test_a_large_count_is_no_harder() -> None:
    """A hundred thousand after the first hour of a month: close to the normal distribution."""
    distribution = NegativeBinomial(100_000 + HALF, Fraction(1, 152))
    deviation = math.sqrt(float(distribution.mean / distribution.p))
    tenth = distribution.quantile(0.1)
    assert abs(tenth - (float(distribution.mean) - 1.2815515655446 * deviation)) < deviation / 500


# How much a history varies


def test_a_steady_history_is_not_narrowed() -> None:
    assert dispersion_of([8, 8, 8, 8], [timedelta(hours=8)] * 4) == 1


def test_a_history_that_varies_more_than_chance() -> None:
    days = [timedelta(hours=8)] * 4
    assert dispersion_of([0, 20, 0, 20], days) == Fraction(4 * 100, 10 * 3)


def test_a_short_day_is_expected_to_bring_less() -> None:
    days = [timedelta(hours=8), timedelta(hours=4), timedelta(hours=8)]
    assert dispersion_of([200, 100, 200], days) == 1


def test_what_comes_on_closed_days_counts_for_the_next_open_one() -> None:
    closed, opened = timedelta(0), timedelta(hours=8)
    with_weekend = dispersion_of([4, 3, 3, 40, 5], [opened, closed, closed, opened, closed])
    assert with_weekend == dispersion_of([4, 51], [opened, opened])
    assert dispersion_of([4], [closed]) == 1


@pytest.mark.parametrize("counts", [[], [7], [0, 0, 0]])
def test_too_little_history_is_taken_as_pure_chance(counts: list[int]) -> None:
    assert dispersion_of(counts, [timedelta(hours=8)] * len(counts)) == 1
