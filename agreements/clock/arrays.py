"""The same arithmetic over NumPy arrays, for handoffs whose marks are plain (see `is_plain`).

Instants are datetime64[us] in UTC, lengths timedelta64[us]; NaT where there is none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.business_time import (
    Schedule,
    add_business_days_many,
    add_business_many,
    business_between_many,
)
from agreements.clock.pauses import day_start, due_after, local_date
from agreements.clock.promise import ClockKind, Grade, Promise
from agreements.durations import Unit

Instants: TypeAlias = NDArray[np.datetime64]
Lengths: TypeAlias = NDArray[np.timedelta64]
_Integers: TypeAlias = NDArray[np.int64]
_Booleans: TypeAlias = NDArray[np.bool_]

_NAT = np.iinfo(np.int64).min
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The first instants of plain handoffs, a row each; a column that is left out is all NaT.

    `mql_at`: first entry into the stage a handover promise names. `received_at`: assigned to a
    person or the named queue; `held_at`: assigned to a person. `accepted_at` and the follow-ups:
    the first at or after the offer; a follow-up of a person that counts, of at least that grade;
    `enough_attempts_at`: when a persistence promise's attempts over its channels were complete.
    `gave_up_at`: recycled as not reached; `recycled_at`: recycled otherwise. `withdrawn_at`:
    withdrawn, merged or not to be contacted.
    """

    offered_at: Instants
    mql_at: Instants | None = None
    received_at: Instants | None = None
    held_at: Instants | None = None
    accepted_at: Instants | None = None
    rejected_at: Instants | None = None
    first_attempt_at: Instants | None = None
    first_contact_at: Instants | None = None
    first_conversation_at: Instants | None = None
    enough_attempts_at: Instants | None = None
    qualified_at: Instants | None = None
    disqualified_at: Instants | None = None
    recycled_at: Instants | None = None
    gave_up_at: Instants | None = None
    withdrawn_at: Instants | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockColumns:
    """What became of each clock, as `replay` says it of one: NaT in `started_at` is not started.

    `stopped_by` is the place in `stoppers` of the column that stopped it, -1 for none. `used` is
    NaT while open and for promises in days. `team_time` and `holder_time` are the holder split
    without absences, `is_holders` says that a breach is charged to the person, not to the team.
    """

    started_at: Instants
    due_at: Instants
    stopped_at: Instants
    void_at: Instants
    gave_up_at: Instants
    used: Lengths
    team_time: Lengths
    holder_time: Lengths
    is_holders: _Booleans
    stoppers: tuple[str, ...]
    stopped_by: NDArray[np.intp]


_FOLLOW_UPS = {
    Grade.ATTEMPT: "first_attempt_at",
    Grade.CONTACT: "first_contact_at",
    Grade.CONVERSATION: "first_conversation_at",
}
_OUTCOMES = ("qualified_at", "disqualified_at", "recycled_at", "gave_up_at")
_OVER = ("rejected_at", *_OUTCOMES, "withdrawn_at")


def replay_many(promise: Promise, schedule: Schedule, columns: Columns) -> ClockColumns:
    """Replay a promise over many plain handoffs at once.

    Raises ValueError for a stage age promise, whose clock may start any number of times.
    """
    if promise.kind is ClockKind.STAGE_AGE:
        raise ValueError(
            f"Clause {promise.clause_key} limits the age of a stage: replay it handoff by handoff."
        )
    stoppers = _stoppers(promise)
    started = _started(promise, columns)
    due = _read(_due_many(promise, schedule, _write(started)))
    stop, stopped_by = _first_of(columns, stoppers)
    void, gave_up = _ended_otherwise(promise, columns, started, due, stop)
    is_stopped = (started != _NEVER) & (stop != _NEVER) & (void == _NEVER) & (gave_up == _NEVER)
    stopped = np.where(is_stopped, np.maximum(stop, started), _NEVER)
    ended = np.minimum(np.minimum(stopped, void), gave_up)
    shares = _shares(promise, schedule, columns, started, np.minimum(due, ended))
    return ClockColumns(
        started_at=_write(started),
        due_at=_write(due),
        stopped_at=_write(stopped),
        void_at=_write(void),
        gave_up_at=_write(gave_up),
        used=_used_many(promise, schedule, started, ended),
        team_time=shares[0],
        holder_time=shares[1],
        is_holders=shares[2],
        stoppers=stoppers,
        stopped_by=np.where(is_stopped, stopped_by, -1),
    )


