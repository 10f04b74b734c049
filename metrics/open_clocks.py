"""The clocks of a month that nothing has stopped: what they are follows from the instant alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from agreements.business_time import Schedule, business_between_many
from agreements.clock import Pause, open_between

Microseconds = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (at - _EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    """Return microseconds since 1970 as an instant."""
    return _EPOCH + timedelta(microseconds=at)


class Odd(NamedTuple):
    """What is out of the ordinary about a clock: another due time with blackouts, an approved
    exception, pauses as pairs of ISO instants.
    """

    adjusted_due: int | None
    is_excepted: bool
    pauses: Sequence[Sequence[str]] | None


class Group(NamedTuple):
    """The clocks of a clause of a version, for one tier and one rule that picked them."""

    version: str
    clause: str
    kind: str
    tier: str
    picked_by: str


class Started(Protocol):
    """When the clocks of a group started, in the order of their due times."""

    def first(self, number: int) -> Microseconds:
        """Return it of so many clocks, those that are due first."""

    def all(self) -> Microseconds:
        """Return it of all."""


@dataclass(frozen=True, kw_only=True)
class OpenClocks:
    """Running clocks of a group at ``now``; instants are microseconds since 1970.

    Sorted by their due times, the ``past`` due come first of the ``number``. ``odd`` tells by
    place what is out of the ordinary. When they started is read only where it is asked for.
    """

    group: Group
    now: int
    number: int
    past: int
    next_due: int | None
    odd: Mapping[int, Odd]
    started: Started = field(repr=False)

    def counts(self, counted: Mask | None = None) -> Counter[str]:
        """Count by the fields of ``Compliance``, all of them or those a mask says."""
        if counted is None:
            counts = Counter(breached=self.past, pending=self.number - self.past)
        else:
            breached = int(counted[: self.past].sum())
            counts = Counter(breached=breached, pending=int(counted.sum()) - breached)
        for place, odd in self.odd.items():
            if place < self.past and (counted is None or counted[place]):
                if odd.adjusted_due is not None and self.now <= odd.adjusted_due:
                    counts["excused_pending"] += 1
                elif odd.is_excepted:
                    counts["excepted"] += 1
        return counts

    def overdue_started(self, counted: Mask | None = None) -> Microseconds:
        """Return when those past due started, of all or of those a mask says."""
        started = self.started.first(self.past)
        return started if counted is None else started[counted[: self.past]]

    def times_so_far(self, schedule: Schedule, counted: Mask | None = None) -> Microseconds:
        """Return the open time, pauses out, that those past due have run until now."""
        pauses = {place: odd.pauses for place, odd in self.odd.items() if odd.pauses}
        ends = np.full(self.past, self.now)
        used = run_until_many(schedule, self.started.first(self.past), ends, pauses)
        return used if counted is None else used[counted[: self.past]]


# -- finding out how many of many sorted due times are past, reading only a few of them

BLOCK = 64


def marks_of(due: Microseconds) -> Microseconds:
    """Return the first due time of each block, and last the very last due time."""
    return np.append(due[::BLOCK], due[-1:])


class Found(NamedTuple):
    """How many due times are past, and the next one, now included."""

    past: int
    next_due: int | None


def block_at(marks: Microseconds, number: int, now: int) -> Found | int:
    """Return what the marks alone can tell, else the number of the block that has to be read."""
    if not number or now <= marks[0]:
        return Found(0, int(marks[0]) if number else None)
    if now > marks[-1]:
        return Found(number, None)
    return int(np.searchsorted(marks[:-1], now, side="left")) - 1


def found_in(block: int, due: Microseconds, marks: Microseconds, now: int) -> Found:
    """Return what a block tells whose first due time is past and whose last may not be."""
    inside = int(np.searchsorted(due, now, side="left"))
    following = due[inside] if inside < due.size else marks[block + 1]
    return Found(block * BLOCK + inside, int(following))


def run_until_many(
    schedule: Schedule,
    started: Sequence[int] | Microseconds,
    until: Sequence[int] | Microseconds,
    pauses: Mapping[int, Sequence[Sequence[str]]],
) -> Microseconds:
    """Return the microseconds of open time of each clock from an instant to another.

    Pauses, by the place of a clock, are taken out.
    """
    starts, ends = (np.asarray(instants, dtype=np.int64) for instants in (started, until))
    used: Microseconds = business_between_many(
        schedule, starts.astype("datetime64[us]"), ends.astype("datetime64[us]")
    ).astype(np.int64)
    for place, told in pauses.items():
        if place < used.size:
            paused = tuple(
                Pause(datetime.fromisoformat(start), datetime.fromisoformat(end))
                for start, end in told
            )
            start, end = instant(int(starts[place])), instant(int(ends[place]))
            used[place] = open_between(schedule, start, end, paused) // MICROSECOND
    return used


def packed(values: Sequence[int] | Microseconds) -> bytes:
    """Write 64-bit integers as bytes."""
    return np.asarray(values, dtype="<i8").tobytes()


def unpacked(data: Any) -> Microseconds:
    """Read 64-bit integers from bytes."""
    return np.frombuffer(bytes(data), dtype="<i8").astype(np.int64)
