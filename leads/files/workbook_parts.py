"""What a workbook is made of: its sheets, the texts they share, and which styles show dates."""

import errno
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import Stylesheet
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS
from openpyxl.xml.functions import fromstring

from leads.files.delimited import UnableToReadFile
from leads.files.shared_texts import SharedTexts
from leads.files.sheet_rows import FormulaWithoutResult, NoTexts, Row, Styles, rows_of
from leads.files.workbook_xml import MOST_HELD

MOST_UNPACKED = 8 << 30
# What the libraries raise where an archive or a sheet in it is not as they expect.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError,
    ParseError, ExpatError, LookupError, ValueError, TypeError, OverflowError,
)  # fmt: skip
# And where it points to before its beginning, or says that it is no workbook.
_MISLED = (errno.EINVAL, None)


class _Archive(zipfile.ZipFile):
    """An archive of which nothing large is read as a whole; it gives no more than it says."""

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """Read a member. Raises UnableToReadFile for a large one."""
        member = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if member.file_size > MOST_HELD:
            raise UnableToReadFile("large_workbook", file=_name_of(self))
        return super().read(name, pwd)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, and where in the archive it lies."""

    name: str
    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook; nothing of its sheets is in memory."""

    path: Path
    archive: zipfile.ZipFile
    sheets: list[Sheet]
    styles: Styles
    texts_part: str

    def beginning_of(self, sheet: Sheet) -> Generator[Row, None, None]:
        """Give the rows of a sheet with empty texts where its cells share some."""
        with self.archive.open(sheet.part) as file:
            yield from rows_of(file, self.styles, NoTexts())

    def rows_of(
        self, sheet: Sheet, *, is_lenient: bool, on_progress: Callable[[int], None]
    ) -> Iterator[Row]:
        """Give the rows of a sheet; the shared texts lie beside the workbook meanwhile.

        While they are put there, ``on_progress`` is told that no row was read yet. Unless it is
        lenient, raises UnableToReadFile for a formula without a result.
        """
        with SharedTexts.beside(self.path) as texts, self.archive.open(sheet.part) as file:
            if self.texts_part:
                with self.archive.open(self.texts_part) as table:
                    texts.read(table, on_progress)
            try:
                yield from rows_of(file, self.styles, texts, is_lenient=is_lenient)
            except FormulaWithoutResult as error:
                raise UnableToReadFile(
                    "formula_without_result", file=self.path.name, cell=error.cell
                ) from None


@contextmanager
def opened(path: Path) -> Iterator[Book]:
    """Open a workbook whatever its file is called.

    Raises OSError, and UnableToReadFile for what is damaged or would fill memory or disk, as
    does whatever is read in it.
    """
    with telling_of_damage(path), _Archive(path) as archive, path.open("rb") as file:
        _check(archive)
        reader = ExcelReader(file, read_only=True, keep_links=False)
        reader.archive = archive
        reader.read_manifest()
        reader.read_workbook()
        styles = _styles(archive, reader.wb.epoch)
        yield Book(path, archive, _sheets(reader), styles, _texts_part(reader))


def _check(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if any(member.header_offset < 0 for member in members):
        raise zipfile.BadZipFile("Something was cut out of the archive.")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise UnableToReadFile("large_workbook", file=_name_of(archive))


def _name_of(archive: zipfile.ZipFile) -> str:
    return Path(str(archive.filename)).name


@contextmanager
def telling_of_damage(path: Path) -> Iterator[None]:
    """Tell of whatever the libraries raise as UnableToReadFile."""
    try:
        yield
    except UnableToReadFile:
        raise
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _MISLED:
            raise
        raise UnableToReadFile("broken_workbook", file=path.name) from error


def _sheets(reader: ExcelReader) -> list[Sheet]:
    """Return the sheets that have cells, and are there."""
    parts = set(reader.archive.namelist())
    return [
        Sheet(str(sheet.name), relation.target, sheet.state == "visible")
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in parts and "chartsheet" not in relation.Type
    ]


def _texts_part(reader: ExcelReader) -> str:
    found = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    return str(found.PartName).removeprefix("/") if found is not None else ""


def _styles(archive: zipfile.ZipFile, epoch: datetime) -> Styles:
    """Read which styles show dates; without any, no number is one."""
    if ARC_STYLE not in archive.namelist():
        return Styles(epoch=epoch)
    root: Any = fromstring(archive.read(ARC_STYLE))
    sheet: Any = Stylesheet.from_tree(root)
    return Styles(
        dates=frozenset(sheet.date_formats),
        spans=frozenset(sheet.timedelta_formats),
        with_hours=frozenset(place for place in sheet.date_formats if _shows_hours(sheet, place)),
        epoch=epoch,
    )


def _shows_hours(sheet: Any, place: int) -> bool:
    number = sheet.cell_styles[place].numFmtId
    if number < BUILTIN_FORMATS_MAX_SIZE:
        shown = BUILTIN_FORMATS.get(number, "General")
    else:
        shown = sheet.number_formats[number - BUILTIN_FORMATS_MAX_SIZE]
    return any(sign in shown.lower() for sign in ("h", "s"))
