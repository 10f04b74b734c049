"""Bulk writing by COPY, the quickest way into PostgreSQL, inside the transaction that runs."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_MICROSECOND = timedelta(microseconds=1)
_NULL = "\\N"

Column: TypeAlias = Sequence[Any]


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _other(value: Any) -> str:
    """Write an enumeration or another subclass as the plain value it holds."""
    return _text(str(value))


def _json(value: Any) -> str:
    return _text(json.dumps(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: _NULL,
    str: _text,
    int: str,
    bool: {True: "t", False: "f"}.__getitem__,
    datetime: datetime.isoformat,
    date: date.isoformat,
    timedelta: lambda value: f"{value // _MICROSECOND} microseconds",
    Decimal: str,
    dict: _json,
    list: _json,
}


def _written(column: Column) -> Iterable[str]:
    """Write the cells of a column, which mostly are of one type: looked up once, not for each."""
    types = set(map(type, column))
    if len(types) > 1:
        return [_WRITERS.get(type(cell), _other)(cell) for cell in column]
    (only,) = types
    if only is str and _needs_no_escape("".join(column)):
        return column
    return map(_WRITERS.get(only, _other), column)


def _needs_no_escape(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append rows to a model's table; ``columns`` are column names, in the order of the cells."""
    written = [_written(column) for column in zip(*rows, strict=True)]
    if not written:
        return
    lines = "\n".join(map("\t".join, zip(*written, strict=True)))
    buffer = io.StringIO(f"{lines}\n")
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', buffer)


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
