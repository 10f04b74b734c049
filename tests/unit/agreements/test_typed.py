"""What people type in their own locale becomes what the terms store, and back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.editor.names import free_key, key_from
from agreements.editor.typed import (
    Separators,
    duration_shown,
    duration_stored,
    number_shown,
    number_stored,
    pairs_shown,
    pairs_stored,
    rate_shown,
    rate_stored,
)
from agreements.terms.values import read_duration, read_number, read_rate

EN, PT, ES = Separators(".", ","), Separators(",", "."), Separators(",", "\N{NO-BREAK SPACE}")
LOCALES = st.sampled_from([EN, PT, ES])


@pytest.mark.parametrize(
    ("typed", "separators", "stored"),
    [
        ("1,234.50", EN, "1234.5"),
        ("1.234,50", PT, "1234.5"),
        ("12 600 000", ES, 12600000),
        ("12.600.000", ES, 12600000),
        ("0", EN, 0),
        ("-3", EN, -3),
        ("1,2", EN, "1,2"),
        ("1.2", PT, "1.2"),
        ("lots", EN, "lots"),
        ("", EN, None),
        ("  ", EN, None),
        ("٣", EN, "٣"),
    ],
)
def test_numbers(typed: str, separators: Separators, stored: Any) -> None:
    assert number_stored(typed, separators) == stored


@pytest.mark.parametrize(
    ("typed", "separators", "stored"),
    [
        ("22", EN, "22%"),
        ("22 %", EN, "22%"),
        ("44,44", PT, "44.44%"),
        ("100", EN, "100%"),
        ("most", EN, "most"),
        ("", EN, None),
    ],
)
def test_rates(typed: str, separators: Separators, stored: Any) -> None:
    assert rate_stored(typed, separators) == stored


def test_what_means_the_same_stays_as_it_is() -> None:
    assert number_stored("500,000", EN, "500000.00") == "500000.00"
    assert rate_stored("90", EN, "0.90") == "0.90"
    assert rate_stored("90", EN, "90 %") == "90 %"
    assert rate_stored("91", EN, "0.90") == "91%"
    assert duration_stored("4", "h", " 4 h") == " 4 h"
    assert duration_stored("5", "h", " 4 h") == "5h"


def test_durations() -> None:
    assert duration_shown("10bd") == ("10", "bd")
    assert duration_shown(None) == ("", "h")
    assert duration_shown("soonh") == ("soon", "h")
    assert duration_stored("", "h") is None
    assert duration_stored("soon", "h") == "soonh"
    assert duration_shown(duration_stored("soon", "d")) == ("soon", "d")


@pytest.mark.parametrize("stored", [True, [], {}, "x", "Infinity", "NaN", None])
def test_what_is_no_number_is_shown_as_it_is(stored: Any) -> None:
    assert number_shown(stored, EN) == ("" if stored is None else str(stored))


@given(st.decimals(-(10**12), 10**12, places=4), LOCALES)
def test_numbers_there_and_back(number: Decimal, separators: Separators) -> None:
    stored = number_stored(separators.write(number), separators)
    assert read_number(stored) == number
    assert number_stored(number_shown(stored, separators), separators, stored) == stored


@given(st.decimals(0, 1, places=6), LOCALES)
def test_rates_there_and_back(rate: Decimal, separators: Separators) -> None:
    stored = f"{rate:f}"
    assert rate_stored(rate_shown(stored, separators), separators, stored) == stored
    fresh = rate_stored(rate_shown(stored, separators), separators)
    assert read_rate(fresh) == rate


@given(st.integers(1, 1000), st.sampled_from(["min", "h", "bd", "d"]))
def test_durations_there_and_back(amount: int, unit: str) -> None:
    stored = duration_stored(str(amount), unit)
    assert duration_shown(stored) == (str(amount), unit)
    assert read_duration(stored).amount == amount


def test_keys() -> None:
    assert key_from("Território errado!") == "territorio_errado"
    assert key_from("123 go") == "go"
    assert key_from("¿?") == ""
    assert free_key("Lead", [{"key": "lead"}, {"key": "lead-2"}, 3]) == "lead-3"
    assert free_key("¿?", []) == "entry"
    assert len(free_key("x" * 90, [{"key": "x" * 40}])) <= 40


def test_numbers_by_name() -> None:
    stored = {"fair": 120, "search: brand": "2.5", "partner": 0}
    text = pairs_shown(stored, PT)
    assert text == "fair: 120\nsearch: brand: 2,5\npartner: 0"
    assert pairs_stored(text, PT, stored) is stored
    assert pairs_stored(f"{text}\r\nmail: 1.500,5\r\n", PT, stored) == stored | {"mail": "1500.5"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("fair", {"fair": ""}),
        ("fair: much", {"fair": "much"}),
        (": 3", {"": 3}),
        ("fair:0\n\n", {"fair": 0}),
    ],
)
def test_pairs_that_cannot_be_read_stay(typed: str, stored: Any) -> None:
    assert pairs_stored(typed, EN) == stored


@pytest.mark.parametrize("odd", [None, "many", {"fair": None}, {"": {}}, 3])
def test_odd_pairs_are_shown_and_stay(odd: Any) -> None:
    assert pairs_stored(pairs_shown(odd, EN), EN, odd) == odd
