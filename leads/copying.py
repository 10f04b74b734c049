"""Bulk writing by COPY, the quickest way into PostgreSQL, inside the transaction that runs."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any, TypeAlias

from django.db import connection, models

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", ""))
_MICROSECOND = timedelta(microseconds=1)
_NULL = "\\N"

_CONTAINERS: set[type] = {dict, list}

Column: TypeAlias = Sequence[Any]


def _text(value: str) -> str:
    for character, escaped in _ESCAPES:
        value = value.replace(character, escaped)
    return value


def _other(value: Any) -> str:
    """Write an enumeration or another subclass as the plain value it holds."""
    return _text(str(value))


def interval_text(value: timedelta) -> str:
    """Write a length as PostgreSQL reads it, in one unit."""
    return f"{value // _MICROSECOND} microseconds"


def _json(value: Any) -> str:
    # JSON writes every other character that needs it as an escape of its own.
    return json.dumps(value).replace("\\", "\\\\")


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: _NULL,
    str: _text,
    int: str,
    bool: {True: "t", False: "f"}.__getitem__,
    datetime: datetime.isoformat,
    date: date.isoformat,
    timedelta: interval_text,
    Decimal: str,
    dict: _json,
    list: _json,
}


def _written(column: Column, types: set[type]) -> Iterable[str]:
    """Write the cells of a column, which mostly are of one type: looked up once, not for each."""
    if len(types) > 1:
        return [_WRITERS.get(type(cell), _other)(cell) for cell in column]
    (only,) = types
    if only is str and _needs_no_escape("".join(column)):
        return column
    return map(_WRITERS.get(only, _other), column)


def _needs_no_escape(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def _is_constant(column: Column, types: set[type]) -> bool:
    """Whether all cells are the same, as in most columns of facts told together.

    What is inside of lists and mappings may be equal and yet be written otherwise, as 1 and true.
    """
    if len(types) > 1 or types & _CONTAINERS:
        return False
    # A look at both ends spares most other columns the whole comparison.
    return bool(column[0] == column[-1] and column.count(column[0]) == len(column))


def _lines(columns: Iterable[Column]) -> str:
    """Write columns as lines; neighbours that are the same in every line are written once."""
    pieces: list[Iterable[str]] = []
    same: list[str] = []
    for column in columns:
        types = set(map(type, column))
        if _is_constant(column, types):
            same += _written(column[:1], types)
            continue
        if same:
            pieces.append(repeat("\t".join(same), len(column)))
            same = []
        pieces.append(_written(column, types))
    if same:
        pieces.append(repeat("\t".join(same), len(column)))
    return "".join([f"{line}\n" for line in map("\t".join, zip(*pieces, strict=True))])


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append rows to a model's table; ``columns`` are column names, in the order of the cells."""
    lines = _lines(zip(*rows, strict=True))
    if not lines:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    # Django tells errors of COPY as its own only where it is asked to.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', io.StringIO(lines)
        )


def allocate_keys(model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` primary keys from the model's sequence, in ascending order."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())
