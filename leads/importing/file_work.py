"""The work that imports in the browser owe in the background, one piece at a time.

The rows of `FileImport` are the queue of record: a task asks for a piece of work at once, and
every beat looks for those on which nobody works. Whoever works shows signs of life; work that was
broken off is begun again and ends in the same state.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.db.models import F, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from leads.actions.file_imports import State
from leads.files import workbooks
from leads.files.delimited import UnableToReadFile
from leads.files.mapping import MappingFile, parse_mapping
from leads.files.mapping_problems import MappingError
from leads.guessing.drafts import Draft
from leads.guessing.looking import look
from leads.guessing.presets import object_without_leads
from leads.importing.corrected_files import found_in, origin_of, without_content
from leads.importing.drafts import first_draft
from leads.importing.imported import Imported
from leads.importing.imports import import_facts
from leads.importing.parts import came_further, keep_count
from leads.models import Delivery, FileImport
from leads.stored_files import let_go
from leads.undoing import undo_delivery

logger = logging.getLogger(__name__)

MOST_TRIES = 3
# Progress is written whenever so many parts of the whole are done.
_PARTS = 200
# What comes of a text that is read in an encoding that it is not in.
_NOTHING_READ = frozenset({"not_encoded", "no_header", "no_rows"})
_BROKEN_OFF = (OperationalError, InterfaceError)


class Stopped(Exception):
    """Somebody stopped the work, or it was given to another process."""


def work_on(pk: int, *, now: datetime) -> bool:
    """Do the piece of work that an import owes, unless somebody does; tell whether it was done."""
    taken = FileImport.objects.left().filter(pk=pk)
    if not taken.update(beat_at=Now(), tries=F("tries") + 1):
        return False
    file_import = FileImport.objects.select_related(
        "delivery__agreement", "delivery__received_by", "delivery__undone_by"
    ).get(pk=pk)
    reader = file_import.delivery.received_by
    with translation.override(reader.language if reader else "en"):
        try:
            _work(file_import, now)
        except Stopped:
            return False
        except _BROKEN_OFF:
            logger.exception("Import %s waits for the next beat.", pk)
            return False
        except (UnableToReadFile, MappingError) as error:
            _refuse(file_import, _refusal_of(file_import, error))
        except Exception:
            logger.exception("Import %s could not be worked on.", pk)
            _refuse(file_import, _failed())
    return True


def work_on_what_was_left(*, now: datetime) -> int:
    """Do what nobody works on, in the order it came; return how many pieces were done."""
    pks = FileImport.objects.left().order_by("pk").values_list("pk", flat=True)
    return sum(work_on(pk, now=now) for pk in list(pks))


def sentence_of(error: UnableToReadFile | MappingError, file_name: str) -> str:
    """Say in the reader's language what is wrong with a file, called as it came, or its mapping."""
    if isinstance(error, UnableToReadFile):
        return _(error.template).format(**error.params | {"file": file_name})
    return " ".join(
        (f"{problem.path}: " if problem.path else "") + _(problem.template).format(**problem.params)
        for problem in error.problems
    )


def _refusal_of(file_import: FileImport, error: UnableToReadFile | MappingError) -> str:
    """Say what is wrong; where another encoding was chosen of which nothing can be read, so."""
    said = file_import.draft.get("encoding", "")
    before = _as_read_before(file_import)
    is_encoding = isinstance(error, UnableToReadFile) and error.code in _NOTHING_READ
    if is_encoding and before is not None and before.encoding != said:
        return _(
            "%(file)s is not %(encoding)s. Below it is as it was read before: choose another "
            "encoding if that is wrong."
        ) % {"file": file_import.delivery.file_name, "encoding": said}
    return sentence_of(error, file_import.delivery.file_name)


def _refuse(file_import: FileImport, told: str) -> None:
    """Owe nothing more and say why; what was read before in another way stands as it was read."""
    state, before = _AFTER_REFUSAL[State(file_import.state)], _as_read_before(file_import)
    if state == State.REFUSED and before is not None:
        _end(file_import, State.DRAFT, draft=before.as_document(), error=told)
    else:
        _end(file_import, state, error=told)


def _as_read_before(file_import: FileImport) -> Draft | None:
    """Return what was said of a file as it was read before; None where it was not."""
    said, found = file_import.draft, file_import.found or {}
    if "columns" not in found or "roles" not in said:
        return None
    return replace(Draft.read(said), encoding=found["encoding"], delimiter=found["delimiter"])


