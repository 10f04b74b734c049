"""Starter documents: complete terms to begin from, each in its company's language.

Those for several levels are whole files. The others say what differs from one of those: a
section given replaces the one there, and a commitment is taken from there by its key (`- S5`),
perhaps under another one (`- S5 as S3`).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agreements.terms import document_from_yaml

LANGUAGES = ("en", "es", "pt")
# By the kind of the terms: how the file is called.
KINDS = {"multilevel": "inbound", "service": "service", "customer": "customer"}

_FOLDER = Path(__file__).parent
_SECTION = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_ENTRY = re.compile(r"^(?=  - key: \w+$)", re.MULTILINE)
_TAKEN = re.compile(r"^  - (\w+)(?: as (\w+))?$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Starter:
    """A starter: the kind of its promises, and the language it is written in."""

    kind: str
    language: str

    @property
    def name(self) -> str:
        """How it is called, such as "service-es"."""
        return f"{KINDS[self.kind]}-{self.language}"


STARTERS = tuple(Starter(kind, language) for language in LANGUAGES for kind in KINDS)


def starter_names() -> tuple[str, ...]:
    """Return the names of the starters, sorted."""
    return tuple(sorted(starter.name for starter in STARTERS))


@cache
def starter_text(name: str) -> str:
    """Return a starter as a whole YAML file, with its comments.

    Raises KeyError that names the starters there are.
    """
    if name not in starter_names():
        raise KeyError(f"There is no starter {name!r}; there are {', '.join(starter_names())}.")
    written = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    sections = _sections(written)
    base = sections.pop("starts_from", None)
    if base is None:
        return written
    there = _sections((_FOLDER / f"{base.split()[1]}.yaml").read_text(encoding="utf-8"))
    sections["commitments"] = _with_taken(sections["commitments"], there["commitments"])
    head = _head(written)
    return head + "".join((there | sections).values())


def load_starter(name: str) -> dict[str, Any]:
    """Return a starter's document, ready to be a draft's terms.

    Raises KeyError that names the starters there are.
    """
    return document_from_yaml(starter_text(name))


def _head(text: str) -> str:
    """The comment a file begins with."""
    return _SECTION.split(text, maxsplit=1)[0]


def _sections(text: str) -> dict[str, str]:
    """Split a file into its sections by key, each with the lines under it."""
    parts = _SECTION.split(text)[1:]
    return {part.split(":", 1)[0]: part for part in parts}


def _with_taken(section: str, there: str) -> str:
    """Write out the commitments that a section takes from another by their keys."""
    entries = {_key(entry): entry for entry in _ENTRY.split(there)[1:]}

    def written_out(taken: re.Match[str]) -> str:
        entry = entries[taken[1]].rstrip() + "\n"
        return entry.replace(f"key: {taken[1]}", f"key: {taken[2] or taken[1]}", 1)

    return _TAKEN.sub(written_out, section).rstrip() + "\n\n"


def _key(entry: str) -> str:
    return entry.split("key: ", 1)[1].split("\n", 1)[0]
