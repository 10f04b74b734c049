"""The fields of a section: how each is read from a form, and shown with what is wrong with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from django.http import QueryDict
from django.utils.formats import get_format
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext

from agreements.editor import typed
from agreements.editor.lead_fields import field_read, field_shown
from agreements.editor.names import free_key
from agreements.editor.parts import list_in, value_in, with_value_in
from agreements.editor.places import row_numbers
from agreements.editor.rules import read_rule, read_rules, shown_rule, shown_rules
from agreements.editor.typed import Separators
from agreements.terms import Problem
from agreements.whole_numbers import whole_number
from agreements.wording import problem_sentence
from agreements.zones import zone_read, zone_shown

Text: TypeAlias = "str | Lazy"
Choices: TypeAlias = Sequence[tuple[str, Text]]
ChoicesIn: TypeAlias = Callable[[Mapping[str, Any]], Choices]
Kind = Literal[
    "text", "long", "lines", "number", "rate", "duration", "choice", "choices", "flag", "time",
    "rule", "rules", "pairs", "zone", "lead_fields",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the document: its place within the part or the row, and how it is typed.

    ``choices_from`` works the choices out from the whole document. ``default`` is what the terms
    take where nothing is said: it is shown, and not written while nobody chooses otherwise.
    ``instead`` is a word that can stand in place of the value, with its label.
    ``keeps_empty`` stores a text that was emptied as such, for the terms to refuse it.
    ``list_id`` is the id of the list on the page that a text may be chosen from.
    """

    name: str
    kind: Kind
    label: Text
    help: Text = ""
    choices: Choices = ()
    choices_from: ChoicesIn | None = None
    default: Any = None
    keeps_empty: bool = False
    unit: Text = ""
    instead: tuple[str, Text] | None = None
    list_id: str = ""

    def choices_in(self, document: Mapping[str, Any]) -> Choices:
        """Return the choices there are in a document."""
        return self.choices_from(document) if self.choices_from else self.choices


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of the document: the fields of each row, and how a new one begins.

    ``new`` makes a row, given the list as it stands; ``title`` heads one. With ``key_from`` a row
    gets its key from that field when it is first typed, and keeps it from then on. ``fields_of``
    tells the fields of a row where they depend on what is in it.
    """

    name: str
    label: Text
    add: Text
    title: Text
    fields: tuple[Field, ...]
    new: Callable[[list[Any]], Any] = lambda _: {}
    help: Text = ""
    key_from: str = ""
    fields_of: Callable[[Mapping[str, Any]], tuple[Field, ...]] | None = None

    def fields_in(self, entry: Any) -> tuple[Field, ...]:
        """Return the fields of a row as it stands."""
        known = entry if isinstance(entry, Mapping) else {}
        return self.fields_of(known) if self.fields_of else self.fields


@dataclass(slots=True)
class Shown:
    """A field as it is shown: under which name it is sent, its value and what is wrong with it."""

    field: Field
    name: str
    value: Any
    choices: Choices
    errors: list[str]
    is_instead: bool = False

    @property
    def units(self) -> list[tuple[str, str]]:
        """The units in which a length of time is typed."""
        return [
            ("min", gettext("minutes")),
            ("h", gettext("hours")),
            ("bd", gettext("working days")),
            ("d", gettext("days")),
        ]

    @property
    def id(self) -> str:
        """The id of its input."""
        return "f-" + self.name.replace(".", "-")


@dataclass(slots=True)
class ShownRow:
    """One row of a list, counted from 1; ``talk`` is how much is open about it."""

    number: int
    name: str
    path: str
    fields: list[Shown]
    errors: list[str]
    talk: int = 0


@dataclass(slots=True)
class ShownRows:
    """A list as it is shown."""

    rows: Rows
    name: str
    entries: list[ShownRow]
    errors: list[str]


def separators() -> Separators:
    """Return how numbers are written in the reader's locale."""
    return Separators(str(get_format("DECIMAL_SEPARATOR")), str(get_format("THOUSAND_SEPARATOR")))


# -- from the form


