"""The clauses of a document that people talk about: each section, and each entry with a key."""

from collections.abc import Iterator, Mapping
from typing import Any

from agreements.editing.places import NoSuchPlace, value_at
from agreements.editing.sections import EditedSection, part_of, section_named, section_of_path


def clauses_in(document: Mapping[str, Any], section: EditedSection) -> list[str]:
    """Return the paths of the clauses of a section, such as ``commitments.S1``, in order."""
    return list(_keyed(part_of(document, section), ()))


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
    """Return the clause in which a place lies; its section where no entry with a key holds it.

    What is not in the document any more is a clause of its own.
    """
    if not has_clause(document, path):
        return path
    steps = path.split(".")
    clauses = set(clauses_in(document, section_of_path(path)))
    prefixes = (".".join(steps[:end]) for end in range(len(steps), 0, -1))
    return next((each for each in prefixes if each in clauses), section_of_path(path).name)


def _keyed(value: Any, steps: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _keyed(inner, (*steps, str(key)))
    elif isinstance(value, list):
        for entry in value:
            key = entry.get("key") if isinstance(entry, Mapping) else None
            if isinstance(key, str) and key:
                yield ".".join((*steps, key.replace(".", "~")))
