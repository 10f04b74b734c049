"""Which sign parts fractions where no cell of a file says it, and what hangs on it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from agreements import formats
from agreements.models import Agreement
from leads.guessing.drafts import Draft
from leads.guessing.found_columns import Column
from leads.guessing.numbers import group_in, plain_number
from leads.guessing.roles import ASKED, ATTRIBUTES, NUMBERS, is_in_english

_OTHER = {".": ",", ",": "."}
_WITH_COMMA = frozenset({"BRL", "EUR", "ARS", "CLP", "COP", "UYU", "PYG", "BOB"})
# Nobody tells of parts of these in thousandths.
_NEVER_IN_THOUSANDTHS = frozenset({"employees", "amount"})
_AS_MANY_AS_A_GROUP = 3


class TwoReadings(NamedTuple):
    """A cell that is one number with a decimal point and another with a decimal comma.

    They are as they are shown: the whole one without groups, which could be taken for the other.
    """

    column: str
    cell: str
    with_point: str
    with_comma: str


def guessed_sign(
    found: Mapping[str, Any],
    columns: Sequence[Column],
    roles: Sequence[str],
    agreement: Agreement,
) -> str:
    """Return the decimal sign: as cells say it, else as it is usual in such a file, or there.

    Semicolons part cells where commas part fractions. Else amounts and numbers of people tell, by
    the sign that can only make groups in them, then dates and headings as they are in the United
    States, and in the end the currency of the agreement.
    """
    if found["is_decimal_sure"] or found["is_decimal_mixed"]:
        return str(found["decimal"])
    if found["delimiter"] == ";":
        return ","
    groups = {
        column.group
        for column, role in zip(columns, roles, strict=True)
        if role in _NEVER_IN_THOUSANDTHS and column.group
    }
    if len(groups) == 1:
        return _OTHER[groups.pop()]
    is_month_first = found["is_order_sure"] and found["order"] == "mdy"
    if is_month_first or is_in_english([column.name for column in columns]):
        return "."
    return "," if agreement.currency in _WITH_COMMA else "."


def two_readings(
    found: Mapping[str, Any], columns: Sequence[Column], draft: Draft
) -> TwoReadings | None:
    """Return the first cell of which the guess decides what number it is; None for none.

    Columns that keep their own name keep such cells as they are written.
    """
    if found["is_decimal_sure"] or found.get("is_decimal_mixed") or draft.document.strip():
        return None
    for column, role in zip(columns, draft.roles, strict=True):
        if not (role in NUMBERS or role in ATTRIBUTES or role.startswith(ASKED)):
            continue
        if (cell := cell_of_two(column)) and role != "phone":
            return TwoReadings(column.name, cell, _shown(cell, "."), _shown(cell, ","))
    return None


def cell_of_two(column: Column) -> str:
    """Return the first cell of a column that could be either of two numbers; empty for none."""
    found = (cell for cell in column.different if column.group and group_in(cell) == column.group)
    return next(found, "")


def _shown(cell: str, decimal: str) -> str:
    number = plain_number(cell, decimal) or Decimal()
    is_whole = group_in(cell) != decimal
    return str(number) if is_whole else number_shown(number)


def number_shown(number: Decimal) -> str:
    """Write a number with as many decimals as it was written with, but for zeros of three.

    Three could be taken for a group of thousands.
    """
    exponent = number.as_tuple().exponent
    if exponent == -_AS_MANY_AS_A_GROUP:
        exponent = number.normalize().as_tuple().exponent
    return formats.figure(number, max(0, -exponent) if isinstance(exponent, int) else 0)
