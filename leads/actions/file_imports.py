"""What people do with a file: bring it, say what it is, have it tried, taken in and undone.

Each leaves on the row what the portal owes next; nobody waits here for what takes long.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from leads.files.mapping import FactsMapping
from leads.guessing.drafts import Draft
from leads.models import Delivery, FileImport
from leads.stored_files import empty_files, let_go

State = FileImport.State
_NOT_TAKEN_IN = frozenset(
    {State.READING, State.SHEET, State.REFUSED, State.DRAFT, State.CHECKING, State.CHECKED}
)


class UnableToGoOn(ValueError):
    """What is asked does not fit how far the file has come; the sentence says why."""


@transaction.atomic
def bring(
    *,
    file: "File[bytes]",
    agreement: Agreement,
    by: User,
    now: datetime,
    corrects: FileImport | None = None,
) -> FileImport:
    """Keep a file as it came; the portal owes a look at it.

    ``corrects`` is the import on whose page it was brought, to correct its rejected rows.
    """
    name = Path(file.name or "").name[-255:] or "file"
    delivery = Delivery(
        kind=Delivery.Kind.FILE,
        agreement=agreement,
        received_at=now,
        received_by=by,
        file_name=name.replace("\0", ""),
    )
    delivery.file.save(f"{uuid4().hex}{Path(name).suffix[:8].lower()}", file)
    return FileImport.objects.create(delivery=delivery, corrects=corrects)


@transaction.atomic
def look_again(*, file_import: FileImport, draft: Draft) -> FileImport:
    """Have the file read in another way than was found out."""
    return _move(
        file_import, State.READING, of={State.DRAFT, State.CHECKED}, draft=draft.as_document()
    )


@transaction.atomic
def choose_sheet(*, file_import: FileImport, sheet: str) -> FileImport:
    """Have a sheet of a workbook read. Raises UnableToGoOn for one that it does not have."""
    if sheet not in (file_import.found or {}).get("sheets", ()):
        raise UnableToGoOn(_("Choose one of the sheets of the workbook."))
    return _move(file_import, State.READING, of={State.SHEET}, draft={"sheet": sheet})


@transaction.atomic
def ask_for_sheet(*, file_import: FileImport) -> FileImport:
    """Ask again which sheet of a workbook is meant; what was said of the columns is gone."""
    of = {State.DRAFT, State.CHECKED, State.REFUSED}
    table, found = file_import.table, file_import.found or {}
    sheets = found.get("sheets", [])
    if len(sheets) < 2:
        raise UnableToGoOn(_("There is no other sheet in this file."))
    found = {"sheets": sheets, "hidden": found.get("hidden", []), "sheet": ""}
    moved = _move(file_import, State.SHEET, of=of, found=found, draft={}, foreseen=None, table="")
    let_go(table)
    return moved


@transaction.atomic
def say_corrected(*, file_import: FileImport, corrects: FileImport | None) -> FileImport:
    """Have a file read anew as one that brings rejected rows of an import again, or of none."""
    form = ("encoding", "delimiter", "sheet")
    draft = {name: file_import.draft[name] for name in form if name in file_import.draft}
    found = (file_import.found or {}) | {"is_of_none": corrects is None}
    return _move(
        file_import, State.READING, of={State.DRAFT}, corrects=corrects, draft=draft, found=found
    )


@transaction.atomic
def save_draft(*, file_import: FileImport, draft: Draft) -> FileImport:
    """Keep what somebody says of the columns; what was tried before counts no more."""
    return _move(
        file_import,
        State.DRAFT,
        of={State.DRAFT, State.CHECKED},
        draft=draft.as_document(),
        foreseen=None,
    )


@transaction.atomic
def try_out(
    *, file_import: FileImport, mapping: FactsMapping, document: Mapping[str, Any]
) -> FileImport:
    """Have it told what would become of the rows; nothing of them is kept."""
    found = _move(file_import, State.CHECKING, of={State.DRAFT, State.CHECKED})
    _say_mapping(found.delivery, mapping, document)
    return found


@transaction.atomic
def take_in(*, file_import: FileImport, by: User, now: datetime) -> FileImport:
    """Have the rows taken in, or go on with those of an import that was stopped."""
    _check_nobody_finishes(file_import, now)
    found = _move(file_import, State.IMPORTING, of={State.CHECKED, State.STOPPED})
    Audit.objects.record("leads.file.started", found.delivery, by=by, now=now)
    return found


@transaction.atomic
def stop(*, file_import: FileImport) -> FileImport:
    """Stop what is being done; what was taken in until then stays.

    Whoever takes rows in finishes those at hand, and says so.
    """
    before = _locked(file_import)
    if before.state == State.IMPORTING:
        return _move(file_import, State.STOPPED, of={before.state}, beat_at=before.beat_at)
    return _move(file_import, State.DRAFT, of={State.CHECKING})


def can_be_thrown_away(file_import: FileImport) -> bool:
    """Whether nothing of a file was taken in, and it is still there."""
    return file_import.state in _NOT_TAKEN_IN


@transaction.atomic
def throw_away(*, file_import: FileImport, by: User, now: datetime) -> FileImport:
    """Throw away a file of which nothing was taken in, with everything in it."""
    found = _move(
        file_import, State.DISCARDED, of=_NOT_TAKEN_IN, found=None, draft={}, foreseen=None
    )
    delivery = found.delivery
    Audit.objects.record("leads.file.discarded", delivery, by=by, now=now)
    stored = (delivery.file, found.table)
    delivery.file, delivery.processed_at, delivery.mapping = None, now, None
    delivery.save(update_fields=["file", "processed_at", "mapping"])
    for field in stored:
        let_go(field)
    return found


@transaction.atomic
def throw_away_unsearched(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Throw away a file that cannot be searched for forgotten people; what it told stays.

    It goes from all deliveries that share it. Raises UnableToGoOn where one is not over.
    """
    sharing = Delivery.objects.filter(file=delivery.file.name).select_related("file_import")
    for each in sharing.order_by("pk"):
        file_import = getattr(each, "file_import", None)
        state = file_import.state if file_import is not None else _state_of(each)
        if file_import is not None and state in _NOT_TAKEN_IN:
            throw_away(file_import=file_import, by=by, now=now)
        elif state in {State.IMPORTED, State.UNDONE}:
            empty_files([each.pk])
            Audit.objects.record("leads.file.discarded", each, by=by, now=now)
        else:
            raise UnableToGoOn(_told(state))


