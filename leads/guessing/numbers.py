"""Tell by which sign the numbers of a file part their fraction, and read them so. Pure."""

import re
from decimal import Decimal as Number
from typing import Literal

Decimal = Literal[".", ","]

_CURRENCIES = {"R$": "BRL", "US$": "USD", "MX$": "MXN", "€": "EUR", "£": "GBP", "$": "", "¥": ""}
_SIGN = r"(?:R|US|MX)?\$|[€£¥]|BRL|USD|EUR|GBP|JPY|MXN|ARS|CLP|COP|PEN|UYU|PYG|BOB|CAD|AUD|NZD|CHF"
_MONEY = re.compile(
    rf"(?P<minus>[+-])?(?:(?P<before>{_SIGN})\s*)?(?P<number>[+-]?\d[\d.,]*)"
    rf"(?:\s*(?P<after>{_SIGN}))?"
)
_GROUPED = {
    ".": re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?", re.ASCII),
}
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<sign>[.,])\d{3}", re.ASCII)
_CODE = re.compile(r"0\d+(?:[.,]\d{3})?", re.ASCII)


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number, whichever sign parts its fraction; money is one, too."""
    bare = _bare(cell)
    return any(form.fullmatch(bare) for form in _GROUPED.values())


def currency_in(cell: str) -> str:
    """Return the currency an amount is written in; empty where it does not say one."""
    found = _MONEY.fullmatch(cell)
    sign = (found["before"] or found["after"] or "") if found else ""
    return _CURRENCIES.get(sign, sign)


def _bare(cell: str) -> str:
    """Return an amount without the sign of its currency; anything else as it is."""
    found = _MONEY.fullmatch(cell) if cell and not cell.isdecimal() else None
    return (found["minus"] or "") + found["number"] if found else cell


def plain_number(cell: str, decimal: str) -> Number | None:
    """Return the number a cell is where ``decimal`` parts fractions; None for anything else."""
    cell = _bare(cell)
    if not _GROUPED[decimal].fullmatch(cell):
        return None
    group = {".": ",", ",": "."}[decimal]
    return Number(cell.replace(group, "").replace(decimal, "."))


def group_in(cell: str) -> str | None:
    """Return the sign that makes a group of a whole number, unless it parts its fraction.

    Empty where it can be no group, as below zero: nobody writes coordinates in groups. None for a
    cell without a sign.
    """
    bare = _bare(cell)
    if found := _GROUPS.fullmatch(bare):
        return found["sign"]
    return None if _WHOLE.fullmatch(bare) else ""


def is_code(cell: str) -> bool:
    """Tell whether a cell of digits begins with a zero that a number would lose."""
    return _CODE.fullmatch(cell) is not None


def decimal_of(cell: str) -> Decimal | None:
    """Return the sign that certainly parts the fraction of a number; None where it may be both.

    With both signs it is the last. One that is repeated makes groups, so it is the other. One
    alone makes a group only where three digits follow and no more than three come before.
    """
    cell = _bare(cell)
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
