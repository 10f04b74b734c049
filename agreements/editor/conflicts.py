"""Where two people changed the same thing: both values, for one to choose."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.actions.drafts import Conflict
from agreements.editing import value_at
from agreements.editing.places import NoSuchPlace


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One place that both changed, and what each wants there; empty where it is taken out."""

    path: str
    mine: str
    theirs: str


def conflict_rows(conflict: Conflict, current: Mapping[str, Any]) -> list[ConflictRow]:
    """Return the places of a conflict with both texts."""
    return [
        ConflictRow(path, _text(conflict.mine, path), _text(current, path))
        for path in conflict.merged.conflicts
    ]


def _text(part: Mapping[str, Any], path: str) -> str:
    try:
        value = value_at(part, path)
    except NoSuchPlace:
        return ""
    if isinstance(value, str | int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, indent=2)
