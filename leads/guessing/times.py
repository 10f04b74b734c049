"""Tell how the dates and times of a column are written, and in which order day and month stand.

Pure.
"""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

Order = Literal["dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("dmy", "mdy")

_TIME = re.compile(
    r"""(?P<one>\d{1,4})(?P<sign>[-/.])(?P<two>\d{1,2})(?P=sign)(?P<three>\d{1,4})
    (?:(?P<joint>,?[ ]|T)(?P<hour>\d{1,2}):\d\d(?P<second>:\d\d)?(?P<fraction>\.\d{1,9})?
    (?P<half>[ ]?[APap][Mm])?(?P<offset>[ ]?(?:Z|[+-]\d\d:?\d\d))?)?""",
    re.VERBOSE | re.ASCII,
)


class Shape(NamedTuple):
    """How a cell is written: signs and parts, without its day and month being told apart.

    ``year`` is how long it is and where it stands, as in ``Y1`` (four digits, first) and ``y3``.
    ``half``, ``offset`` and ``joint`` are written as `strptime` reads them.
    """

    year: str
    sign: str
    joint: str = ""
    second: bool = False
    fraction: bool = False
    half: str = ""
    offset: str = ""
    is_padded: bool = True

    @property
    def has_time(self) -> bool:
        """Whether an hour is told."""
        return bool(self.joint)

    @property
    def has_zone(self) -> bool:
        """Whether each cell says its own zone."""
        return bool(self.offset)

    @property
    def has_order(self) -> bool:
        """Whether day and month could be mistaken for each other."""
        return self.year in {"Y3", "y3"}

    def format(self, order: Order) -> str | None:
        """Return the format as `strptime` reads it; None for what is read without one."""
        if self._is_iso:
            return None
        day_month = ["%d", "%m"] if order == "dmy" else ["%m", "%d"]
        year = "%Y" if self.year[0] == "Y" else "%y"
        parts = [year, "%m", "%d"] if self.year[1] == "1" else [*day_month, year]
        return self.sign.join(parts) + self._time_of_day()

    @property
    def _is_iso(self) -> bool:
        return (
            self.year == "Y1"
            and self.sign == "-"
            and self.joint in {"", " ", "T"}
            and self.offset in {"", "%z"}
            and self.is_padded
            and not self.half
        )

    def _time_of_day(self) -> str:
        if not self.joint:
            return ""
        hour = "%I:%M" if self.half else "%H:%M"
        rest = (":%S" if self.second else "") + (".%f" if self.fraction else "")
        return self.joint + hour + rest + self.half + self.offset


@dataclass(slots=True)
class TimeEvidence:
    """What the cells of a column tell about how its times are written."""

    shapes: dict[Shape, int]
    day_first: int = 0
    month_first: int = 0

    def add(self, cell: str) -> bool:
        """Take a cell in; tell whether it looks like a date or a time."""
        read = read_shape(cell)
        if read is None:
            return False
        shape, first, second = read
        self.shapes[shape] = self.shapes.get(shape, 0) + 1
        if shape.has_order:
            self.day_first += first > 12
            self.month_first += second > 12
        return True

    @property
    def shape(self) -> Shape | None:
        """The way most cells are written."""
        return max(self.shapes, key=lambda shape: self.shapes[shape], default=None)

    @property
    def times(self) -> int:
        """How many cells look like dates or times."""
        return sum(self.shapes.values())


def read_shape(cell: str) -> tuple[Shape, int, int] | None:
    """Return how a date or time is written and its two short numbers; None for anything else."""
    found = _TIME.fullmatch(cell)
    if found is None:
        return None
    one, two, three = found["one"], found["two"], found["three"]
    year = _year(one, three)
    if year is None:
        return None
    first, second = (int(one), int(two)) if year[1] == "3" else (int(three), int(two))
    if not (1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12):
        return None
    return _shape(found, year), first, second


def _year(one: str, three: str) -> str | None:
    if len(one) == 4 and len(three) <= 2:
        return "Y1"
    if len(one) <= 2 and len(three) in {2, 4}:
        return "Y3" if len(three) == 4 else "y3"
    return None


def _shape(found: "re.Match[str]", year: str) -> Shape:
    half, offset = found["half"] or "", found["offset"] or ""
    return Shape(
        year=year,
        sign=found["sign"],
        joint=found["joint"] or "",
        second=bool(found["second"]),
        fraction=bool(found["fraction"]),
        half=(" %p" if half.startswith(" ") else "%p") if half else "",
        offset=(" %z" if offset.startswith(" ") else "%z") if offset else "",
        is_padded=all(
            len(found[name] or "00") == 2
            for name in ("two", "one" if year != "Y1" else "three", "hour")
        ),
    )
