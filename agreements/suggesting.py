"""What somebody would rather read at a clause: the editor's own fields, and what was typed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from django.http import QueryDict

from agreements.actions.suggestions import new_problems, value_or_none
from agreements.difference import clause_at
from agreements.editing import (
    changed_places,
    merge,
    part_hash,
    part_of,
    path_steps,
    section_named,
    section_of_path,
    with_part,
)
from agreements.editor.fields import Shown, ShownRow, ShownRows
from agreements.editor.forms import SectionForm
from agreements.editor.lead_fields import known_fields
from agreements.editor.registry import form_named
from agreements.editor.table import Table
from agreements.models import AgreementVersion
from agreements.open_talk import Counts

Changes = list[tuple[str, Any]]


class NotAPart(ValueError):
    """What a form sent back as typed so far is no part of a text."""


@dataclass(frozen=True, slots=True)
class Suggesting:
    """A clause somebody suggests changes for: the section as they found it, and as typed so far.

    ``clause`` is a section, or an entry of one, whose fields alone are shown then.
    """

    version: AgreementVersion
    clause: str
    form: SectionForm
    found: Mapping[str, Any]
    typed: Mapping[str, Any]

    @classmethod
    def begin(cls, version: AgreementVersion, clause: str) -> Self:
        """Return the clause as the text says it; every clause is in a section with a form."""
        form = form_named(section_of_path(clause).name)
        if form is None:
            raise KeyError(clause)
        part = part_of(version.terms, form.section)
        return cls(version, clause, form, part, part)

    @classmethod
    def read(cls, version: AgreementVersion, clause: str, data: QueryDict) -> Self:
        """Return what was typed, and from which state of the section. Raises NotAPart."""
        begun = cls.begin(version, clause)
        found = _state(version, begun.form, data.get("seen", "")) or begun.found
        so_far = _part_sent(begun.form, data) or found
        document = with_part(version.terms, begun.form.section, so_far)
        return replace(begun, found=found, typed=begun.form.read(document, data))

    def after(self, deed: str) -> Self:
        """Return the same after a deed such as ``add tiers.1.when``."""
        typed = self.form.changed_in(self.document, self.typed, deed)
        return replace(self, typed=typed)

    @property
    def document(self) -> dict[str, Any]:
        """The whole text as it would read."""
        return with_part(self.version.terms, self.form.section, self.typed)

    def changes(self) -> Changes:
        """Return the places to suggest, with what shall stand there; None takes it out.

        What others changed in the section meanwhile is no suggestion. Places that only hold
        together, as a stage and the rate to the next one, are one.
        """
        now = part_of(self.version.terms, self.form.section)
        typed = merge(self.found, self.typed, now).value
        places = [path for path, _value in changed_places(now, typed)]
        for level in (str, clause_at, _part_name):
            changes = [
                (path, value_or_none(typed, path)) for path in dict.fromkeys(map(level, places))
            ]
            if not any(new_problems(self.version.terms, *each) for each in changes):
                return changes
        return [(path, value_or_none(typed, path)) for path in places]

    def context(self, *, now: datetime) -> dict[str, Any]:
        """Return what the page needs; ``entry_fields`` are an entry's, None for a section."""
        table = Table(self.version, self.form, now, dict(self.typed))
        # Nothing is talked about on this page.
        table.talk = Counts(0, 0, {}, {})
        shown = table.context()
        fields, rows = self._fields(shown["fields"])
        return shown | {
            "beside": {},
            "entry_fields": fields,
            "hidden": rows,
            "lead_fields": known_fields(table.document),
            "seen": part_hash(self.found),
            "typed_so_far": "" if self.typed == self.found else json.dumps(self.typed),
        }

    def _fields(
        self, shown: Sequence[Shown | ShownRows]
    ) -> tuple[list[Shown] | None, dict[str, str]]:
        """Return the fields of an entry, and what has to be sent besides to find it again."""
        if section_named(self.clause) is not None:
            return None, {}
        place, _dot, _name = self.clause.rpartition(".")
        for each in shown:
            if isinstance(each, ShownRows) and f".{place}".endswith(f".{each.name}"):
                row = self._row(each, place)
                return (row.fields if row else None), _markers(each)
        holding = [
            each
            for each in shown
            if isinstance(each, Shown) and f"{self.clause}.".startswith(f"{each.name}.")
        ]
        return holding or None, {}

    def _row(self, rows: ShownRows, place: str) -> ShownRow | None:
        """Return the row of the entry: by its number, which stays while its key is typed."""
        entries = value_or_none(self.found, place)
        name = path_steps(self.clause)[-1]
        keys = [
            str(each.get("key") or number) if isinstance(each, Mapping) else str(number)
            for number, each in enumerate(entries if isinstance(entries, list) else [], start=1)
        ]
        if name not in keys or len(rows.entries) <= keys.index(name):
            return None
        return rows.entries[keys.index(name)]


def _markers(rows: ShownRows) -> dict[str, str]:
    """The rows that a form has without their fields stay as they are."""
    numbers: Iterator[tuple[str, str]] = ((row.name, str(row.number)) for row in rows.entries)
    return {f"{rows.name}.sent": "1", **dict(numbers)}


def _part_name(path: str) -> str:
    return path.split(".", 1)[0]


def _state(version: AgreementVersion, form: SectionForm, seen: str) -> dict[str, Any] | None:
    """Return the state of a section with this hash, if it was changed since."""
    edits = version.edits.filter(section=form.name, before_hash=seen)
    edit = edits.order_by("-pk").first() if seen else None
    return edit.before if edit else None


def _part_sent(form: SectionForm, data: QueryDict) -> dict[str, Any] | None:
    """Return the part that a form sends back after a deed. Raises NotAPart for anything else."""
    if not data.get("typed_so_far"):
        return None
    try:
        part = json.loads(str(data["typed_so_far"]))
    except ValueError:
        raise NotAPart from None
    if not isinstance(part, dict) or part.keys() - set(form.section.keys):
        raise NotAPart
    return part
