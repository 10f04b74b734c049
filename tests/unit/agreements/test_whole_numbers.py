"""Whole numbers as an address or a form tells them."""

import pytest

from agreements.editor.typed import Separators, number_shown, number_stored
from agreements.whole_numbers import whole_number, whole_numbers


def test_it_works() -> None:
    assert whole_number("4711") == 4711
    assert whole_numbers(["3", "", "x", "1"]) == [3, 1]


@pytest.mark.parametrize("text", ["", "x", "-1", " 1", "1.5", "²", "9" * 19, "9" * 5000])
def test_anything_else_is_no_number(text: str) -> None:
    assert whole_number(text) is None


@pytest.mark.parametrize("typed", ["9" * 5000, "1e999999999"])
def test_a_number_that_nobody_can_read_stays_as_it_was_typed(typed: str) -> None:
    separators = Separators(".", ",")
    assert number_stored(typed, separators) == typed
    assert number_shown(typed, separators) == typed
