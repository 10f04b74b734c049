"""Rejected rows that are brought again: of which file, how they are read, how many are out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.file_drafts import agreement_of, names_in, taken_in, without_reasons
from leads.guessing.looking import Looked, as_document
from leads.lines import lines_of
from leads.models import Delivery, FileImport

_OF_REJECTS = re.compile(r"(?P<stem>.+)\.rejects\b", re.DOTALL)
_OF_TIMES = ("is_time", "has_time", "has_zone", "formats")
_Files = Mapping[int, list[Delivery]]


def corrected_in(file_import: FileImport, looked: Looked) -> FileImport | None:
    """Return the import whose rejected rows a file brings again; None for none.

    That is the one on whose page it was brought, or the latest after whose rejects it is called. A
    file with other columns corrects nothing.
    """
    before = taken_in(agreement_of(file_import)).exclude(pk=file_import.pk)
    called = _OF_REJECTS.match(file_import.delivery.file_name)
    if file_import.corrects_id:
        corrected = before.filter(pk=file_import.corrects_id).first()
    elif called and looked.is_rejects:
        stem = re.escape(called["stem"])
        with_rejects = before.exclude(rejects="").order_by("-pk")
        corrected = with_rejects.filter(delivery__file_name__regex=rf"^{stem}(\.[^.]*)?$").first()
    else:
        return None
    if corrected is None or names_in(corrected.found or {}) != without_reasons(looked.header):
        return None
    return corrected


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
            {name: column[name] for name in (*_OF_TIMES, "is_number", "nulls")}
            for column in columns
        ],
    }


@dataclass(frozen=True, slots=True)
class Corrections:
    """The files that brought rejected rows of an import again, and those that corrected these.

    ``still_out`` is how many of the rejected rows are in by none of them; None where a file does
    not tell which rows it brought.
    """

    files: list[Delivery]
    still_out: int | None


def corrections_of(deliveries: Iterable[Delivery]) -> dict[int, Corrections]:
    """Return by its key what corrects each import that was corrected.

    A query more than files were corrected one after another.
    """
    deliveries = list(deliveries)
    files = _files_of({each.pk for each in deliveries})
    found = {each.pk: sorted(_all_of(each.pk, files), key=_key) for each in deliveries}
    return {
        each.pk: Corrections(found[each.pk], _still_out(each, found[each.pk]))
        for each in deliveries
        if found[each.pk]
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


def _still_out(delivery: Delivery, files: Sequence[Delivery]) -> int | None:
    """Count the rejected rows that are in by none of the files, the earliest first."""
    told = [(file, _lines(file)) for file in files if file.summary]
    found: set[int] = set()
    for place, (file, lines) in enumerate(told):
        if lines is None:
            return None
        if file.file_import.state == FileImport.State.IMPORTED:
            found |= lines.difference(*(_gone_with(each, file) for each, _of in told[:place]))
    rejected = int((delivery.summary or {}).get("rejected", 0))
    return max(0, rejected - len(found))


def _gone_with(earlier: Delivery, file: Delivery) -> set[int]:
    """Return the rows that a file only repeated of one that was undone after it."""
    undone_at, came_at = earlier.undone_at, file.processed_at
    if undone_at is None or came_at is None or undone_at < came_at:
        return set()
    return _lines(earlier) or set()


def _lines(file: Delivery) -> set[int] | None:
    ranges = (file.summary or {}).get("lines")
    return None if ranges is None else lines_of(ranges)
