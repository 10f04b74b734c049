"""Files of rows: looked through once, read row by row, and what was rejected written back."""

import codecs
import csv
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Self, TextIO, cast
from unicodedata import normalize

from agreements.criteria import gettext_noop
from leads.files.lines import line_in
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead

MESSAGES = {
    "not_encoded": gettext_noop(
        "{file} is not {encoding} (byte {place} is not): save it as UTF-8, or name its encoding "
        "in the mapping, as in “file: {{encoding: windows-1252}}”."
    ),
    "zero_bytes": gettext_noop(
        "{file} is not {encoding} but probably UTF-16: save it as UTF-8, or say "
        "“file: {{encoding: utf-16}}” in the mapping."
    ),
    "no_header": gettext_noop(
        "{file} is empty: its first row should name the columns. Export it again."
    ),
    "no_rows": gettext_noop(
        "{file} names its columns, but there is no row below. Export it again, with its rows."
    ),
    "too_many_columns": gettext_noop(
        "{file} has {columns} columns; at most {most} are read. Export only those you need."
    ),
    "too_many_rows": gettext_noop(
        "{file} has more than {most} rows. Cut it into several files and import one after another."
    ),
}
KINDS = {
    "empty": gettext_noop("{file} is empty. Export it again."),
    "pdf": gettext_noop("{file} is a PDF. Export the table as CSV or XLSX instead."),
    "old_workbook": gettext_noop(
        "{file} is a workbook in the old XLS format. Save it as XLSX or CSV and send that."
    ),
    "locked_workbook": gettext_noop(
        "{file} is protected with a password. Save it without one, or as CSV, and send that."
    ),
    "web_page": gettext_noop(
        "{file} is a web page, whatever its name says. Open it in a spreadsheet program, save it "
        "as XLSX or CSV and send that."
    ),
    "structured": gettext_noop(
        "{file} is JSON or XML, which programs send each other. Export the table as CSV or XLSX, "
        "or let the system call the portal’s API."
    ),
    "other_archive": gettext_noop(
        "{file} is an archive or another kind of document. Send a CSV or XLSX file."
    ),
    "not_a_table": gettext_noop("{file} is no table that can be read. Send a CSV or XLSX file."),
    "broken_workbook": gettext_noop(
        "{file} is damaged. Open it in a spreadsheet program, save it anew and send that."
    ),
    "large_workbook": gettext_noop(
        "{file} unpacks to more than can be read safely. Save it as CSV, or cut it into several "
        "files, and send that."
    ),
    "formula_without_result": gettext_noop(
        "{file} has a formula in {cell} whose result was not saved. Open it in a spreadsheet "
        "program, save it and send it again."
    ),
}
OTHER_OBJECTS = {
    "hubspot_companies": gettext_noop(
        "{file} is HubSpot’s export of companies, which names no leads. Export the contacts."
    ),
    "hubspot_tickets": gettext_noop(
        "{file} is HubSpot’s export of tickets, which names no leads. Export the contacts."
    ),
    "salesforce_accounts": gettext_noop(
        "{file} is Salesforce’s export of accounts, which names no leads. Export the leads."
    ),
    "salesforce_opportunities": gettext_noop(
        "{file} is Salesforce’s export of opportunities, which does not say of which lead each is. "
        "Export the leads, or a report of opportunities with the contact’s e-mail address."
    ),
    "pipedrive_organizations": gettext_noop(
        "{file} is Pipedrive’s export of organizations, which names no leads. Export the leads or "
        "the deals."
    ),
    "pipedrive_activities": gettext_noop(
        "{file} is Pipedrive’s export of activities, which does not say by an id of which lead "
        "each is. Export the leads or the deals."
    ),
}
MESSAGES |= KINDS | OTHER_OBJECTS
LINE, REASON = "rejected_line", "rejected_reason"

