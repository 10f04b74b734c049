"""Read what somebody said of a file in the form of its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from agreements.terms import TermsError, document_from_yaml
from agreements.whole_numbers import whole_number
from agreements.zones import is_zone, zone_read
from leads.files.mapping import CHOICES, MappingFile, parse_mapping
from leads.files.mapping_problems import MappingError, Problem
from leads.files.mapping_values import SOURCE_LIMIT
from leads.guessing.drafts import NOTHING, Document, Draft, document_of
from leads.guessing.encodings import ENCODINGS
from leads.guessing.found_columns import Column
from leads.guessing.presets import Preset, preset_named
from leads.guessing.roles import LEFT_OUT, StageName, plain_name
from leads.guessing.separators import SEPARATORS
from leads.guessing.times import ORDERS
from leads.guessing.uses import unused_in, without_unused
from leads.importing.draft_page import TAB, kind_names
from leads.importing.drafts import with_meanings
from leads.importing.why_unused import why_unused

_KIND_LIMIT = 40


def read_draft(
    told: Mapping[str, Any],
    was: Draft,
    columns: Sequence[Column],
    stages: Sequence[StageName],
    roles: Sequence[str],
) -> Draft:
    """Return the draft that a form comes to; what is not possible stays as it was.

    ``roles`` are those that a column can have. A preset that was chosen anew says of its columns
    what they are.
    """
    draft = replace(
        was,
        **_chosen(told, was),
        source=_text(told, "source", was.source, SOURCE_LIMIT),
        kind=_kind(told, was.kind),
        time_zone=_zone(told, was.time_zone),
        lead=_place(told, "lead", was.lead, len(columns)),
        reached=_one_of(told, "reached", was.reached, [NOTHING, *(one.key for one in stages)]),
        moment=_moment(told, was.moment),
        roles=[
            _one_of(told, f"role-{place}", role, roles) if columns[place].is_usable else LEFT_OUT
            for place, role in enumerate(was.roles)
        ],
        values=_values(told, was, columns) if stages else was.values,
        document=str(told.get("document", was.document)).replace("\0", "").replace("\r\n", "\n"),
    )
    preset = preset_named(str(told.get("preset", was.preset)))
    if preset is not None and preset.key != was.preset:
        draft = with_preset(draft, columns, preset)
    elif preset is None:
        draft = replace(draft, preset="")
    return with_meanings(draft, columns, stages)


class Wrong(NamedTuple):
    """What was typed into a field that cannot be, and why not."""

    told: str
    why: str


def wrong_in(told: Mapping[str, Any]) -> dict[str, Wrong]:
    """Return by its name each field of the form with something in it that cannot be."""
    found = {
        "source": (_is_empty, _("Name the source: ids of leads are told apart by it.")),
        "kind": (_is_empty, _("Say what a row is, such as contact or deal.")),
        "time_zone": (_is_no_zone, _("This is no time zone; choose one of the list.")),
        "moment": (_is_no_moment, _("Write the day and the time.")),
    }
    return {
        name: Wrong(str(told[name]).replace("\0", "").strip()[:80], why)
        for name, (is_wrong, why) in found.items()
        if name in told and is_wrong(str(told[name]))
    }


def _is_empty(text: str) -> bool:
    return not text.replace("\0", "").strip()


def _is_no_zone(text: str) -> bool:
    return not is_zone(zone_read(text, ""))


def _is_no_moment(text: str) -> bool:
    try:
        return parse_datetime(text) is None
    except ValueError:
        return True


def _chosen(told: Mapping[str, Any], was: Draft) -> dict[str, Any]:
    """Return what is one of a few."""
    separators = {TAB: "\t"} | {sign: sign for sign in SEPARATORS}
    delimiter = str(told.get("delimiter", was.delimiter))
    return {
        "encoding": _one_of(told, "encoding", was.encoding, (*ENCODINGS, was.encoding)),
        "delimiter": separators.get(delimiter, was.delimiter),
        "decimal": _one_of(told, "decimal", was.decimal, (".", ",")),
        "order": _one_of(told, "order", was.order, ORDERS),
        "channel": _one_of(told, "channel", was.channel, CHOICES["follow_up"]),
        "outcome": _one_of(told, "outcome", was.outcome, CHOICES["outcome"]),
    }


def _one_of(told: Mapping[str, Any], name: str, was: str, allowed: Sequence[str]) -> str:
    value = str(told.get(name, was))
    return value if value in allowed else was


def _text(told: Mapping[str, Any], name: str, was: str, most: int) -> str:
    return " ".join(str(told.get(name, was)).replace("\0", "").split())[:most] or was


def _kind(told: Mapping[str, Any], was: str) -> str:
    """Return what a row is, by the same word whatever the language it was said in."""
    text = _text(told, "kind", was, _KIND_LIMIT)
    keys = {name.lower(): key for key, name in kind_names().items()}
    return keys.get(text.lower(), text)


def _zone(told: Mapping[str, Any], was: str) -> str:
    read = zone_read(str(told.get("time_zone", was)), was)
    return str(read) if is_zone(read) else was


def _place(told: Mapping[str, Any], name: str, was: int, most: int) -> int:
    text = str(told.get(name, was))
    if not text:
        return -1
    place = whole_number(text)
    return place if place is not None and place < most else was


def _moment(told: Mapping[str, Any], was: str) -> str:
    """Return the instant that is meant by a local time of the reader."""
    try:
        at = parse_datetime(str(told.get("moment", "")))
    except ValueError:
        return was
    if at is None:
        return was
    aware = at if timezone.is_aware(at) else timezone.make_aware(at)
    before = datetime.fromisoformat(was)
    # A field of minutes cannot tell the seconds of what it showed.
    return was if before.replace(second=0) == aware else aware.isoformat(timespec="seconds")


def _values(
    told: Mapping[str, Any], was: Draft, columns: Sequence[Column]
) -> dict[str, dict[str, str]]:
    values = {place: dict(words) for place, words in was.values.items()}
    for place, column in enumerate(columns):
        for number, word in enumerate(column.words_of("stage_name")):
            meaning = told.get(f"value-{place}-{number}")
            if meaning is not None:
                values.setdefault(str(place), {})[word] = str(meaning)[:60]
    return values


def with_preset(draft: Draft, columns: Sequence[Column], preset: Preset) -> Draft:
    """Return a draft with what is known of an export of a system."""
    roles, lead = [*draft.roles], draft.lead
    for place, column in enumerate(columns):
        role = preset.roles.get(plain_name(column.name)) if column.is_usable else None
        if role == "lead":
            lead, role = place, LEFT_OUT
        if role is not None:
            roles[place] = role
    return replace(
        draft,
        preset=preset.key,
        source=preset.source,
        kind=preset.kind,
        time_zone=preset.time_zone or draft.time_zone,
        roles=without_unused(roles),
        lead=lead,
    )


def mapping_of(draft: Draft, columns: Sequence[Column]) -> MappingFile:
    """Return the mapping a draft comes to, or the one written by hand.

    Raises MappingError, and UnableToMap where something is still to be chosen.
    """
    document = _written(draft) if draft.document.strip() else _chosen_document(draft, columns)
    return MappingFile(document, parse_mapping(document))


class UnableToMap(ValueError):
    """A draft in which something is still to be chosen; the sentence says what."""


def _chosen_document(draft: Draft, columns: Sequence[Column]) -> Document:
    if not 0 <= draft.lead < len(columns) or not columns[draft.lead].is_usable:
        raise UnableToMap(_("Choose the column that names the lead: its id, or an e-mail address."))
    document = document_of(draft, columns)
    if not document["facts"]:
        raise UnableToMap(
            _("Say of at least one column what it is: so far the file would tell nothing.")
        )
    _check_uses(draft.roles, columns)
    return document


def _check_uses(roles: Sequence[str], columns: Sequence[Column]) -> None:
    """Refuse a column that would tell nothing, or not what was chosen."""
    for place, lacking in unused_in(roles).items():
        raise UnableToMap(why_unused(lacking, columns[place].name))


def _written(draft: Draft) -> Document:
    try:
        document: Document = document_from_yaml(draft.document)
    except TermsError as error:
        told = [Problem("", "not_yaml", {"reason": str(problem)}) for problem in error.problems]
        raise MappingError(told) from None
    return document
