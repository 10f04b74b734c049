"""What the registry finds as parts one after the other, each in an order that an index has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Found:
    """Rows about leads, each lead once: those of the first part, then those of the next."""

    parts: tuple[QuerySet[Any], ...]

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.parts)

    def number(self) -> int:
        """Count them all; one query for each part."""
        return sum(part.order_by().count() for part in self.parts)

    def read(self, at_once: int) -> Iterator[Any]:
        """Give them, so many read at a time and never all of them."""
        return chain.from_iterable(part.iterator(chunk_size=at_once) for part in self.parts)


class FirstOf(Sequence[Any]):
    """The first of what was found, up to so many; a slice is read when it is asked for.

    What comes after the first ``most`` is neither counted nor read.
    """

    def __init__(self, found: Found, most: int) -> None:
        self._parts, self._most = found.parts, most
        self._numbers: list[int] = []

    def __len__(self) -> int:
        return sum(self._number(place) for place in range(len(self._parts)))

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(self._most)
        *others, last = self._parts
        rows: list[Any] = []
        for index, part in enumerate(others):
            number = self._number(index)
            rows += part[start : min(stop, number)] if start < min(stop, number) else ()
            start, stop = max(start - number, 0), max(stop - number, 0)
        return [*rows, *last[start:stop]] if start < stop else rows

    def _number(self, place: int) -> int:
        """Return how many of a part are among the first."""
        if place == len(self._numbers):
            left = self._most - sum(self._numbers)
            part = self._parts[place].order_by()
            self._numbers.append(part[:left].count() if left else 0)
        return self._numbers[place]
