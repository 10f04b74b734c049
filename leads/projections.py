"""Write projections: compare what was computed with what is stored, and write the differences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, models
from psycopg2.extras import Json, execute_values

from leads.copying import copy_rows, interval_text
from leads.fold import Row


def write_differences(
    model: type[models.Model],
    columns: Sequence[str],
    stored: Mapping[int, Row],
    computed: Mapping[int, Row],
) -> int:
    """Update the stored rows whose computed cells differ, append the ones not stored yet.

    Both map a primary key to cells in the order of ``columns``. Returns how many were written.
    """
    changed = [(key, row) for key, row in computed.items() if key in stored and stored[key] != row]
    update_rows(model, columns, changed)
    new = [(key, *row) for key, row in computed.items() if key not in stored]
    copy_rows(model, ("id", *columns), new)
    return len(changed) + len(new)


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[int, Row]]
) -> None:
    """Set the columns of many rows, given by primary key, in one statement a thousand rows."""
    values = [(key, *map(_adapted, row)) for key, row in rows]
    if not values:
        return
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    table = model._meta.db_table
    assignments = ", ".join(f'"{column}" = told."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    casts = ", ".join(f"%s::{_cast(types[column])}" for column in columns)
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            f'UPDATE "{table}" SET {assignments} FROM (VALUES %s) AS told (key, {names}) '  # noqa: S608
            f'WHERE "{table}".id = told.key',
            values,
            template=f"(%s::bigint, {casts})",
            page_size=1000,
        )


def _cast(db_type: str | None) -> str:
    return {"serial": "integer", "bigserial": "bigint"}.get(db_type or "", db_type or "text")


def _adapted(value: Any) -> Any:
    if isinstance(value, timedelta):
        # As COPY writes it: the driver's days are equal, but not the same text.
        return interval_text(value)
    return Json(value) if isinstance(value, dict | list) else value
