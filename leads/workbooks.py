"""Workbooks: told apart from other files by what is in them, and a sheet of them read as rows.

Pure. Cells are written as text the way mappings read it: times in ISO form, numbers plainly.
"""

import csv
import errno
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell

from leads.files import UnableToReadFile

WORKBOOK, TEXT = "workbook", "text"
# A sheet is read bit by bit, but the texts that its cells share are held in memory.
MOST_UNPACKED, MOST_HELD = 4 << 30, 192 << 20
_SHEETS = "xl/worksheets/"
# A sheet with nothing in so many rows is not offered to be imported.
_LOOKED_AT = 20
_MOST_ROWS = 1 << 20
_HEAD = 1 << 16
_OLE, _LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")
_BINARY = (b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"SQLite format", b"MZ\x90")
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")
_PAGES = (b"<!doctype html", b"<html", b"<table")
_STRUCTURED = re.compile(rb"<[a-z?!]|\{|\[\s*[{\]]")
_TOLD_EVERY = 1000
# Above, not every whole number is one that a spreadsheet can hold.
_EXACT = 1e15
# What the libraries raise where an archive or a sheet in it is not as they expect.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError,
    ParseError, LookupError, ValueError, TypeError, OverflowError,
)  # fmt: skip
# And where it points to before its beginning, or says that it is no workbook.
_MISLED = (errno.EINVAL, None)


@contextmanager
def _looking_into(path: Path) -> Iterator[None]:
    """Tell of whatever the libraries raise as UnableToReadFile."""
    try:
        yield
    except UnableToReadFile:
        raise
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _MISLED:
            raise
        raise UnableToReadFile("broken_workbook", file=path.name) from error


def kind_of(path: Path) -> str:
    """Tell whether a file is a workbook or text. Raises OSError, and UnableToReadFile."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    reason = _refusal_of(path, head)
    if reason:
        raise UnableToReadFile(reason, file=path.name)
    if not head.startswith(b"PK"):
        return TEXT
    if not _is_workbook(path):
        raise UnableToReadFile("other_archive", file=path.name)
    return WORKBOOK


def _refusal_of(path: Path, head: bytes) -> str:
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not beginning:
        return "empty"
    if head.startswith(b"%PDF"):
        return "pdf"
    if head.startswith(_OLE):
        return "locked_workbook" if _holds(path, _LOCKED) else "old_workbook"
    if _STRUCTURED.match(beginning):
        return "web_page" if beginning.startswith(_PAGES) else "structured"
    if head.startswith(_ARCHIVES):
        return "other_archive"
    return "not_a_table" if head.startswith(_BINARY) else ""


def _holds(path: Path, wanted: bytes) -> bool:
    """Tell whether some bytes are in a file; across two pieces too."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if wanted in before + chunk:
                return True
            before = chunk[-len(wanted) :]
    return False


def _is_workbook(path: Path) -> bool:
    try:
        with _looking_into(path), zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except UnableToReadFile:
        return False


def sheets_of(path: Path) -> list[str]:
    """Return the names of all sheets. Raises UnableToReadFile as filled_sheets does."""
    with _looking_into(path):
        _check_sizes(path)
        with _opened(path) as workbook:
            return [str(sheet.title) for sheet in workbook.worksheets]


def filled_sheets(path: Path) -> list[str]:
    """Return the names of the sheets that hold something; hidden ones where all of them are.

    Raises UnableToReadFile for what is damaged or would fill the memory.
    """
    with _looking_into(path):
        _check_sizes(path)
        with _opened(path, data_only=True) as workbook:
            filled = [sheet for sheet in workbook.worksheets if _is_filled(sheet)]
            shown = [sheet for sheet in filled if sheet.sheet_state == "visible"]
            return [str(sheet.title) for sheet in shown or filled]


