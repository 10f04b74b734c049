"""The one byte form of a document, which signatures cover."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping

from agreements.terms.problems import TermsError, problem
from agreements.terms.values import as_written


def canonical_json(document: Mapping[str, object]) -> bytes:
    """Write a document as stored: UTF-8 JSON with sorted keys and without spaces.

    Numbers are integers or decimal strings. Raises TermsError for anything else, such as a
    binary fraction, whose text would not be the same everywhere.
    """
    _refuse_inexact(document, "")
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


def _refuse_inexact(value: object, path: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_inexact(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value, start=1):
            _refuse_inexact(item, f"{path}.{place}")
    elif isinstance(value, float):
        raise TermsError([problem(path, "a_float", value=value)])
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise TermsError([problem(path, "control_character")])
    elif value is not None and not isinstance(value, int):
        raise TermsError([problem(path, "invalid", reason=as_written(value))])