def read_fields(
    fields: Iterable[Field | Rows], part: Mapping[str, Any], data: QueryDict, prefix: str = ""
) -> dict[str, Any]:
    """Return a copy of a part with what was typed; what the form did not have stays."""
    new = dict(part)
    for each in fields:
        if isinstance(each, Rows):
            new = _read_rows(each, new, data, prefix)
        elif is_sent(each, data, prefix):
            was = value_in(part, each.name)
            value = _read(each, data, prefix + each.name, was)
            is_default = was is None and value == each.default
            if value is None and each.keeps_empty and was is not None:
                value = ""
            if value != was and not is_default:
                new = with_value_in(new, each.name, value)
    return new


def is_sent(each: Field, data: QueryDict, prefix: str) -> bool:
    """Whether a form had the field; boxes that may all be empty send their name beside them."""
    name = prefix + each.name
    return any(f"{name}{ending}" in data for ending in ("", ".amount", ".sent"))


def _read(each: Field, data: QueryDict, name: str, was: Any) -> Any:
    if each.instead and f"{name}.instead" in data:
        return each.instead[0]
    return _READERS.get(each.kind, _read_text)(data, name, was)


def _read_text(data: QueryDict, name: str, was: Any) -> Any:
    text = data.get(name, "").replace("\r\n", "\n").strip()
    return was if text == str(_as_text(was)).strip() else text or None


def _read_choices(data: QueryDict, name: str, was: Any) -> Any:
    chosen = data.getlist(name)
    return was if set(chosen) == {str(each) for each in _as_list(was)} else chosen


def _read_duration(data: QueryDict, name: str, was: Any) -> Any:
    amount, unit = data.get(f"{name}.amount", ""), data.get(f"{name}.unit", "")
    return typed.duration_stored(amount, unit, was)


def _read_lines(data: QueryDict, name: str, was: Any, read: Callable[[str], str] = str) -> Any:
    lines = [read(line.strip()) for line in data.get(name, "").splitlines() if line.strip()]
    return was if lines == [str(line).strip() for line in _as_list(was)] else lines or None


_READERS: dict[Kind, Callable[[QueryDict, str, Any], Any]] = {
    "number": lambda data, name, was: typed.number_stored(data.get(name, ""), separators(), was),
    "rate": lambda data, name, was: typed.rate_stored(data.get(name, ""), separators(), was),
    "duration": _read_duration,
    "lines": _read_lines,
    "lead_fields": lambda data, name, was: _read_lines(data, name, was, field_read),
    "choices": lambda data, name, was: _read_choices(data, name, was) or None,
    "pairs": lambda data, name, was: typed.pairs_stored(data.get(name, ""), separators(), was),
    "rule": lambda data, name, was: read_rule(data, name, was, separators()),
    "rules": lambda data, name, was: read_rules(data, name, was, separators()),
    "flag": lambda data, name, _was: bool(data.get(name)),
    "zone": lambda data, name, was: zone_read(data.get(name, ""), was),
}


def _read_rows(rows: Rows, part: Mapping[str, Any], data: QueryDict, prefix: str) -> dict[str, Any]:
    """Read the rows that were sent, in their order; each says in which place it was."""
    name = f"{prefix}{rows.name}"
    if f"{name}.sent" not in data:
        return dict(part)
    before = list_in(part, rows.name)
    after: list[Any] = []
    for number in row_numbers(data, name):
        place = whole_number(data.get(f"{name}.{number}", "")) or 0
        entry = before[place - 1] if 0 < place <= len(before) else rows.new(after)
        if isinstance(entry, Mapping):
            entry = _named(
                rows,
                entry,
                read_fields(rows.fields_in(entry), entry, data, f"{name}.{number}."),
                [*before, *after],
            )
        after.append(entry)
    return with_value_in(part, rows.name, after or None) if after != before else dict(part)


def _named(
    rows: Rows, before: Mapping[str, Any], entry: dict[str, Any], others: list[Any]
) -> dict[str, Any]:
    """Give a row its key from the name that it has just got."""
    if not rows.key_from or before.get(rows.key_from) or not entry.get(rows.key_from):
        return entry
    others = [each for each in others if each is not before]
    return {**entry, "key": free_key(str(entry[rows.key_from]), others)}


