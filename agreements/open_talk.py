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
        """How much is open about a row of the editor, whose path ends as its clause's does.

        The path has the row's key as it is, and of stages not the funnel they are in.
        """
        steps = path.split(".")
        counts = self.by_clause.items()
        ends = (n for clause, n in counts if path_steps(clause)[-len(steps) :] == steps)
        return next(ends, 0)


def open_talk(version: AgreementVersion) -> Counts:
    """Count what is open about a version; two queries."""
    comments = list(version.comments.open().only("path", "entries"))
    suggestions = list(version.suggestions.open().only("path", "entries"))
    places = [each.place_in(version.terms) for each in (*comments, *suggestions)]
    clauses = Counter(clause_of(version.terms, place) for place in places)
    sections: Counter[str] = Counter()
    for clause, number in clauses.items():
        sections[section_of_path(clause).name] += number
    return Counts(len(comments), len(suggestions), clauses, sections)
