"""What is proposed for a file that was looked through: as its like was imported, or guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from agreements.models import Agreement
from leads.files.delimited import LINE, REASON
from leads.files.mapping_values import SOURCE_LIMIT
from leads.guessing.columns import guess_columns, stage_role
from leads.guessing.drafts import NOTHING, Draft, roles_to_translate
from leads.guessing.found_columns import Column
from leads.guessing.looking import Looked
from leads.guessing.presets import preset_of
from leads.guessing.roles import (
    LEFT_OUT,
    OWN_NAME,
    StageName,
    asked_role,
    is_undecided,
    meaning_in,
    plain_name,
)
from leads.guessing.uses import without_unused
from leads.importing.asked_for import asked_of
from leads.importing.decimal_signs import guessed_sign
from leads.models import FileImport

_LATEST = 50
_STILL_SO = ("kind", "time_zone", "preset", "channel", "outcome", "like")
_NAMED_SO = ("source", "document")
_LATER = frozenset(
    {"follow_up_at", "deal_won_at", "deal_lost_at", "deal_closed_at", "satisfaction"}
)
_TAKEN_IN = (FileImport.State.IMPORTED, FileImport.State.UNDONE, FileImport.State.STOPPED)
_OF_ITS_ROWS = ("decimal", "order", "moment")
_MONTH_FIRST = frozenset(
    {
        "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
        "America/Los_Angeles", "America/Anchorage", "America/Detroit", "Pacific/Honolulu",
    }
)  # fmt: skip


def stages_of(agreement: Agreement) -> list[StageName]:
    """Return the stages of every signed version, each once."""
    found: dict[str, StageName] = {}
    for version in agreement.versions.signed().order_by("-number"):
        for stage in version.parsed_terms().stages:
            found.setdefault(stage.key, StageName(stage.key, stage.name, stage.role))
    return list(found.values())


def columns_in(found: Mapping[str, Any]) -> list[Column]:
    """Return the columns of what was found out."""
    return [Column(**column) for column in found["columns"]]


def first_draft(file_import: FileImport, looked: Looked, found: Mapping[str, Any]) -> Draft:
    """Propose a draft: as it was said of this file or of one of its like, else guessed.

    Rejected rows that were corrected are read like the file they were rejected from. Of any other
    file its leads are named the same only where both come from the same system, are called alike or
    are the very same.
    """
    columns, names = columns_in(found), names_in(found)
    agreement = agreement_of(file_import)
    stages = stages_of(agreement)
    draft = _guessed(file_import, looked, found, stages)
    if said := _said_before(file_import):
        draft = _like(draft, *said, columns, (*_STILL_SO, *_NAMED_SO, *_OF_ITS_ROWS))
        return with_meanings(draft, columns, stages)
    corrected = taken_in(agreement).filter(pk=file_import.corrects_id)
    if earlier := _first_like(corrected, names):
        draft = _like(draft, *earlier[:2], columns, (*_STILL_SO, *_NAMED_SO, *_OF_ITS_ROWS))
    elif earlier := _latest_like(file_import, agreement, names):
        unsure = [name for name in ("decimal", "order") if not found[f"is_{name}_sure"]]
        named = _NAMED_SO if _is_of_the_same(file_import, draft, earlier) else ()
        draft = _like(draft, *earlier[:2], columns, (*_STILL_SO, *named, *unsure))
    return with_meanings(replace(draft, roles=without_unused(draft.roles)), columns, stages)


def agreement_of(file_import: FileImport) -> Agreement:
    """Return the agreement a file is imported under."""
    agreement = file_import.delivery.agreement
    if agreement is None:
        raise ValueError(f"Delivery {file_import.pk} is a file of no agreement.")
    return agreement


def with_meanings(draft: Draft, columns: Sequence[Column], stages: Sequence[StageName]) -> Draft:
    """Guess what the words of columns mean where nobody said it yet."""
    values = {place: dict(words) for place, words in draft.values.items()}
    for place, role in roles_to_translate(draft, columns).items():
        words = values.setdefault(str(place), {})
        for word in columns[place].words_of(role):
            if not words.get(word):
                words[word] = meaning_in(columns[place].name, role, word, stages) if word else ""
    return replace(draft, values=values)


def kept_draft(file_import: FileImport, stages: Sequence[StageName], asked: Sequence[str]) -> Draft:
    """Return the draft of a file; what was made before there were stages is guessed anew with them.

    That is which columns tell stages or what the terms ask for (``asked``), of those that nobody
    said to be anything else, what the words mean, and which stage is proposed.
    """
    draft = Draft.read(file_import.draft)
    if draft.reached or not stages:
        return draft
    columns = columns_in(file_import.found or {})
    roles = [*draft.roles]
    for place in sorted(range(len(columns)), key=lambda place: is_undecided(columns[place].name)):
        column = columns[place]
        if roles[place] != OWN_NAME or not column.is_usable:
            continue
        of_stage = stage_role(column.name, column.different, stages)
        is_time = column.is_time or not column.samples
        fits = is_time if of_stage.startswith("stage:") else not column.has_more
        found = of_stage if of_stage and fits else asked_role(column.name, asked, column.different)
        if found and found not in roles:
            roles[place] = found
    draft = replace(draft, roles=roles, reached=_reached(roles, stages))
    return with_meanings(draft, columns, stages)


def _guessed(
    file_import: FileImport,
    looked: Looked,
    found: Mapping[str, Any],
    stages: Sequence[StageName],
) -> Draft:
    delivery, agreement = file_import.delivery, agreement_of(file_import)
    preset = preset_of(looked.header)
    guess = guess_columns(looked.header, looked.columns, stages, preset, asked_of(agreement))
    return Draft(
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        decimal=guessed_sign(found, columns_in(found), guess.roles, agreement),
        order=found["order"] or _usual_order(agreement),
        time_zone=(preset.time_zone if preset else "") or agreement.time_zone,
        source=(preset.source if preset else _letters_of(delivery.file_name))[:SOURCE_LIMIT]
        or "file",
        kind=preset.kind if preset else _kind(guess.roles),
        lead=guess.lead,
        moment=delivery.received_at.isoformat(timespec="seconds"),
        preset=preset.key if preset else "",
        roles=guess.roles,
        reached=_reached(guess.roles, stages),
        sheet=found.get("sheet", ""),
    )


def _kind(roles: Sequence[str]) -> str:
    return "deal" if {"deal_id", "deal_name"}.intersection(roles) else "lead"


def _reached(roles: Sequence[str], stages: Sequence[StageName]) -> str:
    """Return the stage that is proposed for the leads of a file of which no column says it.

    None where it tells of deals or follow-ups: those are about leads that have come further.
    """
    if not stages:
        return ""
    return NOTHING if _LATER.intersection(roles) else stages[0].key


def _letters_of(file_name: str) -> str:
    """Return what stays the same in the names of files that come again and again."""
    stem = plain_name(Path(file_name).stem.removesuffix(".rejects"))
    return " ".join(re.sub(r"[^a-z ]", "", stem).split())


def _usual_order(agreement: Agreement) -> str:
    """Return how dates are written where the agreement is, if no cell says it."""
    return "mdy" if agreement.time_zone in _MONTH_FIRST else "dmy"


def names_in(found: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns of a file, those of a file of rejects left out."""
    names = found.get("header") or [column["name"] for column in found.get("columns", ())]
    return without_reasons(names)


