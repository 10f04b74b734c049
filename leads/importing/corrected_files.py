"""Rejected rows that are brought again: of which file, how they are read, how many are out."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from leads.files.delimited import is_of_rejects
from leads.files.lines import lines_of
from leads.files.mapping import FileFormat
from leads.guessing.looking import Looked, as_document
from leads.importing.drafts import agreement_of, names_in, taken_in, without_reasons
from leads.importing.rows_again import fitting_imports
from leads.models import Delivery, FileImport

_OF_REJECTS = re.compile(r"(?P<stem>.+)\.rejects\b", re.DOTALL)
_OF_TIMES = ("is_time", "has_time", "has_zone", "formats")
# So many imports are asked whether they rejected the rows of a file.
_LATEST = 20
_Files = Mapping[int, list[Delivery]]


class Origin(NamedTuple):
    """Of which import the rows of a file are; None for none, or where it is unsure.

    Then those that come into question are ``likely``: by the key, each as much as the others, or
    each for some of the rows where ``is_mixed``. ``is_said`` is whether somebody said so,
    ``is_sample`` whether the file was so long that not all of its rows were compared.
    """

    found: FileImport | None
    is_said: bool = False
    likely: Sequence[int] = ()
    is_mixed: bool = False
    is_sample: bool = False

    def as_document(self) -> dict[str, Any]:
        """Return as plain data what there is to ask, to be kept."""
        return {
            "is_of_none": self.is_said and self.found is None,
            "likely": [*self.likely],
            "is_mixed": self.is_mixed,
            "is_sample": self.is_sample,
        }


class Asked(NamedTuple):
    """The imports of which a file may bring rejected rows, the ``likely`` ones first."""

    imports: list[FileImport]
    likely: list[FileImport]
    is_mixed: bool


def origin_of(
    file_import: FileImport, looked: Looked, path: Path, on_look: Callable[[], None]
) -> Origin:
    """Return the import whose rejected rows a file brings again.

    That is the one that somebody said, or on whose page it was brought. Else it is that whose rows
    are most alike; where several are so nearly, one that was undone or corrected by another of them
    counts less, and then the name of its rejects decides, as it does where no row tells its line.
    A file with other columns corrects nothing. ``on_look`` is called after each import compared.
    """
    if file_import.corrects_id:
        said = taken_in(agreement_of(file_import)).filter(pk=file_import.corrects_id)
        return Origin(next(_with_columns(said, looked.header), None))
    if (file_import.found or {}).get("is_of_none"):
        return Origin(None, is_said=True)
    if not looked.is_rejects:
        return Origin(None)
    possible = _possible(file_import, looked.header)
    form = FileFormat(encoding=looked.encoding, delimiter=looked.delimiter)
    fits = fitting_imports(path, form, looked.rows, possible, on_look)
    if fits is None:
        return Origin(_only(_counting_more(_called_like(file_import, possible))))
    if fits.parts:
        return Origin(None, likely=_keys(fits.parts), is_mixed=True, is_sample=fits.is_sample)
    likely = _counting_more(fits.alike)
    found = _only(likely) or _only(_called_like(file_import, likely))
    unsure = () if found else _keys(likely)
    return Origin(found, likely=unsure, is_sample=fits.is_sample)


def asked_about(file_import: FileImport) -> Asked:
    """Return of which imports a file can be said to bring rejected rows; none where it has none.

    The likely ones come first, then the latest, before all that were undone.
    """
    found, said = file_import.found or {}, file_import.corrects
    header = [column["name"] for column in found.get("columns", ())]
    if not (said or found.get("is_of_none") or is_of_rejects(header)):
        return Asked([], [], is_mixed=False)
    keys, possible = found.get("likely", ()), _possible(file_import, header)
    if said and said not in possible:
        possible.insert(0, said)
    likely = [each for each in possible if each.pk in keys]
    others = [each for each in possible if each.pk not in keys]
    return Asked([*likely, *others], likely, bool(found.get("is_mixed")))


def _possible(file_import: FileImport, header: Sequence[str]) -> list[FileImport]:
    before = taken_in(agreement_of(file_import)).exclude(pk=file_import.pk).filter(rejects__gt="")
    latest = before.select_related("delivery").order_by("-pk")[:_LATEST]
    possible = _with_columns(latest, header)
    return sorted(possible, key=_is_undone)


def _is_undone(file_import: FileImport) -> bool:
    return file_import.state == FileImport.State.UNDONE


def _counting_more(alike: Sequence[FileImport]) -> list[FileImport]:
    """Return of imports that fit alike those that hold, and of these the last to be corrected."""
    holding = [each for each in alike if not _is_undone(each)] or alike
    corrected = {each.corrects_id for each in holding}
    return [each for each in holding if each.pk not in corrected]


def _only(files: Sequence[FileImport]) -> FileImport | None:
    return files[0] if len(files) == 1 else None


def _keys(files: Iterable[FileImport]) -> list[int]:
    return [each.pk for each in files]


def _with_columns(files: Iterable[FileImport], header: Sequence[str]) -> Iterator[FileImport]:
    return (each for each in files if names_in(each.found or {}) == without_reasons(header))


def _called_like(file_import: FileImport, possible: Sequence[FileImport]) -> list[FileImport]:
    """Return the imports after whose rejects a file is called."""
    if not (called := _OF_REJECTS.match(file_import.delivery.file_name)):
        return []
    name = re.compile(rf"{re.escape(called['stem'])}(\.[^.]*)?")
    return [each for each in possible if name.fullmatch(str(each))]


def found_in(file_import: FileImport, looked: Looked) -> dict[str, Any]:
    """Return what was found out about a file.

    A few corrected rows tell little of what a column holds: there its cells are read like those of
    the file whose rows they are, but for times that are now written in another way. ``different``
    says by its name how many different cells a column has, so many at the most as are counted.
    """
    found, corrected = as_document(looked), file_import.corrects
    if corrected is None or not corrected.found:
        return found | {"different": _different(found["columns"])}
    before = corrected.found if "header" in corrected.found else without_content(corrected.found)
    forms = dict(zip(before["header"], before.get("forms", ()), strict=False))
    columns = [_read_like(column, forms.get(column["name"], {})) for column in found["columns"]]
    return found | {"columns": columns, "different": before.get("different", {})}


def _read_like(column: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column read like one of the first file; a few dates make none of dates of times."""
    is_rewritten = column["is_time"] and (column["has_time"] or not form.get("has_time"))
    kept = _OF_TIMES if is_rewritten else ()
    return {**column, **{name: value for name, value in form.items() if name not in kept}}


def _different(columns: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {each["name"]: len(each["different"]) + each["has_more"] for each in columns}


def without_content(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what was found out about a file what tells nothing of who is in it."""
    columns: Sequence[Mapping[str, Any]] = found.get("columns", ())
    return {
        "rows": found.get("rows", 0),
        "order": found.get("order"),
        "is_order_sure": found.get("is_order_sure", False),
        "header": [column["name"] for column in columns],
        "forms": [
            {
                **{name: column[name] for name in (*_OF_TIMES, "is_number", "nulls")},
                "decimal": column.get("decimal", ""),
                # A cell that was no number left the column text.
                "group": "" if column.get("odd") else column.get("group", ""),
            }
            for column in columns
        ],
        "different": found.get("different", {}),
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
