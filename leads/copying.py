"""Bulk writing by COPY, the quickest way into PostgreSQL, inside the transaction that runs."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_MICROSECOND = timedelta(microseconds=1)


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
    timedelta: lambda value: f"{value // _MICROSECOND} microseconds",
    Decimal: str,
    dict: lambda value: _text(json.dumps(value)),
    list: lambda value: _text(json.dumps(value)),
}


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    writer = _WRITERS.get(type(value))
    # Enumerations and other subclasses are written as the plain value they hold.
    return writer(value) if writer else _text(str(value))


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append rows to a model's table; ``columns`` are column names, in the order of the cells."""
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(map(_cell, row)))
        buffer.write("\n")
    if not buffer.tell():
        return
    buffer.seek(0)
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
