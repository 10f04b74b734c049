"""Rejected rows that are brought again: of which file, how they are read, how many are out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leads.file_drafts import agreement_of, names_in, taken_in, without_reasons
from leads.files import is_of_rejects
from leads.guessing.looking import Looked, as_document
from leads.lines import lines_of
from leads.mapping import FileFormat
from leads.models import Delivery, FileImport
from leads.rows_again import rejected_by

_OF_REJECTS = re.compile(r"(?P<stem>.+)\.rejects\b", re.DOTALL)
_OF_TIMES = ("is_time", "has_time", "has_zone", "formats")
# So many imports are asked whether they rejected the rows of a file.
_LATEST = 20
_Files = Mapping[int, list[Delivery]]


def corrected_in(file_import: FileImport, looked: Looked, path: Path) -> FileImport | None:
    """Return the import whose rejected rows a file brings again; None for none, or where unsure.

    That is the one that somebody said, or on whose page it was brought; else it is known by the
    rows, or by the name of its rejects. A file with other columns corrects nothing.
    """
    if file_import.corrects_id:
        said = taken_in(agreement_of(file_import)).filter(pk=file_import.corrects_id)
        return next(_with_columns(said, looked.header), None)
    if not looked.is_rejects:
        return None
    possible = _possible(file_import, looked.header)
    form = FileFormat(encoding=looked.encoding, delimiter=looked.delimiter)
    return rejected_by(path, form, possible) or _called_like(file_import, possible)


def may_correct(file_import: FileImport) -> list[FileImport]:
    """Return the imports of which a file may bring rejected rows, where it is not known of which.

    The latest come first, before all that were undone.
    """
    header = [column["name"] for column in (file_import.found or {}).get("columns", ())]
    if file_import.corrects_id or not is_of_rejects(header):
        return []
    return _possible(file_import, header)


def _possible(file_import: FileImport, header: Sequence[str]) -> list[FileImport]:
    before = taken_in(agreement_of(file_import)).exclude(pk=file_import.pk).filter(rejects__gt="")
    latest = before.select_related("delivery").order_by("-pk")[:_LATEST]
    possible = _with_columns(latest, header)
    return sorted(possible, key=lambda each: each.state == FileImport.State.UNDONE)


def _with_columns(files: Iterable[FileImport], header: Sequence[str]) -> Iterator[FileImport]:
    return (each for each in files if names_in(each.found or {}) == without_reasons(header))


def _called_like(file_import: FileImport, possible: Iterable[FileImport]) -> FileImport | None:
    """Return the first import after whose rejects a file is called."""
    if not (called := _OF_REJECTS.match(file_import.delivery.file_name)):
        return None
    name = re.compile(rf"{re.escape(called['stem'])}(\.[^.]*)?")
    return next((each for each in possible if name.fullmatch(str(each))), None)


def found_in(file_import: FileImport, looked: Looked) -> dict[str, Any]:
    """Return what was found out about a file.

    A few corrected rows tell little of what a column holds: there its cells are read like those of
    the file whose rows they are, but for times that are now written in another way.
    """
    found, corrected = as_document(looked), file_import.corrects
    if corrected is None or not corrected.found:
        return found
    before = corrected.found if "header" in corrected.found else without_content(corrected.found)
    forms = dict(zip(before["header"], before.get("forms", ()), strict=False))
    columns = [_read_like(column, forms.get(column["name"], {})) for column in found["columns"]]
    return found | {"columns": columns}


def _read_like(column: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    is_kept = {name: name in _OF_TIMES and column["is_time"] for name in form}
    return {**column, **{name: value for name, value in form.items() if not is_kept[name]}}


def without_content(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what was found out about a file what tells nothing of who is in it."""
    columns: Sequence[Mapping[str, Any]] = found.get("columns", ())
    return {
        "rows": found.get("rows", 0),
        "header": [column["name"] for column in columns],
        "forms": [
            {
                **{name: column[name] for name in (*_OF_TIMES, "is_number", "nulls")},
                # A cell that was no number left the column text.
                "group": "" if column.get("odd") else column.get("group", ""),
            }
            for column in columns
        ],
    }


@dataclass(frozen=True, slots=True)
class Corrections:
    """The files that brought rejected rows of an import again, and those that corrected these.

    ``still_out`` is how many of the rejected rows are not known to be in by any of them. ``silent``
    are those that took in rows of which nothing tells which of the rejected ones they were.
    """

    files: list[Delivery]
    still_out: int
    silent: list[Delivery]


def corrections_of(deliveries: Iterable[Delivery]) -> dict[int, Corrections]:
    """Return by its key what corrects each import that was corrected.

    A query more than files were corrected one after another.
    """
    deliveries = list(deliveries)
    files = _files_of({each.pk for each in deliveries})
    found = {each.pk: sorted(_all_of(each.pk, files), key=_key) for each in deliveries}
    return {
        each.pk: Corrections(known, _still_out(each, known), [*filter(_is_silent, known)])
        for each in deliveries
        if (known := found[each.pk])
    }


def _files_of(keys: set[int]) -> _Files:
    """Return what corrects these imports, and in turn those, by the key of what it corrects."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    while keys:
        files = FileImport.objects.filter(corrects__in=keys).select_related("delivery")
        keys = set()
        for file in files:
            found[file.corrects_id or 0].append(file.delivery)
            keys.add(file.pk)
        keys -= found.keys()
    return found


def _all_of(key: int, files: _Files) -> Iterator[Delivery]:
    for file in files.get(key, ()):
        yield file
        yield from _all_of(file.pk, files)


def _key(delivery: Delivery) -> int:
    return delivery.pk


def _still_out(delivery: Delivery, files: Sequence[Delivery]) -> int:
    """Count the rejected rows not known to be in by any of the files, the earliest first."""
    found: set[int] = set()
    for place, file in enumerate(files):
        if file.file_import.state == FileImport.State.IMPORTED:
            found |= _lines(file).difference(*(_gone_with(each, file) for each in files[:place]))
    rejected = int((delivery.summary or {}).get("rejected", 0))
    return max(0, rejected - len(found))


def _is_silent(file: Delivery) -> bool:
    """Tell whether a file took in rows of which it does not tell from which lines they came."""
    if file.file_import.state != FileImport.State.IMPORTED:
        return file.file_import.state == FileImport.State.STOPPED
    return int((file.summary or {}).get("taken", 0)) > len(_lines(file))


def _gone_with(earlier: Delivery, file: Delivery) -> set[int]:
    """Return the rows that a file only repeated of one that was undone after it."""
    undone_at, came_at = earlier.undone_at, file.processed_at
    if undone_at is None or came_at is None or undone_at < came_at:
        return set()
    return _lines(earlier)


def _lines(file: Delivery) -> set[int]:
    """Return the lines of the rejected rows that a file is known to have taken in."""
    return lines_of((file.summary or {}).get("lines", ()))
