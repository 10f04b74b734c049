"""The rows of a sheet as texts, the way mappings read them: times in ISO form, numbers plainly.

What a cell holds is what openpyxl reads in it, in a fifth of the time and without holding the
rows that were read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Protocol

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel, from_ISO8601

from leads.files.workbook_xml import MOST_HELD, Pieces, tag

Row = list[str | None]
"""The texts of the cells up to the last one that is written; None where nothing is in one."""

_MOST_ROWS = 1 << 20
_COLUMNS = {get_column_letter(number): number for number in range(1, (1 << 14) + 1)}
_DIGITS = "0123456789"
# Above, not every whole number is one that a spreadsheet can hold.
_EXACT = 1e15
_NO_DATE = "#VALUE!"
_DATA, _ROW, _CELL = tag("sheetData"), tag("row"), tag("c")
_VALUE, _FORMULA, _RICH = tag("v"), tag("f"), tag("is")


class Texts(Protocol):
    """Texts that are shared by cells."""

    def __getitem__(self, number: int, /) -> str:
        """Return a text by its number. Raises IndexError."""


class NoTexts:
    """Empty texts instead of those that cells share, where only whether there is one matters."""

    def __getitem__(self, _number: int) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Styles:
    """Which styles of a workbook show numbers as dates or spans of time, and its day zero."""

    dates: frozenset[int] = frozenset()
    spans: frozenset[int] = frozenset()
    with_hours: frozenset[int] = frozenset()
    epoch: datetime = WINDOWS_EPOCH


class FormulaWithoutResult(ValueError):
    """A cell holds a formula whose result was not saved."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        super().__init__(f"{cell} holds a formula whose result was not saved.")


def rows_of(
    file: IO[bytes], styles: Styles, texts: Texts, *, is_lenient: bool = True
) -> Iterator[Row]:
    """Give the rows that are written in a sheet.

    Raises ExpatError, LookupError and ValueError where it is not as it should be, and unless it is
    lenient FormulaWithoutResult.
    """
    for rows in _Rows(styles, texts, is_lenient=is_lenient).read(file):
        yield from rows


class _Rows(Pieces[Row]):
    """The rows of a sheet, each taken down cell by cell."""

    def __init__(self, styles: Styles, texts: Texts, *, is_lenient: bool) -> None:
        super().__init__()
        self._styles, self._shared, self._is_lenient = styles, texts, is_lenient
        self._number, self._cells, self._size = 0, Row(), 0
        self._attributes: Mapping[str, str] = {}
        self._value: str | None = None
        self._is_computed = False

    def _names(self) -> tuple[str, ...]:
        return _DATA, _ROW, _CELL, _VALUE, _FORMULA, _RICH

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _CELL:
            self._attributes, self._value, self._is_computed = attributes, None, False
        elif name == _VALUE:
            self._characters.clear()
        elif name == _ROW:
            self._begin_row(attributes)
        elif name == _FORMULA:
            self._is_computed = True
        else:
            self._begin_text(name)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._characters.clear()
        self._number = int(float(attributes.get("r", self._number + 1)))
        if self._number > _MOST_ROWS:
            raise ValueError(f"A sheet has no row {self._number}.")
        self._cells, self._size = Row(), 0

    def _end(self, name: str) -> None:
        if name == _VALUE:
            self._value = "".join(self._characters)
        elif name == _CELL:
            self._end_cell()
        elif name == _ROW:
            self._found.append(self._cells)
        elif name == _RICH:
            self._value = self._whole_text()
        elif name == _DATA:
            self._is_over = True
        else:
            self._end_text(name)

    def _end_cell(self) -> None:
        """Put the text of a cell into its place; what was left out before it is empty."""
        cells, attributes, value = self._cells, self._attributes, self._value
        name, kind = attributes.get("r"), attributes.get("t", "n")
        # A KeyError says that no sheet has such a column.
        place = _COLUMNS[name.rstrip(_DIGITS)] - 1 if name else len(cells)
        text: str | None
        if not value:
            text = self._without_value(kind, place)
        elif kind == "s":
            text = self._shared_text(value)
        elif kind == "n":
            text = self._number_text(value)
        else:
            text = self._other_text(kind, value)
        if place == len(cells):
            cells.append(text)
            return
        cells += [None] * (place + 1 - len(cells))
        cells[place] = text

    def _shared_text(self, number: str) -> str:
        """Return a text; so many of them as no row holds are refused, as they lie on the disk."""
        text = self._shared[int(number)].strip()
        self._size += len(text)
        if self._size > MOST_HELD:
            raise ValueError(f"A row of more than {MOST_HELD} characters.")
        return text

    def _without_value(self, kind: str, place: int) -> str | None:
        """Return what a cell without a value holds: nothing, or a text that is empty."""
        is_result = kind == "str" and self._value is not None
        if self._is_computed and not is_result and not self._is_lenient:
            raise FormulaWithoutResult(f"{get_column_letter(place + 1)}{self._number}")
        return self._value if kind == "inlineStr" else None

    def _number_text(self, text: str) -> str:
        style, styles = int(self._attributes.get("s", 0)), self._styles
        number = float(text) if "." in text or "E" in text or "e" in text else int(text)
        if style in styles.dates:
            return self._date_text(number, style)
        if isinstance(number, float) and number.is_integer() and abs(number) < _EXACT:
            number = int(number)
        return str(number)

    def _date_text(self, number: float, style: int) -> str:
        styles = self._styles
        try:
            moment = from_excel(number, styles.epoch, timedelta=style in styles.spans)
        except (OverflowError, ValueError):
            return _NO_DATE
        return _moment(moment, shows_hours=style in styles.with_hours)

    def _other_text(self, kind: str, value: str) -> str:
        match kind:
            case "b":
                return "true" if int(value) else "false"
            case "d":
                style = int(self._attributes.get("s", 0))
                moment = from_ISO8601(value)  # type: ignore[no-untyped-call]
                return _moment(moment, shows_hours=style in self._styles.with_hours)
            case _:
                return value.strip()


def _moment(value: object, *, shows_hours: bool) -> str:
    """Write a time, or a date where the sheet shows no hour; a span of time in words."""
    if not isinstance(value, datetime):
        return value.isoformat() if isinstance(value, date | time) else str(value)
    if value.time() == time.min and not shows_hours:
        return value.date().isoformat()
    # A spreadsheet counts in fractions of a day, which are off by some microseconds.
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
