"""Keys for what is new in a document: short, readable, and not taken. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_LONGEST = 40


def free_key(wanted: str, entries: Iterable[Any]) -> str:
    """Return a key made of a name, with a number after it where it is taken."""
    taken = {entry.get("key") for entry in entries if isinstance(entry, Mapping)}
    stem = key_from(wanted) or "entry"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem[: _LONGEST - 4]}-{number}", number + 1
    return key


def key_from(name: str) -> str:
    """Return a name as a key: plain small letters, digits and ``_``; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:_LONGEST]