def _failed() -> str:
    return _(
        "The portal could not go on with this file, and its operator was told in the log. Try "
        "again; what went in already is recognised."
    )


def _work(file_import: FileImport, now: datetime) -> None:
    if file_import.tries > MOST_TRIES:
        _refuse(file_import, _failed())
        return
    _WORKS[State(file_import.state)](file_import, now)


class _Progress:
    """Keeps how far a piece of work has come; raises Stopped where it is wanted no more.

    ``was_kept`` is whether what it was told last was kept.
    """

    def __init__(self, file_import: FileImport, whole: int) -> None:
        self._rows = _still(file_import)
        self._whole, self._kept = whole, -1
        self(0)

    def __call__(self, done: int) -> None:
        is_little = done - self._kept < self._whole / _PARTS
        self.was_kept = self._kept < 0 or not is_little or done >= self._whole
        if not self.was_kept:
            return
        self._kept = done
        if not self._rows.update(done=done, whole=self._whole, beat_at=Now()):
            raise Stopped


def _still(file_import: FileImport) -> QuerySet[FileImport]:
    """Return the row of an import, unless it was stopped or given to another process."""
    return FileImport.objects.filter(
        pk=file_import.pk, state=file_import.state, tries=file_import.tries
    )


def _stopped(file_import: FileImport) -> QuerySet[FileImport]:
    """Return the row of an import that somebody stopped."""
    return FileImport.objects.filter(pk=file_import.pk, state=State.STOPPED)


def _end(file_import: FileImport, state: State, **values: Any) -> bool:
    """Owe nothing more, unless the work was stopped or taken over at its very end; tell whether.

    Once every row is in, nothing is left of an import to stop.
    """
    rows = _still(file_import)
    if state == State.IMPORTED:
        rows |= _stopped(file_import)
    return bool(rows.update(state=state, beat_at=None, tries=0, **values))


def _read(file_import: FileImport, _now: datetime) -> None:
    """Find out how the file is written, and propose what its columns mean."""
    delivery, said = file_import.delivery, file_import.draft
    path = _path_of(delivery)
    delivery.content_hash = _hash_of(path)
    delivery.save(update_fields=["content_hash"])
    form = {"encoding": said.get("encoding", ""), "delimiter": said.get("delimiter", "")}
    of_workbook: dict[str, Any] = {}
    if workbooks.kind_of(path) == workbooks.WORKBOOK:
        of_workbook = _sheets_of(path, str(said.get("sheet", "")))
        if of_workbook and not of_workbook["sheet"]:
            _end(file_import, State.SHEET, found=of_workbook, draft={}, error="")
            return
        path = _write_table(file_import, path, of_workbook.get("sheet", ""))
        form = {"encoding": "utf-8", "delimiter": ","}
    whole = 2 * path.stat().st_size
    progress = _Progress(file_import, whole)
    looked = look(path, **form, on_progress=progress)
    progress(whole)
    if other := object_without_leads(looked.header):
        raise UnableToReadFile(other, file=path.name)
    # Each import that is compared is a sign of life.
    origin = origin_of(file_import, looked, path, lambda: progress(whole))
    file_import.corrects = origin.found
    found = found_in(file_import, looked) | origin.as_document() | of_workbook
    draft = first_draft(file_import, looked, found)
    _end(
        file_import,
        State.DRAFT,
        corrects=file_import.corrects,
        found=found,
        draft=draft.as_document(),
        error="",
    )


def _sheets_of(path: Path, said: str) -> dict[str, Any]:
    """Return which sheets of a workbook can be read, and which is: none where that is asked.

    That is the one that is not hidden until somebody says otherwise. Nothing where one is filled.
    """
    sheets, hidden = workbooks.sheets_to_choose(path)
    if len(sheets) < 2:
        return {}
    alone = sheets[0] if len(sheets) - len(hidden) == 1 else ""
    return {"sheets": sheets, "hidden": hidden, "sheet": said if said in sheets else alone}


def _write_table(file_import: FileImport, path: Path, sheet: str) -> Path:
    """Write the rows of a workbook as text, once; the workbook itself stays as it came."""
    if file_import.table:
        return Path(file_import.table.path)
    with _written(file_import.table) as (name, target):
        workbooks.write_as_text(path, target, sheet=sheet, on_progress=_Progress(file_import, 0))
        if not _still(file_import).update(table=name):
            raise Stopped
    return target


