"""Stored files that tell of people who were forgotten: written anew with those rows empty.

A workbook with one sheet becomes the text that was read of it; sheets that are hidden beside others
are left out. What else stands in a file stays as it is read.
"""

import csv
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile

from leads import workbooks
from leads.any_of import AnyOf
from leads.blanking import addresses_in, blanked_text
from leads.files import Rows, UnableToReadFile
from leads.fingerprints import fingerprint_of_address, veiled
from leads.mapping import FactsMapping, FileFormat, parse_mapping
from leads.mapping_problems import MappingError
from leads.models import Delivery, FileImport, Forgetting, ForgottenAddress, LeadIdentity
from leads.row_names import name_reader
from leads.row_problems import UnableToRead

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom files are searched for: by names of leads, and by fingerprints of addresses."""

    names: frozenset[tuple[str, str]]
    prints: frozenset[str]

    def is_in(self, cells: Iterable[str], names: Iterable[tuple[str, str] | None] = ()) -> bool:
        """Whether a row tells of somebody sought, by any of the names that its lead may have."""
        for name in filter(None, names):
            source, external_id = name
            if name in self.names or (source, veiled(external_id)) in self.names:
                return True
        found = (address for cell in cells for address in addresses_in(cell))
        return any(fingerprint_of_address(address) in self.prints for address in found)


def search_files(*, now: datetime) -> int:
    """Empty the rows of forgotten people in stored files; return how many files were rewritten.

    A file that is being worked on, or is not there, is left to a later run; one that cannot be
    read is marked, so that administrators look at it.
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
    except UnableToReadFile:
        logger.exception("The file of delivery %s cannot be searched.", delivery.pk)
        _mark(sharing, now)
        return False
    except OSError:
        logger.exception("The file of delivery %s could not be searched.", delivery.pk)
        return None
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
    mappings = [mapping for each in sharing if (mapping := _mapping_of(each)) is not None]
    reading = _Reading(_form_of(mappings, imports), mappings, sought)
    found = _emptied(file, reading)
    for file_import in imports:
        for field in (file_import.table, file_import.rejects):
            if field:
                found = _emptied(field, reading) or found
    for each in sharing if found else ():
        _forget_samples(each.pk)
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a file is written, what its columns may mean, and who is sought in it."""

    form: FileFormat
    mappings: Sequence[FactsMapping]
    sought: Sought


def _mapping_of(delivery: Delivery) -> FactsMapping | None:
    with suppress(MappingError):
        return parse_mapping(delivery.mapping) if delivery.mapping else None
    return None


def _form_of(mappings: Sequence[FactsMapping], imports: Sequence[FileImport]) -> FileFormat:
    """Return how a file is written: as its mapping says, or a draft of one."""
    if mappings:
        return mappings[0].file
    drafts = [each.draft for each in imports if "encoding" in each.draft]
    return FileFormat(
        **{key: drafts[0][key] for key in ("encoding", "delimiter")} if drafts else {}
    )


def _emptied(field: FieldFile, reading: _Reading) -> bool:
    """Write a file anew if somebody sought is in it; tell whether."""
    with TemporaryDirectory() as place:
        path, target = Path(field.path), Path(place) / "emptied.csv"
        if workbooks.kind_of(path) == workbooks.WORKBOOK:
            target, is_found = _rewrite_workbook(path, Path(place), reading)
        else:
            is_found = _rewrite(path, target, reading)
        if is_found:
            _put_in_place(field, target)
    return is_found


def _rewrite_workbook(path: Path, place: Path, reading: _Reading) -> tuple[Path, bool]:
    """Write a workbook anew as text cells, one sheet alone as text; tell whether it was needed."""
    reading = replace(reading, form=FileFormat())
    emptied: dict[str, Path] = {}
    is_found = False
    for number, sheet in enumerate(workbooks.sheets_of(path)):
        text, target = place / f"{number}.text.csv", place / f"{number}.csv"
        workbooks.write_as_text(path, text, sheet=sheet, is_lenient=True)
        if text.stat().st_size:
            is_found |= _rewrite(text, target, reading)
            emptied[sheet] = target
    kept = {name: emptied[name] for name in workbooks.filled_sheets(path) if name in emptied}
    if len(kept) == 1:
        return next(iter(kept.values())), is_found
    target = place / "emptied.xlsx"
    if is_found:
        workbooks.write_sheets(target, kept)
    return target, is_found


def _rewrite(path: Path, target: Path, reading: _Reading) -> bool:
    form, sought = reading.form, reading.sought
    encoding = form.encoding.removesuffix("-sig")
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    with (
        Rows(path, form, is_lenient=True) as rows,
        target.open("w", encoding=encoding, errors=errors, newline="") as file,
    ):
        writer = csv.writer(file, delimiter=form.delimiter)
        name_readers = [name_reader(mapping, rows.header) for mapping in reading.mappings]
        # What stands first in a sheet that nobody imports may be a row like any other.
        is_found = sought.is_in(rows.header)
        writer.writerow([""] * len(rows.header) if is_found else rows.header)
        for line, cells in rows:
            if isinstance(cells, UnableToRead):
                # What cannot be read may be anybody's.
                writer.writerow([f"line {line}"])
            elif sought.is_in(cells, [name_of(cells) for name_of in name_readers]):
                is_found = True
                writer.writerow([""] * len(cells))
            else:
                writer.writerow(cells)
    return is_found


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


def _forget_samples(delivery_id: int) -> None:
    """Take the examples away that were kept of the file's cells."""
    delivery = Delivery.objects.get(pk=delivery_id)
    summary = delivery.summary if isinstance(delivery.summary, dict) else {}
    if summary.get("reasons"):
        delivery.summary = summary | {"reasons": _wordless(summary["reasons"])}
        delivery.save(update_fields=["summary"])
    for file_import in FileImport.objects.filter(delivery=delivery):
        found, foreseen = file_import.found or {}, file_import.foreseen or {}
        if found.get("columns"):
            columns = [each | {"samples": [], "different": []} for each in found["columns"]]
            file_import.found = found | {"preview": [], "columns": columns}
        if foreseen.get("reasons"):
            file_import.foreseen = foreseen | {"reasons": _wordless(foreseen["reasons"])}
        file_import.save(update_fields=["found", "foreseen"])


def _wordless(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each | {"reason": blanked_text(str(each.get("reason", "")))} for each in reasons]
