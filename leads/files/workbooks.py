"""Workbooks: told apart from other files by what is in them, and a sheet of them written as text.

Pure. However large a workbook is, little of it is held in memory.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell

from leads.files.delimited import UnableToReadFile
from leads.files.sheet_rows import Row
from leads.files.workbook_parts import MOST_UNPACKED, Book, Sheet, opened, telling_of_damage

WORKBOOK, TEXT = "workbook", "text"
# A sheet with nothing in so many rows is not offered to be imported.
_LOOKED_AT = 20
_HEAD = 1 << 16
_OLE, _LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")
_BINARY = (b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"SQLite format", b"MZ\x90")
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")
_PAGES = (b"<!doctype html", b"<html", b"<table")
_STRUCTURED = re.compile(rb"<[a-z?!]|\{|\[\s*[{\]]")
_TOLD_EVERY = 1000


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
        with telling_of_damage(path), zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except UnableToReadFile:
        return False


def sheets_of(path: Path) -> list[str]:
    """Return the names of all sheets. Raises UnableToReadFile as filled_sheets does."""
    with opened(path) as book:
        return [sheet.name for sheet in book.sheets]


def filled_sheets(path: Path) -> list[str]:
    """Return the names of the sheets that hold something; hidden ones where all of them are.

    Raises UnableToReadFile for what is damaged or would fill memory or disk.
    """
    with opened(path) as book:
        return [sheet.name for sheet in _shown(_filled(book))]


def sheets_to_choose(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of the sheets that hold something, and those of them that are hidden.

    Hidden ones come last: mostly they hold what lists of choices are made of.
    Raises UnableToReadFile as filled_sheets does.
    """
    with opened(path) as book:
        filled = _filled(book)
    hidden = [sheet.name for sheet in filled if not sheet.is_visible]
    return [sheet.name for sheet in filled if sheet.is_visible] + hidden, hidden


def _filled(book: Book) -> list[Sheet]:
    return [sheet for sheet in book.sheets if _is_filled(book, sheet)]


def _shown(filled: list[Sheet]) -> list[Sheet]:
    """Return of sheets that hold something those that are shown; all where none is."""
    return [sheet for sheet in filled if sheet.is_visible] or filled


def _is_filled(book: Book, sheet: Sheet) -> bool:
    with closing(book.beginning_of(sheet)) as rows:
        return any(text is not None for row in islice(rows, _LOOKED_AT) for text in row)


def write_as_text(
    path: Path,
    target: Path,
    *,
    sheet: str = "",
    is_lenient: bool = False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a sheet as UTF-8 with commas; without a name the first that holds something.

    ``on_progress`` is told how many rows were read so far; none, while texts of theirs are.
    Raises UnableToReadFile for what is damaged or would fill memory or disk, and unless it is
    lenient for a formula whose result was not saved.
    """
    with opened(path) as book, target.open("w", encoding="utf-8", newline="") as file:
        found = _sheet(book, sheet)
        rows = book.rows_of(found, is_lenient=is_lenient, on_progress=on_progress) if found else ()
        writer, written = csv.writer(file), 0
        for number, row in enumerate(_even(rows), start=1):
            written += writer.writerow(row)
            # The same text may be shared by many cells.
            if written > MOST_UNPACKED:
                raise UnableToReadFile("large_workbook", file=path.name)
            if number % _TOLD_EVERY == 0:
                on_progress(number)


def _sheet(book: Book, name: str) -> Sheet | None:
    """Return a sheet by its name, or the first that holds something. Raises KeyError."""
    if name:
        return {sheet.name: sheet for sheet in book.sheets}[name]
    return next(iter(_shown(_filled(book))), None)


def _even(rows: Iterable[Row]) -> Iterator[list[str]]:
    """Fill short rows up to the width of the first filled one; blank rows are left out."""
    width = 0
    for row in rows:
        while row and not row[-1]:
            row.pop()
        if row:
            width = width or len(row)
            yield [text or "" for text in row] + [""] * (width - len(row))


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
