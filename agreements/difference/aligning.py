"""Which entry of one list became which of another, where entries have no key of their own."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from agreements.difference.changes import canonical

Pair = tuple[int | None, int | None]

_ALIKE = 0.4
_WORD = re.compile(r"\w+%?|\+")


def aligned(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Pair the places of two lists, in the order of the second; None where there is no partner.

    Equal entries are partners, also where they moved; of the others, those that have most words
    in common and stand in the same order.
    """
    left, right = [canonical(entry) for entry in before], [canonical(entry) for entry in after]
    pairs: list[Pair] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            pairs += _paired(before, after, range(i1, i2), range(j1, j2))
    return _with_moves(pairs, left, right)


def likeness(one: Any, other: Any) -> float:
    """How much of their words two values share, from 0 to 1."""
    left, right = Counter(_words(one)), Counter(_words(other))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
    else:
        yield from _WORD.findall(str(value).casefold())


def _paired(
    before: Sequence[Any], after: Sequence[Any], left: range, right: range
) -> Iterator[Pair]:
    """Pair two stretches in order so that the partners are as much alike as possible."""
    alike = [[likeness(before[i], after[j]) for j in right] for i in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            together = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(left) or j < len(right):
        if i < len(left) and j < len(right) and best[i][j] > max(best[i + 1][j], best[i][j + 1]):
            yield left[i], right[j]
            i, j = i + 1, j + 1
        elif i < len(left) and (j == len(right) or best[i][j] == best[i + 1][j]):
            yield left[i], None
            i += 1
        else:
            yield None, right[j]
            j += 1


def _with_moves(pairs: list[Pair], left: Sequence[str], right: Sequence[str]) -> list[Pair]:
    """Make partners of equal entries that lost each other by moving."""
    gone = [i for i, j in pairs if i is not None and j is None]
    moved: dict[int, int] = {}
    for i, j in pairs:
        if i is None and j is not None:
            origin = next((place for place in gone if left[place] == right[j]), None)
            if origin is not None:
                gone.remove(origin)
                moved[j] = origin
    taken = set(moved.values())
    return [
        (moved[j], j) if j in moved else (i, j) for i, j in pairs if not (j is None and i in taken)
    ]
