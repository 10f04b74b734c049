"""Merge two changes of the same document: what only one of them changed is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.difference import WHOLE

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged value, and the places where both sides changed the same thing differently.

    At such a place the merged value is ``mine``.
    """

    value: Any
    conflicts: tuple[str, ...]


def merge(base: Any, mine: Any, theirs: Any) -> Merged:
    """Merge what became of ``base`` on two sides.

    Mappings are merged key by key, and lists whose entries all have a ``key`` of their own entry
    by entry; any other value is one thing, and so are a rule and the hours of a week. The order
    of entries is mine, with what theirs added after the entry it follows there.
    """
    conflicts: list[str] = []
    value = _merged(base, mine, theirs, "", conflicts)
    return Merged(None if value is _ABSENT else value, tuple(conflicts))


def _merged(base: Any, mine: Any, theirs: Any, path: str, conflicts: list[str]) -> Any:
    if theirs in (mine, base):
        return mine
    if mine == base:
        return theirs
    sides = (base, mine, theirs)
    is_whole = path.rpartition(".")[2] in WHOLE
    if all(isinstance(each, Mapping) for each in sides) and not is_whole:
        return _merged_mappings(base, mine, theirs, path, conflicts)
    if all(_is_keyed(each) for each in sides):
        keyed = [{entry["key"]: entry for entry in each} for each in sides]
        merged = _merged_mappings(keyed[0], keyed[1], keyed[2], path, conflicts)
        return [merged[key] for key in _order(keyed[1], keyed[2], merged)]
    conflicts.append(path)
    return mine


def _merged_mappings(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    path: str,
    conflicts: list[str],
) -> dict[str, Any]:
    merged = {}
    for key in dict.fromkeys((*mine, *theirs)):
        # A dot within a key is written as in every path of a document.
        step = key.replace(".", "~")
        here = f"{path}.{step}" if path else step
        value = _merged(
            base.get(key, _ABSENT),
            mine.get(key, _ABSENT),
            theirs.get(key, _ABSENT),
            here,
            conflicts,
        )
        if value is not _ABSENT:
            merged[key] = value
    return merged


def _is_keyed(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    keys = [entry.get("key") if isinstance(entry, Mapping) else None for entry in value]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)


def _order(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], kept: Mapping[str, Any]
) -> list[str]:
    order = [key for key in mine if key in kept]
    before: str | None = None
    for key in theirs:
        if key in kept and key not in mine:
            place = order.index(before) + 1 if before in order else 0
            order.insert(place, key)
        if key in kept:
            before = key
    return order
