"""The text on the table: the draft, its sections and their problems, as the editor shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from agreements.editing import part_hash, part_of, problems_of, section_of_path, with_part
from agreements.editor.beside import Beside
from agreements.editor.fields import Shown, ShownRows
from agreements.editor.forms import SectionForm
from agreements.editor.registry import FORMS
from agreements.models import Agreement, AgreementVersion
from agreements.open_talk import Counts, open_talk
from agreements.terms import Problem
from agreements.version_deeds import sent_back_by
from agreements.wording import problem_sentence


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A section in the list of sections: how it stands, its problems, and what is open about it."""

    form: SectionForm
    problems: int
    entries: int
    is_current: bool
    talk: int

    @property
    def status(self) -> str:
        """Problem, empty or complete."""
        if self.problems:
            return "problem"
        return "complete" if self.entries else "empty"


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem in the list of all: which section it is in, and what it says."""

    form: SectionForm | None
    sentence: str


class Table:
    """A draft as one section of it is edited; ``part`` is the section's, perhaps as just typed."""

    def __init__(
        self,
        version: AgreementVersion,
        form: SectionForm,
        now: datetime,
        part: dict[str, Any] | None = None,
        extra: Sequence[Problem] = (),
        beside: Beside | None = None,
    ) -> None:
        self.version, self.form, self.now, self.beside = version, form, now, beside or Beside()
        stored = part_of(version.terms, form.section)
        self.seen = part_hash(stored)
        self.part = stored if part is None else part
        self.document = with_part(version.terms, form.section, self.part)
        found = extra or problems_of(self.document)
        self.problems = (*found, *version.period_problems())

    @cached_property
    def talk(self) -> Counts:
        """How much is open about the draft: comments and suggestions."""
        return open_talk(self.version)

    @property
    def agreement(self) -> Agreement:
        """The agreement whose draft it is."""
        return self.version.agreement

    def nav(self) -> list[NavEntry]:
        """Return every section and how it stands."""
        counts: dict[str, int] = {}
        for each in self.all_problems():
            name = each.form.name if each.form else ""
            counts[name] = counts.get(name, 0) + 1
        return [
            NavEntry(
                form,
                counts.get(form.name, 0),
                _entries(part_of(self.document, form.section)),
                form.name == self.form.name,
                self.talk.by_section.get(form.name, 0),
            )
            for form in FORMS
        ]

    def all_problems(self) -> list[ShownProblem]:
        """Return every problem with the section it is in."""
        by_name = {form.name: form for form in FORMS}
        beside = (text for errors in self.beside.errors.values() for text in errors)
        return [
            *(
                ShownProblem(by_name.get(section_of_path(each.path).name), problem_sentence(each))
                for each in self.problems
            ),
            *(ShownProblem(self.form, text) for text in beside),
        ]

    def context(self) -> dict[str, Any]:
        """Return what the templates of the editor need."""
        more = self.form.shown_beside(self.version, self.beside)
        fields = list(self.form.shown(self.document, self.problems))
        for row in (row for each in fields if isinstance(each, ShownRows) for row in each.entries):
            row.talk = self.talk.of_row(row.path)
        return {
            "agreement": self.agreement,
            "version": self.version,
            "form": self.form,
            "fields": [*fields, *more.get("beside", {}).values()],
            "groups": _groups(fields),
            "seen": self.seen,
            "nav": self.nav(),
            "problems": self.all_problems(),
            "talk": self.talk,
            "sent_back": sent_back_by(self.version),
            **self.form.context_of(
                self.version, self.document, self.problems, shown=fields, now=self.now
            ),
            **more,
        }


def _groups(fields: Sequence[Shown | ShownRows]) -> list[dict[str, Any]]:
    """Put neighbouring fields together, each list by itself."""
    groups: list[dict[str, Any]] = []
    for each in fields:
        if isinstance(each, ShownRows):
            groups.append({"rows": each})
        elif groups and "fields" in groups[-1]:
            groups[-1]["fields"].append(each)
        else:
            groups.append({"fields": [each]})
    return groups


def _entries(part: dict[str, Any]) -> int:
    """How much is in a section: the entries of its lists and whatever else it says."""
    return sum(len(value) if isinstance(value, list) else 1 for value in part.values())
