"""The clauses of a document that people talk about: each section, and each entry of its lists.

An entry is named by its own key. One without a key is counted, so its place is another as soon
as entries before it come or go: `place_now` finds it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agreements.difference import LISTS, aligned
from agreements.editing.places import NoSuchPlace, value_at, with_value
from agreements.editing.sections import EditedSection, section_named, section_of_path
from agreements.whole_numbers import whole_number


def clauses_in(document: Mapping[str, Any], section: EditedSection) -> list[str]:
    """Return the paths of the clauses of a section, such as ``commitments.S1``, in order."""
    return [
        f"{place}.{name}"
        for place in LISTS
        if section_of_path(place) is section
        for name in _names(_entries(document, place) or ())
    ]


def has_clause(document: Mapping[str, Any], path: str) -> bool:
    """Whether a document has a clause; a section is always there, even while it is empty."""
    if section_named(path) is not None:
        return True
    try:
        value_at(document, path)
    except NoSuchPlace:
        return False
    return True


def clause_of(document: Mapping[str, Any], path: str) -> str:
    """Return the clause in which a place lies; its section where no entry of a list holds it.

    What is not in the document any more is a clause of its own.
    """
    if not has_clause(document, path):
        return path
    steps = path.split(".")
    clauses = set(clauses_in(document, section_of_path(path)))
    prefixes = (".".join(steps[:end]) for end in range(len(steps), 0, -1))
    return next((each for each in prefixes if each in clauses), section_of_path(path).name)


def entries_around(document: Mapping[str, Any], path: str) -> list[Any] | None:
    """Return the list in which an entry is counted that holds a place; None where none is."""
    found = _counted(path)
    entries = _entries(document, found[0]) if found else None
    if found is None or entries is None or found[1] not in list(_names(entries)):
        return None
    return entries


def place_now(document: Mapping[str, Any], path: str, entries: Sequence[Any] | None) -> str:
    """Return where a place is by now whose entry was counted among these entries.

    The entry is followed where it moved and where it was reworded. One that is gone is counted
    0, which no document has. Without entries the path says it.
    """
    found = _counted(path)
    if entries is None or found is None:
        return path
    place, name, rest = found
    partners = dict(aligned(entries, _entries(document, place) or ()))
    now = partners.get(int(name) - 1)
    return f"{place}.{0 if now is None else now + 1}{rest}"


def document_then(
    document: Mapping[str, Any], path: str, entries: Sequence[Any] | None
) -> Mapping[str, Any]:
    """Return a document with the list as it was in which the entry at a place was counted."""
    found = _counted(path)
    if entries is None or found is None:
        return document
    then: Mapping[str, Any] = with_value(document, found[0], list(entries))
    return then


def _counted(path: str) -> tuple[str, str, str] | None:
    """Split a path at a counted entry: its list, its number, and what follows."""
    for place in LISTS:
        if path.startswith(f"{place}."):
            name, dot, rest = path.removeprefix(f"{place}.").partition(".")
            return (place, name, dot + rest) if whole_number(name) else None
    return None


def _entries(document: Mapping[str, Any], place: str) -> list[Any] | None:
    try:
        found = value_at(document, place)
    except NoSuchPlace:
        return None
    return found if isinstance(found, list) else None


def _names(entries: Sequence[Any]) -> Iterator[str]:
    for number, entry in enumerate(entries, start=1):
        key = entry.get("key") if isinstance(entry, Mapping) else None
        yield key.replace(".", "~") if isinstance(key, str) and key else str(number)
