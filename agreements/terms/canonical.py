"""The one byte form of a document, which signatures cover."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping

from agreements.terms.problems import Problem, TermsError, problem
from agreements.terms.values import LARGEST, as_written

DEEPEST = 20
"""How deep parts may lie in one another; the terms themselves need eight levels."""


def canonical_json(document: Mapping[str, object]) -> bytes:
    """Write a document as stored: UTF-8 JSON with sorted keys and without spaces.

    Numbers are integers or decimal strings. Raises TermsError for a binary fraction, whose text
    would not be the same everywhere, and for what no database keeps.
    """
    problems = tuple(unstorable(document))
    if problems:
        raise TermsError(problems)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def terms_hash(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of the canonical JSON of a document as stored, in hexadecimal."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def composed(value: object) -> object:
    """Return a copy with every text in Unicode's composed form (NFC), so that é is one sign.

    For what people type or upload, before it is stored; a stored document is never changed.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {composed(key): composed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [composed(item) for item in value]
    return value


def unstorable(value: object, path: str = "", depth: int = 0) -> Iterator[Problem]:
    """Tell every value that cannot be stored exactly, and every text that cannot be read."""
    if isinstance(value, str):
        if _is_unreadable(value):
            yield problem(path, "control_character")
    elif isinstance(value, float):
        yield problem(path, "a_float", value=value)
    elif isinstance(value, Mapping | list | tuple):
        yield from _unstorable_inside(value, path, depth + 1)
    elif isinstance(value, int):
        if abs(value) >= LARGEST:
            yield problem(path, "out_of_range", value=value, range="< 10¹⁵")
    elif value is not None:
        yield problem(path, "invalid", reason=as_written(value))


def _unstorable_inside(
    value: Mapping[object, object] | list[object] | tuple[object, ...], path: str, depth: int
) -> Iterator[Problem]:
    if depth > DEEPEST:
        yield problem(path, "too_deep")
        return
    entries = value.items() if isinstance(value, Mapping) else enumerate(value, start=1)
    for key, item in entries:
        here = f"{path}.{key}" if path else str(key)
        if isinstance(key, str) and _is_unreadable(key):
            yield problem(path, "control_character")
        yield from unstorable(item, here, depth)


def _is_unreadable(text: str) -> bool:
    """Whether a text holds control characters, or halves of a character."""
    # Most texts can be printed as they are, and then hold neither: no need to look at each sign.
    return not text.isprintable() and any(
        unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t"
        for sign in text
        if sign < " " or sign > "~"
    )