_CHUNK = 1 << 20
# Older encodings lack the signs of printers.
_PLAINER = str.maketrans("“”„«»‘’–—…", '"""""\'\'--.')
# What a spreadsheet puts first to say what parts the cells; by that very sign it is cut.
_SEPARATOR_LINE = re.compile("sep=.?", re.IGNORECASE | re.DOTALL)
# What a spreadsheet takes for a formula, or an apostrophe that stands before such a thing already.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
# A telephone or a number begins as formulas do, and is none that could do anything.
_DIGITS = re.compile(r"[+\-][0-9 ().\-]*[0-9][0-9 ().\-]*")


class UnableToReadFile(ValueError):
    """A file of which no row can be read; the sentence says what to do."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(MESSAGES[code].format(**params))

    @property
    def template(self) -> str:
        """The sentence before its parameters are filled in, for translation."""
        return MESSAGES[self.code]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look through a file tells: its size, its hash, and whether zero bytes are in it."""

    size: int
    sha256: str
    has_zeros: bool


def look_through(path: Path, form: FileFormat) -> Looked:
    """Read a file once and check that it is in its encoding, in memory of constant size.

    Raises OSError, and UnableToReadFile where it is in another one.
    """
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder(form.encoding)()
    size, zeros = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            zeros += _decode(decoder, chunk, path, form, size).count("\0")
            size += len(chunk)
        _decode(decoder, b"", path, form, size, final=True)
    if zeros > size // 10:
        raise UnableToReadFile("zero_bytes", file=path.name, encoding=form.encoding)
    return Looked(size, digest.hexdigest(), zeros > 0)


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    path: Path,
    form: FileFormat,
    place: int,
    *,
    final: bool = False,
) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeError as error:
        raise _not_encoded(error, path, form, place) from None


def _not_encoded(
    error: UnicodeError, path: Path, form: FileFormat, place: int = 0
) -> UnableToReadFile:
    """Return the refusal of a file in another encoding, read from so many bytes after its start."""
    place += getattr(error, "start", 0)
    name = form.encoding.removesuffix("-sig")
    return UnableToReadFile("not_encoded", file=path.name, encoding=name, place=place + 1)


class _Closing(ABC):
    """Closes what it holds at the end of a ``with``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""


def defused(cell: str) -> str:
    """Return a cell as no spreadsheet takes it for a formula: with an apostrophe before it.

    A telephone or a number stays as it is.
    """
    return f"'{cell}" if _FORMULA.match(cell) and not _DIGITS.fullmatch(cell) else cell


def undefused(cell: str) -> str:
    """Return a cell as it was before it was defused."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def is_of_rejects(header: Sequence[str]) -> bool:
    """Tell whether a file is one of rejected rows; the reasons may have been taken out of it."""
    return LINE in header


def tolerance(form: FileFormat) -> str:
    """Return how bytes that are not in the encoding are read, to be written back as they were.

    Units of two bytes have no such way.
    """
    return "replace" if form.encoding.startswith("utf-16") else "surrogateescape"


def fitting(text: str, form: FileFormat) -> str:
    """Return a text of the portal's own in characters that the encoding of a file has."""
    try:
        text.encode(form.encoding, tolerance(form))
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(form.encoding, "replace").decode(form.encoding)
    return text