def at_risk_from_many(promise: Promise, schedule: Schedule, clocks: ClockColumns) -> Instants:
    """When each clock is at risk: `ClockState.at_risk_from` for each."""
    allowed = business_between_many(schedule, clocks.started_at, clocks.due_at)
    lengths, place = np.unique(allowed.view(np.int64), return_inverse=True)
    # One length at a time, so that a share is rounded exactly as it is for one clock.
    shares = [
        _NAT
        if length == _NAT
        else timedelta(microseconds=length) * promise.warn_at // timedelta(microseconds=1)
        for length in lengths.tolist()
    ]
    share = np.array(shares, dtype=np.int64)[place.reshape(allowed.shape)]
    at = add_business_many(schedule, clocks.started_at, share.view("timedelta64[us]"))
    return np.minimum(at, clocks.due_at)


def _stoppers(promise: Promise) -> tuple[str, ...]:
    """The columns that meet a clock; of equal instants the first, as marks are ordered."""
    match promise.kind:
        case ClockKind.HANDOVER:
            return ("offered_at",)
        case ClockKind.ROUTING:
            return ("received_at",)
        case ClockKind.ACCEPTANCE:
            decided = ("accepted_at", "rejected_at", "qualified_at", "disqualified_at")
            return ("first_contact_at", *decided)
        case ClockKind.FIRST_FOLLOW_UP:
            return (_FOLLOW_UPS[promise.evidence],)
        case ClockKind.PERSISTENCE:
            return ("first_contact_at", "enough_attempts_at")
        case _:
            return _OUTCOMES


def _started(promise: Promise, columns: Columns) -> _Integers:
    offered = _read(columns.offered_at)
    if promise.kind is ClockKind.HANDOVER:
        entered, withdrawn = _column(columns, "mql_at"), _column(columns, "withdrawn_at")
        return np.where(entered <= np.minimum(offered, withdrawn), entered, _NEVER)
    ready = offered
    if promise.starts_received and promise.kind is not ClockKind.ROUTING:
        received = _column(columns, "received_at")
        ready = np.where(offered == _NEVER, _NEVER, np.maximum(offered, received))
    over, _ = _first_of(columns, _OVER)
    return np.where(ready <= over, ready, _NEVER)


def _ended_otherwise(
    promise: Promise, columns: Columns, started: _Integers, due: _Integers, stop: _Integers
) -> tuple[_Integers, _Integers]:
    """When each clock became void, and when it was given up."""
    stoppers = _stoppers(promise)
    voiders = ("withdrawn_at",) if promise.kind is ClockKind.HANDOVER else _OVER
    is_persistence = promise.kind is ClockKind.PERSISTENCE
    own = {*stoppers, "gave_up_at"} if is_persistence else set(stoppers)
    over, _ = _first_of(columns, tuple(name for name in voiders if name not in own))
    has_started = started != _NEVER
    void = np.where(has_started & (over < stop) & (over <= due), over, _NEVER)
    if not is_persistence:
        return void, np.full(started.shape, _NEVER)
    gave_up = _column(columns, "gave_up_at")
    return void, np.where(has_started & (gave_up < stop), gave_up, _NEVER)


def _due_many(promise: Promise, schedule: Schedule, started: Instants) -> Instants:
    within = promise.within
    if within.is_open_time:
        return add_business_many(schedule, started, within.open_time)
    if within.unit is Unit.BUSINESS_DAY:
        return add_business_days_many(schedule, started, within.amount)
    starts, place = np.unique(started.view(np.int64), return_inverse=True)
    dues = [_NAT if at == _NAT else _calendar_due(promise, schedule, at) for at in starts.tolist()]
    due = np.array(dues, dtype=np.int64)[place.reshape(started.shape)]
    return due.view("datetime64[us]")


