"""What a button does to a section's lists and rules: add, move up or down, remove."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agreements.editor.fields import Field, Rows
from agreements.editor.parts import list_in, value_in, with_value_in
from agreements.editor.rules import changed_rule, changed_rules, moved
from agreements.whole_numbers import whole_number, whole_numbers


def after_deed(
    fields: Iterable[Field | Rows], part: Mapping[str, Any], deed: str
) -> dict[str, Any]:
    """Return a copy of a part after a deed such as ``add objectives`` or ``up objectives.2``.

    In a rule it is ``add scope.rule``, ``group scope.rule`` or ``remove scope.rule.2.1``. A deed
    on what is not there changes nothing.
    """
    fields = list(fields)
    verb, _, target = deed.partition(" ")
    for place, kind in _rule_places(fields, part):
        steps = _steps(target, place)
        if steps is not None:
            change = changed_rules if kind == "rules" else changed_rule
            return with_value_in(part, place, change(value_in(part, place), verb, steps))
    return _changed_rows([each for each in fields if isinstance(each, Rows)], part, verb, target)


def _rule_places(
    fields: Iterable[Field | Rows], part: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    for each in fields:
        if isinstance(each, Field):
            if each.kind in {"rule", "rules"}:
                yield prefix + each.name, each.kind
            continue
        for number, entry in enumerate(list_in(part, each.name), start=1):
            yield from _rule_places(each.fields_in(entry), part, f"{each.name}.{number}.")


def _steps(target: str, place: str) -> list[int] | None:
    """Return the place within a rule, None if the target lies elsewhere."""
    if target == place:
        return []
    if not target.startswith(f"{place}."):
        return None
    told = target.removeprefix(f"{place}.").split(".")
    steps = whole_numbers(told)
    return steps if len(steps) == len(told) else None


def _changed_rows(
    rows: Iterable[Rows], part: Mapping[str, Any], verb: str, target: str
) -> dict[str, Any]:
    name, _, number = target.rpartition(".") if verb != "add" else (target, "", "")
    found = next((each for each in rows if each.name == name), None)
    if found is None:
        return dict(part)
    entries = list_in(part, name)
    place = (whole_number(number) or 0) - 1
    if verb == "add":
        entries = [*entries, found.new(entries)]
    elif 0 <= place < len(entries):
        entries = moved(entries, verb, place)
    return with_value_in(part, name, entries or None)
