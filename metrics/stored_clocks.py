"""Read the running clocks of months, and of their due times only those that tell what is past."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from agreements.models import Agreement
from metrics.models import MonthOpenClocks
from metrics.open_clocks import (
    BLOCK,
    Found,
    Group,
    Microseconds,
    Odd,
    OpenClocks,
    block_at,
    found_in,
    unpacked,
)

_SIZE = 8

# Of columns that are stored uncompressed, only the pages with these bytes are read.
_BLOCKS = """
SELECT clocks.id, substring(clocks.due FROM asked.block * %s + 1 FOR %s)
FROM unnest(%s::bigint[], %s::int[]) AS asked (id, block)
JOIN metrics_monthopenclocks AS clocks ON clocks.id = asked.id
"""
_STARTED = """
SELECT clocks.id, substring(clocks.started FROM 1 FOR asked.number * %s)
FROM unnest(%s::bigint[], %s::int[]) AS asked (id, number)
JOIN metrics_monthopenclocks AS clocks ON clocks.id = asked.id
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A stored row but for its due times."""

    pk: int
    month: date
    group: Group
    number: int
    marks: Microseconds
    odd: Mapping[str, Any]


def read_open_clocks(
    agreement: Agreement, from_date: date, to_date: date, now: int
) -> dict[date, list[OpenClocks]]:
    """Return the running clocks of the months that overlap [from_date, to_date), at an instant.

    Two queries, and few bytes however many clocks run.
    """
    rows = _rows(agreement, from_date, to_date)
    told = {row.pk: block_at(row.marks, row.number, now) for row in rows}
    blocks = _blocks({pk: block for pk, block in told.items() if isinstance(block, int)})
    found: defaultdict[date, list[OpenClocks]] = defaultdict(list)
    started: defaultdict[date, _StartedOfMonth] = defaultdict(_StartedOfMonth)
    for row in rows:
        block = told[row.pk]
        if not isinstance(block, Found):
            block = found_in(block, blocks[row.pk], row.marks, now)
        started[row.month].asked[row.pk] = block.past
        found[row.month].append(
            OpenClocks(
                group=row.group,
                now=now,
                number=row.number,
                past=block.past,
                next_due=block.next_due,
                odd={int(place): Odd(*particulars) for place, particulars in row.odd.items()},
                started=_StartedOfRow(row.pk, row.number, started[row.month]),
            )
        )
    return found


def _rows(agreement: Agreement, from_date: date, to_date: date) -> list[_Row]:
    stored = MonthOpenClocks.objects.filter(
        agreement=agreement, month__gte=from_date.replace(day=1), month__lt=to_date
    )
    names = ("version", "clause_key", "kind", "tier", "picked_by")
    return [
        _Row(row[0], row[1], Group(str(row[2]), *row[3:7]), row[7], unpacked(row[8]), row[9])
        for row in stored.order_by("pk").values_list(
            "pk", "month", *names, "number", "marks", "odd"
        )
    ]


def _blocks(asked: Mapping[int, int]) -> dict[int, Microseconds]:
    return _unpacked(_BLOCKS, [BLOCK * _SIZE, BLOCK * _SIZE], asked)


class _StartedOfMonth:
    """When clocks started, read for all rows of a month together once one is asked for.

    ``asked`` is how many of each row are read: those past due.
    """

    def __init__(self) -> None:
        self.asked: dict[int, int] = {}
        self._read: dict[int, Microseconds] = {}
        self._whole: dict[int, Microseconds] = {}

    def first(self, pk: int, number: int) -> Microseconds:
        """Return it of so many of a row, no more than were asked for."""
        if not self._read:
            self._read = _unpacked(_STARTED, [_SIZE], self.asked)
        return self._read[pk][:number]

    def all(self, pk: int, number: int) -> Microseconds:
        """Return it of a whole row."""
        if pk not in self._whole:
            self._whole |= _unpacked(_STARTED, [_SIZE], {pk: number})
        return self._whole[pk]


@dataclass(frozen=True, slots=True)
class _StartedOfRow:
    """When the clocks of a row started."""

    pk: int
    number: int
    month: _StartedOfMonth

    def first(self, number: int) -> Microseconds:
        """Return it of those that are due first."""
        return self.month.first(self.pk, number)

    def all(self) -> Microseconds:
        """Return it of all."""
        return self.month.all(self.pk, self.number)


def _unpacked(
    statement: str, sizes: Sequence[int], asked: Mapping[int, int]
) -> dict[int, Microseconds]:
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [*sizes, list(asked), list(asked.values())])
        return {pk: unpacked(data) for pk, data in cursor.fetchall()}
