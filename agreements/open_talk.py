"""How much is open about a text: comments nobody resolved, suggestions nobody decided on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from agreements.editing import clause_of, path_steps, section_of_path
from agreements.models import AgreementVersion


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is open: conversations and suggestions, by clause and by section."""

    comments: int
    suggestions: int
    by_clause: Mapping[str, int]
    by_section: Mapping[str, int]

    @property
    def total(self) -> int:
        """Everything that is open."""
        return self.comments + self.suggestions

    def of_row(self, path: str) -> int:
        """How much is open about a row of the editor, whose path has its key as it is."""
        steps = path.split(".")
        return next(
            (number for clause, number in self.by_clause.items() if path_steps(clause) == steps), 0
        )


def open_talk(version: AgreementVersion) -> Counts:
    """Count what is open about a version; two queries."""
    comments = list(version.comments.open().values_list("path", flat=True))
    suggestions = list(version.suggestions.open().values_list("path", flat=True))
    clauses = Counter(clause_of(version.terms, path) for path in (*comments, *suggestions))
    sections: Counter[str] = Counter()
    for clause, number in clauses.items():
        sections[section_of_path(clause).name] += number
    return Counts(len(comments), len(suggestions), clauses, sections)
