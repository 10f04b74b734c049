"""Values in a section's part, which may be of any shape. Pure."""

from collections.abc import Mapping
from typing import Any

from agreements.editing import value_at
from agreements.editing.places import NoSuchPlace
from agreements.whole_numbers import whole_number


def value_in(part: Mapping[str, Any], name: str) -> Any:
    """Return what stands at a place of a part, None if nothing does."""
    try:
        return value_at(part, name)
    except NoSuchPlace:
        return None


def list_in(part: Mapping[str, Any], name: str) -> list[Any]:
    """Return the list at a place of a part; an empty one if there is none."""
    found = value_in(part, name)
    return found if isinstance(found, list) else []


def with_value_in(part: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Put a value into a part; None takes it out, and what is empty then with it.

    An entry of a list on the way is counted from 1; one that is not there stays away.
    """
    first, _, rest = name.partition(".")
    if rest:
        inner = part.get(first)
        if isinstance(inner, list):
            value = _with_entry(inner, rest, value)
        else:
            value = with_value_in(inner if isinstance(inner, Mapping) else {}, rest, value) or None
    if value is None:
        return {key: kept for key, kept in part.items() if key != first}
    return {**part, first: value}


def _with_entry(entries: list[Any], name: str, value: Any) -> list[Any]:
    first, _, rest = name.partition(".")
    place = (whole_number(first) or 0) - 1
    if not (0 <= place < len(entries) and isinstance(entries[place], Mapping)):
        return entries
    return [*entries[:place], with_value_in(entries[place], rest, value), *entries[place + 1 :]]
