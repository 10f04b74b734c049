"""Stored files that tell of people who were forgotten: written anew with those rows empty.

Of a rejected row the line it came from stays. A workbook with one sheet becomes the text that was
read of it; sheets that are hidden beside others are left out. What else stands in a file stays as
it is read.
"""

import csv
import logging
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO
from uuid import uuid4

from django.core.files import File
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models.fields.files import FieldFile

from leads.any_of import AnyOf
from leads.files import workbooks
from leads.files.delimited import Rows, UnableToReadFile
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead
from leads.guessing.looking import look
from leads.importing.corrected_files import found_in
from leads.importing.kept_reasons import Quote, quoted_in, without_cells
from leads.models import Delivery, FileImport, Forgetting, ForgottenAddress, LeadIdentity
from leads.personal.stored_rows import Reading, Sought, is_blank, reading_of, texts_of_sheets

logger = logging.getLogger(__name__)

_BREAK = re.compile(r"\r\n|\r|\n")


def search_files(*, now: datetime) -> int:
    """Empty the rows of forgotten people in stored files; return how many files were rewritten.

    A file that is being worked on, or is not there, is left to a later run; one that cannot be
    searched for whatever other reason is marked, so that administrators look at it.
    """
    owing = list(Forgetting.objects.owing_files().values_list("pk", "lead_id"))
    if not owing:
        return 0
    sought = _sought([pk for pk, _ in owing], [lead_id for _, lead_id in owing])
    rewritten = [_try(delivery, sought, now) for delivery in _with_files()]
    if None not in rewritten:
        done = Forgetting.objects.filter(pk__in=[pk for pk, _ in owing])
        done.update(files_searched_at=now)
    return sum(map(bool, rewritten))


def _try(delivery: Delivery, sought: Sought, now: datetime) -> bool | None:
    """Search a file; tell whether anything was rewritten, None where it is to be tried again."""
    if _is_at_work(delivery):
        return None
    sharing = list(Delivery.objects.filter(file=delivery.file.name).order_by("pk"))
    try:
        is_rewritten = _search(delivery.file, sharing, sought)
    except (OSError, DatabaseError, InterfaceError):
        logger.exception("The file of delivery %s could not be searched.", delivery.pk)
        return None
    except Exception:
        # One file, whatever is wrong with it, keeps nobody in all others.
        logger.exception("The file of delivery %s cannot be searched.", delivery.pk)
        _mark(sharing, now)
        return False
    _mark(sharing, None)
    return is_rewritten


def _mark(sharing: Sequence[Delivery], unsearchable_at: datetime | None) -> None:
    """Keep whether the file that deliveries share can be searched."""
    pks = [each.pk for each in sharing if each.unsearchable_at != unsearchable_at]
    if pks:
        Delivery.objects.filter(pk__in=pks).update(unsearchable_at=unsearchable_at)


def _sought(forgettings: list[int], lead_ids: list[int]) -> Sought:
    identities = LeadIdentity.objects.filter(AnyOf("lead", lead_ids))
    prints = ForgottenAddress.objects.filter(AnyOf("forgetting", forgettings))
    return Sought(
        frozenset(identities.values_list("source", "external_id")),
        frozenset(prints.values_list("fingerprint", flat=True)),
    )


def _with_files() -> Iterator[Delivery]:
    """Give a delivery of each stored file; several may share one."""
    files = Delivery.objects.filter(kind=Delivery.Kind.FILE).exclude(file="").exclude(file=None)
    yield from files.select_related("file_import").order_by("file", "pk").distinct("file")


def _is_at_work(delivery: Delivery) -> bool:
    state = getattr(getattr(delivery, "file_import", None), "state", "")
    return state in FileImport.WORKING or (not state and delivery.processed_at is None)


def _search(file: FieldFile, sharing: Sequence[Delivery], sought: Sought) -> bool:
    """Search everything that is stored of a file; tell whether anything was rewritten."""
    imports = list(FileImport.objects.filter(delivery__in=sharing))
    reading = reading_of(sharing, imports, sought)
    found = _emptied(file, reading)
    for file_import in imports:
        for field in (file_import.table, file_import.rejects):
            if field:
                found = _emptied(field, reading) or found
    for each in sharing if found else ():
        _forget_cells(each.pk, reading.form)
    return found


def _emptied(field: FieldFile, reading: Reading) -> bool:
    """Write a file anew if somebody sought is in it; tell whether."""
    path = Path(field.path)
    if is_blank(path):
        return False
    with TemporaryDirectory() as place:
        target = Path(place) / "emptied.csv"
        if workbooks.kind_of(path) == workbooks.WORKBOOK:
            target, is_found = _rewrite_workbook(path, Path(place), reading)
        else:
            is_found = _rewrite(path, target, reading)
        if is_found:
            _put_in_place(field, target)
    return is_found


def _rewrite_workbook(path: Path, place: Path, reading: Reading) -> tuple[Path, bool]:
    """Write a workbook anew as text cells, one sheet alone as text; tell whether it was needed."""
    emptied: dict[str, Path] = {}
    is_found = False
    for sheet, text in texts_of_sheets(path, place):
        emptied[sheet] = text.with_suffix(".emptied.csv")
        is_found |= _rewrite(text, emptied[sheet], reading.of_sheets())
    kept = {name: emptied[name] for name in workbooks.filled_sheets(path) if name in emptied}
    if len(kept) == 1:
        return next(iter(kept.values())), is_found
    target = place / "emptied.xlsx"
    if is_found:
        workbooks.write_sheets(target, kept)
    return target, is_found


