"""Count whole days into cells, and write only what differs from the cells that are stored."""

from dataclasses import dataclass
from functools import cache

from django.db import models
from django.db.backends.utils import CursorWrapper

from agreements.models import Agreement
from metrics.day_counts import COUNTED, Counted, parameters
from metrics.models import DayCell

# An unknown and an empty source are two different things; none of these stands in a column.
_NOTHING = {"version_id": "0", "holder_id": "0", "source": "chr(1)"}


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a kind of cell: those that name it and those that count."""

    key: tuple[str, ...]
    counts: tuple[str, ...]


def _columns(model: type[DayCell]) -> _Columns:
    unique = model._meta.constraints[0]
    assert isinstance(unique, models.UniqueConstraint)  # noqa: S101 - each kind has just this one
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    key = tuple(columns.pop(name) for name in unique.fields)
    return _Columns(key, tuple(column for column in columns.values() if column != "id"))


def _select(counted: Counted) -> str:
    """Compose the query that counts; an item is in the cells of everything and of each rule."""
    cells = {
        "local_date": "day.local_date",
        "version_id": counted.version,
        "holder_id": counted.holder,
        "source": counted.source,
        "tier": counted.tier,
        "picked_by": "pick",
        **counted.subjects,
    }
    counts = {name: f"count(*) FILTER (WHERE {which})" for name, which in counted.counts.items()}
    columns = [f"{sql} AS {name}" for name, sql in (cells | counts | counted.sums).items()]
    picks = "COALESCE(judged.picks, '{}')" if counted.is_picked else "'{}'::text[]"
    return f"""
SELECT {", ".join(columns)}
FROM {counted.joins} CROSS JOIN LATERAL unnest(array_prepend('', {picks})) AS pick
WHERE {counted.where}
GROUP BY {", ".join(str(place + 1) for place in range(len(cells)))}
"""  # noqa: S608 - composed of constants


@cache
def _statement(model: type[DayCell]) -> str:
    """Compose the statement that counts, removes what is no more and writes what differs."""
    table, columns = model._meta.db_table, _columns(model)
    told = [name for name in (*columns.key, *columns.counts) if name != "agreement_id"]
    same = " AND ".join(
        f"COALESCE(computed.{name}, {_NOTHING[name]}) = COALESCE(stored.{name}, {_NOTHING[name]})"
        if name in _NOTHING
        else f"computed.{name} = stored.{name}"
        for name in columns.key
        if name != "agreement_id"
    )
    rows = [
        ", ".join(f"{place}.{name}" for name in columns.counts) for place in ("stored", "excluded")
    ]
    return f"""
WITH computed AS MATERIALIZED ({_select(COUNTED[model])}),
gone AS (
    DELETE FROM {table} AS stored USING counted_day AS day
    WHERE stored.agreement_id = %(agreement)s AND stored.local_date = day.local_date
        AND NOT EXISTS (SELECT FROM computed WHERE {same})
    RETURNING 1
), written AS (
    INSERT INTO {table} AS stored (agreement_id, {", ".join(told)})
    SELECT %(agreement)s, {", ".join(told)} FROM computed
    ON CONFLICT ({", ".join(columns.key)}) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in columns.counts)}
    WHERE ({rows[0]}) IS DISTINCT FROM ({rows[1]})
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 - composed of constants and column names


def count_days(cursor: CursorWrapper, agreement: Agreement) -> int:
    """Count the days of ``counted_day`` whole; return how many cells were written or removed."""
    known = parameters(agreement)
    written = 0
    for model in COUNTED:
        cursor.execute(_statement(model), known)
        written += int(cursor.fetchone()[0])
    return written
