"""What differs between two terms documents: clause by clause, value by value. Pure.

Documents are compared as they are stored, so that a draft that is not valid yet is compared too,
and so that equal documents are those with the same hash.
"""

from agreements.difference.aligning import aligned, likeness
from agreements.difference.changes import ABSENT, WHOLE, Change, is_same
from agreements.difference.clauses import (
    LISTS,
    OTHER,
    ClauseDifference,
    Difference,
    clause_at,
    difference,
    in_order,
    list_of,
    sections_at,
)
from agreements.difference.runs import Run, clipped, word_runs

__all__ = [
    "ABSENT",
    "LISTS",
    "OTHER",
    "WHOLE",
    "Change",
    "ClauseDifference",
    "Difference",
    "Run",
    "aligned",
    "clause_at",
    "clipped",
    "difference",
    "in_order",
    "is_same",
    "likeness",
    "list_of",
    "sections_at",
    "word_runs",
]
