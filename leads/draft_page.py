"""What the page shows of a file whose columns are to be checked: each as read, and the choices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement
from agreements.rule_words import field_words
from leads.file_drafts import columns_in, stages_of
from leads.guessing.columns import is_usable
from leads.guessing.drafts import NOTHING, Column, Draft, attribute_keys, roles_to_translate
from leads.guessing.encodings import ENCODINGS
from leads.guessing.presets import PRESETS
from leads.guessing.roles import ATTRIBUTES, EVENTS, LEFT_OUT, OWN_NAME, StageName
from leads.instants import instant_of_date, instant_of_time
from leads.models import Deal, FileImport, FollowUp, HandoffEvent
from leads.row_problems import UnableToRead

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
    """A column as it is shown: what is in it, how that is read, and what it is."""

    place: int
    column: Column
    role: str
    key: str
    samples: list[tuple[str, str]]
    words: list[Word]


def role_groups(agreement: Agreement) -> list[Group]:
    """Return what a column can be, in groups."""
    stages = stages_of(agreement)
    return [
        (
            _("The lead"),
            [
                (OWN_NAME, _("Keep it under its own name")),
                *((key, capfirst(field_words(key))) for key in ATTRIBUTES),
                ("first_name", _("First name")),
                ("last_name", _("Last name")),
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
    ]


def _event_choices() -> Iterator[Choice]:
    labels = dict(HandoffEvent.Kind.choices)
    for event in EVENTS:
        yield event, _("%(deed)s on") % {"deed": labels[event]}


def roles_of(groups: Sequence[Group]) -> list[str]:
    """Return every role that can be chosen."""
    return [LEFT_OUT, *(role for _label, choices in groups for role, _name in choices)]


def draft_context(file_import: FileImport, agreement: Agreement) -> dict[str, Any]:
    """Return everything the page shows of a draft."""
    found, draft = file_import.found or {}, Draft.read(file_import.draft)
    columns, stages = columns_in(found), stages_of(agreement)
    return {
        "found": found,
        "draft": draft,
        "rows": list(_rows(draft, columns, stages)),
        "role_groups": role_groups(agreement),
        "lead_choices": [
            (str(place), column.name) for place, column in enumerate(columns) if column.is_usable
        ],
        "encodings": [*dict.fromkeys([draft.encoding, *ENCODINGS])],
        "delimiters": _delimiters(),
        "delimiter": TAB if draft.delimiter == "\t" else draft.delimiter,
        "presets": [(preset.key, preset.name) for preset in PRESETS],
        "channels": FollowUp.Channel.choices,
        "outcomes": FollowUp.Outcome.choices,
        "moment": datetime.fromisoformat(draft.moment),
        "dates_itself": "known_at" not in draft.roles,
        "follows_up": "follow_up_at" in draft.roles,
        "has_local_times": any(column.is_time and not column.has_zone for column in columns),
        "unusable": [column.name for column in columns if not column.is_usable],
    }


def _delimiters() -> list[Choice]:
    return [
        (",", _("Comma ,")),
        (";", _("Semicolon ;")),
        (TAB, _("Tabulator")),
        ("|", _("Bar |")),
    ]


def _rows(
    draft: Draft, columns: Sequence[Column], stages: Sequence[StageName]
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
            samples=[(sample, _read_as(sample, column, draft)) for sample in column.samples],
            words=words,
        )


def _read_as(sample: str, column: Column, draft: Draft) -> str:
    """Say how a date or a time is read; empty for anything else."""
    if not column.is_time:
        return ""
    form = column.formats.get(draft.order)
    try:
        if column.has_time:
            return formats.instant(instant_of_time(sample, column.name, draft.time_zone, form))
        at = instant_of_date(sample, column.name, draft.time_zone, form)
    except UnableToRead:
        return _("not readable")
    return formats.day(timezone.localdate(at, ZoneInfo(draft.time_zone)))


def _words(
    draft: Draft, column: Column, place: int, role: str, stages: Sequence[StageName]
) -> list[Word]:
    choices = _meanings(role, stages)
    told: Mapping[str, str] = draft.values.get(str(place), {})
    return [
        Word(f"value-{place}-{number}", word, told.get(word, "") or NOTHING, choices)
        for number, word in enumerate(column.different)
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
        case _:
            return [*nothing, *_choices(Deal.Status)]
