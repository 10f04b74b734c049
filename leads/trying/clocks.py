"""The clocks of a clause on many handoffs, whichever way each was replayed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leads.fold import Row
from leads.plain.clocks import NEVER, Integers, PlainClocks, column_of, read

Booleans: TypeAlias = NDArray[np.bool_]

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedClocks:
    """What the clocks of a clause would be: arrays of equal length.

    Instants are microseconds since 1970, `NEVER` where there is none; ``used`` is open time in
    microseconds, -1 where the clock did not stop; ``holder_ids`` is 0 where it is the team's.
    """

    handoff_ids: Integers
    occurrences: Integers
    started_at: Integers
    due_at: Integers
    stopped_at: Integers
    void_at: Integers
    breached_at: Integers
    gave_up: Booleans
    used: Integers
    attempts: Integers
    holder_ids: Integers

    @property
    def is_void(self) -> Booleans:
        """Ended before it was due by something that is nobody's doing."""
        is_void: Booleans = self.void_at != NEVER
        return is_void

    @property
    def is_met(self) -> Booleans:
        """Stopped at or before the due time."""
        is_in_time: Booleans = (self.stopped_at != NEVER) & (self.stopped_at <= self.due_at)
        return is_in_time & ~self.is_void

    def is_breached(self, now: int) -> Booleans:
        """Stopped too late, given up, or open and past due at an instant in microseconds."""
        is_open = self.stopped_at == NEVER
        is_late: Booleans = np.where(
            is_open, self.gave_up | (self.due_at < now), self.stopped_at > self.due_at
        )
        return is_late & ~self.is_void


def clocks_of_plain(clocks: PlainClocks) -> TriedClocks:
    """Take over what the arrays gave."""
    return TriedClocks(
        handoff_ids=clocks.handoff_ids,
        occurrences=np.zeros(clocks.handoff_ids.size, dtype=np.int64),
        started_at=clocks.started_at,
        due_at=clocks.due_at,
        stopped_at=clocks.stopped_at,
        void_at=clocks.void_at,
        breached_at=clocks.breached_at,
        gave_up=clocks.gave_up,
        used=clocks.used,
        attempts=clocks.attempts,
        holder_ids=clocks.holder_id,
    )


def clocks_of_rows(rows: Sequence[Row]) -> TriedClocks:
    """Take over the rows of clocks, in the order of `leads.replaying.CLOCK_COLUMNS`."""
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * 20
    pk, _, occurrence, _, _, _, _, start, due, stop, void, breach, gave_up, _, used = columns[:15]
    attempts, _, holder = columns[15:18]
    return TriedClocks(
        handoff_ids=_integers(pk),
        occurrences=_integers(occurrence),
        started_at=_instants(start),
        due_at=_instants(due),
        stopped_at=_instants(stop),
        void_at=_instants(void),
        breached_at=_instants(breach),
        gave_up=np.array(gave_up, dtype=bool),
        used=_integers(-1 if each is None else each // _MICROSECOND for each in used),
        attempts=_integers(attempts),
        holder_ids=_integers(each or 0 for each in holder),
    )


def joined(parts: Sequence[TriedClocks]) -> TriedClocks:
    """Put clocks one after the other."""
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(TriedClocks)
    }
    return TriedClocks(**columns)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _instants(values: Sequence[datetime | None]) -> Integers:
    return read(column_of(list(values)))


NO_CLOCKS = clocks_of_rows(())
