"""How the values of a lead's attributes are read: missing, a number, or alike."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

_PLACEHOLDERS = frozenset(
    {"", "n/a", "n.a.", "#n/a", "none", "null", "nil", "tbd", "xxx", "não informado"}
    | {"nao informado", "não se aplica", "sin datos", "no aplica", "not available", "not provided"}
)
_ONLY_SIGNS = re.compile(r"[-–—._?*/\s]+")
_NINES = re.compile(r"9{4,}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?", re.ASCII)

# Leads repeat few values, and each is looked at by many rules.
_remembered = lru_cache(maxsize=8192)


def is_missing(value: object) -> bool:
    """Whether a value says nothing: absent, empty, or a placeholder such as “n/a”, “-” or 9999."""
    if isinstance(value, str):
        return _is_placeholder(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    if isinstance(value, int):
        return not isinstance(value, bool) and _is_placeholder(str(value))
    return isinstance(value, Sequence | Mapping) and not value


def as_number(value: object) -> Decimal | None:
    """Read an attribute as a number, or None; text with grouping or a unit is no number."""
    if isinstance(value, str):
        return _number(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return _number(str(value))


def contains(whole: object, part: object) -> bool:
    """Whether a text holds a part of it, or a list one of its items."""
    if isinstance(whole, list | tuple):
        return any(is_same(item, part) for item in whole)
    return _plain(str(part)) in _plain(str(whole))


def is_same(left: object, right: object) -> bool:
    """Compare as numbers where both are, else as text, whatever its case and spaces around it."""
    left_number, right_number = as_number(left), as_number(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    return _plain(str(left)) == _plain(str(right))


def items(value: object) -> tuple[object, ...]:
    """Return the items of a list, or the value alone."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def is_scalar(value: object) -> bool:
    """Whether it is a text that says something, a number, or true or false."""
    return isinstance(value, str | int) and value != ""


@_remembered
def _is_placeholder(text: str) -> bool:
    plain = text.strip().casefold()
    return plain in _PLACEHOLDERS or bool(_ONLY_SIGNS.fullmatch(plain) or _NINES.fullmatch(plain))


@_remembered
def _number(text: str) -> Decimal | None:
    plain = text.strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


@_remembered
def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
