"""Documents as people leave them: starters with random edits, some of them nonsense."""

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from agreements.starters import load_starter as _load_starter

_STARTERS = ("inbound-en", "inbound-pt")
load_starter = cache(_load_starter)

scalars = st.one_of(
    st.integers(-5, 200),
    st.booleans(),
    st.none(),
    st.sampled_from(
        ["90%", "0.90", "30min", "4h", "2bd", "mql", "vip", "funnel", "", "señal", "{x}"]
    ),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(st.sampled_from(["key", "name", "a"]), scalars, max_size=2),
)

# Lists whose entries have no keys; that nonsense gives one to an entry makes it no other entry.
_UNKEYED = {".assumptions", ".escalation", ".handoff.rules", ".handoff.scoring", ".roles"}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Go through the values of a document that hold no others: the place, and what is written.

    An entry of a list is named by its own key, or not at all, so that its place does not matter.
    """
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        inner = list(value.items())
    elif isinstance(value, list):
        keys = [item.get("key") if isinstance(item, Mapping) else None for item in value]
        is_keyed = path not in _UNKEYED
        names = [
            key if is_keyed and isinstance(key, str) and keys.count(key) == 1 else "*"
            for key in keys
        ]
        inner = list(zip(names, value, strict=True))
    for key, item in inner:
        yield from leaves(item, f"{path}.{key}")
    if not inner:
        yield path, json.dumps(value)


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


@st.composite
def edited(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a document with up to five edits anywhere in it."""
    result = copy.deepcopy(document)
    for _ in range(draw(st.integers(0, 5))):
        _edit(draw, draw(st.sampled_from([*_containers(result)])))
    return result


def _edit(draw: st.DrawFn, place: Any) -> None:
    if not place:
        return
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    key = draw(st.sampled_from(keys))
    match draw(st.sampled_from(["set", "set", "remove", "add", "move"])):
        case "set":
            place[key] = draw(values)
        case "remove":
            del place[key]
        case "add" if isinstance(place, list):
            place.insert(key, draw(values))
        case "add":
            place[draw(st.sampled_from(["new", "note", "key"]))] = draw(values)
        case _ if isinstance(place, list):
            place.append(place.pop(key))


@st.composite
def pairs_of_documents(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two documents of which either may have become the other."""
    base = draw(edited(load_starter(draw(st.sampled_from(_STARTERS)))))
    changed = draw(edited(base))
    return (base, changed) if draw(st.booleans()) else (changed, base)
