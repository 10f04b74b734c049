"""Finding the places of many numbers among sorted values, by a table where there can be one."""

from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]

_LARGEST_TABLE = 1_000_000
# A look-up costs a tenth of a binary search and so does making a slot: once as many numbers were
# asked for as this allows, the table is repaid.
_SLOTS_PER_NUMBER = 8


class Places:
    """Where numbers lie among sorted values without repeats.

    Opening hours lie on a grid: full, half or quarter hours. All numbers between two neighbours on
    the grid have the same place, so it is computed once for each of them and then looked up.
    """

    def __init__(self, values: Integers) -> None:
        self._values = values
        self._asked = 0

    def at_most(self, numbers: Integers) -> NDArray[np.intp]:
        """How many of the values are at most each number."""
        self._asked += numbers.size
        if self._slots > min(self._asked * _SLOTS_PER_NUMBER, _LARGEST_TABLE):
            return np.searchsorted(self._values, numbers, side="right")
        slots = numbers - (int(self._values[0]) - self._step)
        slots //= self._step
        return self._table.take(slots, mode="clip")

    @cached_property
    def _step(self) -> int:
        return int(np.gcd.reduce(np.diff(self._values))) or 1

    @cached_property
    def _slots(self) -> int:
        if self._values.size == 0:
            return _LARGEST_TABLE + 1
        return int(self._values[-1] - self._values[0]) // self._step + 2

    @cached_property
    def _table(self) -> NDArray[np.intp]:
        """Slot 0 lies before the first value; each further one begins at a point of the grid."""
        first = int(self._values[0])
        points = first + np.arange(-1, self._slots - 1, dtype=np.int64) * self._step
        return np.searchsorted(self._values, points, side="right")
