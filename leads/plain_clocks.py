"""The clocks of many plain handoffs at once, by arrays: the same rows as replaying each alone.

Most handoffs are plain: offered, assigned and ended at most once, without pauses, blackouts,
absences or facts typed in late. `leads.replaying` does the others, and is the reference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.business_time import Schedule, business_between_many
from agreements.clock import (
    ClockColumns,
    ClockKind,
    Columns,
    Grade,
    Mark,
    MarkKind,
    Promise,
    replay_many,
)
from agreements.clock.pauses import local_date
from leads.fold import Standing
from leads.projections import Row
from leads.records import LeadAndAgreement, Records
from leads.replaying import Judgement, judgement_of, marks_of_lead

Settled: TypeAlias = tuple[LeadAndAgreement, Standing]
_Integers: TypeAlias = NDArray[np.int64]

# Arrays cost more than they save for fewer.
FEWEST = 32

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NAT, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_OVER = {
    MarkKind.REJECTED: "rejected_at",
    MarkKind.QUALIFIED: "qualified_at",
    MarkKind.DISQUALIFIED: "disqualified_at",
    MarkKind.RECYCLED: "recycled_at",
    MarkKind.WITHDRAWN: "withdrawn_at",
    MarkKind.MERGED: "withdrawn_at",
    MarkKind.DO_NOT_CONTACT: "withdrawn_at",
}
_NEVER_PLAIN = frozenset({MarkKind.PAUSED, MarkKind.RESUMED, MarkKind.CONTESTED, MarkKind.DECIDED})


class _NotPlainError(Exception):
    """A handoff that has to be replayed alone."""


@dataclass(slots=True)
class _Plain:
    """What the arrays need of a handoff: the first instants, and the attempts before a contact."""

    key: LeadAndAgreement
    standing: Standing
    judgement: Judgement
    holder_id: int | None = None
    assigned_at: datetime | None = None
    stages: list[Mark] = field(default_factory=list)
    attempts: list[Mark] = field(default_factory=list)
    firsts: dict[str, datetime] = field(default_factory=dict)
    is_over: bool = False

    def take(self, mark: Mark) -> None:
        """Note a mark; marks come in their order. Raises where it makes the handoff not plain."""
        if mark.kind in _NEVER_PLAIN or mark.recorded_at is not None:
            raise _NotPlainError
        match mark.kind:
            case MarkKind.FOLLOW_UP:
                self._follow_up(mark)
            case MarkKind.STAGE_ENTERED:
                self.stages.append(mark)
            case MarkKind.ASSIGNED:
                self._assign(mark)
            case MarkKind.OFFERED:
                self._first("offered_at", mark)
            case MarkKind.ACCEPTED:
                if "offered_at" in self.firsts:
                    self.firsts.setdefault("accepted_at", mark.at)
            case _:
                self._end(mark)

    def _first(self, name: str, mark: Mark) -> None:
        if name in self.firsts:
            raise _NotPlainError
        self.firsts[name] = mark.at

    def _assign(self, mark: Mark) -> None:
        if self.assigned_at is not None:
            raise _NotPlainError
        self.assigned_at = mark.at
        self.holder_id = mark.holder if isinstance(mark.holder, int) else None
        if mark.is_receipt:
            self.firsts["received_at"] = mark.at
        if mark.holder is not None:
            self.firsts["held_at"] = mark.at

    def _end(self, mark: Mark) -> None:
        if self.is_over:
            raise _NotPlainError
        self.is_over = True
        gave_up = mark.kind is MarkKind.RECYCLED and mark.not_reached
        self.firsts["gave_up_at" if gave_up else _OVER[mark.kind]] = mark.at

    def _follow_up(self, mark: Mark) -> None:
        if mark.automated or not mark.counts or "offered_at" not in self.firsts:
            return
        firsts = self.firsts
        firsts.setdefault("first_attempt_at", mark.at)
        if mark.grade is not Grade.ATTEMPT:
            firsts.setdefault("first_contact_at", mark.at)
            if mark.grade is Grade.CONVERSATION:
                firsts.setdefault("first_conversation_at", mark.at)
        elif "first_contact_at" not in firsts:
            self.attempts.append(mark)


def rows_of_plain(
    records: Records, settled: Sequence[Settled], now: datetime
) -> tuple[list[Row], list[Settled]]:
    """Return the rows of the clocks of all plain handoffs, and the handoffs that are not plain."""
    if len(settled) < FEWEST:
        return [], list(settled)
    plain: defaultdict[tuple[tuple[int, int], ...], list[_Plain]] = defaultdict(list)
    others: list[Settled] = []
    for key, standing in settled:
        judgement = judgement_of(records, key, standing)
        if judgement is None:
            continue
        found = _plain(records, key, standing, judgement)
        if found is None:
            others.append((key, standing))
        else:
            same = tuple((id(promise), id(schedule)) for promise, schedule in judgement.promises)
            plain[same].append(found)
    return [row for group in plain.values() for row in _rows_of_group(group, now)], others


def _rows_of_group(handoffs: Sequence[_Plain], now: datetime) -> Iterator[Row]:
    """Give the rows of handoffs under the same promises."""
    names = {name for each in handoffs for name in each.firsts}
    firsts = {name: _array([each.firsts.get(name) for each in handoffs]) for name in names}
    for promise, schedule in handoffs[0].judgement.promises:
        yield from _rows(promise, schedule, handoffs, firsts, now)


def _plain(
    records: Records, key: LeadAndAgreement, standing: Standing, judgement: Judgement
) -> _Plain | None:
    if records.blackouts.get(key[1]):
        return None
    if any(promise.kind is ClockKind.STAGE_AGE for promise, _ in judgement.promises):
        return None
    found = _Plain(key, standing, judgement)
    try:
        # Marks of the lead need no place among the others: one of a kind, or only its entries.
        for mark in (*standing.marks, *sorted(marks_of_lead(records, key))):
            found.take(mark)
    except _NotPlainError:
        return None
    holders: Collection[int] = () if found.holder_id is None else (found.holder_id,)
    return None if records.absences_of(holders) else found


def _rows(
    promise: Promise,
    schedule: Schedule,
    handoffs: Sequence[_Plain],
    firsts: Mapping[str, NDArray[np.datetime64]],
    now: datetime,
) -> Iterable[Row]:
    """Give the row of each clock that started."""
    columns = {**firsts}
    counts: Sequence[_Counted] = [_NOTHING_COUNTED] * len(handoffs)
    if promise.kind is ClockKind.HANDOVER:
        columns["mql_at"] = _array([_entered(promise, each.stages) for each in handoffs])
    if promise.kind is ClockKind.PERSISTENCE:
        counts = [_Counted.of(promise, schedule, each.attempts) for each in handoffs]
        columns["enough_attempts_at"] = _array([each.enough_at for each in counts])
    clocks = replay_many(promise, schedule, Columns(**columns))
    ended = np.minimum.reduce(
        [_read(clocks.stopped_at), _read(clocks.void_at), _read(clocks.gave_up_at)]
    )
    breached = _breached(clocks, ended, _microseconds(now))
    used = business_between_many(schedule, clocks.started_at, clocks.stopped_at)
    cells = zip(
        handoffs, counts, _instants(clocks.started_at), _instants(clocks.due_at),
        _instants(clocks.stopped_at), _instants(clocks.void_at), _instants(_write(breached)),
        _instants(clocks.gave_up_at), _instants(_write(ended)), used.tolist(),
        clocks.is_holders.tolist(),
        strict=True,
    )  # fmt: skip
    return [_row(promise, *each) for each in cells if each[2] is not None]


def _row(
    promise: Promise,
    handoff: _Plain,
    counted: "_Counted",
    started_at: datetime,
    due_at: datetime,
    stopped_at: datetime | None,
    void_at: datetime | None,
    breached_at: datetime | None,
    gave_up_at: datetime | None,
    ended_at: datetime | None,
    used: timedelta | None,
    is_holders: bool,
) -> Row:
    """Return the cells of a clock, in the order of `CLOCK_COLUMNS`."""
    if breached_at is None and ended_at is not None:
        is_holders = handoff.assigned_at is not None and handoff.assigned_at <= ended_at
    return (
        handoff.standing.pk, promise.clause_key, 0, handoff.key[1], handoff.judgement.version_id,
        str(promise.kind), str(promise.party), started_at, due_at, stopped_at, void_at,
        breached_at, gave_up_at is not None, False, used, counted.until(ended_at), None,
        handoff.holder_id if is_holders else None, None, None,
    )  # fmt: skip


@dataclass(slots=True)
class _Counted:
    """The attempts that a persistence promise counts, one a channel and local day, in order."""

    steps: list[datetime] = field(default_factory=list)
    enough_at: datetime | None = None

    @classmethod
    def of(cls, promise: Promise, schedule: Schedule, attempts: Iterable[Mark]) -> "_Counted":
        """Count until there are enough, over enough channels."""
        counted: set[tuple[str | None, date]] = set()
        found = cls()
        for mark in attempts:
            attempt = (mark.channel, local_date(schedule, mark.at))
            if attempt in counted:
                continue
            counted.add(attempt)
            found.steps.append(mark.at)
            if len(counted) >= promise.count and _channels(counted) >= promise.channels:
                found.enough_at = mark.at
                break
        return found

    def until(self, at: datetime | None) -> int:
        """Return how many were counted up to an instant, all if it is None."""
        return len(self.steps) if at is None else sum(step <= at for step in self.steps)


_NOTHING_COUNTED = _Counted()


def _channels(counted: Iterable[tuple[str | None, date]]) -> int:
    return len({channel for channel, _ in counted})


def _entered(promise: Promise, stages: Iterable[Mark]) -> datetime | None:
    fits = (mark.at for mark in stages if promise.stage is None or mark.stage == promise.stage)
    return next(fits, None)


def _breached(clocks: ClockColumns, ended: _Integers, now: int) -> _Integers:
    """When each clock was breached as far as is known at `now`: `ClockState.breached_at`."""
    started, due, gave_up = (
        _read(each) for each in (clocks.started_at, clocks.due_at, clocks.gave_up_at)
    )
    late = np.where(np.minimum(ended, now) > due, due, _NEVER)
    breached = np.where(gave_up <= np.minimum(due, now), gave_up, late)
    return np.where(started == _NEVER, _NEVER, breached)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _array(instants: Sequence[datetime | None]) -> NDArray[np.datetime64]:
    numbers = [_NAT if at is None else (at - _EPOCH) // _MICROSECOND for at in instants]
    return np.array(numbers, dtype=np.int64).view("datetime64[us]")


def _read(instants: NDArray[np.datetime64]) -> _Integers:
    numbers = instants.view(np.int64)
    return np.where(numbers == _NAT, _NEVER, numbers)


def _write(numbers: _Integers) -> NDArray[np.datetime64]:
    return np.where(numbers == _NEVER, _NAT, numbers).view("datetime64[us]")


def _instants(column: NDArray[np.datetime64]) -> list[datetime | None]:
    return [None if at is None else at.replace(tzinfo=UTC) for at in column.tolist()]