@transaction.atomic
def hand_out(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Keep that somebody takes a file along as it is stored."""
    Audit.objects.record(
        "leads.file.taken_out", delivery, by=by, now=now, file_name=delivery.file_name
    )


@transaction.atomic
def undo(*, delivery: Delivery, by: User, now: datetime) -> FileImport:
    """Have everything undone that a file told, by whichever way it came."""
    if delivery.kind != Delivery.Kind.FILE:
        raise UnableToGoOn(_("Only the import of a file is undone as a whole."))
    file_import, _made = FileImport.objects.get_or_create(
        delivery=delivery, defaults={"state": _state_of(delivery)}
    )
    _check_nobody_finishes(file_import, now)
    found = _move(file_import, State.UNDOING, of={State.IMPORTED, State.STOPPED})
    delivery.undone_by = by
    delivery.save(update_fields=["undone_by"])
    Audit.objects.record(
        "leads.file.undone", delivery, by=by, now=now, file_name=delivery.file_name
    )
    return found


def _check_nobody_finishes(file_import: FileImport, now: datetime) -> None:
    """Raise UnableToGoOn while the last rows of an import that was stopped are being kept."""
    if _locked(file_import).is_being_stopped(now):
        raise UnableToGoOn(_("The last rows are being finished. Try again in a moment."))


def _state_of(delivery: Delivery) -> str:
    return State.IMPORTED if delivery.processed_at else State.STOPPED


def _say_mapping(delivery: Delivery, mapping: FactsMapping, document: Mapping[str, Any]) -> None:
    delivery.source, delivery.mapping = mapping.source, dict(document)
    delivery.save(update_fields=["source", "mapping"])


def _locked(file_import: FileImport) -> FileImport:
    rows = FileImport.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("delivery").get(pk=file_import.pk)


def _move(
    file_import: FileImport, state: State, *, of: Collection[str], **values: Any
) -> FileImport:
    """Owe the next thing. Raises UnableToGoOn where the file has come elsewhere meanwhile."""
    found = _locked(file_import)
    if found.state not in of:
        raise UnableToGoOn(_told(found.state))
    owed = {"state": state, "tries": 0, "done": 0, "whole": 0, "beat_at": None, "error": ""}
    values = owed | values
    for name, value in values.items():
        setattr(found, name, value)
    found.save(update_fields=[*values])
    return found


def _told(state: str) -> str:
    return _("That is not possible now; the file stands here: %(state)s.") % {
        "state": State(state).label
    }
