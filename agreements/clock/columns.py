"""From marks to the columns of the array form, for handoffs whose marks are plain."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.business_time import Schedule
from agreements.clock.arrays import Columns, Instants, local_day_starts
from agreements.clock.marks import History, Mark, MarkKind
from agreements.clock.pauses import local_date
from agreements.clock.promise import Grade, Promise

_Test: TypeAlias = Callable[[Mark], bool]

_OVER = frozenset(
    {
        MarkKind.REJECTED,
        MarkKind.QUALIFIED,
        MarkKind.DISQUALIFIED,
        MarkKind.RECYCLED,
        MarkKind.WITHDRAWN,
        MarkKind.MERGED,
        MarkKind.DO_NOT_CONTACT,
    }
)
_TAKEN_AWAY = frozenset({MarkKind.WITHDRAWN, MarkKind.MERGED, MarkKind.DO_NOT_CONTACT})


def is_plain(marks: Iterable[Mark] | History) -> bool:
    """Whether a handoff may take the array path.

    It may where there is no pause and no decided contest, and at most one mark each of: offered;
    assigned; what ends a handoff (rejected, qualified, disqualified, recycled, withdrawn, merged,
    do not contact).
    """
    history = marks if isinstance(marks, History) else History(marks)
    kinds = [mark.kind for mark in history.marks]
    if MarkKind.PAUSED in kinds or MarkKind.DECIDED in kinds:
        return False
    most = max(kinds.count(MarkKind.OFFERED), kinds.count(MarkKind.ASSIGNED))
    return most <= 1 and sum(kind in _OVER for kind in kinds) <= 1


def columns_from(
    promise: Promise, schedule: Schedule, histories: Sequence[Iterable[Mark] | History]
) -> Columns:
    """The columns of plain handoffs for a promise, a row for each; the reference for quicker ways.

    Raises ValueError for a handoff that is not plain.
    """
    rows = [marks if isinstance(marks, History) else History(marks) for marks in histories]
    for number, history in enumerate(rows):
        if not is_plain(history):
            raise ValueError(f"Handoff {number} has more marks than columns hold: replay it alone.")
    tests = {**_TESTS, "mql_at": lambda mark: _enters(promise, mark)}
    columns = {
        name: _instants([_first_at(history.marks, test) for history in rows])
        for name, test in tests.items()
    }
    since = [_since_offer(history.marks) for history in rows]
    for name, test in _SINCE_OFFER.items():
        columns[name] = _instants([_first_at(marks, test) for marks in since])
    enough = [_enough_attempts_at(promise, schedule, marks) for marks in since]
    return Columns(**columns, enough_attempts_at=_instants(enough))


def counted_attempts_many(
    promise: Promise,
    schedule: Schedule,
    handoffs: NDArray[np.integer[Any]],
    attempts_at: Instants,
    channels: NDArray[np.integer[Any]],
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Which attempts a persistence promise counts until there are enough, and which made enough.

    Each attempt has the row of its handoff, its instant and a number for its channel. Give only
    attempts of persons that count and were made at or after the offer; those of one handoff at
    one instant in the order of their marks. Returns places in the arrays given.
    """
    if handoffs.size == 0:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=bool)
    days = _local_days(schedule, attempts_at)
    order = np.lexsort((attempts_at, days, channels, handoffs))
    firsts = order[_changes(handoffs[order], channels[order], days[order])]
    order = firsts[np.lexsort((firsts, attempts_at[firsts], handoffs[firsts]))]
    rows = handoffs[order]
    counted = _running_count(rows, np.ones(rows.size, dtype=bool))
    used = _running_count(rows, _is_first_use(rows, channels[order]))
    is_enough = (counted >= promise.count) & (used >= promise.channels)
    # Once there are enough there always are; the first of them is the last that is counted.
    times_enough = _running_count(rows, is_enough)
    needed = times_enough - is_enough == 0
    return order[needed], is_enough[needed]


def _local_days(schedule: Schedule, instants: Instants) -> NDArray[np.intp]:
    """A number for the local day of each instant, growing with the days."""
    return np.searchsorted(local_day_starts(schedule, instants), instants, side="right")


def _changes(*keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Where any of the sorted keys differs from the row before; the first row always does."""
    differs = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.concatenate(([True], differs))


def _is_first_use(rows: NDArray[Any], channels: NDArray[Any]) -> NDArray[np.bool_]:
    order = np.lexsort((np.arange(rows.size), channels, rows))
    is_first = np.zeros(rows.size, dtype=bool)
    is_first[order] = _changes(rows[order], channels[order])
    return is_first


def _running_count(rows: NDArray[Any], flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many flags are set up to each place among the same sorted row."""
    total = np.cumsum(flags)
    starts = np.flatnonzero(_changes(rows))
    before: NDArray[np.int64] = total[starts] - flags[starts]
    return total - np.repeat(before, np.diff(np.append(starts, rows.size)))


def _enough_attempts_at(
    promise: Promise, schedule: Schedule, marks: Sequence[Mark]
) -> datetime | None:
    counted: set[tuple[str | None, date]] = set()
    for mark in marks:
        if _is_attempt(mark):
            counted.add((mark.channel, local_date(schedule, mark.at)))
            channels = {channel for channel, _ in counted}
            if len(counted) >= promise.count and len(channels) >= promise.channels:
                return mark.at
    return None


def _since_offer(marks: Sequence[Mark]) -> Sequence[Mark]:
    for place, mark in enumerate(marks):
        if mark.kind is MarkKind.OFFERED:
            return marks[place:]
    return ()


def _first_at(marks: Sequence[Mark], test: _Test) -> datetime | None:
    return next((mark.at for mark in marks if test(mark)), None)


def _instants(moments: Sequence[datetime | None]) -> Instants:
    naive = [None if at is None else at.astimezone(UTC).replace(tzinfo=None) for at in moments]
    return np.array(naive, dtype="datetime64[us]")


def _enters(promise: Promise, mark: Mark) -> bool:
    is_entry = mark.kind is MarkKind.STAGE_ENTERED
    return is_entry and promise.stage in (None, mark.stage)


def _is_attempt(mark: Mark) -> bool:
    return mark.shows(Grade.ATTEMPT) and not mark.shows(Grade.CONTACT)


def _is_of(kind: MarkKind) -> _Test:
    return lambda mark: mark.kind is kind


def _shows(grade: Grade) -> _Test:
    return lambda mark: mark.shows(grade)


_TESTS: dict[str, _Test] = {
    "offered_at": _is_of(MarkKind.OFFERED),
    "received_at": lambda mark: mark.kind is MarkKind.ASSIGNED and mark.is_receipt,
    "held_at": lambda mark: mark.kind is MarkKind.ASSIGNED and mark.holder is not None,
    "rejected_at": _is_of(MarkKind.REJECTED),
    "qualified_at": _is_of(MarkKind.QUALIFIED),
    "disqualified_at": _is_of(MarkKind.DISQUALIFIED),
    "recycled_at": lambda mark: mark.kind is MarkKind.RECYCLED and not mark.not_reached,
    "gave_up_at": lambda mark: mark.kind is MarkKind.RECYCLED and mark.not_reached,
    "withdrawn_at": lambda mark: mark.kind in _TAKEN_AWAY,
}
_SINCE_OFFER: dict[str, _Test] = {
    "accepted_at": _is_of(MarkKind.ACCEPTED),
    "first_attempt_at": _shows(Grade.ATTEMPT),
    "first_contact_at": _shows(Grade.CONTACT),
    "first_conversation_at": _shows(Grade.CONVERSATION),
}
