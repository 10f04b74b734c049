"""Read what a query gives straight into NumPy: PostgreSQL's binary COPY, for rows without NULL."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from leads.plain.clocks import NEVER, Integers

INTEGER, BIG, FLAG, INSTANT = ">i4", ">i8", "u1", ">i8"
INTERVAL = [("microseconds", ">i8"), ("days", ">i4"), ("months", ">i4")]

_HEADER, _TRAILER = 19, 2
_FROM_1970_TO_2000 = 946_684_800_000_000


def read_columns(
    query: str, parameters: Mapping[str, Any], columns: Mapping[str, Any]
) -> NDArray[Any]:
    """Return the rows of a query as a structured array; ``columns`` are named in its order.

    No cell may be NULL: give 'infinity' for an instant that there is none of.
    """
    width = np.dtype([("cells", ">i2"), *_cells(columns)])
    file = io.BytesIO()
    with connection.cursor() as cursor:
        told = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({told}) TO STDOUT (FORMAT binary)", file)
    content = memoryview(file.getbuffer())[_HEADER:-_TRAILER]
    if len(content) % width.itemsize:
        raise ValueError("A cell of the query is NULL, or of another width than was named.")
    return np.frombuffer(content, dtype=width)


def _cells(columns: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Each cell comes after its length."""
    return [
        cell for name, kind in columns.items() for cell in ((f"{name} length", ">i4"), (name, kind))
    ]


def instants(column: NDArray[Any]) -> Integers:
    """Return microseconds since 1970, `NEVER` for 'infinity'."""
    numbers = column.astype(np.int64)
    return np.where(numbers == NEVER, NEVER, numbers + _FROM_1970_TO_2000)


def integers(column: NDArray[Any]) -> Integers:
    """Return the numbers in the machine's own order of bytes."""
    return column.astype(np.int64)
