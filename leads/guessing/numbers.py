"""Tell by which sign the numbers of a file part their fraction. Pure."""

import re
from typing import Literal

Decimal = Literal[".", ","]

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number, whichever sign parts its fraction."""
    return _NUMBER.fullmatch(cell) is not None


def decimal_of(cell: str) -> Decimal | None:
    """Return the sign that certainly parts the fraction of a number; None where it may be both.

    With both signs it is the last. One that is repeated makes groups, so it is the other. One
    alone makes a group only where three digits follow and no more than three come before.
    """
    if not is_number(cell) or _WHOLE.fullmatch(cell):
        return None
    points, commas = cell.count("."), cell.count(",")
    if points and commas:
        return "." if cell.rindex(".") > cell.rindex(",") else ","
    if points > 1 or commas > 1:
        return "," if points else "."
    sign: Decimal = "." if points else ","
    before, after = cell.lstrip("+-").split(sign)
    if len(after) == 3 and 1 <= len(before) <= 3 and before != "0":
        return None
    return sign
