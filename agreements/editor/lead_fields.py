"""What is known of leads: the attributes that rules may ask about, as they are chosen and typed."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from agreements.alphabet import alphabetical
from agreements.editor.parts import list_in
from agreements.rule_words import FIELD_NAMES, field_words
from agreements.starters import LANGUAGES, load_starter

_SHOWN = re.compile(r"(?P<words>.+) \((?P<name>[^()]+)\)")


def known_fields(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the attributes that a document or a starter names, each as it is shown."""
    return fields_shown({*_of_starters(), *_named(document)})


def fields_shown(names: set[str]) -> list[tuple[str, str]]:
    """Return attributes as they are shown, in the order of the reader's alphabet."""
    language = get_language() or ""
    shown = [(name, field_shown(name)) for name in names]
    return sorted(shown, key=lambda each: alphabetical(each[1], language))


def field_shown(name: str) -> str:
    """Return an attribute as a form shows it: "cargo (job_title)", or by its name alone.

    Both stand there, because the leads of a team may have an attribute called "cargo" as well.
    """
    words = field_words(name)
    return name if words == name else f"{words} ({name})"


def field_read(typed: str) -> str:
    """Return the name of the attribute that was typed or chosen, in whichever language."""
    found = _SHOWN.fullmatch(typed)
    if found is None or found["name"] not in FIELD_NAMES:
        return typed
    return found["name"] if found["words"] in _names_of(found["name"]) else typed


def _names_of(name: str) -> Iterator[str]:
    for language, _own in settings.LANGUAGES:
        with override(language):
            yield field_words(name)


@cache
def _of_starters() -> frozenset[str]:
    documents = (load_starter(f"inbound-{language}") for language in LANGUAGES)
    return frozenset(name for document in documents for name in _named(document))


def _named(document: Mapping[str, Any]) -> Iterator[str]:
    required = list_in(document, "handoff.required_fields")
    yield from (name for name in required if isinstance(name, str) and name)
    yield from _in_rules(document)


def _in_rules(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        name = value.get("field")
        if isinstance(name, str) and name:
            yield name
        yield from (found for item in value.values() for found in _in_rules(item))
    elif isinstance(value, list):
        yield from (found for item in value for found in _in_rules(item))
