"""Edit a terms document as it is stored: its sections, the places in it, and merging. Pure.

A draft may say what no valid terms may; whatever was typed is kept, and the problems beside it.
"""

from agreements.editing.changed_places import changed_places
from agreements.editing.clauses import (
    clause_of,
    clauses_in,
    document_then,
    entries_around,
    has_clause,
    place_now,
)
from agreements.editing.merging import Merged, merge
from agreements.editing.places import path_steps, value_at, with_value, without
from agreements.editing.sections import (
    SECTIONS,
    EditedSection,
    part_hash,
    part_of,
    problems_of,
    section_named,
    section_of_path,
    with_part,
)

__all__ = [
    "SECTIONS",
    "EditedSection",
    "Merged",
    "changed_places",
    "clause_of",
    "clauses_in",
    "document_then",
    "entries_around",
    "has_clause",
    "merge",
    "part_hash",
    "part_of",
    "path_steps",
    "place_now",
    "problems_of",
    "section_named",
    "section_of_path",
    "value_at",
    "with_part",
    "with_value",
    "without",
]
