"""The sections in which a document is edited: which parts of it belong to each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.terms import (
    Problem,
    TermsError,
    canonical_json,
    parse_terms,
    terms_hash,
    unsigned_problems,
)


@dataclass(frozen=True, slots=True)
class EditedSection:
    """A section of the editor and the keys of the document that it edits."""

    name: str
    keys: tuple[str, ...]


SECTIONS = (
    EditedSection(
        "parties",
        ("kind", "time_zone", "currency", "exchange_rates", "calendar", "hours", "calendars"),
    ),
    EditedSection("objectives", ("objectives", "assumptions")),
    EditedSection("funnel", ("funnel", "capacity")),
    EditedSection("tiers", ("scope", "tiers")),
    EditedSection("handoff", ("handoff", "qualification")),
    EditedSection("commitments", ("commitments",)),
    EditedSection("reasons", ("reasons", "pause", "contest", "recycle", "late_logging", "close")),
    EditedSection("roles", ("roles",)),
    EditedSection("channels", ("channels", "escalation", "notices")),
    EditedSection("review", ("review",)),
)
_BY_KEY = {key: section for section in SECTIONS for key in section.keys}


def section_named(name: str) -> EditedSection | None:
    """Return a section by its name, None if there is none."""
    return next((section for section in SECTIONS if section.name == name), None)


def section_of_path(path: str) -> EditedSection:
    """Return the section that edits a place; the first for what is about the whole document."""
    return _BY_KEY.get(path.split(".", 1)[0], SECTIONS[0])


def part_of(document: Mapping[str, Any], section: EditedSection) -> dict[str, Any]:
    """Return the part of a document that a section edits; a key that is not there is left out."""
    return {key: document[key] for key in section.keys if key in document}


def with_part(
    document: Mapping[str, Any], section: EditedSection, part: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a copy of the document with another part. Raises KeyError for a foreign key."""
    foreign = part.keys() - set(section.keys)
    if foreign:
        raise KeyError(", ".join(sorted(foreign)))
    kept = {key: value for key, value in document.items() if key not in section.keys}
    return kept | dict(part)


def part_hash(part: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a part, as of a document. Raises TermsError for what cannot be kept."""
    return terms_hash(part)


def problems_of(document: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return everything that is wrong with a document that is yet to be signed."""
    try:
        canonical_json(document)
        terms = parse_terms(document)
    except TermsError as error:
        return tuple(error.problems)
    return tuple(unsigned_problems(terms))
