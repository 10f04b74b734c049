"""A text that somebody brings as a file: read strictly, with the line of each problem. Pure.

YAML and JSON mean the same document; what is written here reads back with the same hash.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from agreements.editing import path_steps, problems_of
from agreements.terms import (
    Problem,
    TermsError,
    composed,
    document_from_yaml,
    in_reading_order,
)

LARGEST_FILE = 1_000_000
MOST_SHOWN = 100
# Finding lines in more than this would keep the reader waiting.
_LARGEST_WITH_LINES = 300_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What a file to adopt says of this portal is no part of the text.
_OF_THE_PORTAL = ("agreement", "calendars_here")


@dataclass(frozen=True, slots=True)
class Found:
    """A problem of a file, and the line where it is, as far as one can tell."""

    problem: Problem
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file holds: its document, None where it cannot be read, and what is wrong with it.

    At most `MOST_SHOWN` problems are told, `more` is how many there are besides.
    """

    document: dict[str, Any] | None
    found: tuple[Found, ...] = field(default=())
    more: int = 0


def bring(content: bytes | str) -> Brought:
    """Read a file of terms, valid or not."""
    try:
        document = _document(content)
    except TermsError as error:
        return Brought(None, tuple(Found(problem) for problem in error.problems))
    document = {key: value for key, value in document.items() if key not in _OF_THE_PORTAL}
    problems = problems_of(document)
    shown = problems[:MOST_SHOWN]
    top = _nodes(content) if shown and len(content) <= _LARGEST_WITH_LINES else None
    found = [Found(each, _line(top, each.path)) for each in shown]
    in_order = sorted(found, key=lambda each: each.line or 0)
    return Brought(document, tuple(in_order), len(problems) - len(shown))


def to_json(document: Mapping[str, Any]) -> str:
    """Write a document as JSON for people, sections in their order."""
    return json.dumps(in_reading_order(document), ensure_ascii=False, indent=2) + "\n"


def text_of(content: bytes) -> str:
    """Return what a file says as text, for it to be mended; what is no text is replaced."""
    return (
        content[:LARGEST_FILE]
        .decode("utf-8-sig", "replace")
        .replace("\x00", "\N{REPLACEMENT CHARACTER}")
    )


def _document(content: bytes | str) -> dict[str, Any]:
    """Read JSON where it is JSON; anything else is YAML, and is told as such what is wrong."""
    if len(content) <= LARGEST_FILE and _begins_json(content):
        try:
            document = composed(
                json.loads(
                    content,
                    parse_float=str,
                    parse_int=_whole,
                    parse_constant=_refuse,
                    object_pairs_hook=_mapping,
                )
            )
        except (ValueError, RecursionError):
            pass
        else:
            if isinstance(document, dict):
                return document
    return document_from_yaml(content)


def _begins_json(content: bytes | str) -> bool:
    begin = content[:200].lstrip()
    return begin[:1] in ("{", b"{")


def _whole(written: str) -> int | str:
    """A whole number no database keeps stays the text it is, for the terms to complain of."""
    return int(written) if len(written) <= 16 else written


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError
    return mapping


def _nodes(content: bytes | str) -> yaml.Node | None:
    text = content if isinstance(content, str) else content.decode("utf-8-sig", "replace")
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        # JSON that is no YAML, such as one written with tabs, has no lines to tell.
        return None
    return node


def _line(node: yaml.Node | None, path: str) -> int | None:
    """The line, from 1, of a place; where it is not there, of the innermost one around it."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    for step in path_steps(path):
        inner = _inside(node, step)
        if inner is None:
            break
        line, node = inner
    return line


def _inside(node: yaml.Node, step: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for place, entry in enumerate(node.value, start=1):
            if step in (_own_key(entry), str(place)):
                return entry.start_mark.line + 1, entry
    return None


def _own_key(entry: yaml.Node) -> str | None:
    if not isinstance(entry, yaml.MappingNode):
        return None
    return next((value.value for key, value in entry.value if key.value == "key"), None)
