"""Places in a document, named as its problems name them: ``commitments.S1.target``.

An entry of a list is named by its own ``key``, or counted from 1 where it has none.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agreements.whole_numbers import whole_number


class NoSuchPlace(KeyError):
    """The document has nothing at this place."""


def path_steps(path: str) -> list[str]:
    """Split a path; a clause key with a dot in it is written with ``~`` for the dot."""
    return [step.replace("~", ".") for step in path.split(".")] if path else []


def value_at(document: Any, path: str) -> Any:
    """Return what stands at a place. Raises NoSuchPlace."""
    here = document
    for step in path_steps(path):
        here = here[_place(here, step)]
    return here


def with_value(document: Any, path: str, value: Any) -> Any:
    """Return a copy with another value at a place.

    A key that is new to a mapping is added, and an entry with a key of its own that is new to a
    list is appended. Raises NoSuchPlace where the way there does not exist.
    """
    steps = path_steps(path)
    return _changed(document, steps, value) if steps else value


def without(document: Any, path: str) -> Any:
    """Return a copy without what stands at a place. Raises NoSuchPlace."""
    return _removed(document, path_steps(path))


def _changed(here: Any, steps: Sequence[str], value: Any) -> Any:
    first, rest = steps[0], steps[1:]
    if isinstance(here, Mapping):
        inner = here.get(first, {}) if rest else None
        return {**here, first: _changed(inner, rest, value) if rest else value}
    if isinstance(here, list):
        place = _find(here, first)
        if place is None and not rest:
            return [*here, value]
        if place is not None:
            new = _changed(here[place], rest, value) if rest else value
            return [*here[:place], new, *here[place + 1 :]]
    raise NoSuchPlace(first)


def _removed(here: Any, steps: Sequence[str]) -> Any:
    place = _place(here, steps[0])
    if isinstance(here, Mapping):
        if len(steps) > 1:
            return {**here, place: _removed(here[place], steps[1:])}
        return {key: value for key, value in here.items() if key != place}
    inner = [_removed(here[place], steps[1:])] if len(steps) > 1 else []
    return [*here[:place], *inner, *here[place + 1 :]]


def _place(here: Any, step: str) -> Any:
    if isinstance(here, Mapping) and step in here:
        return step
    if isinstance(here, list):
        place = _find(here, step)
        if place is not None:
            return place
    raise NoSuchPlace(step)


def _find(entries: Sequence[Any], step: str) -> int | None:
    for place, entry in enumerate(entries):
        if isinstance(entry, Mapping) and entry.get("key") == step:
            return place
    place = (whole_number(step) or 0) - 1
    return place if 0 <= place < len(entries) else None
