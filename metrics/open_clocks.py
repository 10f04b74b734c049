"""The clocks of a month that nothing has stopped: what they are follows from the instant alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

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


@dataclass(frozen=True)
class OpenClocks:
    """Running clocks of a group by their due time; instants are microseconds since 1970.

    ``odd`` tells by place what is out of the ordinary. When they started is read only where it is
    asked for: what is due by now follows from the due times.
    """

    group: Group
    due: Microseconds
    odd: Mapping[int, Odd]
    read_started: Callable[[], Microseconds] = field(repr=False)

    @cached_property
    def started(self) -> Microseconds:
        """When each started, in the order of ``due``."""
        return self.read_started()

    def overdue(self, now: int) -> int:
        """Return how many are past due: they come first."""
        return int(np.searchsorted(self.due, now, side="left"))

    def next_due(self, now: int) -> int | None:
        """Return the next due time, now included."""
        past = self.overdue(now)
        return int(self.due[past]) if past < self.due.size else None

    def counts(self, now: int, counted: Mask | None = None) -> Counter[str]:
        """Count by the fields of ``Compliance``, all of them or those a mask says."""
        past = self.overdue(now)
        if counted is None:
            counts = Counter(breached=past, pending=self.due.size - past)
        else:
            breached = int(counted[:past].sum())
            counts = Counter(breached=breached, pending=int(counted.sum()) - breached)
        for place, odd in self.odd.items():
            if place < past and (counted is None or counted[place]):
                if odd.adjusted_due is not None and now <= odd.adjusted_due:
                    counts["excused_pending"] += 1
                elif odd.is_excepted:
                    counts["excepted"] += 1
        return counts

    def times_so_far(
        self, schedule: Schedule, now: int, counted: Mask | None = None
    ) -> Microseconds:
        """Return the open time, pauses out, that those past due have run until now."""
        past = self.overdue(now)
        pauses = {place: odd.pauses for place, odd in self.odd.items() if odd.pauses}
        used = run_until_many(schedule, self.started[:past], np.full(past, now), pauses)
        return used if counted is None else used[counted[:past]]


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
