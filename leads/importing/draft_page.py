"""What the page shows of a file whose columns are to be checked: each as read, and the choices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from agreements import formats
from agreements.alphabet import alphabetical
from agreements.models import Agreement
from agreements.rule_words import field_words
from leads.files.instants import instant_of_date, instant_of_time
from leads.files.row_problems import UnableToRead
from leads.guessing.columns import is_usable
from leads.guessing.drafts import (
    NOTHING,
    Draft,
    attribute_keys,
    document_of,
    may_tell_no_stage,
    roles_to_translate,
)
from leads.guessing.encodings import ENCODINGS
from leads.guessing.found_columns import Column
from leads.guessing.numbers import plain_number
from leads.guessing.presets import PRESETS
from leads.guessing.roles import (
    ASKED,
    ATTRIBUTES,
    EVENTS,
    LEFT_OUT,
    NO,
    NUMBERS,
    OWN_NAME,
    YES,
    StageName,
    is_time_role,
)
from leads.importing.asked_for import asked_of, untold_in
from leads.importing.column_hints import ColumnHints
from leads.importing.date_orders import read_the_other_way
from leads.importing.decimal_signs import cell_of_two, number_shown, two_readings
from leads.importing.drafts import columns_in, kept_draft, stages_of
from leads.importing.notes import (
    note_of_last_name,
    note_of_order,
    note_of_title,
    note_of_untold,
)
from leads.importing.stage_dates import StageDates, stage_dates
from leads.models import Deal, Delivery, FileImport, FollowUp, HandoffEvent

TAB = "tab"
Choice = tuple[str, str]
Group = tuple[str, list[Choice]]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the source's own and what it is taken to mean."""

    field: str
    word: str
    meaning: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column as it is shown: what is in it, how that is read, and what it is.

    ``choice`` says what it could be that is missed, ``unused`` why it is not what it is called,
    ``as_text`` why its numbers are kept as texts; all are mostly empty.
    """

    place: int
    column: Column
    role: str
    key: str
    samples: list[tuple[str, str]]
    words: list[Word]
    unused: str
    choice: str
    dates: StageDates
    as_text: str


def role_groups(stages: Sequence[StageName], asked: Sequence[str]) -> list[Group]:
    """Return what a column can be, in groups; ``asked`` are the keys that signed terms ask for."""
    attributes = [(ASKED + key, capfirst(field_words(key))) for key in asked]
    return [
        (
            _("The lead"),
            [
                (OWN_NAME, _("Keep it under its own name")),
                *((key, capfirst(field_words(key))) for key in ATTRIBUTES),
                *sorted(
                    attributes, key=lambda choice: alphabetical(choice[1], get_language() or "")
                ),
                ("first_name", _("First name")),
                ("last_name", _("Last name")),
                ("second_last_name", _("Second last name")),
                ("do_not_contact", _("Not to be contacted")),
                ("is_deleted", _("Deleted in the source")),
            ],
        ),
        (
            _("When it was known"),
            [
                ("known_at", _("When the lead became known")),
                ("changed_at", _("When the row was last changed")),
            ],
        ),
        (
            _("Stages"),
            [
                *(
                    (f"stage:{key}", _("Reached %(stage)s") % {"stage": name})
                    for key, name, _role in stages
                ),
                ("stage_name", _("Name of the stage")),
            ],
        ),
        (_("Handoff"), [*_event_choices(), ("person", _("Owner")), ("reason", _("Reason"))]),
        (_("Follow-up"), _follow_up_choices()),
        (_("Deal"), _deal_choices()),
        (_("Opinion"), [("satisfaction", _("Satisfaction score"))]),
    ]


def _follow_up_choices() -> list[Choice]:
    return [
        ("follow_up_at", _("When somebody followed up")),
        ("channel", _("Channel")),
        ("outcome", _("Outcome")),
        ("note", _("Note")),
    ]


def _deal_choices() -> list[Choice]:
    return [
        ("deal_won_at", _("When it was won")),
        ("deal_lost_at", _("When it was lost")),
        ("deal_closed_at", _("When it was closed")),
        ("deal_status", _("How it was closed")),
        ("amount", _("Amount")),
        ("currency", _("Currency")),
        ("deal_id", _("Id of the deal")),
        ("deal_name", _("Name of the deal")),
    ]


def _event_choices() -> Iterator[Choice]:
    labels = dict(HandoffEvent.Kind.choices)
    for event in EVENTS:
        yield event, _("%(deed)s on") % {"deed": labels[event]}


def roles_of(groups: Sequence[Group]) -> list[str]:
    """Return every role that can be chosen."""
    return [LEFT_OUT, *(role for _label, choices in groups for role, _name in choices)]


def draft_context(
    file_import: FileImport, agreement: Agreement, *, now: datetime, draft: Draft | None = None
) -> dict[str, Any]:
    """Return everything the page shows of a draft: the one that is kept, or what was just said."""
    stages, asked = stages_of(agreement), asked_of(agreement)
    found, draft = file_import.found or {}, draft or kept_draft(file_import, stages, asked)
    columns = columns_in(found)
    untold = untold_in(document_of(draft, columns), agreement, now)
    hints = ColumnHints(draft.roles, columns, stages, asked, untold)
    return {
        "found": found,
        "draft": draft,
        "like": _like(draft, agreement),
        "hints": _hints(draft, found, columns),
        "preview": [_preview(row, columns, draft) for row in found["preview"]],
        "rows": list(_rows(draft, columns, stages, hints)),
        "notes": [
            *note_of_title(found),
            *note_of_order(read_the_other_way(file_import, draft)),
            *note_of_last_name(draft, columns),
            *note_of_untold(untold),
        ],
        "role_groups": role_groups(stages, asked),
        "lead_choices": [
            (str(place), column.name) for place, column in enumerate(columns) if column.is_usable
        ],
        "encodings": [*dict.fromkeys([draft.encoding, *ENCODINGS])],
        "delimiters": _delimiters(),
        "delimiter": TAB if draft.delimiter == "\t" else draft.delimiter,
        "presets": [(preset.key, _(preset.name)) for preset in PRESETS],
        "kind": kind_names().get(draft.kind, draft.kind),
        "channels": FollowUp.Channel.choices,
        "outcomes": FollowUp.Outcome.choices,
        "reachable": _reachable(draft, columns, stages),
        "has_stages": bool(stages),
        "moment": datetime.fromisoformat(draft.moment),
        "dates_itself": "known_at" not in draft.roles,
        "follows_up": "follow_up_at" in draft.roles,
        "holds_times": any(column.is_time and column.has_time for column in columns),
        "all_say_zones": {column.has_zone for column in columns if column.is_time} == {True},
        "unused_times": [
            column.name
            for column, role in zip(columns, draft.roles, strict=True)
            if column.is_time and role == OWN_NAME
        ],
    }


def kind_names() -> dict[str, str]:
    """Name the usual kinds of rows by what they are kept as."""
    return {
        "lead": pgettext("what a row is", "lead"),
        "contact": pgettext("what a row is", "contact"),
        "deal": pgettext("what a row is", "deal"),
    }


def _hints(draft: Draft, found: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, str]:
    """Say of each choice whether the file says so."""
    return {
        "encoding": _hint(found["encoding"] == draft.encoding, is_sure=found["is_encoding_sure"]),
        "decimal": _hint(
            found["decimal"] == draft.decimal,
            is_sure=found["is_decimal_sure"],
            is_mixed=found.get("is_decimal_mixed", False),
            otherwise=_unsure_sign(draft, found, columns),
        ),
        "order": _hint(
            found["order"] == draft.order,
            is_sure=found["is_order_sure"],
            is_mixed=found.get("is_order_mixed", False),
        ),
    }


def _unsure_sign(draft: Draft, found: Mapping[str, Any], columns: Sequence[Column]) -> str:
    readings = two_readings(found, columns, draft)
    if readings is None:
        return _("no cell says which: a guess, please check")
    return (
        _(
            "a guess, please check: “%(cell)s” in “%(column)s” is %(with_point)s with a decimal "
            "point and %(with_comma)s with a decimal comma"
        )
        % readings._asdict()
    )


def _hint(is_so: bool, *, is_sure: bool, is_mixed: bool = False, otherwise: str = "") -> str:
    if is_mixed:
        return _("some cells say the one and some the other: please check")
    if is_sure:
        return _("found in the file") if is_so else _("chosen otherwise than the file says")
    return otherwise or _("a guess: please check")


def _like(draft: Draft, agreement: Agreement) -> Delivery | None:
    """Return the file a draft is read like."""
    files = Delivery.objects.filter(kind=Delivery.Kind.FILE, agreement=agreement)
    return files.filter(pk=draft.like).first() if draft.like else None


def _reachable(
    draft: Draft, columns: Sequence[Column], stages: Sequence[StageName]
) -> list[Choice]:
    """Return which stage leads can have reached; nothing where columns say it in every row."""
    if not stages or not may_tell_no_stage(draft, columns):
        return []
    return [*((key, name) for key, name, _role in stages), (NOTHING, _("None of them"))]


def _delimiters() -> list[Choice]:
    return [
        (",", _("Comma ,")),
        (";", _("Semicolon ;")),
        (TAB, _("Tabulator")),
        ("|", _("Bar |")),
    ]


def _rows(
    draft: Draft, columns: Sequence[Column], stages: Sequence[StageName], hints: ColumnHints
) -> Iterator[ColumnRow]:
    keys = attribute_keys(draft.roles, columns)
    translated = roles_to_translate(draft, columns)
    header = [column.name for column in columns]
    for place, (column, role) in enumerate(zip(columns, draft.roles, strict=True)):
        if header[place] in {"rejected_line", "rejected_reason"} and not is_usable(header, place):
            continue
        words = (
            _words(draft, column, place, translated[place], stages) if place in translated else []
        )
        yield ColumnRow(
            place=place,
            column=column,
            role=role,
            key=keys.get(place, ""),
            samples=[(sample, _read_as(sample, column, draft, role)) for sample in column.samples],
            words=words,
            unused=hints.unused(place),
            choice=hints.choice(place),
            dates=stage_dates(draft, columns, stages) if role == "stage_name" else StageDates(),
            as_text=_as_text(column, role, draft.decimal) if place in keys else "",
        )


def _as_text(column: Column, role: str, decimal: str) -> str:
    """Say why the numbers of a column are kept as texts; empty where they are not, or are none."""
    if column.is_text_as(role, decimal):
        told = _("“%(cell)s” is no number, so that all of its cells are kept as text.")
        if not column.has_signs:
            told = _("“%(cell)s” is no number: no rule that asks for one holds of that row.")
        return told % {"cell": column.odd}
    cell = cell_of_two(column)
    if not cell or role == "phone" or column.is_number_as(role, decimal):
        return ""
    told = _("“%(cell)s” could be either of two numbers, so that its cells are kept as written.")
    return told % {"cell": cell}


def _preview(row: Sequence[str], columns: Sequence[Column], draft: Draft) -> list[tuple[str, str]]:
    """Return each cell of a row with how it is read; one may be longer than the header."""
    known = zip(row, columns, draft.roles, strict=False)
    read = [(cell, cell and _read_as(cell, column, draft, role)) for cell, column, role in known]
    return [*read, *((cell, "") for cell in row[len(columns) :])]


def _read_as(sample: str, column: Column, draft: Draft, role: str) -> str:
    """Say how a date, a time or a number is read; empty for anything else."""
    if column.is_number_as(role, draft.decimal) or role in NUMBERS:
        number = plain_number(sample, draft.decimal)
        return number_shown(number) if number is not None else _("not readable")
    if not (column.is_time or is_time_role(role)):
        return ""
    form = column.formats.get(draft.order)
    try:
        if column.has_time or not column.is_time:
            at = instant_of_time(sample, column.name, draft.time_zone, form)
            there = timezone.localtime(at, ZoneInfo(draft.time_zone))
            return formats.dated(there, pgettext("date format", "D j M Y H:i"))
        at = instant_of_date(sample, column.name, draft.time_zone, form)
    except UnableToRead:
        return _("not readable")
    day = timezone.localdate(at, ZoneInfo(draft.time_zone))
    return formats.dated(day, pgettext("date format", "D j M Y"))


def _words(
    draft: Draft, column: Column, place: int, role: str, stages: Sequence[StageName]
) -> list[Word]:
    choices = _meanings(role, stages)
    told: Mapping[str, str] = draft.values.get(str(place), {})
    return [
        Word(f"value-{place}-{number}", word, told.get(word, "") or NOTHING, choices)
        for number, word in enumerate(column.words_of(role))
    ]


def _choices(kind: type[TextChoices]) -> list[Choice]:
    return [(str(value), str(label)) for value, label in kind.choices]


def _meanings(role: str, stages: Sequence[StageName]) -> list[Choice]:
    nothing = [(NOTHING, _("Tells nothing"))]
    match role:
        case "stage_name":
            return [*nothing, *((key, name) for key, name, _role in stages)]
        case "channel":
            return [(NOTHING, _("As said below")), *_choices(FollowUp.Channel)]
        case "outcome":
            return [(NOTHING, _("As said below")), *_choices(FollowUp.Outcome)]
        case "do_not_contact":
            return [*nothing, (YES, _("Do not contact")), (NO, _("May be contacted"))]
        case "is_deleted":
            return [*nothing, (YES, _("Deleted")), (NO, _("Not deleted"))]
        case _:
            return [*nothing, *_choices(Deal.Status)]
