"""Who changed which clause of a text last, and how many comments it has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.difference import ClauseDifference, clause_at, difference, list_of
from agreements.editing import section_of_path
from agreements.models import AgreementVersion, Comment, SectionEdit

# Autosave leaves many edits; from here on back nobody is named.
_MOST_EDITS = 400


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who changed a clause, and when."""

    name: str
    at: datetime


def versions_between(
    before: AgreementVersion, after: AgreementVersion, versions: Iterable[AgreementVersion]
) -> list[AgreementVersion]:
    """Return the versions in which one of two became the other: the later, and those it copies."""
    by_key = {version.pk: version for version in versions}
    first, last = sorted((before, after), key=lambda version: version.number)
    chain: list[AgreementVersion] = []
    here: AgreementVersion | None = last
    while here is not None and here.number > first.number:
        chain.append(here)
        here = by_key.get(here.copied_from_id or 0)
    return chain


def authors_of(
    clauses: Sequence[ClauseDifference], versions: Sequence[AgreementVersion]
) -> dict[str, Author]:
    """Return who changed each clause last in these versions, by ``list_of`` its steps.

    A clause that nobody changed here, such as one of a text that was imported, has no author.
    """
    wanted = {list_of(clause.steps) for clause in clauses}
    sections = {section_of_path(path).name for path in wanted}
    edits = SectionEdit.objects.filter(version__in=versions, section__in=sections)
    found: dict[str, Author] = {}
    for edit in edits.select_related("edited_by").order_by("-pk")[:_MOST_EDITS].iterator(50):
        for clause in difference(edit.before, edit.after).clauses:
            path = list_of(clause.steps)
            if path in wanted:
                found.setdefault(path, Author(edit.edited_by.name, edit.edited_at))
        if found.keys() == wanted:
            break
    return found


def comments_on(
    clauses: Sequence[ClauseDifference], versions: Sequence[AgreementVersion]
) -> Mapping[str, int]:
    """Return how many comments there are on each clause, by its path."""
    wanted = {clause.path for clause in clauses}
    comments = Comment.objects.filter(version__in=versions).only("path", "entries")
    counts = Counter(clause_at(each.place_in(versions[0].terms)) for each in comments)
    return {path: number for path, number in counts.items() if path in wanted}
