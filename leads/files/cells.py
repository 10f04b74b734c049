"""Read single cells of a row: what a mapping says of a value, made ready once for the file.

Pure. Each method returns a function of the cells of a row, which raises UnableToRead.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import itemgetter
from typing import Any, TypeAlias

from leads.files.instants import instant_of_date, instant_of_time
from leads.files.mapping import FactsMapping
from leads.files.mapping_problems import MappingError, Problem, problem
from leads.files.mapping_values import NAME_LIMIT, At, Condition, Value
from leads.files.row_problems import UnableToRead
from leads.guessing.numbers import currency_in, plain_number
from leads.guessing.roles import YES, meaning_of

Cells: TypeAlias = Sequence[str]
Reader: TypeAlias = Callable[[Cells], Any]

_TRUE = frozenset({"true", "yes", "1", "t", "y"})
_FALSE = frozenset({"false", "no", "0", "f", "n", ""})
_CENT, _LARGEST_AMOUNT = Decimal("0.01"), Decimal(10) ** 14
_SCORE, _LARGEST_SCORE = Decimal("0.0001"), Decimal(10) ** 8
_REASON_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a mapping is read under: the agreement's own words, and who is who.

    `person` gives the key of whom the source calls so. `currency` is the agreement's, and
    `currencies` are those that its revenue can be counted in.
    """

    stages: Collection[str]
    person: Callable[[str], int]
    currency: str = ""
    currencies: Collection[str] = field(default=frozenset())