def write_as_text(
    path: Path,
    target: Path,
    *,
    sheet: str = "",
    is_lenient: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a sheet as UTF-8 with commas; without a name the first that holds something.

    ``on_progress`` is told how many rows were read so far.
    Raises UnableToReadFile for what is damaged or would fill the memory, and unless it is lenient
    for a formula whose result was not saved.
    """
    sheet = sheet or next(iter(filled_sheets(path)), "")
    with _looking_into(path), target.open("w", encoding="utf-8", newline="") as file:
        _check_sizes(path)
        writer = csv.writer(file)
        for number, row in enumerate(_rows(path, sheet, is_lenient=is_lenient), start=1):
            writer.writerow(row)
            if number % _TOLD_EVERY == 0:
                on_progress(number)


def _check_sizes(path: Path) -> None:
    """Refuse what unpacks to more than can be read; an archive gives no more than it says."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(one.file_size for one in members)
    held = sum(
        one.file_size
        for one in members
        if one.filename.endswith((".xml", ".rels")) and not one.filename.startswith(_SHEETS)
    )
    if unpacked > MOST_UNPACKED or held > MOST_HELD:
        raise UnableToReadFile("large_workbook", file=path.name)


def write_sheets(target: Path, sheets: Mapping[str, Path]) -> None:
    """Write sheets of text cells, each from a file of UTF-8 with commas."""
    workbook = Workbook(write_only=True)
    for name, path in sheets.items():
        sheet = workbook.create_sheet(name)
        with path.open(encoding="utf-8", newline="") as file:
            for cells in csv.reader(file):
                sheet.append([text_cell(sheet, text) for text in cells])
    workbook.save(target)


def text_cell(sheet: Any, text: str) -> Cell:
    """Return a cell that no spreadsheet takes for a formula."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _rows(path: Path, name: str, *, is_lenient: bool) -> Iterator[list[str]]:
    """Give the rows as wide as the first; blank ones are left out."""
    with _opened(path, data_only=True) as results:
        sheet = results[name] if name else results.worksheets[0]
        if is_lenient or not _has_formulas(path):
            yield from _even(_texts(_rows_of(sheet)))
            return
        with _opened(path) as written:
            source = written[sheet.title]
            yield from _even(_texts(_with_results(_rows_of(sheet), _rows_of(source), path)))


def _rows_of(sheet: Any) -> Iterator[Sequence[Any]]:
    """Give the rows of a sheet; those that are not written are blank.

    Raises ValueError where a row says that there are more above it than a sheet can have.
    """
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS:
            raise ValueError(f"{sheet.title} has more than {_MOST_ROWS} rows.")
        yield row


@contextmanager
def _opened(path: Path, *, data_only: bool = False) -> Iterator[Any]:
    """Open a workbook whatever its file is called."""
    with path.open("rb") as file:
        workbook = load_workbook(file, read_only=True, data_only=data_only)
        with closing(workbook):
            yield workbook


def _is_filled(sheet: Any) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=_LOOKED_AT)
    return any(cell.value is not None for row in rows for cell in row)


def _has_formulas(path: Path) -> bool:
    """Tell whether any sheet holds a formula: then each has to be looked at twice."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith(_SHEETS) or not name.endswith(".xml"):
                continue
            before = b""
            with archive.open(name) as file:
                while chunk := file.read(1 << 20):
                    piece = before + chunk
                    if b"<f>" in piece or b"<f " in piece or b"<f/>" in piece:
                        return True
                    before = chunk[-4:]
    return False


def _with_results(
    results: Iterable[Sequence[Any]], written: Iterable[Sequence[Any]], path: Path
) -> Iterator[Sequence[Any]]:
    for row, source in zip(results, written, strict=True):
        for cell, told in zip(row, source, strict=True):
            if told.data_type == "f" and cell.value is None:
                raise UnableToReadFile(
                    "formula_without_result", file=path.name, cell=told.coordinate
                )
        yield row


def _texts(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str]]:
    for row in rows:
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts


def _even(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Fill short rows up to the width of the first filled one; blank rows are left out."""
    width = 0
    for row in rows:
        if not row:
            continue
        width = width or len(row)
        yield row + [""] * (width - len(row))


def _text(cell: Cell) -> str:
    match cell.value:
        case None:
            return ""
        case bool() as value:
            return "true" if value else "false"
        case datetime() as value:
            return _moment(value, cell.number_format or "")
        case float() as value if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        case date() | time() as value:
            return value.isoformat()
        case value:
            return str(value).strip()


def _moment(value: datetime, number_format: str) -> str:
    """Write a time, or a date where the sheet shows no hour."""
    shows_hours = any(sign in number_format.lower() for sign in ("h", "s"))
    if value.time() == time.min and not shows_hours:
        return value.date().isoformat()
    # A spreadsheet counts in fractions of a day, which are off by some microseconds.
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
