"""The rule builder: a rule over a lead's attributes as a form shows it, and as it was typed.

A rule is a condition or a group of them; the form shows it as one group, of which the terms keep
a single condition alone. Whatever is stored in place of a rule is shown and kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from pydantic import TypeAdapter, ValidationError

from agreements.criteria import Rule
from agreements.editor.lead_fields import field_read, field_shown
from agreements.editor.typed import Separators, number_shown, number_stored
from agreements.rule_words import operator_words, rule_words
from agreements.terms import Problem
from agreements.whole_numbers import whole_numbers
from agreements.wording import problem_sentence

NEW = {"field": "", "operator": "is"}

_RULE: TypeAdapter[Any] = TypeAdapter(Rule)
_CONDITION_KEYS = {"field", "operator", "value"}
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_YES_NO = {"is_yes": True, "is_no": False}
_LISTS = ("one_of", "not_one_of")
_NUMBERS = ("at_least", "at_most")
WITHOUT_VALUE = ("present", "missing", *_YES_NO)


@dataclass(frozen=True, slots=True)
class Typed:
    """A condition as it is typed: field, operator and value."""

    field: str
    operator: str
    value: str

    @property
    def stripped(self) -> "Typed":
        """The same without spaces around."""
        return Typed(self.field.strip(), self.operator.strip(), self.value.strip())


@dataclass(slots=True)
class ShownCondition:
    """A condition in a form, and its place among its neighbours, counted from 1."""

    name: str
    number: int
    total: int
    typed: Typed
    errors: list[str]

    is_group = False

    @property
    def id(self) -> str:
        """What the ids of its inputs begin with."""
        return "f-" + self.name.replace(".", "-")

    @property
    def operators(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The operators by kind, and what is stored if it is none of them."""
        groups = operator_choices()
        known = {value for _label, choices in groups for value, _words in choices}
        operator = self.typed.operator
        return groups if operator in known else [*groups, ("", [(operator, operator)])]


@dataclass(slots=True)
class ShownGroup:
    """A group of conditions and groups in a form; ``join`` is all, any, or empty where fixed."""

    name: str
    number: int
    total: int
    depth: int
    join: str
    entries: list["ShownCondition | ShownGroup"]
    errors: list[str]
    words: str = ""

    is_group = True

    @property
    def id(self) -> str:
        """What the ids of its inputs begin with."""
        return "f-" + self.name.replace(".", "-")

    @property
    def can_nest(self) -> bool:
        """Whether a group may be put into it: groups lie one level deep."""
        return self.depth == 0

    @property
    def conditions(self) -> Iterator["ShownCondition | ShownGroup"]:
        """Everything in it, at any depth, whose errors are told apart."""
        for entry in self.entries:
            yield entry
            if isinstance(entry, ShownGroup):
                yield from entry.conditions