def _calendar_due(promise: Promise, schedule: Schedule, start: int) -> int:
    epoch, microsecond = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
    return (due_after(schedule, epoch + start * microsecond, promise.within) - epoch) // microsecond


def _used_many(
    promise: Promise, schedule: Schedule, started: _Integers, ended: _Integers
) -> Lengths:
    if not promise.within.is_open_time:
        return np.full(started.shape, "NaT", dtype="timedelta64[us]")
    return business_between_many(schedule, _write(started), _write(ended))


def _shares(
    promise: Promise, schedule: Schedule, columns: Columns, started: _Integers, end: _Integers
) -> tuple[Lengths, Lengths, _Booleans]:
    """The time of the team, the time of the holder, and whether the holder has the most.

    Equal times are the later one's: the holder's, who follows the team.
    """
    held = _column(columns, "held_at")
    from_ = np.maximum(started, held)
    team_end = np.where(started == _NEVER, _NEVER, np.minimum(from_, end))
    since = _counts_from_many(promise, schedule, started)
    team = _counted_between_many(promise, schedule, since, team_end)
    holder = _counted_between_many(promise, schedule, np.maximum(team_end, since), end)
    has_turn = (started != _NEVER) & ((held <= started) | (held < end))
    return team, holder, has_turn & (holder >= team)


def _counts_from_many(promise: Promise, schedule: Schedule, started: _Integers) -> _Integers:
    """`counts_from` for each: of a promise of days the start of the next local day."""
    is_known = started != _NEVER
    if promise.within.is_open_time or not is_known.any():
        return started
    starts = local_day_starts(schedule, _write(started[is_known]))
    since = np.full(started.shape, _NEVER)
    place = np.searchsorted(starts, _write(started[is_known]), side="right")
    since[is_known] = _read(starts)[place]
    return since


def _counted_between_many(
    promise: Promise, schedule: Schedule, start: _Integers, end: _Integers
) -> Lengths:
    """`counted_between` for each, without pauses."""
    if promise.within.unit is not Unit.DAY:
        return business_between_many(schedule, _write(start), _write(end))
    return np.maximum(_write(end) - _write(start), np.timedelta64(0, "us"))


def local_day_starts(schedule: Schedule, instants: Instants) -> Instants:
    """The starts of the local days from that of the first instant to that after the last one."""
    first, last = (_local_date_of(schedule, at) for at in (instants.min(), instants.max()))
    days = (last - first).days + 2
    starts = [day_start(schedule, first + timedelta(days=day)) for day in range(days)]
    return np.array([at.replace(tzinfo=None) for at in starts], dtype="datetime64[us]")


def _local_date_of(schedule: Schedule, at: np.datetime64) -> date:
    return local_date(schedule, at.astype("datetime64[us]").item().replace(tzinfo=UTC))


def _first_of(columns: Columns, names: tuple[str, ...]) -> tuple[_Integers, NDArray[np.intp]]:
    """The earliest instant of several columns, and the place of the column that has it."""
    stack = np.stack([_column(columns, name) for name in names])
    place = stack.argmin(axis=0)
    return np.take_along_axis(stack, place[None], axis=0)[0], place


def _column(columns: Columns, name: str) -> _Integers:
    column: Instants | None = getattr(columns, name)
    if column is None:
        return np.full(columns.offered_at.shape, _NEVER)
    return _read(column)


def _read(instants: Instants) -> _Integers:
    """Microseconds, with the largest number for NaT, so that never comes after everything."""
    numbers = instants.astype("datetime64[us]", copy=False).view(np.int64)
    return np.where(numbers == _NAT, _NEVER, numbers)


def _write(numbers: _Integers) -> Instants:
    return np.where(numbers == _NEVER, _NAT, numbers).view("datetime64[us]")
