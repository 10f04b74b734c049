"""The period in which leads were offered, as an address writes it: a month or a year."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfferedIn:
    """Local days from a first to a last one, both included; without a month a whole year."""

    year: int
    month: int | None

    @property
    def first_day(self) -> date:
        """The day it begins."""
        return date(self.year, self.month or 1, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self._moved(1).first_day - _DAY

    @property
    def text(self) -> str:
        """How addresses write it."""
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def earlier(self) -> "OfferedIn":
        """The period before it."""
        return self._moved(-1)

    @property
    def later(self) -> "OfferedIn":
        """The period after it."""
        return self._moved(1)

    def _moved(self, by: int) -> "OfferedIn":
        if self.month is None:
            return OfferedIn(self.year + by, None)
        year, month = divmod(self.year * 12 + self.month - 1 + by, 12)
        return OfferedIn(year, month + 1)


def offered_in(text: str, today: date) -> OfferedIn:
    """Read 2026-05 or 2026; nothing is the month of today. Raises ValueError for anything else."""
    if not text:
        return OfferedIn(today.year, today.month)
    month = _MONTH.fullmatch(text)
    if month:
        found = OfferedIn(int(month[1]), int(month[2]))
    elif _YEAR.fullmatch(text):
        found = OfferedIn(int(text), None)
    else:
        raise ValueError(f"{text!r} is no period: write a month such as 2026-05, or a year.")
    if not FIRST_YEAR <= found.year < LAST_YEAR or not 1 <= (found.month or 1) <= 12:
        raise ValueError(f"{text!r} is no period: write a month such as 2026-05, or a year.")
    return found
