"""What is left of a forgotten person's data: which attributes stay, and what the others become.

Pure. A value that stands in for a forgotten one answers every rule of every text as that one did,
so that tiers, completeness and verdicts stay what they were, whenever they are computed again.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from agreements.criteria import Condition, holds, is_missing
from agreements.criteria.values import as_number, items

FORGOTTEN = "[forgotten]"
"""What stands where something was said about a person who was forgotten."""

KEPT = frozenset(
    {"origin", "campaign", "medium", "utm_source", "utm_medium", "utm_campaign", "country"}
    | {"industry", "segment", "employees", "language", "score", "points"}
    | {"email_verified", "do_not_contact"}
)
"""Attributes that speak of where a lead came from, its company or its judgement: they stay."""

PERSONAL = frozenset({"name", "email", "phone"})
"""Attributes that say who it is: they never stay."""

Asked = Mapping[str, Sequence[Condition]]
"""The conditions of rules, by the attribute that they ask about."""

_ADDRESS = re.compile(r"[^\s@,;:<>\"'()\[\]|/]+@[^\s@,;:<>\"'()\[\]|/]+")


def addresses_in(text: str) -> list[str]:
    """Return the e-mail addresses in a text as they are written."""
    return _ADDRESS.findall(text) if "@" in text else []


def without_addresses(text: str, written: Callable[[str], str]) -> str:
    """Write something else for each e-mail address in a text."""
    if "@" not in text:
        return text
    return _ADDRESS.sub(lambda match: written(match[0]), text)


def spellings(text: str) -> list[str]:
    """Return a text as it is, and as JSON may write it."""
    escaped = [json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True)]
    return [*dict.fromkeys([text, *escaped])]


def is_forgotten(value: object) -> bool:
    """Whether a value stands in for one that was forgotten."""
    first = value[0] if isinstance(value, list) and value else value
    return first == FORGOTTEN


def conditions_in(document: object) -> Iterator[Condition]:
    """Give every condition in a text or a rule, as it is written."""
    if isinstance(document, Mapping):
        if {"field", "operator"} <= document.keys():
            yield Condition.model_validate(document)
        else:
            for part in document.values():
                yield from conditions_in(part)
    elif isinstance(document, list):
        for part in document:
            yield from conditions_in(part)


def asked_in(documents: Iterable[object]) -> dict[str, list[Condition]]:
    """Return what texts and rules ask, by attribute."""
    asked: dict[str, list[Condition]] = {}
    for document in documents:
        for condition in conditions_in(document):
            if condition not in asked.setdefault(condition.field, []):
                asked[condition.field].append(condition)
    return asked


def blanked_attributes(
    attributes: Mapping[str, Any], asked: Asked, kept: Iterable[str] = KEPT
) -> dict[str, Any]:
    """Return attributes with nothing in them that speaks of a person; every key stays."""
    stays = {*KEPT, *kept}
    return {
        key: value
        if key in stays and not _names_somebody(value)
        else stand_in(value, asked.get(key, ()))
        for key, value in attributes.items()
    }


def blanked_answers(answers: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return answers of which only stays that they were given."""
    if answers is None:
        return None
    return {key: stand_in(value, ()) for key, value in answers.items()}


def blanked_text(text: str) -> str:
    """Return what is left of words that somebody wrote."""
    return FORGOTTEN if text.strip() else text


def stand_in(value: object, asked: Sequence[Condition]) -> object:
    """Return what answers these conditions as the value does, and says nothing else."""
    if is_missing(value) or is_forgotten(value):
        return value
    answers = _answers(value, asked)
    fitting = (each for each in _candidates(value, asked) if _answers(each, asked) == answers)
    return next(fitting, FORGOTTEN)


def _answers(value: object, asked: Sequence[Condition]) -> list[bool]:
    return [holds(condition, {condition.field: value}) for condition in asked]


def _candidates(value: object, asked: Sequence[Condition]) -> Iterator[object]:
    """Give values that are not from a person but from the rules, the plainest first."""
    yield FORGOTTEN
    named = [item for each in asked for item in items(each.value) if not is_missing(item)]
    yield from named
    yield from map(_plain, _around([n for item in named if (n := as_number(item)) is not None]))
    held = [each.value for each in asked if holds(each, {each.field: value})]
    parts = [part for each in held for part in items(each) if not is_missing(part)]
    yield [FORGOTTEN, *parts]
    yield from ([FORGOTTEN, part] for part in named)


def _around(bounds: list[Decimal]) -> Iterator[Decimal]:
    """Give a number below, between and above bounds."""
    ordered = sorted(set(bounds))
    if ordered:
        yield ordered[0] - 1
        yield from ((low + high) / 2 for low, high in pairwise(ordered))
        yield ordered[-1] + 1


def _plain(number: Decimal) -> int | str:
    return int(number) if number == number.to_integral_value() else str(number)


def _names_somebody(value: object) -> bool:
    """Whether an e-mail address stands in a value."""
    return any(isinstance(item, str) and addresses_in(item) for item in items(value))