@contextmanager
def _written(field: FieldFile) -> Iterator[tuple[str, Path]]:
    """Give the name and the place of a file of an import; unless all goes well nothing stays of it.

    What an earlier try left that was killed is removed; what stands in the field stays.
    """
    pk, kept = field.instance.pk, Path(field.path) if field else None
    name = field.field.generate_filename(field.instance, f"{pk}-{uuid4().hex}.csv")
    target = Path(field.storage.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in {*target.parent.glob(f"{pk}-*.csv")} - {kept}:
        left.unlink(missing_ok=True)
    try:
        yield name, target
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _check(file_import: FileImport, now: datetime) -> None:
    """Tell what would become of the rows."""
    imported = _import(file_import, now, is_dry_run=True)
    _end(file_import, State.CHECKED, foreseen=imported.as_json(), error="")


def _take_in(file_import: FileImport, now: datetime) -> None:
    """Take the rows in; of the file's content only itself and its rejects stay."""
    before = file_import.rejects
    with _written(before) as (name, rejects):
        imported = _import(file_import, now, rejects=rejects)
        kept = name if imported.rejects else ""
        is_ended = not imported.is_part and _end(
            file_import,
            State.IMPORTED,
            rejects=kept,
            found=without_content(file_import.found or {}),
            table="",
            error="",
        )
        is_kept = is_ended or _stop(file_import, imported, kept)
    if is_ended:
        let_go(file_import.table)
    if is_kept:
        let_go(before)
    else:
        rejects.unlink(missing_ok=True)
    if imported.is_part:
        raise Stopped


def _stop(file_import: FileImport, imported: Imported, rejects: str) -> bool:
    """Owe nothing more of an import that was stopped; tell whether its rejects so far are kept."""
    stopped = _stopped(file_import)
    if came_further(file_import.delivery, imported):
        return bool(stopped.update(rejects=rejects, beat_at=None))
    stopped.update(beat_at=None)
    return False


def _import(
    file_import: FileImport, now: datetime, *, rejects: Path | None = None, is_dry_run: bool = False
) -> Imported:
    delivery = file_import.delivery
    path = Path(file_import.table.path) if file_import.table else _path_of(delivery)
    document = delivery.mapping or {}
    progress = _Progress(file_import, path.stat().st_size)

    def goes_on(done: int, imported: Imported) -> bool:
        try:
            progress(done)
        except Stopped:
            # Whoever lost it to another process says nothing of the rows at hand.
            if _stopped(file_import).exists():
                return False
            raise
        if progress.was_kept and not is_dry_run:
            keep_count(delivery, imported)
        return True

    return import_facts(
        path=path,
        mapping=MappingFile(document, parse_mapping(document)),
        agreement=_agreement_of(delivery),
        by=delivery.received_by,
        now=now,
        rejects=rejects,
        is_dry_run=is_dry_run,
        delivery=delivery,
        goes_on=goes_on,
    )


def _undo(file_import: FileImport, now: datetime) -> None:
    """Take back what the file told."""
    delivery, progress = file_import.delivery, dict[int, _Progress]()

    def on_progress(done: int, whole: int) -> None:
        # Made once: it begins by keeping that nothing is done.
        if whole not in progress:
            progress[whole] = _Progress(file_import, whole)
        progress[whole](done)

    undo_delivery(delivery, now=now, on_progress=on_progress)
    delivery.undone_at, delivery.processed_at = now, delivery.processed_at or now
    delivery.save(update_fields=["undone_at", "processed_at"])
    _end(file_import, State.UNDONE, error="")


def _agreement_of(delivery: Delivery) -> Agreement:
    if delivery.agreement is None:
        raise ValueError(f"Delivery {delivery.pk} is a file of no agreement.")
    return delivery.agreement


def _path_of(delivery: Delivery) -> Path:
    return Path(delivery.file.path)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_WORKS: Mapping[State, Callable[[FileImport, datetime], None]] = {
    State.READING: _read,
    State.CHECKING: _check,
    State.IMPORTING: _take_in,
    State.UNDOING: _undo,
}
_AFTER_REFUSAL = {
    State.READING: State.REFUSED,
    State.CHECKING: State.DRAFT,
    State.IMPORTING: State.STOPPED,
    State.UNDOING: State.STOPPED,
}