def without_reasons(names: Iterable[str]) -> list[str]:
    """Return names of columns, those that a file of rejects has in front left out."""
    return [name for name in names if name not in {LINE, REASON}]


def _said_before(file_import: FileImport) -> tuple[Draft, list[str]] | None:
    if not file_import.draft.get("roles") or not file_import.found:
        return None
    names = [column["name"] for column in file_import.found["columns"]]
    return Draft.read(file_import.draft), names


class _Earlier(NamedTuple):
    """What was said of an earlier file, the names of its columns, its own, and what is in it."""

    draft: Draft
    names: list[str]
    file_name: str
    content_hash: str


def _latest_like(
    file_import: FileImport, agreement: Agreement, names: Sequence[str]
) -> _Earlier | None:
    """Return what was said of the latest file with the same columns.

    That is of the very same file, above all where it holds, or of one with the same name, else of
    one called alike, if there was any.
    """
    delivery = file_import.delivery
    before = _in_state(agreement, *_TAKEN_IN, FileImport.State.IMPORTING).order_by("-pk")
    same_file = before.filter(delivery__content_hash=delivery.content_hash)
    same_file = same_file.order_by(F("delivery__undone_at").desc(nulls_first=True), "-pk")
    same_name = before.filter(delivery__file_name=delivery.file_name)
    for same in (same_file, same_name):
        if earlier := _first_like(same[:_LATEST], names):
            return earlier
    found = [*_all_like(before[:_LATEST], names)]
    letters = _letters_of(delivery.file_name)
    alike = (each for each in found if _letters_of(each.file_name) == letters)
    return next(alike, found[0] if found else None)


def taken_in(agreement: Agreement) -> QuerySet[FileImport]:
    """Return the files of which rows were taken in, whatever became of them."""
    return _in_state(agreement, *_TAKEN_IN)


def _in_state(agreement: Agreement, *states: str) -> QuerySet[FileImport]:
    return FileImport.objects.filter(delivery__agreement=agreement, state__in=states)


def _first_like(before: QuerySet[FileImport], names: Sequence[str]) -> _Earlier | None:
    return next(_all_like(before, names), None)


def _all_like(before: QuerySet[FileImport], names: Sequence[str]) -> Iterator[_Earlier]:
    for pk, draft, found, file_name, content_hash in before.values_list(
        "pk", "draft", "found", "delivery__file_name", "delivery__content_hash"
    ):
        if draft and found and names_in(found) == names:
            said = replace(Draft.read(draft), like=pk)
            yield _Earlier(said, found.get("header") or list(names), file_name, content_hash)


def _is_of_the_same(file_import: FileImport, guessed: Draft, earlier: _Earlier) -> bool:
    """Tell whether two files with the same columns probably name their leads by the same ids."""
    if guessed.preset and guessed.preset == earlier.draft.preset:
        return True
    delivery = file_import.delivery
    is_same_file = delivery.content_hash == earlier.content_hash
    return is_same_file or _letters_of(delivery.file_name) == _letters_of(earlier.file_name)


def _like(
    guessed: Draft,
    earlier: Draft,
    earlier_names: Sequence[str],
    columns: Sequence[Column],
    still_so: Sequence[str],
) -> Draft:
    """Return the draft of an earlier file moved to the columns of this one, by their names."""
    roles = dict(zip(earlier_names, earlier.roles, strict=False))
    words = {
        earlier_names[int(place)]: meanings
        for place, meanings in earlier.values.items()
        if int(place) < len(earlier_names)
    }
    lead = earlier_names[earlier.lead] if 0 <= earlier.lead < len(earlier_names) else None
    places = {column.name: place for place, column in enumerate(columns)}
    return replace(
        guessed,
        **{name: getattr(earlier, name) for name in still_so},
        reached=earlier.reached or guessed.reached,
        roles=[
            roles.get(column.name, role) if column.is_usable else LEFT_OUT
            for column, role in zip(columns, guessed.roles, strict=True)
        ],
        values={str(places[name]): told for name, told in words.items() if name in places},
        lead=places.get(lead, guessed.lead) if lead is not None else guessed.lead,
    )
