"""What is proposed for a file that was looked through: as its like was imported, or guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agreements.models import Agreement
from leads.files import LINE, REASON
from leads.guessing.columns import guess_columns
from leads.guessing.drafts import Column, Draft, roles_to_translate
from leads.guessing.looking import Looked
from leads.guessing.presets import preset_of
from leads.guessing.roles import LEFT_OUT, StageName, meaning_of, plain_name
from leads.mapping import SOURCE_LIMIT
from leads.models import FileImport

_LATEST = 50
_STILL_SO = ("source", "kind", "time_zone", "preset", "channel", "outcome", "document")
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
    """Propose a draft: as it was said of this file or the latest of its like, else guessed."""
    columns = columns_in(found)
    agreement = agreement_of(file_import)
    stages = stages_of(agreement)
    draft = _guessed(file_import, looked, found, stages)
    if said := _said_before(file_import):
        draft = _like(draft, *said, columns, (*_STILL_SO, "decimal", "order", "moment"))
    elif earlier := _latest_like(agreement, _names(found)):
        unsure = [name for name in ("decimal", "order") if not found[f"is_{name}_sure"]]
        draft = _like(draft, *earlier, columns, (*_STILL_SO, *unsure))
    return with_meanings(draft, columns, stages)


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
        for word in columns[place].different:
            words.setdefault(word, meaning_of(role, word, stages))
    return replace(draft, values=values)


def _guessed(
    file_import: FileImport,
    looked: Looked,
    found: Mapping[str, Any],
    stages: Sequence[StageName],
) -> Draft:
    delivery, agreement = file_import.delivery, agreement_of(file_import)
    preset = preset_of(looked.header)
    guess = guess_columns(looked.header, looked.columns, stages, preset)
    stem = plain_name(Path(delivery.file_name).stem)
    return Draft(
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        decimal=found["decimal"],
        order=found["order"] or _usual_order(agreement),
        time_zone=(preset.time_zone if preset else "") or agreement.time_zone,
        source=(preset.source if preset else re.sub(r"[^a-z ]", "", stem).strip())[:SOURCE_LIMIT]
        or "file",
        kind=preset.kind if preset else "lead",
        lead=guess.lead,
        moment=delivery.received_at.isoformat(timespec="seconds"),
        preset=preset.key if preset else "",
        roles=guess.roles,
        sheet=found.get("sheet", ""),
    )


def _usual_order(agreement: Agreement) -> str:
    """Return how dates are written where the agreement is, if no cell says it."""
    return "mdy" if agreement.time_zone in _MONTH_FIRST else "dmy"


def _names(found: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns, those that a file of rejects has in front left out."""
    names = found.get("header") or [column["name"] for column in found.get("columns", ())]
    return [name for name in names if name not in {LINE, REASON}]


def _said_before(file_import: FileImport) -> tuple[Draft, list[str]] | None:
    if not file_import.draft.get("roles") or not file_import.found:
        return None
    names = [column["name"] for column in file_import.found["columns"]]
    return Draft.read(file_import.draft), names


def _latest_like(agreement: Agreement, names: Sequence[str]) -> tuple[Draft, list[str]] | None:
    """Return what was said of the latest file with the same columns, and their names."""
    before = FileImport.objects.filter(
        delivery__agreement=agreement,
        state__in=[FileImport.State.IMPORTED, FileImport.State.UNDONE, FileImport.State.STOPPED],
    ).order_by("-pk")
    for draft, found in before.values_list("draft", "found")[:_LATEST]:
        if draft and found and _names(found) == names:
            return Draft.read(draft), found.get("header") or names
    return None


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
        roles=[
            roles.get(column.name, role) if column.is_usable else LEFT_OUT
            for column, role in zip(columns, guessed.roles, strict=True)
        ],
        values={str(places[name]): told for name, told in words.items() if name in places},
        lead=places.get(lead, guessed.lead) if lead is not None else guessed.lead,
    )
