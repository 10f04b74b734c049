"""Commitments as the editor shows them: a sentence with fields in it, and what is beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agreements import formats
from agreements.editor.fields import Shown, ShownRow, ShownRows
from agreements.editor.measured import left_over, measure_of
from agreements.editor.parts import list_in, value_in
from agreements.editor.said import Former, Said, said_before
from agreements.terms import Measure
from agreements.terms.values import read_amount
from agreements.wording import attempts_of, attempts_over, sentence_of

_PLACE = re.compile(r"%\((\w+)\)s")
_FIELDS = {"share": "target", "first": "from", "last": "stage", "number": "count"}
_ASIDE = ("weight", "warn_at")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the sentence: words, or a field and whether it differs from what was said.

    ``after`` is the mark that ends a sentence or a part of it right behind the field.
    """

    text: str = ""
    field: Shown | None = None
    is_changed: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class ShownPromise:
    """A commitment: its sentence, what it weighs, when it warns, and everything else of it."""

    row: ShownRow
    key: str
    party: str
    measure: Measure | None
    pieces: tuple[Piece, ...]
    aside: dict[str, Piece]
    more: tuple[Shown, ...]
    tiers: str
    said: Said
    weight: Decimal
    is_first: bool = False
    is_last: bool = False
    has_left_over: bool = False

    @property
    def marked(self) -> list[Piece]:
        """The fields within the sentence and beside it, each with whether it differs."""
        return [piece for piece in (*self.pieces, *self.aside.values()) if piece.field is not None]

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong with it."""
        shown = any(field.errors for field in self.inline)
        return bool(self.row.errors) or shown or self.has_more_errors

    @property
    def inline(self) -> list[Shown]:
        """The fields within the sentence and beside it, whose errors stand below it."""
        return [piece.field for piece in self.marked if piece.field is not None]

    @property
    def has_more_errors(self) -> bool:
        """Whether something is wrong with what is folded away."""
        rules = (field.value for field in self.more if field.field.kind == "rule")
        inside = (each.errors for rule in rules for each in rule.conditions)
        return any(field.errors for field in self.more) or any(inside)


def side_of(entry: Any) -> str:
    """Return the party on whose side a commitment stands; what is neither's is marketing's."""
    party = entry.get("party") if isinstance(entry, Mapping) else None
    return "sales" if party == "sales" else "marketing"


def promises_of(
    shown: Iterable[Shown | ShownRows], document: Mapping[str, Any], before: Former | None
) -> list[ShownPromise]:
    """Return every commitment of a document as it is shown."""
    rows = next(each for each in shown if isinstance(each, ShownRows))
    entries = list_in(document, "commitments")
    sides = [side_of(entry) for entry in entries]
    names = {
        str(value_in(tier, "key")): str(value_in(tier, "name") or value_in(tier, "key"))
        for tier in list_in(document, "tiers")
        if isinstance(tier, Mapping)
    }
    return [
        _promise(
            row,
            entry if isinstance(entry, Mapping) else {},
            before,
            names,
            is_first=side not in sides[:at],
            is_last=side not in sides[at + 1 :],
        )
        for at, (row, entry, side) in enumerate(zip(rows.entries, entries, sides, strict=True))
    ]


def _promise(
    row: ShownRow,
    entry: Mapping[str, Any],
    before: Former | None,
    tier_names: Mapping[str, str],
    *,
    is_first: bool,
    is_last: bool,
) -> ShownPromise:
    fields = {field.field.name: field for field in row.fields}
    said = said_before(entry, before)
    measure = measure_of(entry)
    pieces = tuple(_pieces(measure, fields, said.changed)) if measure else ()
    inline = {piece.field.field.name for piece in pieces if piece.field is not None}
    tiers = entry.get("tiers")
    return ShownPromise(
        row=row,
        key=str(entry.get("key") or "–"),
        party=side_of(entry),
        measure=measure,
        pieces=pieces,
        aside={name: Piece("", fields[name], name in said.changed) for name in _ASIDE},
        more=tuple(each for name, each in fields.items() if name not in {*inline, *_ASIDE}),
        tiers=", ".join(tier_names.get(str(key), str(key)) for key in _listed(tiers)),
        said=said,
        weight=_weight(entry.get("weight", 1)),
        is_first=is_first,
        is_last=is_last,
        has_left_over=bool(left_over(entry)),
    )


def _weight(stored: Any) -> Decimal:
    try:
        return read_amount(stored)
    except ValueError:
        return Decimal(0)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _pieces(
    measure: Measure, fields: Mapping[str, Shown], changed: Sequence[str]
) -> Iterator[Piece]:
    """Take a measure's sentence apart, with a field for each value that is promised in it."""
    sentence = sentence_of(measure.name)
    count = fields["count"].value if "count" in fields else ""
    attempts = attempts_over().replace("%(attempts)s", attempts_of(2 if count != "1" else 1))
    sentence = sentence.replace("%(attempts)s", attempts)
    parts = [*_PLACE.split(sentence), ""]
    for at in range(0, len(parts) - 1, 2):
        text, name = parts[at], _FIELDS.get(parts[at + 1], parts[at + 1])
        if at:
            text = text[len(_mark(text)) :]
        if text.strip():
            yield Piece(text)
        if name in fields:
            yield Piece("", fields[name], name in changed, _mark(parts[at + 2]))


def _mark(text: str) -> str:
    """Return the mark that a text begins with, such as a comma."""
    return text[:1] if text[:1] in {".", ",", ";"} else ""


def weights_of(promises: Sequence[ShownPromise]) -> dict[str, str]:
    """Return what the promises of each party weigh together, as far as it can be read."""
    sums = {"marketing": Decimal(0), "sales": Decimal(0)}
    for promise in promises:
        sums[promise.party] += promise.weight
    return {party: formats.figure(total) for party, total in sums.items()}
