"""Whole numbers as an address or a form tells them. Pure."""

from collections.abc import Iterable

_MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """Return the number that nothing but digits make up, of at most 18; None for any other text.

    Every key has fewer, and Python refuses to read thousands.
    """
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers among texts, in their order."""
    return [number for number in map(whole_number, texts) if number is not None]
