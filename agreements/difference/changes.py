"""The single values that differ between two parts of documents."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


class _Absent:
    """Stands for a value that a document does not have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""What a value is on the side that does not have it; None is a value of its own."""

WHOLE = frozenset({"hours", "when", "where", "rule", "bypass"})
"""The last steps to parts that say one thing together, although they are written as mappings."""


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs: the steps to it inside its clause, and what it is on either side."""

    steps: tuple[str, ...]
    before: Any
    after: Any


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are written alike; unlike Python's ``==`` it tells 1 from true."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return canonical(one) == canonical(other)


def canonical(value: Any) -> str:
    """Write a value in one form, whatever the order of keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def changes_between(before: Any, after: Any, steps: tuple[str, ...] = ()) -> Iterator[Change]:
    """Tell every value that differs, mappings key by key; a list is one value."""
    if is_same(before, after):
        return
    sides = [side for side in (before, after) if side is not ABSENT]
    is_open = all(isinstance(side, Mapping) and side for side in sides)
    if len(sides) == 2 and all(isinstance(side, Mapping) for side in sides):
        is_open = True
    if not is_open or (steps and steps[-1] in WHOLE):
        yield Change(steps, before, after)
        return
    left, right = (side if isinstance(side, Mapping) else {} for side in (before, after))
    for key in dict.fromkeys((*right, *left)):
        inner = (*steps, str(key))
        yield from changes_between(left.get(key, ABSENT), right.get(key, ABSENT), inner)
