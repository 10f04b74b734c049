"""Where two people changed the same thing: both values, for one to choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.actions.drafts import Conflict
from agreements.difference import clause_at
from agreements.difference_words import plain_words
from agreements.difference_words.fields import field_at
from agreements.editing import value_at
from agreements.editing.places import NoSuchPlace, path_steps
from agreements.history_words import place_name


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One place that both changed, and what each wants there; empty where it is taken out."""

    path: str
    name: str
    mine: str
    theirs: str


def conflict_rows(conflict: Conflict, current: Mapping[str, Any]) -> list[ConflictRow]:
    """Return the places of a conflict that are to be chosen, with both texts."""
    mine = conflict.change.part
    return [
        ConflictRow(path, _name(current, path), _text(mine, path), _text(current, path))
        for path in conflict.paths
    ]


def _name(current: Mapping[str, Any], path: str) -> str:
    """Name a place by its clause, and by what of it was changed."""
    clause = place_name(current, path)
    if clause_at(path) == path:
        return clause
    return f"{clause}: {field_at(tuple(path_steps(path))).label}"


def _text(part: Mapping[str, Any], path: str) -> str:
    try:
        return plain_words(value_at(part, path))
    except NoSuchPlace:
        return ""
