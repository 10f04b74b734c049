"""What is known of leads: the names of the attributes that rules may ask about."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from agreements.editor.parts import list_in
from agreements.rule_words import field_words
from agreements.starters import LANGUAGES, load_starter


def known_fields(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the attributes that a document or a starter names, each with its words."""
    return fields_in_words({*_of_starters(), *_named(document)})


def fields_in_words(names: set[str]) -> list[tuple[str, str]]:
    """Return attributes in the order of their names, each in the reader's language."""
    return [(name, field_words(name)) for name in sorted(names)]


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
