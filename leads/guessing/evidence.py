"""What the cells of one column tell about it, gathered in memory of constant size. Pure."""

import re
from dataclasses import dataclass, field

from leads.guessing.numbers import (
    Decimal,
    currency_in,
    decimal_of,
    group_in,
    is_code,
    is_number,
)
from leads.guessing.times import TimeEvidence

SAMPLES, DIFFERENT, LONGEST = 3, 40, 80
"""How many cells are shown, how many different ones are counted, and how much of each is kept."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"[+(]?[\d(][\d\s().\-/]{6,}\d", re.ASCII)
_NULL_IDS = re.compile(r"0{15}(?:AAA)?|null|NULL|None|\(null\)", re.ASCII)


@dataclass(slots=True)
class Evidence:
    """What was seen of a column; of each different cell, and of an empty one, the first line."""

    filled: int = 0
    empty: int = 0
    empty_line: int = 0
    emails: int = 0
    phones: int = 0
    numbers: int = 0
    samples: list[str] = field(default_factory=list)
    different: dict[str, int] = field(default_factory=dict)
    has_more: bool = False
    longest: int = 0
    times: TimeEvidence = field(default_factory=lambda: TimeEvidence({}))
    decimals: dict[Decimal, int] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    codes: int = 0
    odd: str = ""

    def add(self, cell: str, line: int = 0) -> None:
        """Take a cell in; it comes without spaces around it."""
        if not cell:
            self.empty += 1
            self.empty_line = self.empty_line or line
            return
        self.filled += 1
        self.longest = max(self.longest, len(cell))
        self._add_different(cell, line)
        if self.times.add(cell):
            return
        if is_number(cell):
            self.numbers += 1
            self.currencies.add(currency_in(cell))
            sign = decimal_of(cell)
            if sign is not None:
                self.decimals[sign] = self.decimals.get(sign, 0) + 1
            elif (group := group_in(cell)) is not None:
                self.groups.add(group)
            self.codes += is_code(cell)
            return
        self.odd = self.odd or cell[:LONGEST]
        if "@" in cell:
            self.emails += _EMAIL.fullmatch(cell) is not None
        elif _PHONE.fullmatch(cell):
            self.phones += 1

    def _add_different(self, cell: str, line: int) -> None:
        shown = cell[:LONGEST]
        if shown in self.different:
            return
        if len(self.different) < DIFFERENT:
            self.different[shown] = line
            if len(self.samples) < SAMPLES:
                self.samples.append(shown)
        else:
            self.has_more = True

    @property
    def is_time(self) -> bool:
        """Whether so many cells are dates or times that the others are mistakes: two of three."""
        return self.filled > 0 and self.times.times * 3 >= self.filled * 2

    @property
    def is_number(self) -> bool:
        """Whether every cell is a number, and some say which sign parts a fraction."""
        return bool(self.decimals) and self.numbers == self.filled and self._is_one_kind

    @property
    def decimal(self) -> str:
        """The sign that parts fractions, where some cells say it and none another one."""
        return next(iter(self.decimals)) if len(self.decimals) == 1 else ""

    @property
    def group(self) -> str:
        """The sign that makes groups of whole numbers, or else parts fractions of three digits.

        Empty where some cell says which, or where none has such a sign.
        """
        is_open = not self.decimals and len(self.groups) == 1
        return next(iter(self.groups)) if is_open and self._is_one_kind else ""

    @property
    def _is_one_kind(self) -> bool:
        """Whether the numbers are of one currency, and none is a code that begins with a zero."""
        return len(self.currencies) == 1 and not self.codes

    @property
    def odd_one(self) -> str:
        """The first cell that keeps a column of numbers from being one; empty for none."""
        is_mostly = self.filled / 2 < self.numbers < self.filled and not self.codes
        return self.odd if is_mostly and not self.times.times else ""

    @property
    def nulls(self) -> list[str]:
        """The cells that mean nothing in the way some systems write it."""
        return [cell for cell in self.different if _NULL_IDS.fullmatch(cell)]

    def is_mostly(self, count: int) -> bool:
        """Tell whether so many cells are nearly all of those that are filled in."""
        return self.filled > 0 and count >= 0.9 * self.filled