# -- to the form


def shown_fields(
    fields: Iterable[Field | Rows],
    part: Mapping[str, Any],
    document: Mapping[str, Any],
    problems: Sequence[Problem],
    *,
    prefix: str = "",
    path: str = "",
) -> Iterator[Shown | ShownRows]:
    """Give the fields as they are shown; ``prefix`` names them, ``path`` is their place."""
    for each in fields:
        here = path + each.name
        if isinstance(each, Rows):
            yield _shown_rows(each, part, document, problems, prefix, here)
            continue
        if each.kind in {"rule", "rules"}:
            yield _shown_rule(each, value_in(part, each.name), problems, prefix, here)
            continue
        stored = value_in(part, each.name)
        is_instead = each.instead is not None and stored == each.instead[0]
        value = _shown(each, None if is_instead else stored)
        yield Shown(
            each,
            prefix + each.name,
            value,
            _choices(each, document, value),
            errors_at(
                problems, here, inside=each.kind in {"lines", "lead_fields", "choices", "pairs"}
            ),
            is_instead,
        )


def _shown_rows(
    rows: Rows,
    part: Mapping[str, Any],
    document: Mapping[str, Any],
    problems: Sequence[Problem],
    prefix: str,
    path: str,
) -> ShownRows:
    name = prefix + rows.name
    entries = []
    for number, entry in enumerate(list_in(part, rows.name), start=1):
        own = entry.get("key") if isinstance(entry, Mapping) else None
        here = f"{path}.{own if isinstance(own, str) and own else number}"
        fields = shown_fields(
            rows.fields_in(entry),
            entry if isinstance(entry, Mapping) else {},
            document,
            problems,
            prefix=f"{name}.{number}.",
            path=f"{here}.",
        )
        entries.append(
            ShownRow(
                number,
                f"{name}.{number}",
                here,
                [each for each in fields if isinstance(each, Shown)],
                errors_at(problems, here),
            )
        )
    return ShownRows(rows, name, entries, errors_at(problems, path))


def _choices(each: Field, document: Mapping[str, Any], value: Any) -> Choices:
    """Return the choices there are, and what is stored and none of them, so that it is not lost."""
    choices = each.choices_in(document)
    if each.kind not in {"choice", "choices"}:
        return choices
    known = {choice for choice, _label in choices}
    extra = [str(one) for one in _as_list(value) if str(one) not in known]
    return [*choices, *((one, one) for one in extra)]


def _shown_rule(
    each: Field, stored: Any, problems: Sequence[Problem], prefix: str, path: str
) -> Shown:
    show = shown_rule if each.kind == "rule" else shown_rules
    group = show(stored, prefix + each.name, path, problems, separators())
    return Shown(each, prefix + each.name, group, (), group.errors)


def _shown(each: Field, stored: Any) -> Any:
    value = each.default if stored is None else stored
    return _WRITERS.get(each.kind, _as_text)(value)


def _as_text(stored: Any) -> Any:
    return "" if stored is None else stored


def _as_list(stored: Any) -> list[Any]:
    return stored if isinstance(stored, list) else [] if stored is None else [stored]


_WRITERS: dict[Kind, Callable[[Any], Any]] = {
    "number": lambda stored: typed.number_shown(stored, separators()),
    "rate": lambda stored: typed.rate_shown(stored, separators()),
    "duration": lambda stored: dict(
        zip(("amount", "unit"), typed.duration_shown(stored), strict=True)
    ),
    "pairs": lambda stored: typed.pairs_shown(stored, separators()),
    "lines": lambda stored: "\n".join(str(line) for line in _as_list(stored)),
    "lead_fields": lambda stored: "\n".join(field_shown(str(name)) for name in _as_list(stored)),
    "choices": lambda stored: [str(one) for one in _as_list(stored)],
    "flag": bool,
    "zone": zone_shown,
}


def errors_at(problems: Sequence[Problem], path: str, *, inside: bool = False) -> list[str]:
    """Return what is wrong at a place, and with ``inside`` at what lies in it."""
    return [
        problem_sentence(each)
        for each in problems
        if each.path == path or (inside and each.path.startswith(f"{path}."))
    ]