def _rewrite(path: Path, target: Path, reading: Reading) -> bool:
    """Write a text anew with the rows sought empty, all others as they stand; tell of any."""
    with (
        reading.rows(path) as (rows, is_sought),
        _written_like(path, target, reading.form.encoding) as file,
    ):
        written = _AtTheirLines(file, reading.form.delimiter)
        # What stands first in a sheet that nobody imports may be a row like any other.
        is_found = reading.sought.is_in(rows.first_row)
        written.add([""] * len(rows.header) if is_found else rows.first_row)
        for line, cells in rows:
            if isinstance(cells, UnableToRead):
                # What cannot be read may be anybody's.
                written.add([f"line {line}"], line)
            elif is_sought(cells):
                is_found = True
                written.add(rows.emptied(cells), line)
            else:
                written.add(cells, line)
    return is_found


class _AtTheirLines:
    """Writes rows so that each begins on the line it began on before: reasons name lines."""

    def __init__(self, file: TextIO, delimiter: str) -> None:
        self._writer, self._line = csv.writer(file, delimiter=delimiter), 1

    def add(self, cells: Sequence[str], line: int = 1) -> None:
        """Write a row; the lines before it that nothing stands on any more stay empty."""
        while self._line < line:
            self._writer.writerow([])
            self._line += 1
        self._writer.writerow(cells)
        self._line += 1 + sum(len(_BREAK.findall(cell)) for cell in cells)


def _written_like(path: Path, target: Path, encoding: str) -> TextIO:
    """Open a file to be written in the encoding of another, with its mark if that has one."""
    if encoding.startswith("utf-8"):
        with path.open("rb") as file:
            is_marked = file.read(len(BOM_UTF8)) == BOM_UTF8
        encoding = "utf-8-sig" if is_marked else "utf-8"
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return target.open("w", encoding=encoding, errors=errors, newline="")


def _put_in_place(field: FieldFile, emptied: Path) -> None:
    """Let everything that points to a file point to the one that was written instead."""
    old, storage = str(field.name), field.storage
    wanted = field.field.generate_filename(field.instance, f"{uuid4().hex}{emptied.suffix}")
    with emptied.open("rb") as file:
        new = storage.save(wanted, File(file))
    model, column = type(field.instance), field.field.name
    with transaction.atomic():
        model._default_manager.filter(**{column: old}).update(**{column: new})
        transaction.on_commit(lambda: storage.delete(old))


def _forget_cells(delivery_id: int, form: FileFormat) -> None:
    """Take out what was kept of cells that are in the file no more, and look again."""
    delivery = Delivery.objects.get(pk=delivery_id)
    summary = delivery.summary if isinstance(delivery.summary, dict) else {}
    file_import = FileImport.objects.filter(delivery=delivery).select_related("delivery").first()
    foreseen = (file_import.foreseen if file_import else None) or {}
    reasons = [*summary.get("reasons", ()), *foreseen.get("reasons", ())]
    field = (file_import.table if file_import else None) or delivery.file
    still_there = _still_there(quoted_in(reasons), Path(field.path), form)
    if summary.get("reasons"):
        delivery.summary = summary | {"reasons": without_cells(summary["reasons"], still_there)}
        delivery.save(update_fields=["summary"])
    if file_import is None:
        return
    found = file_import.found or {}
    if found.get("columns"):
        file_import.found = _found_again(file_import, found)
        file_import.draft = _without_words(file_import.draft, found, file_import.found)
    if foreseen.get("reasons"):
        file_import.foreseen = foreseen | {
            "reasons": without_cells(foreseen["reasons"], still_there)
        }
    file_import.save(update_fields=["found", "foreseen", "draft"])


def _still_there(quotes: Collection[Quote], path: Path, form: FileFormat) -> set[Quote]:
    """Return those of some quotes that a file has where they say; none if it cannot be read."""
    found: set[Quote] = set()
    lines = {line for line, _cell in quotes}
    last = max(lines, default=0)
    with suppress(OSError, UnableToReadFile), Rows(path, form, is_lenient=True) as rows:
        for line, cells in rows:
            if line > last:
                break
            if line in lines and not isinstance(cells, UnableToRead):
                found.update({(line, cell.strip()) for cell in cells}.intersection(quotes))
    return found


def _found_again(file_import: FileImport, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is found out about a file that was written anew, read as before."""
    path = Path((file_import.table or file_import.delivery.file).path)
    try:
        looked = look(path, encoding=found["encoding"], delimiter=found["delimiter"])
    except (OSError, UnableToReadFile):
        # What stood first told of somebody, so that no column has a name any more.
        nothing = {"name": "", "is_usable": False, "samples": [], "different": []}
        columns = [each | nothing for each in found["columns"]]
        return {**found, "preview": [], "columns": columns, "different": {}}
    return {**found, **found_in(file_import, looked)}


def _without_words(
    draft: Mapping[str, Any], before: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a draft without the meanings of words that are in the file no more."""
    gone = [
        {*column["different"]} - {*now["different"]}
        for column, now in zip(before["columns"], found["columns"], strict=True)
    ]
    values = {
        place: {word: meaning for word, meaning in words.items() if word not in gone[int(place)]}
        for place, words in draft.get("values", {}).items()
    }
    return {**draft, "values": values} if values else dict(draft)
