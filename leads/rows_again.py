"""Rejected rows known again: which import they came from, by their lines and their cells."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from leads.files import LINE, REASON, Rows, UnableToReadFile
from leads.mapping import FileFormat, parse_mapping
from leads.mapping_problems import MappingError
from leads.models import FileImport
from leads.row_problems import UnableToRead

_LOOKED_AT = 200
_ENOUGH = 0.5
_Cells = Mapping[str, str]


def rejected_by(path: Path, form: FileFormat, imports: Iterable[FileImport]) -> FileImport | None:
    """Return which of some imports rejected the rows of a file; None where it is unsure.

    Its rejected rows come from all of the same lines, and at least half of them are still alike; of
    several such imports it is that with the most rows alike, the first of these.
    Raises OSError, and UnableToReadFile.
    """
    told, found, most = _by_line(path, form), None, 0.0
    for each in imports if told else ():
        if (share := _share_alike(each, told)) > most:
            found, most = each, share
        if most == 1:
            break
    return found if most >= _ENOUGH else None


def _by_line(path: Path, form: FileFormat, wanted: Collection[int] = ()) -> dict[int, _Cells]:
    """Return the filled cells of rejected rows by the line they tell: of the first, or of some."""
    found: dict[int, _Cells] = {}
    with Rows(path, form, is_lenient=True) as rows:
        for _line, cells in rows:
            if isinstance(cells, UnableToRead) or (line := rows.line_told(cells)) is None:
                continue
            if not wanted or line in wanted:
                found[line] = _filled(rows.header, cells)
            if len(found) == (len(wanted) or _LOOKED_AT):
                break
    return found


def _filled(header: Iterable[str], cells: Iterable[str]) -> _Cells:
    named = ((name, cell.strip()) for name, cell in zip(header, cells, strict=False))
    return {name: cell for name, cell in named if cell and name not in {LINE, REASON}}


def _share_alike(file_import: FileImport, told: Mapping[int, _Cells]) -> float:
    """Return the share of rows that are nearly as an import rejected them; 0 where not all are."""
    before: Mapping[int, _Cells] = {}
    with suppress(OSError, UnableToReadFile, MappingError):
        form = parse_mapping(file_import.delivery.mapping).file
        before = _by_line(Path(file_import.rejects.path), form, told.keys())
    if before.keys() != told.keys():
        return 0
    # An emptied row is like any other.
    compared = [line for line in told if told[line] and before[line]]
    alike = sum(_are_alike(told[line], before[line]) for line in compared)
    return alike / len(compared) if compared else 0


def _are_alike(now: _Cells, before: _Cells) -> bool:
    """Tell whether a row has at least half of its cells still."""
    return 2 * sum(now.get(name) == cell for name, cell in before.items()) >= len(before)
