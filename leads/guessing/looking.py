"""Look through a file that nobody described: how it is written, how many rows, what they hold.

Pure but for reading the file, a row at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from leads.files.delimited import Rows, UnableToReadFile, is_of_rejects
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead
from leads.guessing.columns import is_usable
from leads.guessing.encodings import EncodingGuess, EncodingGuesser
from leads.guessing.evidence import LONGEST, Evidence
from leads.guessing.found_columns import Column
from leads.guessing.roles import is_called_a_code
from leads.guessing.separators import guess_separator
from leads.guessing.times import ORDERS, Order

ROWS_SHOWN, MOST_COLUMNS, MOST_ROWS = 8, 500, 1_000_000
# Every row of the beginning is looked at closely, and then one of so many.
_CLOSELY, _ONE_OF = 2000, 50
_CHUNK, _HEAD = 1 << 20, 1 << 18


class Certainty(NamedTuple):
    """Whether cells say how a file is written and none says otherwise, and whether some do."""

    is_sure: bool
    is_mixed: bool


def _certainty(one: int, other: int) -> Certainty:
    return Certainty((one == 0) is not (other == 0), bool(one and other))


@dataclass(slots=True)
class Looked:
    """What was found out; each guess with whether it is certain.

    ``wider`` of the rows ``taken`` have more cells than the header.
    """

    encoding: str
    is_encoding_sure: bool
    delimiter: str
    header: list[str]
    rows: int
    preview: list[list[str]]
    columns: list[Evidence]
    taken: int = 0
    wider: int = 0

    @property
    def has_title(self) -> bool:
        """Whether something else probably stands above the header, as in reports.

        Most rows that were looked at are wider than the first, or most of its cells are empty.
        """
        named = sum(map(bool, self.header))
        return self.wider * 2 > self.taken or named * 2 < len(self.header)

    @property
    def decimal(self) -> tuple[str, Certainty]:
        """The sign that parts fractions, and how certain it is."""
        votes = {".": 0, ",": 0}
        for name, column in zip(self.header, self.columns, strict=True):
            if is_called_a_code(name):
                continue
            for sign, count in column.decimals.items():
                votes[sign] += count
        return ("," if votes[","] > votes["."] else "."), _certainty(*votes.values())

    @property
    def order(self) -> tuple[Order | None, Certainty]:
        """In which order day and month stand, and how certain it is.

        None where no cell says anything, or as many say the one as the other.
        """
        day = sum(column.times.day_first for column in self.columns)
        month = sum(column.times.month_first for column in self.columns)
        if day == month:
            return None, _certainty(day, month)
        return ("dmy" if day > month else "mdy"), _certainty(day, month)

    @property
    def has_order(self) -> bool:
        """Whether there are dates in which day and month could be mistaken for each other."""
        return any(shape.has_order for column in self.columns for shape in column.times.shapes)

    @property
    def is_rejects(self) -> bool:
        """Whether it is a file of rejected rows that is sent again."""
        return is_of_rejects(self.header)


def look(
    path: Path,
    *,
    encoding: str = "",
    delimiter: str = "",
    on_progress: Callable[[int], None] = lambda _: None,
) -> Looked:
    """Look through a whole file; what is already known of it is not guessed.

    ``on_progress`` is told how many bytes were read so far; the file is read twice.
    Raises OSError, and UnableToReadFile.
    """
    guess = _guess_encoding(path, on_progress)
    if encoding and encoding != guess.encoding:
        guess = EncodingGuess(encoding, is_sure=False)
    form = FileFormat(encoding=guess.encoding, delimiter=",")
    delimiter = delimiter or guess_separator(_head(path, form))
    with Rows(path, form.model_copy(update={"delimiter": delimiter}), is_lenient=True) as rows:
        _check_header(rows.header, path)
        looked = Looked(
            guess.encoding, guess.is_sure, delimiter, rows.header, 0, [],
            [Evidence() for _ in rows.header],
        )  # fmt: skip
        size = path.stat().st_size
        _gather(looked, iter(rows), lambda: on_progress(size + rows.bytes_read), path)
    return looked


def _guess_encoding(path: Path, on_progress: Callable[[int], None]) -> EncodingGuess:
    guesser, done = EncodingGuesser(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            guesser.feed(chunk)
            done += len(chunk)
            on_progress(done)
    return guesser.guess()


def _head(path: Path, form: FileFormat) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head.decode(form.encoding, "replace")


def _check_header(header: list[str], path: Path) -> None:
    if len(header) > MOST_COLUMNS:
        raise UnableToReadFile(
            "too_many_columns", file=path.name, columns=len(header), most=MOST_COLUMNS
        )
    if not any(header):
        raise UnableToReadFile("no_header", file=path.name)


def _gather(
    looked: Looked,
    rows: Iterator[tuple[int, list[str] | UnableToRead]],
    on_progress: Callable[[], None],
    path: Path,
) -> None:
    for number, (line, cells) in enumerate(rows, start=1):
        looked.rows = number
        if number > MOST_ROWS:
            raise UnableToReadFile("too_many_rows", file=path.name, most=MOST_ROWS)
        if number % 5000 == 0:
            on_progress()
        if isinstance(cells, UnableToRead) or (number > _CLOSELY and number % _ONE_OF):
            continue
        _take(looked, cells, line)
    if not looked.rows:
        raise UnableToReadFile("no_rows", file=path.name)


def _take(looked: Looked, cells: list[str], line: int) -> None:
    cells = [_shown(cell) for cell in cells]
    if len(looked.preview) < ROWS_SHOWN:
        looked.preview.append([cell[:LONGEST] for cell in cells[:MOST_COLUMNS]])
    looked.taken += 1
    looked.wider += len(cells) > len(looked.header)
    if len(cells) == len(looked.header):
        for column, cell in zip(looked.columns, cells, strict=True):
            column.add(cell, line)


def _shown(cell: str) -> str:
    """Return a cell as it can be kept and shown: without zero characters and broken ones."""
    cell = cell.strip().replace("\0", "")
    with suppress(UnicodeEncodeError):
        cell.encode()
        return cell
    return cell.encode("utf-8", "replace").decode()


def as_document(looked: Looked) -> dict[str, Any]:
    """Return what was found out as plain data, to be kept."""
    decimal, of_decimal = looked.decimal
    order, of_order = looked.order
    return {
        "encoding": looked.encoding,
        "is_encoding_sure": looked.is_encoding_sure,
        "delimiter": looked.delimiter,
        "decimal": decimal,
        "is_decimal_sure": of_decimal.is_sure,
        "is_decimal_mixed": of_decimal.is_mixed,
        "order": order,
        "is_order_sure": of_order.is_sure,
        "is_order_mixed": of_order.is_mixed,
        "has_order": looked.has_order,
        "rows": looked.rows,
        "has_title": looked.has_title,
        "preview": looked.preview,
        "columns": [_column(looked, place)._asdict() for place, _name in enumerate(looked.header)],
    }


def _column(looked: Looked, place: int) -> Column:
    evidence = looked.columns[place]
    shape = evidence.times.shape
    is_code = is_called_a_code(looked.header[place])
    return Column(
        name=looked.header[place],
        is_usable=is_usable(looked.header, place),
        samples=evidence.samples,
        different=[*evidence.different],
        has_more=evidence.has_more,
        is_time=evidence.is_time,
        has_time=shape.has_time if shape else False,
        has_zone=shape.has_zone if shape else False,
        formats={order: shape.format(order) if shape else None for order in ORDERS},
        is_number=evidence.is_number and not is_code,
        nulls=evidence.nulls,
        odd="" if is_code else evidence.odd_one,
        has_empty=evidence.empty > 0 or looked.rows > _CLOSELY,
        lines=[*evidence.different.values()],
        empty_line=evidence.empty_line,
        group="" if is_code else evidence.group,
        decimal=evidence.decimal,
    )
