"""The values of a clause that can be suggested anew, typed as in the editor."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict

from agreements.actions.suggestions import value_or_none
from agreements.editing import path_steps, problems_of, section_named, section_of_path, with_part
from agreements.editor.fields import Shown, ShownRow, ShownRows
from agreements.editor.registry import form_named
from agreements.terms import Problem

# Rules are built with buttons of their own, which only the editor has.
_NOT_TYPED = {"rule", "rules"}


def fields_of(
    document: Mapping[str, Any], clause: str, problems: Sequence[Problem] = ()
) -> list[Shown]:
    """Return the fields of a clause as the editor shows them; none where it has no simple ones."""
    if section_named(clause) is not None:
        found = [each for each in _shown(document, clause, problems) if isinstance(each, Shown)]
    else:
        row = _row(document, clause, problems)
        found = row.fields if row else []
    return [each for each in found if each.field.kind not in _NOT_TYPED]


def row_names(document: Mapping[str, Any], clause: str) -> dict[str, str]:
    """Return what the form has to send besides the fields, so that its row is found again."""
    row = _row(document, clause, ())
    if row is None:
        return {}
    return {f"{row.name.rpartition('.')[0]}.sent": "1", row.name: str(row.number)}


def typed_changes(
    document: Mapping[str, Any], clause: str, data: QueryDict
) -> list[tuple[str, Any]]:
    """Return each place of a clause where something else was typed, with what it was."""
    form = form_named(section_of_path(clause).name)
    if form is None:
        return []
    typed = with_part(document, form.section, form.read(document, data))
    changes = []
    for path in _paths(document, clause):
        before, after = value_or_none(document, path), value_or_none(typed, path)
        if before != after or type(before) is not type(after):
            changes.append((path, after))
    return changes


def shown_as_typed(document: Mapping[str, Any], clause: str, data: QueryDict) -> list[Shown]:
    """Return the fields of a clause with what was typed, and what is wrong with it."""
    form = form_named(section_of_path(clause).name)
    if form is None:
        return []
    typed = with_part(document, form.section, form.read(document, data))
    shown = fields_of(typed, clause, problems_of(typed))
    sent = {each.name: each for each in fields_of(document, clause)}
    for mine, theirs in zip(shown, sent.values(), strict=False):
        mine.name = theirs.name
    return shown


def _paths(document: Mapping[str, Any], clause: str) -> Iterator[str]:
    prefix = "" if section_named(clause) is not None else f"{clause}."
    for each in fields_of(document, clause):
        yield prefix + each.field.name


def _row(document: Mapping[str, Any], clause: str, problems: Sequence[Problem]) -> ShownRow | None:
    path = ".".join(path_steps(clause))
    rows = (each for each in _shown(document, clause, problems) if isinstance(each, ShownRows))
    return next((row for each in rows for row in each.entries if row.path == path), None)


def _shown(
    document: Mapping[str, Any], clause: str, problems: Sequence[Problem]
) -> Iterator[Shown | ShownRows]:
    form = form_named(section_of_path(clause).name)
    return iter(()) if form is None else iter(form.shown(document, problems))
