from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from metrics.attainment import exact, ratio, rounded, share_of_time


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (3, Fraction(3)),
        ("0.90", Fraction(9, 10)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Fraction(1, 3), Fraction(1, 3)),
        (np.int64(2**62), Fraction(2**62)),
    ],
)
def test_exact_reads_what_is_exact(value: Any, fraction: Fraction) -> None:
    assert exact(value) == fraction
    assert exact(value) * 4 == fraction * 4


@pytest.mark.parametrize("value", [0.9, np.float64(0.9)])
def test_a_float_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="is a float, which is seldom the decimal it shows"):
        exact(value)


@pytest.mark.parametrize("value", ["ninety", "", "1/0", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_quoted(value: Any) -> None:
    with pytest.raises(ValueError, match=f"'{value}' is not a number"):
        exact(value)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (Fraction(400), 6, 400),
        (Fraction(2, 3), 6, 0.666667),
        (Fraction(5, 2), 0, 2),
        (Fraction(1, 8), 2, 0.12),
        (None, 6, None),
    ],
)
def test_rounding_happens_only_for_display(value: Any, digits: int, shown: float) -> None:
    assert rounded(value, digits) == shown


def test_a_whole_number_is_shown_whole() -> None:
    assert isinstance(rounded(Fraction(400)), int)
    assert isinstance(rounded(Fraction(2, 3)), float)


def test_nothing_is_a_share_of_nothing() -> None:
    assert ratio(0, 0) is None
    assert ratio(5, 0) is None
    assert ratio(0, 5) == 0
    assert share_of_time(timedelta(hours=1), timedelta(hours=3)) == Fraction(1, 3)
    assert share_of_time(timedelta(0), timedelta(0)) is None
