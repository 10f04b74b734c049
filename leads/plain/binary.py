"""Read what a query gives straight into NumPy, and write rows from it: PostgreSQL's binary COPY."""

import io
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, models
from numpy.typing import NDArray

from leads.plain.clocks import NEVER, Integers

SMALL, INTEGER, BIG, FLAG, INSTANT = ">i2", ">i4", ">i8", "u1", ">i8"
INTERVAL = [("microseconds", ">i8"), ("days", ">i4"), ("months", ">i4")]

_HEADER, _TRAILER = b"PGCOPY\n\xff\r\n" + bytes(9), b"\xff\xff"
_FROM_1970_TO_2000 = 946_684_800_000_000


def read_columns(
    query: str, parameters: Mapping[str, Any], columns: Mapping[str, Any]
) -> NDArray[Any]:
    """Return the rows of a query as a structured array; ``columns`` are named in its order.

    No cell may be NULL: give 'infinity' for an instant that there is none of.
    """
    width = _row(columns)
    file = io.BytesIO()
    with connection.cursor() as cursor:
        told = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({told}) TO STDOUT (FORMAT binary)", file)
    content = memoryview(file.getbuffer())[len(_HEADER) : -len(_TRAILER)]
    if len(content) % width.itemsize:
        raise ValueError("A cell of the query is NULL, or of another width than was named.")
    return np.frombuffer(content, dtype=width)


def _row(columns: Mapping[str, Any]) -> np.dtype[Any]:
    """Return the form of a row: how many cells it has, then each cell after its length."""
    cells = (((f"{name} length", ">i4"), (name, kind)) for name, kind in columns.items())
    return np.dtype([("cells", ">i2"), *(part for cell in cells for part in cell)])


def instants(column: NDArray[Any]) -> Integers:
    """Return microseconds since 1970, `NEVER` for 'infinity'."""
    numbers = column.astype(np.int64)
    return np.where(numbers == NEVER, NEVER, numbers + _FROM_1970_TO_2000)


def integers(column: NDArray[Any]) -> Integers:
    """Return the numbers in the machine's own order of bytes."""
    return column.astype(np.int64)


class Cells(NamedTuple):
    """The cells of a column in the form in which they are sent, and which of them are NULL.

    Of a column that has the same cell in all rows, it is that one.
    """

    values: NDArray[Any]
    is_null: NDArray[np.bool_] | np.bool_ = np.False_


def cells_of_text(text: str) -> Cells:
    """Take what stands in every row."""
    return Cells(np.array(text.encode()))


def cells_of_number(number: int, kind: str) -> Cells:
    """Take what stands in every row."""
    return Cells(np.array(number, dtype=kind))


def cells_of_instants(numbers: Integers) -> Cells:
    """Take microseconds since 1970; `NEVER` is NULL."""
    return Cells((numbers - _FROM_1970_TO_2000).astype(INSTANT), numbers == NEVER)


def cells_of_lengths(numbers: Integers) -> Cells:
    """Take microseconds; -1 is NULL."""
    values = np.zeros(numbers.size, dtype=INTERVAL)
    values["microseconds"] = numbers
    return Cells(values, numbers == -1)


def cells_of_keys(numbers: Integers) -> Cells:
    """Take keys of other rows; 0 is NULL."""
    return Cells(numbers.astype(BIG), numbers == 0)


def write_columns(model: type[models.Model], blocks: Iterable[Mapping[str, Cells]]) -> None:
    """Append rows to a model's table, inside the transaction that runs; a column left out is NULL.

    All blocks have the same columns, named as in the table and as wide as there, and some rows.
    """
    blocks = list(blocks)
    if not blocks:
        return
    names = ", ".join(f'"{column}"' for column in blocks[0])
    content = b"".join([_HEADER, *map(_rows, blocks), _TRAILER])
    # Django tells errors of COPY as its own only where it is asked to.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f'COPY "{model._meta.db_table}" ({names}) FROM STDIN (FORMAT binary)',
            io.BytesIO(content),
        )


def _rows(columns: Mapping[str, Cells]) -> bytes:
    """Write all rows as wide as without NULL, and leave out the bytes of cells that are."""
    size = max(cells.values.size for cells in columns.values())
    rows = np.empty(size, _row({name: cells.values.dtype for name, cells in columns.items()}))
    is_sent = np.ones((size, rows.itemsize), dtype=bool)
    rows["cells"] = len(columns)
    for name, (values, is_null) in columns.items():
        width, place = rows[name].itemsize, rows.dtype.fields[name][1]
        rows[name] = values
        rows[f"{name} length"] = np.where(is_null, -1, width)
        is_sent[is_null, place : place + width] = False
    return rows.view(np.uint8).reshape(is_sent.shape)[is_sent].tobytes()
