"""The clocks of one promise on many plain handoffs, as arrays and as rows. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.business_time import Schedule, business_between_many
from agreements.clock import (
    ClockColumns,
    ClockKind,
    Columns,
    Promise,
    counted_attempts_many,
    replay_many,
)
from leads.fold import Row

Instants: TypeAlias = NDArray[np.datetime64]
Integers: TypeAlias = NDArray[np.int64]

NAT, NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Attempts(NamedTuple):
    """Attempts of persons before a contact: the row of the handoff, the instant, the channel.

    Those of one handoff at one instant are in the order of their marks.
    """

    rows: NDArray[np.int64]
    at: Instants
    channels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHandoffs:
    """Plain handoffs, a row each, under the same version and the same promises.

    ``firsts`` are the columns of `Columns` by name, but ``mql_at``, which ``entered_at`` has by
    the stage that was entered (None is any). ``holder_ids`` is 0 where no person has it.
    """

    handoff_ids: Integers
    agreement_id: int
    version_id: int
    holder_ids: Integers
    firsts: Mapping[str, Instants]
    entered_at: Mapping[str | None, Instants]
    attempts: Attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainClocks:
    """The clocks that a promise started, as far as they are known: arrays of equal length.

    Instants are microseconds since 1970 in UTC, `NEVER` where there is none; ``used`` is open
    time in microseconds, -1 where the clock did not stop; ``holder_id`` is 0 for the team.
    """

    promise: Promise
    handoffs: PlainHandoffs
    handoff_ids: Integers
    started_at: Integers
    due_at: Integers
    stopped_at: Integers
    void_at: Integers
    breached_at: Integers
    gave_up: NDArray[np.bool_]
    used: Integers
    attempts: Integers
    holder_id: Integers

    def rows(self) -> Iterator[Row]:
        """Give the cells of clocks, in the order of `leads.replaying.CLOCK_COLUMNS`."""
        promise, handoffs = self.promise, self.handoffs
        named = (
            promise.clause_key, 0, handoffs.agreement_id, handoffs.version_id,
            str(promise.kind), str(promise.party),
        )  # fmt: skip
        cells = zip(
            self.handoff_ids.tolist(), moments(self.started_at), moments(self.due_at),
            moments(self.stopped_at), moments(self.void_at), moments(self.breached_at),
            self.gave_up.tolist(), lengths(self.used), self.attempts.tolist(),
            self.holder_id.tolist(), strict=True,
        )  # fmt: skip
        for pk, start, due, stop, void, breach, gave_up, used, attempts, holder in cells:
            yield (
                pk, *named, start, due, stop, void, breach, gave_up, False, used, attempts,
                None, holder or None, None, None,
            )  # fmt: skip


def plain_clocks(
    promise: Promise, schedule: Schedule, handoffs: PlainHandoffs, now: datetime
) -> PlainClocks:
    """Replay a promise over plain handoffs; those on which it never started are left out."""
    columns, counted = _columns(promise, schedule, handoffs)
    clocks = replay_many(promise, schedule, columns)
    started, due, gave_up = map(read, (clocks.started_at, clocks.due_at, clocks.gave_up_at))
    stopped, void = read(clocks.stopped_at), read(clocks.void_at)
    ended = np.minimum.reduce([stopped, void, gave_up])
    breached = _breached(due, gave_up, ended, (now - _EPOCH) // _MICROSECOND)
    used = business_between_many(schedule, clocks.started_at, clocks.stopped_at).view(np.int64)
    # A promise that never started is no clock.
    place = np.flatnonzero(started != NEVER)
    return PlainClocks(
        promise=promise,
        handoffs=handoffs,
        handoff_ids=handoffs.handoff_ids[place],
        started_at=started[place],
        due_at=due[place],
        stopped_at=stopped[place],
        void_at=void[place],
        breached_at=breached[place],
        gave_up=(gave_up != NEVER)[place],
        used=np.where(used == NAT, -1, used)[place],
        attempts=_count(counted, ended, handoffs.handoff_ids.size)[place],
        holder_id=_holders(handoffs, clocks, ended, breached)[place],
    )


def _columns(
    promise: Promise, schedule: Schedule, handoffs: PlainHandoffs
) -> tuple[Columns, Attempts | None]:
    """Return the columns of a promise, and the attempts that it counts if it counts any."""
    columns: dict[str, Any] = dict(handoffs.firsts)
    if promise.kind is ClockKind.HANDOVER:
        columns["mql_at"] = handoffs.entered_at.get(promise.stage)
    if promise.kind is not ClockKind.PERSISTENCE:
        return Columns(**columns), None
    rows, at, channels = handoffs.attempts
    counted, is_enough = counted_attempts_many(promise, schedule, rows, at, channels)
    enough = np.full(handoffs.handoff_ids.size, "NaT", dtype="datetime64[us]")
    enough[rows[counted[is_enough]]] = at[counted[is_enough]]
    columns["enough_attempts_at"] = enough
    return Columns(**columns), Attempts(rows[counted], at[counted], channels[counted])


def _count(attempts: Attempts | None, ended: Integers, size: int) -> Integers:
    """How many attempts each clock counted up to its end."""
    if attempts is None:
        return np.zeros(size, dtype=np.int64)
    is_before = attempts.at.view(np.int64) <= ended[attempts.rows]
    return np.bincount(attempts.rows[is_before], minlength=size).astype(np.int64)


def _breached(due: Integers, gave_up: Integers, ended: Integers, now: int) -> Integers:
    """When each clock was breached as far as is known at `now`: `ClockState.breached_at`."""
    late = np.where(np.minimum(ended, now) > due, due, NEVER)
    return np.where(gave_up <= np.minimum(due, now), gave_up, late)


def _holders(
    handoffs: PlainHandoffs, clocks: ClockColumns, ended: Integers, breached: Integers
) -> Integers:
    """Whose figure each clock is: who had it at its end, or who is charged if it is breached."""
    held = handoffs.firsts.get("held_at")
    had_at_end = (read(held) <= ended) if held is not None else np.zeros(ended.shape, dtype=bool)
    is_kept = (breached == NEVER) & (ended != NEVER)
    return np.where(np.where(is_kept, had_at_end, clocks.is_holders), handoffs.holder_ids, 0)


def column_of(instants: list[datetime | None]) -> Instants:
    """Return aware instants as an array; NaT where there is none."""
    numbers = [NAT if at is None else (at - _EPOCH) // _MICROSECOND for at in instants]
    return np.array(numbers, dtype=np.int64).view("datetime64[us]")


def column_from(numbers: Integers) -> Instants:
    """Return microseconds since 1970 as instants; NaT for `NEVER`."""
    return np.where(numbers == NEVER, NAT, numbers).view("datetime64[us]")


def read(instants: Instants) -> Integers:
    """Return microseconds since 1970, `NEVER` for NaT."""
    numbers = instants.view(np.int64)
    return np.where(numbers == NAT, NEVER, numbers)


def moments(numbers: Integers) -> list[datetime | None]:
    """Return aware instants, None for `NEVER`."""
    column = column_from(numbers).tolist()
    return [None if at is None else at.replace(tzinfo=UTC) for at in column]


def lengths(numbers: Integers) -> list[timedelta | None]:
    """Return lengths, None for -1."""
    return [None if number < 0 else timedelta(microseconds=number) for number in numbers.tolist()]
