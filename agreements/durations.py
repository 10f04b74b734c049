"""How long a promise lasts: an amount and the unit it is counted in."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_PATTERN = re.compile(r"\s*(\d+)\s*(min|h|bd|d)\s*", re.ASCII)
_UNIT_MINUTES = {"min": 1, "h": 60}


class Unit(StrEnum):
    """What a duration counts.

    Minutes and hours are open time of a schedule, a business day is a whole open local day,
    a day is a local calendar day.
    """

    MINUTE = "min"
    HOUR = "h"
    BUSINESS_DAY = "bd"
    DAY = "d"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of one unit, such as 4 h or 10 bd; written and read as ``"4h"``."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read ``"30min"``, ``"4h"``, ``"10bd"`` or ``"30d"``; spaces are allowed.

        Raises ValueError that quotes the text and shows how to write a duration.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(
                f"{text!r} is not a duration: write a whole number and a unit, "
                "such as 30min, 4h, 10bd (business days) or 30d (calendar days)."
            )
        return cls(int(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def is_open_time(self) -> bool:
        """Whether it counts open time, so that it is a timedelta."""
        return self.unit in (Unit.MINUTE, Unit.HOUR)

    @property
    def open_time(self) -> timedelta:
        """The open time it stands for. Raises ValueError for days, which have no fixed length."""
        if not self.is_open_time:
            raise ValueError(f"{self} counts days, whose open time depends on the schedule.")
        return timedelta(minutes=self.amount * _UNIT_MINUTES[self.unit])
