"""Where one document differs from another, as places that can each be changed alone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agreements.difference import WHOLE, aligned, is_same

Changed = tuple[str, Any]
"""A place, and what stands there in the later document: None where nothing does."""


def changed_places(before: Any, after: Any, path: str = "") -> Iterator[Changed]:
    """Tell every place where something else stands, as deep as it can be told.

    What says one thing together, such as a rule, is one place. So is a list whose entries came,
    went or moved, unless each of them can be added at its end or taken out by its own key.
    """
    if is_same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_whole(path):
        for key in dict.fromkeys((*before, *after)):
            here = f"{path}.{_step(key)}" if path else _step(key)
            if key not in after:
                yield here, None
            elif key not in before:
                yield here, after[key]
            else:
                yield from changed_places(before[key], after[key], here)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(before, after, path)
    else:
        yield path, after


def _is_whole(path: str) -> bool:
    return path.rpartition(".")[2] in WHOLE


def _step(key: str) -> str:
    return key.replace(".", "~")


def _in_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Changed]:
    left, right = _keyed(before), _keyed(after)
    if left is None or right is None:
        yield from _by_number(before, after, path)
        return
    kept = [key for key in left if key in right]
    if list(right)[: len(kept)] != kept:
        yield path, after
        return
    for key in left:
        here = f"{path}.{_step(key)}"
        if key in right:
            yield from changed_places(left[key], right[key], here)
        else:
            yield here, None
    for key in list(right)[len(kept) :]:
        yield f"{path}.{_step(key)}", right[key]


def _by_number(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Changed]:
    """Tell entry by entry what differs where all are mappings and none came, went or moved."""
    are_mappings = all(isinstance(each, Mapping) for each in (*before, *after))
    if not are_mappings or any(i != j for i, j in aligned(before, after)):
        yield path, after
        return
    for number, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        yield from changed_places(one, other, f"{path}.{number}")


def _keyed(entries: Sequence[Any]) -> dict[str, Any] | None:
    """Return entries by their keys; None where some have none, or two the same."""
    keys = [each.get("key") if isinstance(each, Mapping) else None for each in entries]
    named = {key: each for key, each in zip(keys, entries, strict=True) if isinstance(key, str)}
    return named if len(named) == len(entries) else None