class Rows(_Closing):
    """The rows of a file, each with the number of the line it begins on; a context manager.

    A lenient one reads bytes that are not in the encoding as halves of characters. In a file of
    rejects the cells are as they were before they were defused; ``as_written`` they are not.
    Raises OSError, and UnableToReadFile for a file without a first row or in another encoding.
    """

    def __init__(
        self, path: Path, form: FileFormat, *, is_lenient: bool = False, as_written: bool = False
    ) -> None:
        self._file = path.open("rb")
        errors = tolerance(form) if is_lenient else "strict"
        self._text = TextIOWrapper(self._file, encoding=form.encoding, errors=errors, newline="")
        self._reader = csv.reader(self._text, delimiter=form.delimiter)
        self.first_row = self._first_row(path, form)
        self.header = [_name(column) for column in self.first_row]
        self.is_rejects = is_of_rejects(self.header)
        self._line_at = self.header.index(LINE) if self.is_rejects else 0
        self._undefuses = self.is_rejects and not as_written
        if self.is_rejects:
            self.header = [undefused(column) for column in self.header]

    def _first_row(self, path: Path, form: FileFormat) -> list[str]:
        try:
            header = next(self._reader, None)
            if header is not None and _SEPARATOR_LINE.fullmatch("".join(header)):
                header = next(self._reader, None)
        except csv.Error:
            header = None
        except UnicodeError as error:
            # However lenient one is, UTF-16 without the mark that it begins with is not read.
            self._text.close()
            raise _not_encoded(error, path, form) from None
        if header is None:
            self._text.close()
            raise UnableToReadFile("no_header", file=path.name)
        return header

    def meant(self, cells: list[str]) -> list[str]:
        """Return cells that are as written as they were before they were defused."""
        return [undefused(cell) for cell in cells] if self.is_rejects else cells

    def line_told(self, cells: Sequence[str]) -> int | None:
        """Return from which line a row was first rejected; None where it does not tell."""
        told = cells[self._line_at : self._line_at + 1] if self.is_rejects else ()
        return line_in(told[0]) if told else None

    def emptied(self, cells: Sequence[str]) -> list[str]:
        """Return a row without what it tells; from which line it was rejected stays."""
        line = self.line_told(cells)
        return [
            str(line) if line is not None and place == self._line_at else ""
            for place in range(len(cells))
        ]

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    @property
    def bytes_read(self) -> int:
        """How much of the file was read so far."""
        return self._file.tell()

    def __iter__(self) -> Iterator[tuple[int, list[str] | UnableToRead]]:
        """Give each row that is not blank, or why it is none."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, UnableToRead("open_quote", line=self._reader.line_num)
                continue
            if cells:
                yield line, [undefused(cell) for cell in cells] if self._undefuses else cells


def _name(column: str) -> str:
    """Return the name of a column as mappings call it and as it can be kept."""
    whole = column.replace("\0", "").encode("utf-8", "replace").decode()
    return normalize("NFC", whole).strip()


class Rejects(_Closing):
    """A file of the rows that were rejected, made with the first of them.

    It is written like the file they came from, with the line and the reason before the columns,
    so that it can be corrected and imported with the same mapping. Cells are defused.
    """

    def __init__(self, path: Path | None, header: Sequence[str], form: FileFormat) -> None:
        self.path = path
        self._form = form
        # A file of rejects that is sent again has such columns already.
        skipped = {LINE, REASON} if is_of_rejects(header) else ()
        self._skipped = {place for place, column in enumerate(header) if column in skipped}
        self._header = [fitting(column, form) for column in self._own(header)]
        self._file: TextIO | None = None

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()

    @property
    def is_written(self) -> bool:
        """Whether there is such a file."""
        return self._file is not None

    def add(self, line: int | None, reason: str, cells: Sequence[str]) -> None:
        """Append a row that was rejected, from a line that may not be known."""
        if self.path is None:
            return
        if self._file is None:
            opened = self.path.open(
                "w", encoding=self._form.encoding, errors=tolerance(self._form), newline=""
            )
            self._file = cast("TextIO", opened)
            self._write([LINE, REASON, *self._header])
        told = "" if line is None else str(line)
        self._write([told, fitting(reason, self._form), *self._own(cells)])

    def _own(self, cells: Sequence[str]) -> Iterator[str]:
        return (cell for place, cell in enumerate(cells) if place not in self._skipped)

    def _write(self, cells: Sequence[str]) -> None:
        writer = csv.writer(self._file, delimiter=self._form.delimiter)  # type: ignore[arg-type]
        writer.writerow([defused(cell) for cell in cells])