class Constant:
    """Reads the same from every row."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _: Cells) -> Any:
        """Return the value, whatever the cells."""
        return self.value


class CellReaders:
    """Makes the functions that read cells of one file, which come without spaces around them."""

    def __init__(self, mapping: FactsMapping, header: Sequence[str], setting: Setting) -> None:
        self._places = _places(mapping, header)
        self._decimal, self._time_zone = mapping.file.decimal, mapping.time_zone
        self._setting = setting

    def cell(self, column: str) -> Callable[[Cells], str]:
        read: Callable[[Cells], str] = itemgetter(self._places[column])
        return read

    def value(self, value: Value) -> Reader:
        """Read text or what the mapping says it means; None for nothing told."""
        if value.text is not None:
            return self.text(value)
        if value.column is None:
            return Constant(value.constant)
        cell, values, otherwise = self.cell(value.column), value.values, value.otherwise
        plain = self.number(value.column) if value.number else None

        def read(cells: Cells) -> Any:
            text = cell(cells)
            if text in values:
                return values[text]
            if not text:
                return None
            if value.has_otherwise:
                return otherwise
            return plain(cells) if plain else text

        return read if values or value.has_otherwise or plain else lambda c: cell(c) or None

    def text(self, value: Value) -> Reader:
        form, read = _form(value), self._cells_of(value)

        def text(cells: Cells) -> str | None:
            filled = read(cells)
            return (form % filled).strip() if any(filled) else None

        return text

    def _cells_of(self, value: Value) -> Callable[[Cells], tuple[str, ...]]:
        places = [self._places[name] for name in value.pieces[1::2]]
        if len(places) == 1:
            return lambda cells: (cells[places[0]],)
        read: Callable[[Cells], tuple[str, ...]] = itemgetter(*places)
        return read

    def needed(self, value: Value, key: str, limit: int = NAME_LIMIT) -> Reader:
        """Read what may not be missing; every column in a text must be filled in."""
        read = self._whole_text(value, key) if value.text is not None else self.value(value)
        named = ", ".join(sorted(value.columns))

        def needed(cells: Cells) -> str:
            told = read(cells)
            if told is None or told == "":
                raise _empty_cell(named, key)
            text = str(told)
            if len(text) > limit:
                raise UnableToRead("too_long", column=named, key=key, limit=limit)
            return text

        return needed

    def _whole_text(self, value: Value, key: str) -> Reader:
        form, read, names = _form(value), self._cells_of(value), value.pieces[1::2]

        def whole_text(cells: Cells) -> str:
            filled = read(cells)
            if not all(filled):
                empty = names[filled.index("")]
                raise _empty_cell(empty, key)
            return form % filled

        return whole_text

    def short(self, value: Value | None, key: str, limit: int | None) -> Reader:
        """Read text that may be missing, then empty."""
        if value is None:
            return _empty
        read, named = self.value(value), ", ".join(sorted(value.columns))

        def short(cells: Cells) -> str:
            told = read(cells)
            text = "" if told is None else str(told)
            if limit is not None and len(text) > limit:
                raise UnableToRead("too_long", column=named, key=key, limit=limit)
            return text

        return short

    def choice(self, value: Value, key: str, allowed: Collection[str]) -> Reader:
        """Read one of some words; what the mapping itself writes out was checked before."""
        if value.column is None and value.text is None:
            return Constant(value.constant)
        read = self.needed(value, key)
        column = value.column or ""

        def choice(cells: Cells) -> Any:
            told = read(cells)
            if told not in allowed:
                raise UnableToRead("not_possible", column=column, value=told, key=key)
            return told

        return choice

    def flag(self, value: Value) -> Reader:
        read, column = self.value(value), value.column or ""

        def flag(cells: Cells) -> bool:
            told = read(cells)
            text = "" if told is None else str(told).lower()
            if text not in _TRUE and text not in _FALSE:
                raise UnableToRead("not_a_flag", column=column, value=told)
            return text in _TRUE

        return flag

    def any_yes(self, values: Sequence[Value], role: str) -> Callable[[Cells], bool | None]:
        """Read whether one of some columns says yes, in words that are known of a role.

        A no tells nothing, None, unless the mapping itself says what it means.
        """
        reads = [self._yes(value, role) for value in values]

        def any_yes(cells: Cells) -> bool | None:
            found = [read(cells) for read in reads]
            return True if True in found else False if False in found else None

        return any_yes

    def _yes(self, value: Value, role: str) -> Callable[[Cells], bool | None]:
        read, column = self.value(value), value.column or ""

        def yes(cells: Cells) -> bool | None:
            told = read(cells)
            if told is None or isinstance(told, bool):
                return told
            meaning = meaning_of(role, str(told), ())
            if not meaning:
                raise UnableToRead("not_a_flag", column=column, value=told)
            return True if meaning == YES else None

        return yes

    def number(self, column: str) -> Reader:
        """Read a number as text in its plainest form: a point, no groups, no idle zeros."""
        decimal, cell = self._decimal, self.cell(column)

        def number(cells: Cells) -> str:
            text = cell(cells)
            plain = plain_number(text, decimal)
            if plain is None:
                raise UnableToRead("not_a_number", column=column, value=text)
            return f"{plain.normalize() + 0:f}"

        return number

    def person(self, value: Value) -> Reader:
        read, person = self.short(value, "person", NAME_LIMIT), self._setting.person
        return lambda cells: person(name) if (name := read(cells)) else None

    def condition(self, conditions: Iterable[Condition]) -> Callable[[Cells], bool]:
        tests = [(self.cell(one.column), one.is_, one.is_not) for one in conditions]
        if not tests:
            return lambda _: True

        def holds(cells: Cells) -> bool:
            for cell, allowed, excluded in tests:
                text = cell(cells)
                if allowed is None and excluded is None and not text:
                    return False
                if (allowed is not None and text not in allowed) or text in (excluded or ()):
                    return False
            return True

        return holds

    def at(self, at: At, key: str) -> Reader:
        """Read an instant that may not be missing."""
        read = self.perhaps_at(at)
        if isinstance(read, Constant):
            return read
        column = at.time or at.date or ""

        def needed(cells: Cells) -> datetime:
            instant: datetime | None = read(cells)
            if instant is None:
                raise _empty_cell(column, key)
            return instant

        return needed

    def perhaps_at(self, at: At) -> Reader:
        if at.instant is not None:
            return Constant(at.instant.astimezone(UTC))
        column = at.time or at.date or ""
        cell, form, zone = self.cell(column), at.format, at.zone or self._time_zone
        instant_of = instant_of_date if at.date else instant_of_time

        def read(cells: Cells) -> datetime | None:
            text = cell(cells)
            return instant_of(text, column, zone, form) if text else None

        return read

    def amount(self, value: Value) -> Reader:
        """Read money, rounded to cents."""
        return self._exact(value, _CENT, _LARGEST_AMOUNT)

    def score(self, value: Value) -> Reader:
        """Read a score, which may not be missing."""
        read, column = self._exact(value, _SCORE, _LARGEST_SCORE), value.column or ""

        def score(cells: Cells) -> Decimal:
            told: Decimal | None = read(cells)
            if told is None:
                raise UnableToRead("empty_cell", column=column, key="satisfaction")
            return told

        return score

    def _exact(self, value: Value, unit: Decimal, limit: Decimal) -> Reader:
        column = value.column or ""
        read = self.value(value.model_copy(update={"number": True}))

        def exact(cells: Cells) -> Decimal | None:
            told = read(cells)
            if told is None or told == "":
                return None
            try:
                number = Decimal(str(told))
                if abs(number) < limit:
                    number = number.quantize(unit, ROUND_HALF_UP)
            except InvalidOperation:
                raise UnableToRead("not_a_number", column=column, value=told) from None
            if abs(number) >= limit:
                raise UnableToRead("too_large", column=column, value=told)
            return number

        return exact

    def currency(self, value: Value | None, amount: Reader, money: Value) -> Reader:
        """Read the currency of an amount: as it is told, else as ``money`` is written with."""
        setting, read = self._setting, self.short(value, "currency", None)
        cell = self.cell(money.column) if money.column else None

        def currency(cells: Cells) -> str:
            if amount(cells) is None:
                return ""
            written = currency_in(cell(cells)) if cell else ""
            told: str = read(cells).upper() or written or setting.currency
            if told not in setting.currencies:
                raise UnableToRead("foreign_currency", value=told)
            return told

        return currency


def _places(mapping: FactsMapping, header: Sequence[str]) -> dict[str, int]:
    """Return where each column of the mapping stands. Raises MappingError for what is not so."""
    if len(header) == 1 and mapping.columns - {*header}:
        raise MappingError([Problem("", "one_column", {"column": header[0][:60]})])
    problems: list[Problem] = []
    for column in sorted(mapping.columns):
        found = header.count(column)
        if found == 0:
            problems.append(problem("", "unknown_column", header, column=column))
        elif found > 1:
            problems.append(Problem("", "column_twice", {"column": column}))
    if problems:
        raise MappingError(problems)
    return {column: header.index(column) for column in mapping.columns}


def _form(value: Value) -> str:
    """Return a text with a place for each column, as the percent operator takes it."""
    return "%s".join(words.replace("%", "%%") for words in value.pieces[::2])


def _empty(_: Cells) -> str:
    return ""


def _empty_cell(column: str, key: str) -> UnableToRead:
    """Say what is missing as people see it; the keys of a mapping only where they tell more."""
    code = {"lead": "no_lead", "id": "no_name", "at": "no_moment"}.get(key, "empty_cell")
    return UnableToRead(code, column=column, **({"key": key} if code == "empty_cell" else {}))