def operator_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the operators in words, by the kind of value they ask for."""
    groups = (
        (_("Text"), ("is", "is_not", *_LISTS, "contains")),
        (_("Number"), _NUMBERS),
        (_("Known or not"), ("present", "missing")),
    )
    chosen = [(title, [(each, operator_words(each)) for each in names]) for title, names in groups]
    yes_no = [
        ("is_yes", pgettext("operator", "is yes")),
        ("is_no", pgettext("operator", "is no")),
    ]
    return [*chosen[:2], (_("Yes or no"), yes_no), *chosen[2:]]


# -- the shape of what is stored


def is_group(node: Any) -> bool:
    """Whether something stored is a group of rules, by its keys as the terms tell it."""
    return isinstance(node, Mapping) and not _CONDITION_KEYS & set(node)


def _join(node: Any) -> str:
    return "any" if is_group(node) and "any" in node and "all" not in node else "all"


def _inside(node: Mapping[str, Any]) -> list[Any]:
    found = node.get(_join(node))
    return found if isinstance(found, list) else []


def _entries(stored: Any) -> list[Any]:
    """What the outermost group of the form holds."""
    if stored is None:
        return []
    return _inside(stored) if is_group(stored) else [stored]


def _composed(join: str, entries: list[Any], *, keeps_group: bool) -> Any:
    if len(entries) == 1 and not keeps_group and not is_group(entries[0]):
        return entries[0]
    return {join: entries} if entries else None


# -- to the form


def shown_rule(
    stored: Any, name: str, path: str, problems: Sequence[Problem], separators: Separators
) -> ShownGroup:
    """Return a rule as the form shows it, with its words where it can be read."""
    here = f"{path}.{_join(stored)}" if is_group(stored) else ""
    nodes = [
        (f"{here}.{number}" if here else path, node)
        for number, node in enumerate(_entries(stored), 1)
    ]
    root = _shown_group(nodes, name, _join(stored), problems, separators)
    is_alone = bool(nodes) and not here
    root.errors = [] if is_alone else _errors(problems, path, here)
    root.words = words_of(stored)
    return root


def shown_rules(
    stored: Any, name: str, path: str, problems: Sequence[Problem], separators: Separators
) -> ShownGroup:
    """Return a list of rules, all of which must hold, as the form shows it."""
    entries = stored if isinstance(stored, list) else []
    nodes = [(f"{path}.{number}", node) for number, node in enumerate(entries, 1)]
    root = _shown_group(nodes, name, "", problems, separators)
    root.errors = _errors(problems, path)
    root.words = "; ".join(filter(None, map(words_of, entries)))
    return root


def words_of(stored: Any) -> str:
    """Say a stored rule in words; empty where it cannot be read."""
    try:
        return rule_words(_RULE.validate_python(stored))
    except ValidationError:
        return ""


def _shown_group(
    nodes: Sequence[tuple[str, Any]],
    name: str,
    join: str,
    problems: Sequence[Problem],
    separators: Separators,
    *,
    number: int = 1,
    total: int = 1,
    depth: int = 0,
) -> ShownGroup:
    entries: list[ShownCondition | ShownGroup] = []
    for place, (path, node) in enumerate(nodes, start=1):
        own = f"{name}.{place}"
        if is_group(node):
            here = f"{path}.{_join(node)}"
            inner = [(f"{here}.{at}", each) for at, each in enumerate(_inside(node), 1)]
            group = _shown_group(
                inner,
                own,
                _join(node),
                problems,
                separators,
                number=place,
                total=len(nodes),
                depth=depth + 1,
            )
            group.errors = _errors(problems, path, here)
            entries.append(group)
        else:
            typed = _typed(node, separators)
            errors = [problem_sentence(each) for each in problems if _is_in(each.path, path)]
            entries.append(ShownCondition(own, place, len(nodes), typed, errors))
    return ShownGroup(name, number, total, depth, join, entries, [])


def _errors(problems: Sequence[Problem], *paths: str) -> list[str]:
    return [problem_sentence(each) for each in problems if each.path in paths]


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}.")


def _typed(node: Any, separators: Separators) -> Typed:
    if not isinstance(node, Mapping):
        return Typed("" if not node else str(node), "is", "")
    field, operator, value = (node.get(key) for key in ("field", "operator", "value"))
    for yes_no, meant in _YES_NO.items():
        if operator == "is" and value is meant:
            return Typed(field_shown(_text(field)), yes_no, "")
    return Typed(
        field_shown(_text(field)), _text(operator), _value_text(operator, value, separators)
    )


def _value_text(operator: Any, value: Any, separators: Separators) -> str:
    if isinstance(value, list):
        texts = [_text(item) for item in value]
        return ("; " if any("," in text for text in texts) else ", ").join(texts)
    return number_shown(value, separators) if operator in _NUMBERS else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


# -- from the form


def read_rule(data: QueryDict, name: str, was: Any, separators: Separators) -> Any:
    """Return the rule that was typed; what was stored where it means the same."""
    before, join = _entries(was), data.get(f"{name}.join", _join(was))
    entries = _read_entries(data, name, before, separators)
    if entries == before and join == _join(was):
        return was
    return _composed(join, entries, keeps_group=is_group(was))


def read_rules(data: QueryDict, name: str, was: Any, separators: Separators) -> Any:
    """Return the list of rules that were typed; what was stored where it means the same."""
    before = was if isinstance(was, list) else []
    entries = _read_entries(data, name, before, separators)
    return was if entries == before else entries or None


def _read_entries(
    data: QueryDict, name: str, before: list[Any], separators: Separators
) -> list[Any]:
    entries = []
    for number in _numbers(data, name):
        was = before[number - 1 : number]
        own = f"{name}.{number}"
        if f"{own}.field" in data:
            typed = _read_typed(data, own)
            is_same = bool(was) and typed == _typed(was[0], separators).stripped
            entries.append(was[0] if is_same else _condition(typed, separators))
        else:
            entries.append(_read_group(data, own, was, separators))
    return entries


def _read_group(data: QueryDict, name: str, was: list[Any], separators: Separators) -> Any:
    before = _inside(was[0]) if was and is_group(was[0]) else []
    entries = _read_entries(data, name, before, separators)
    join = data.get(f"{name}.join", "all")
    if was and is_group(was[0]) and entries == before and join == _join(was[0]):
        return was[0]
    return {join: entries}


def _read_typed(data: QueryDict, name: str) -> Typed:
    parts = (data.get(f"{name}.{key}", "") for key in ("field", "operator", "value"))
    return Typed(*parts).stripped


def _condition(typed: Typed, separators: Separators) -> dict[str, Any]:
    value = _value(typed, separators)
    operator = "is" if typed.operator in _YES_NO else typed.operator
    told = {} if value is None else {"value": value}
    return {"field": field_read(typed.field), "operator": operator, **told}


def _value(typed: Typed, separators: Separators) -> Any:
    """Return what to store for a typed value: a list, a number, yes or no, or the text."""
    if typed.operator in WITHOUT_VALUE:
        return _YES_NO.get(typed.operator)
    if typed.operator in _NUMBERS:
        return number_stored(typed.value, separators)
    if typed.operator in _LISTS:
        parts = typed.value.split(";" if ";" in typed.value else ",")
        return [_scalar(part.strip()) for part in parts if part.strip()]
    return _scalar(typed.value) if typed.value else None


def _scalar(text: str) -> str | int:
    return int(text) if _PLAIN_NUMBER.fullmatch(text) else text


def _numbers(data: QueryDict, name: str) -> list[int]:
    steps = {key[len(name) + 1 :].split(".")[0] for key in data if key.startswith(f"{name}.")}
    return sorted(whole_numbers(steps))


# -- deeds


def changed_rule(stored: Any, verb: str, steps: Sequence[int]) -> Any:
    """Return a rule after a deed at a place in it, counted from 1; the empty place is itself.

    ``add`` and ``group`` add a condition or a group there; ``up``, ``down`` and ``remove`` do
    what they say.
    """
    entries = _changed_entries(_entries(stored), verb, steps)
    return _composed(_join(stored), entries, keeps_group=False)


def changed_rules(stored: Any, verb: str, steps: Sequence[int]) -> Any:
    """Return a list of rules after a deed, as `changed_rule` does."""
    return _changed_entries(stored if isinstance(stored, list) else [], verb, steps) or None


def _changed_entries(entries: list[Any], verb: str, steps: Sequence[int]) -> list[Any]:
    if not steps:
        new: Any = {"any": [NEW]} if verb == "group" else NEW
        return [*entries, new] if verb in {"add", "group"} else entries
    place = steps[0] - 1
    if not 0 <= place < len(entries):
        return entries
    if len(steps) == 1 and verb not in {"add", "group"}:
        return moved(entries, verb, place)
    node = entries[place]
    if not is_group(node):
        return entries
    inner = _changed_entries(_inside(node), verb, steps[1:])
    kept = [{_join(node): inner}] if inner else []
    return [*entries[:place], *kept, *entries[place + 1 :]]


def moved(entries: Sequence[Any], verb: str, place: int) -> list[Any]:
    """Return a list with an entry moved ``up`` or ``down``, or without it (``remove``)."""
    others = [*entries[:place], *entries[place + 1 :]]
    if verb == "remove":
        return others
    target = {"up": max(place - 1, 0), "down": place + 1}.get(verb, place)
    return [*others[:target], entries[place], *others[target:]]
