"""Hold what was computed of many clocks against what is stored, by arrays. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leads.plain.clocks import Integers

# More clauses than terms can have.
_CLAUSES = 10_000


def keys_of(handoff_ids: Integers, clauses: Integers | int) -> Integers:
    """Return one number for each handoff and clause."""
    return handoff_ids * _CLAUSES + clauses


def handoffs_of(keys: Integers) -> Integers:
    """Return the handoffs of such numbers."""
    return keys // _CLAUSES


class Compared(NamedTuple):
    """Places in the computed rows that are ``missing`` in the stored ones, and handoffs ``apart``.

    Apart is a handoff with a stored row that differs, or that should not be.
    """

    missing: NDArray[np.intp]
    apart: Integers


def compare(
    computed_keys: Integers,
    computed: Mapping[str, NDArray[Any]],
    stored_keys: Integers,
    stored: Mapping[str, NDArray[Any]],
) -> Compared:
    """Compare rows by key, column by column; keys are unique among the computed ones.

    Both have the same columns. A stored row without a computed one of its key, and a second one
    of the same key, set its handoff apart.
    """
    order = np.argsort(computed_keys, kind="stable")
    sorted_keys = computed_keys[order]
    place = np.searchsorted(sorted_keys, stored_keys)
    place[place == sorted_keys.size] = 0
    is_known = (
        sorted_keys[place] == stored_keys if sorted_keys.size else np.zeros(place.size, dtype=bool)
    )
    counterpart = order[place[is_known]]
    is_same = np.ones(counterpart.size, dtype=bool)
    for name, cells in stored.items():
        is_same &= cells[is_known] == computed[name][counterpart]
    is_apart = ~is_known
    is_apart[is_known] = ~is_same
    met = np.bincount(counterpart, minlength=computed_keys.size)
    twice = handoffs_of(computed_keys[met > 1])
    return Compared(
        missing=np.flatnonzero(met == 0),
        apart=np.union1d(handoffs_of(stored_keys[is_apart]), twice),
    )
