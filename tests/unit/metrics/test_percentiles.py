import statistics
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.percentiles import Percentile, percentiles, response_times
from tests.unit.metrics.known import known

MINUTE = 60_000_000
ANSWERED = [minutes * MINUTE for minutes in (5, 8, 12, 15, 22, 30, 41, 55, 90)]
OVERDUE = [300 * MINUTE]

times = st.lists(st.integers(0, 10**12), max_size=30)
shares = st.integers(0, 100).map(lambda percent: Fraction(percent, 100))


def in_minutes(found: Iterable[Percentile]) -> list[object]:
    return [(known(percentile.value) / MINUTE, percentile.is_lower_bound) for percentile in found]


def test_ten_clocks_of_which_one_is_unanswered() -> None:
    """A measure of time, from worked example 2."""
    found = response_times(ANSWERED, OVERDUE)
    assert (found.n, found.unanswered) == (10, 1)
    assert in_minutes([found.median, found.p90, found.p95]) == [
        (26, False),
        (111, True),
        (Fraction("205.5"), True),
    ]


def test_leaving_the_unanswered_out_would_flatter() -> None:
    found = response_times(ANSWERED, [])
    assert in_minutes([found.median, found.p90, found.p95]) == [
        (22, False),
        (62, False),
        (76, False),
    ]


@pytest.mark.parametrize("unit", ["us", "ms", "ns"])
def test_arrays_of_any_unit_are_microseconds(unit: str) -> None:
    answered = np.array(ANSWERED, dtype="timedelta64[us]").astype(f"timedelta64[{unit}]")
    overdue = np.array(OVERDUE, dtype=np.int64)
    assert response_times(answered, overdue) == response_times(ANSWERED, OVERDUE)


def test_nothing_has_no_percentile() -> None:
    assert percentiles([], [], ("0.5",)) == [Percentile(None, False)]
    assert response_times([], []).n == 0


def test_only_unanswered_ones_give_a_lower_bound() -> None:
    assert percentiles([], [10, 30], (0, "0.5", 1)) == [
        Percentile(Fraction(10), True),
        Percentile(Fraction(20), True),
        Percentile(Fraction(30), True),
    ]


def test_a_percentile_next_to_an_unanswered_clock_but_not_touching_it_is_exact() -> None:
    assert percentiles([1, 2], [9], ("0.5",)) == [Percentile(Fraction(2), False)]
    assert percentiles([1, 2], [9], ("0.51",)) == [Percentile(Fraction("2.14"), True)]


def test_an_unanswered_clock_counts_as_no_shorter_than_the_longest_answered() -> None:
    assert percentiles([10, 500], [40], ("0.5", 1)) == [
        Percentile(Fraction(500), False),
        Percentile(Fraction(500), True),
    ]


@pytest.mark.parametrize("q", [-1, "1.01", 90])
def test_a_share_outside_zero_to_one_is_named(q: Any) -> None:
    with pytest.raises(ValueError, match=f"{q} is not a share"):
        percentiles([1], [], (q,))


@given(answered=times, overdue=times, q=shares)
def test_equal_to_interpolating_by_hand(answered: list[int], overdue: list[int], q: Any) -> None:
    longest = max(answered, default=0)
    line = sorted(answered) + sorted(max(longest, time) for time in overdue)
    [found] = percentiles(answered, overdue, (q,))
    if not line:
        assert found == (None, False)
        return
    position = (len(line) - 1) * q
    touched = {int(position), -int(-position // 1)}
    low, high = line[min(touched)], line[max(touched)]
    assert found.value == low + (high - low) * (position - min(touched))
    assert found.is_lower_bound == any(place >= len(answered) for place in touched)


@given(answered=st.lists(st.integers(0, 10**9), min_size=2, max_size=40))
def test_equal_to_the_standard_library(answered: list[int]) -> None:
    found = percentiles(answered, [], [Fraction(number, 20) for number in range(1, 20)])
    exact_times = [Fraction(time) for time in answered]
    assert [percentile.value for percentile in found] == statistics.quantiles(
        exact_times, n=20, method="inclusive"
    )
    assert percentiles(answered, [], ("0.5",))[0].value == statistics.median(exact_times)


@given(answered=times, overdue=times, qs=st.lists(shares, min_size=2, max_size=6))
def test_a_higher_percentile_is_never_a_smaller_number(
    answered: list[int], overdue: list[int], qs: list[Fraction]
) -> None:
    found = percentiles(answered, overdue, sorted(qs))
    if found[0].value is not None:
        assert all(known(one.value) <= known(other.value) for one, other in pairwise(found))
        assert all(one.is_lower_bound <= other.is_lower_bound for one, other in pairwise(found))


@given(answered=times, overdue=st.lists(st.integers(0, 10**12), min_size=1), q=shares)
def test_an_answer_never_lowers_what_was_said_to_be_at_least(
    answered: list[int], overdue: list[int], q: Any
) -> None:
    """The longest-running clock is answered later than the longest answered: the bound held."""
    [before] = percentiles(answered, overdue, (q,))
    waited = max([*answered, *overdue]) + 1
    [after] = percentiles([*answered, *[waited] * len(overdue)], [], (q,))
    assert known(after.value) >= known(before.value)
