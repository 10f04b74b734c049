"""What of a document can be read although something in it is wrong. Pure."""

from collections.abc import Mapping
from typing import Any

from agreements.editing.places import NoSuchPlace, without
from agreements.editing.sections import problems_of

_MOST = 60


def readable(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a copy without what is wrong, for a text to be read meanwhile; None if none is left.

    What is wrong is taken out place by place, with what it lies in where it cannot go alone.
    """
    found: Mapping[str, Any] = document
    for _ in range(_MOST):
        problems = problems_of(found)
        if not problems:
            return dict(found)
        smaller = _without(found, problems[0].path)
        if smaller is None:
            return None
        found = smaller
    return None


def _without(document: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """Take out the innermost part of a path that is there; None where nothing of it is."""
    steps = path.split(".") if path else []
    while steps:
        try:
            smaller: dict[str, Any] = without(document, ".".join(steps))
        except NoSuchPlace:
            steps.pop()
            continue
        return smaller
    return None
