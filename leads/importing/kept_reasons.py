"""Why rows were rejected, kept as codes: said in the language of whoever reads it.

What was kept before that is a sentence in the language of whoever imported, and is read as it is.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from django.utils.translation import gettext, pgettext

from leads.files.row_problems import KEYS, MESSAGES, UnableToRead
from leads.personal.blanking import blanked_text, is_forgotten

Kept: TypeAlias = Mapping[str, Any]
"""The ``code`` of a reason and its ``params``, or a sentence as ``reason``, and how often it is."""
Quote: TypeAlias = tuple[int, str]
"""The line of a file in which a cell stands, and what is in it."""

# What a row itself says, and what the database says of it.
_QUOTING = frozenset({"value", "reason"})
# A cell that is longer is told by how it begins.
_LONGEST = 200


def as_kept(error: UnableToRead) -> dict[str, Any]:
    """Return a reason as plain data."""
    return {"code": error.code, "params": {key: _plain(of) for key, of in error.params.items()}}


def _plain(value: object) -> int | str:
    if isinstance(value, int):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def sentence_of(kept: Kept) -> str:
    """Say a reason in the language of whoever reads it."""
    template = MESSAGES.get(kept.get("code", ""))
    if template is None:
        return str(_said(kept.get("reason", "")))
    return gettext(template).format(**_in_words(kept["params"]))


def _in_words(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sentence is filled in with, as the reader's language calls and writes it."""
    said = {name: _said(value) for name, value in params.items()}
    if (key := said.get("key")) in KEYS:
        said["key"] = gettext(KEYS[key])
    if "format" in said:
        year = pgettext("stands for each digit of a year, as in DD/MM/YYYY", "Y")
        said["format"] = said["format"].replace("Y", year)
    return said


def _said(value: Any) -> Any:
    return gettext("[forgotten]") if is_forgotten(value) else value


def in_words(reasons: Sequence[Kept]) -> list[dict[str, Any]]:
    """Return reasons and how many rows each is about, in the language of whoever reads them."""
    return [
        {"reason": sentence_of(each), "rows": each["rows"], "first_line": each["first_line"]}
        for each in reasons
    ]


def as_cell(error: UnableToRead) -> str:
    """Write a reason into a cell, in signs that every encoding has."""
    return json.dumps(as_kept(error))


def cell_in_words(cell: str) -> str:
    """Say the reason that a cell holds; a sentence stays as it is."""
    try:
        kept = json.loads(cell)
    except ValueError:
        return cell
    return sentence_of({"reason": cell} | kept) if isinstance(kept, dict) else cell


def quoted_in(reasons: Sequence[Kept]) -> set[Quote]:
    """Return what reasons quote of cells, each with the line it stands in."""
    return {_quote(each) for each in reasons if "value" in each.get("params", {})}


def _quote(reason: Kept) -> Quote:
    return reason["first_line"], str(reason.get("params", {}).get("value", ""))


def without_cells(reasons: Sequence[Kept], kept: Collection[Quote] = ()) -> list[dict[str, Any]]:
    """Return reasons without what they quote of cells, but for those ``kept``.

    Sentences, and what the database says, may quote any.
    """
    return [
        {key: _without_cells(key, value, _quote(each) in kept) for key, value in each.items()}
        for each in reasons
    ]


def _without_cells(key: str, value: Any, is_kept: bool) -> Any:
    if key == "params":
        return {name: _without_cells(name, of, is_kept) for name, of in value.items()}
    if key not in _QUOTING or (key == "value" and is_kept):
        return value
    return blanked_text(str(value))
