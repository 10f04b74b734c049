"""The text on the table beside the one in force, as far as it can be tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agreements.editing import (
    SECTIONS,
    part_of,
    problems_of,
    section_of_path,
    value_at,
    with_part,
    with_value,
    without,
)
from agreements.editing.places import NoSuchPlace, path_steps
from agreements.models import Agreement, AgreementVersion, CalendarRevision
from agreements.rulebook import Rulebook
from agreements.terms import Problem, Terms, TermsError, parse_terms

# Replacing one part may bring another's problem to light; there are no more parts than these.
_ROUNDS = len(SECTIONS) + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryable:
    """What of a text can be tried: ``terms`` is None where too much is wrong.

    ``problems`` are those of the text as it stands. In their place came, from the version in
    force, the ``borrowed`` sections and clauses; ``left_out`` are clauses that it has not.
    """

    terms: Terms | None
    problems: Sequence[Problem] = ()
    borrowed_sections: Sequence[str] = ()
    borrowed_clauses: Sequence[str] = ()
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheTable:
    """The open version of an agreement and the one in force, each None where there is none."""

    version: AgreementVersion | None
    in_force: AgreementVersion | None


def on_the_table(agreement: Agreement, now: datetime) -> OnTheTable:
    """Return the open version and the one in force; two queries."""
    return OnTheTable(
        version=agreement.versions.open().first(), in_force=agreement.versions.in_force(now).first()
    )


def tryable(document: Mapping[str, Any], in_force: Mapping[str, Any] | None) -> Tryable:
    """Make the most of a text: what has problems is taken as the version in force has it. Pure."""
    problems = found = problems_of(document)
    mending = _Mending(dict(document), in_force)
    for _round in range(_ROUNDS):
        if not found:
            break
        if not mending.mend(found):
            return Tryable(terms=None, problems=problems)
        found = problems_of(mending.document)
    if found:
        return Tryable(terms=None, problems=problems)
    return Tryable(
        terms=parse_terms(mending.document),
        problems=problems,
        borrowed_sections=tuple(mending.sections),
        borrowed_clauses=tuple(mending.clauses),
        left_out=tuple(mending.left_out),
    )


class _Mending:
    """A text while its parts with problems are replaced."""

    def __init__(self, document: dict[str, Any], in_force: Mapping[str, Any] | None) -> None:
        self.document, self._in_force = document, in_force
        self.sections: list[str] = []
        self.clauses: list[str] = []
        self.left_out: list[str] = []

    def mend(self, problems: Sequence[Problem]) -> bool:
        """Replace every part that has a problem; False where one cannot be replaced again."""
        parts = dict.fromkeys(_part_of_path(each.path) for each in problems)
        return all(
            self._mend_clause(name) if kind == "clause" else self._mend_section(name)
            for kind, name in parts
        )

    def _mend_clause(self, key: str) -> bool:
        path = f"commitments.{key}"
        try:
            if self._in_force is not None and key not in self.clauses:
                self.document = with_value(self.document, path, value_at(self._in_force, path))
                self.clauses.append(key)
                return True
        except NoSuchPlace:
            # Nothing to borrow, so it is left out.
            pass
        try:
            self.document = without(self.document, path)
        except (NoSuchPlace, IndexError):
            return self._mend_section("commitments")
        self.clauses = [each for each in self.clauses if each != key]
        self.left_out.append(key)
        return True

    def _mend_section(self, name: str) -> bool:
        if self._in_force is None or name in self.sections:
            return False
        section = next(each for each in SECTIONS if each.name == name)
        self.document = with_part(self.document, section, part_of(self._in_force, section))
        self.sections.append(name)
        return True


def _part_of_path(path: str) -> tuple[str, str]:
    steps = path_steps(path)
    if len(steps) > 1 and steps[0] == "commitments":
        return "clause", steps[1]
    return "section", section_of_path(path).name


def rulebook_of_terms(terms: Terms) -> Rulebook:
    """Compile the rules of a text that nobody signed, with the calendars' current closures."""
    keys = terms.calendar_keys
    revisions = CalendarRevision.objects.latest_of(keys) if keys else {}
    return Rulebook(terms, {key: each.hours_by_date() for key, each in revisions.items()})


def criteria_of(agreement: Agreement, document: Mapping[str, Any]) -> Terms | Sequence[Problem]:
    """Return terms with no more than the handoff section of a text, else what is wrong with it."""
    handoff = {"handoff": document["handoff"]} if "handoff" in document else {}
    try:
        return parse_terms({"schema": 1, "time_zone": agreement.time_zone} | handoff)
    except TermsError as error:
        return tuple(error.problems)
