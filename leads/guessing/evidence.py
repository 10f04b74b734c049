"""What the cells of one column tell about it, gathered in memory of constant size. Pure."""

import re
from dataclasses import dataclass, field

from leads.guessing.numbers import Decimal, decimal_of, is_number
from leads.guessing.times import TimeEvidence

SAMPLES, DIFFERENT, LONGEST = 3, 40, 80
"""How many cells are shown, how many different ones are counted, and how much of each is kept."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"[+(]?[\d(][\d\s().\-/]{6,}\d", re.ASCII)
_NULL_IDS = re.compile(r"0{15}(?:AAA)?|null|NULL|None|\(null\)", re.ASCII)


@dataclass(slots=True)
class Evidence:
    """What was seen of a column."""

    filled: int = 0
    emails: int = 0
    phones: int = 0
    numbers: int = 0
    samples: list[str] = field(default_factory=list)
    different: dict[str, int] = field(default_factory=dict)
    has_more: bool = False
    longest: int = 0
    times: TimeEvidence = field(default_factory=lambda: TimeEvidence({}))
    decimals: dict[Decimal, int] = field(default_factory=dict)

    def add(self, cell: str) -> None:
        """Take a cell in; it comes without spaces around it."""
        if not cell:
            return
        self.filled += 1
        self.longest = max(self.longest, len(cell))
        self._add_different(cell)
        if self.times.add(cell):
            return
        if is_number(cell):
            self.numbers += 1
            sign = decimal_of(cell)
            if sign is not None:
                self.decimals[sign] = self.decimals.get(sign, 0) + 1
        elif "@" in cell:
            self.emails += _EMAIL.fullmatch(cell) is not None
        elif _PHONE.fullmatch(cell):
            self.phones += 1

    def _add_different(self, cell: str) -> None:
        shown = cell[:LONGEST]
        if shown in self.different:
            self.different[shown] += 1
        elif len(self.different) < DIFFERENT:
            self.different[shown] = 1
            if len(self.samples) < SAMPLES:
                self.samples.append(shown)
        else:
            self.has_more = True

    @property
    def nulls(self) -> list[str]:
        """The cells that mean nothing in the way some systems write it."""
        return [cell for cell in self.different if _NULL_IDS.fullmatch(cell)]

    def is_mostly(self, count: int) -> bool:
        """Tell whether so many cells are nearly all of those that are filled in."""
        return self.filled > 0 and count >= 0.9 * self.filled
