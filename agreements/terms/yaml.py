"""Terms as YAML: read strictly and without surprises, written in reading order.

Only plain data is read. Of unquoted scalars, whole numbers, true, false and null have their
meaning; every other one is the text as written, so a fraction keeps its digits, a date its
form, 13:00 is no number and “no” is a word.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel

from agreements.terms.canonical import DEEPEST, composed
from agreements.terms.document import Terms
from agreements.terms.parsing import parse_terms
from agreements.terms.problems import TermsError, problem

_LARGEST_FILE = 1_000_000
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:
    # The same loader in C, where PyYAML brings it: 1 MB takes two seconds, not twenty.
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_SafeLoader):
    """Composes nodes without guessing what an unquoted scalar is."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (the base class declares it so)


def terms_from_yaml(text: str | bytes) -> Terms:
    """Read terms from YAML. Raises TermsError that tells what is wrong with either."""
    return parse_terms(document_from_yaml(text))


def document_from_yaml(text: str | bytes) -> dict[str, Any]:
    """Read the document of a YAML file, without checking that it is terms.

    Numbers with a fraction become decimal strings, texts composed Unicode. Raises TermsError
    for a file over 1 MB, that is not UTF-8, that repeats a key, or that uses anchors, aliases or
    tags.
    """
    content = _decoded(text)
    _scan(content)
    try:
        node = yaml.compose(content, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        raise _syntax(error) from None
    if node is None:
        raise TermsError([problem("", "yaml_empty")])
    document = composed(_value(node))
    if not isinstance(document, dict):
        raise TermsError([problem("", "not_a_document", found=str(document)[:60])])
    return document


def terms_to_yaml(document: Mapping[str, Any]) -> str:
    """Write a document as YAML that reads back as the same document, sections in their order."""
    return yaml.dump(
        in_reading_order(document),
        Dumper=_PlainDumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def in_reading_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same document with the keys of each part in the order of the schema."""
    try:
        shape: object = parse_terms(document)
    except TermsError:
        shape = dict.fromkeys(_names(Terms))
    ordered: dict[str, Any] = _ordered(document, shape)
    return ordered


def _names(section: type[BaseModel]) -> dict[str, str]:
    """The keys of a section in order, as documents write them, with their attributes."""
    return {info.alias or name: name for name, info in section.model_fields.items()}


def _ordered(value: Any, shape: object) -> Any:
    if isinstance(value, Mapping):
        known = shape if isinstance(shape, Mapping) else {}
        if isinstance(shape, BaseModel):
            names = _names(type(shape))
            known = {key: getattr(shape, name) for key, name in names.items()}
        keys = [key for key in known if key in value] + [key for key in value if key not in known]
        return {key: _ordered(value[key], known.get(key)) for key in keys}
    if isinstance(value, list | tuple):
        shapes = shape if isinstance(shape, list | tuple) else ()
        return [
            _ordered(item, shapes[place] if place < len(shapes) else None)
            for place, item in enumerate(value)
        ]
    return value


def _decoded(text: str | bytes) -> str:
    if len(text) > _LARGEST_FILE:
        raise TermsError([problem("", "yaml_too_big")])
    try:
        return text.encode().decode() if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeError:
        raise TermsError([problem("", "yaml_encoding")]) from None


def _scan(content: str) -> None:
    """Refuse by its events what could explode or run, before anything is built from it."""
    depth = 0
    try:
        for event in yaml.parse(content, Loader=_PlainLoader):
            line = _line(event)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise TermsError([problem("", "yaml_anchor", line=line)])
            if getattr(event, "tag", None):
                raise TermsError([problem("", "yaml_tag", line=line)])
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise TermsError([problem("", "yaml_too_deep", line=line)])
    except yaml.YAMLError as error:
        raise _syntax(error) from None


def _syntax(error: yaml.YAMLError) -> TermsError:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    line = mark.line + 1 if mark is not None else 1
    return TermsError([problem("", "yaml_syntax", line=line, reason=reason)])


def _line(part: yaml.Event | yaml.Node) -> int:
    """The line of a file, from 1, where something begins."""
    return part.start_mark.line + 1 if part.start_mark is not None else 1


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            raise TermsError([problem("", "yaml_key", line=line)])
        key = composed(key_node.value)
        if key in mapping:
            raise TermsError([problem("", "yaml_duplicate_key", line=line, key=key)])
        mapping[str(key)] = _value(value_node)
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    # Unquoted is None in Python's composer and an empty text in C's.
    if node.style:
        return text
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    return int(text) if _WHOLE.fullmatch(text) else text


class _PlainDumper(yaml.SafeDumper):
    """Quotes every text that some reader of YAML could take for something else.

    A decimal string is the exception: it is written as the plain number it stands for, which
    `document_from_yaml` reads as that very string.
    """


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if _DECIMAL.fullmatch(text):
        return dumper.represent_scalar("tag:yaml.org,2002:float", text)
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_PlainDumper.add_representer(str, _represent_text)
