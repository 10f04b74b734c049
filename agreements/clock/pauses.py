"""Pauses and the time they take out of a promise (R6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    business_between,
    local_day_intervals,
    open_days,
)
from agreements.clock.marks import Mark, MarkKind
from agreements.clock.promise import Promise
from agreements.durations import Duration, Unit

Interval: TypeAlias = tuple[datetime, datetime]
"""Half-open ``[start, end)``, aware instants."""

BLACKOUT = "blackout"
_ONE_DAY = timedelta(days=1)
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval ``[start, end)`` that does not count, and why; overlapping ones are one."""

    start: datetime
    end: datetime
    reasons: tuple[str, ...] = ()


Pauses: TypeAlias = tuple[Pause, ...]
"""Sorted, apart from each other."""


def pauses_of(
    promise: Promise, schedule: Schedule, marks: Sequence[Mark], blackouts: Iterable[Interval] = ()
) -> Pauses:
    """The pauses that marks in order and blackouts make for a promise.

    Resuming ends whatever pause runs at that instant. What touches is one pause, and none is
    longer than the promise's `max_pause`; blackouts are signed by both and have no limit.
    """
    asked = _merged(_asked(marks))
    limit = promise.max_pause
    if limit is not None:
        asked = tuple(_limited(pause, schedule, limit) for pause in asked)
    return _merged([*asked, *(Pause(start, end, (BLACKOUT,)) for start, end in blackouts)])


def _asked(marks: Sequence[Mark]) -> list[Pause]:
    pauses: list[Pause] = []
    for mark in marks:
        if mark.kind is MarkKind.PAUSED and mark.until is not None:
            pauses.append(Pause(mark.at, mark.until, (mark.reason,) if mark.reason else ()))
        elif mark.kind is MarkKind.RESUMED:
            pauses = [Pause(each.start, min(each.end, mark.at), each.reasons) for each in pauses]
    return pauses


def _limited(pause: Pause, schedule: Schedule, limit: Duration) -> Pause:
    latest = due_after(schedule, pause.start, limit)
    return pause if pause.end <= latest else Pause(pause.start, latest, pause.reasons)


def _merged(pauses: Iterable[Pause]) -> Pauses:
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: (each.start, each.end, each.reasons)):
        if merged and pause.start <= merged[-1].end:
            merged.append(_joined(merged.pop(), pause))
        elif pause.start < pause.end:
            merged.append(pause)
    return tuple(merged)


def _joined(held: Pause, pause: Pause) -> Pause:
    if pause.end <= pause.start:
        return held
    reasons = tuple(dict.fromkeys((*held.reasons, *pause.reasons)))
    return Pause(held.start, max(held.end, pause.end), reasons)


def clipped(pauses: Pauses, start: datetime, end: datetime | None) -> Pauses:
    """What lies inside ``[start, end)`` of each pause; no end where it is None."""
    kept = []
    for pause in pauses:
        from_, until = max(pause.start, start), pause.end if end is None else min(pause.end, end)
        if from_ < until:
            kept.append(Pause(from_, until, pause.reasons))
    return tuple(kept)


def open_between(
    schedule: Schedule, start: datetime, end: datetime, pauses: Pauses = ()
) -> timedelta:
    """The open time inside ``[start, end)`` with the pauses taken out."""
    used = business_between(schedule, start, end)
    for pause in clipped(pauses, start, end) if pauses else ():
        used -= business_between(schedule, pause.start, pause.end)
    return used


def counts_from(schedule: Schedule, start: datetime, within: Duration) -> datetime:
    """From when on a promise counts: one of days does not count the day it starts on."""
    if within.is_open_time:
        return start
    return day_start(schedule, local_date(schedule, start) + _ONE_DAY)


def counted_between(
    schedule: Schedule, unit: Unit, start: datetime, end: datetime, pauses: Pauses = ()
) -> timedelta:
    """The time inside ``[start, end)`` that counts for `unit`, with the pauses taken out.

    It is open time; calendar days count all of theirs.
    """
    if unit is not Unit.DAY:
        return open_between(schedule, start, end, pauses)
    spans = [(start, end), *((each.start, each.end) for each in clipped(pauses, start, end))]
    whole, *paused = (_elapsed(*span) for span in spans)
    return whole - sum(paused, _ZERO)


def _elapsed(start: datetime, end: datetime) -> timedelta:
    # Python counts by the clock on the wall between two instants of one zone.
    return max(end.astimezone(UTC) - start.astimezone(UTC), _ZERO)


def add_open(
    schedule: Schedule, start: datetime, amount: timedelta, pauses: Pauses = ()
) -> datetime:
    """The earliest instant by which `amount` of open time outside the pauses has passed."""
    for pause in pauses:
        if pause.end <= start:
            continue
        before = business_between(schedule, start, pause.start)
        if amount <= before:
            break
        amount -= before
        start = max(start, pause.end)
    return add_business(schedule, start, amount)


def due_after(
    schedule: Schedule, start: datetime, within: Duration, pauses: Pauses = ()
) -> datetime:
    """When a promise that starts at `start` is due, in UTC.

    Minutes and hours are open time. n business days end at the last close of the n-th open local
    day after the start day; n days end with the n-th local calendar day after the start day. A
    day whose open time lies wholly inside pauses is passed over (for calendar days: a day that
    lies wholly inside one), so that it moves the due time by a day.
    """
    if within.is_open_time:
        return add_open(schedule, start, within.open_time, pauses)
    if within.amount == 0:
        return start.astimezone(UTC)
    start_date = local_date(schedule, start)
    passed = [
        day
        for day in (paused_days(schedule, within.unit, pauses) if pauses else ())
        if day > start_date
    ]
    shift = 0
    while True:
        due, last_day = _days_after(schedule, start, within.amount + shift, within.unit)
        paused = sum(day <= last_day for day in passed)
        if paused == shift:
            return due
        shift = paused


def _days_after(
    schedule: Schedule, start: datetime, amount: int, unit: Unit
) -> tuple[datetime, date]:
    """When the n-th day after the start day ends, and which day that is."""
    if unit is Unit.BUSINESS_DAY:
        close = add_business_days(schedule, start, amount)
        # A close at 24:00 belongs to the day before it.
        return close, local_date(schedule, close - timedelta(microseconds=1))
    day = local_date(schedule, start) + timedelta(days=amount)
    return day_start(schedule, day + _ONE_DAY), day


def paused_days(schedule: Schedule, unit: Unit, pauses: Pauses) -> list[date]:
    """The local dates that count for `unit` and lie wholly inside the pauses."""
    days: set[date] = set()
    for pause in pauses:
        first, last = local_date(schedule, pause.start), local_date(schedule, pause.end)
        if (last - first).days > 1:
            days.update(_counting_days(schedule, unit, first + _ONE_DAY, last - _ONE_DAY))
        days.update(
            day for day in {first, last} if _is_covered(_counting_time(schedule, unit, day), pauses)
        )
    return sorted(days)


def _counting_days(schedule: Schedule, unit: Unit, first: date, last: date) -> list[date]:
    if unit is Unit.BUSINESS_DAY:
        return open_days(schedule, first, last)
    return [first + _ONE_DAY * ahead for ahead in range((last - first).days + 1)]


def _counting_time(schedule: Schedule, unit: Unit, day: date) -> list[Interval]:
    if unit is Unit.BUSINESS_DAY:
        return local_day_intervals(schedule, day)
    return [(day_start(schedule, day), day_start(schedule, day + _ONE_DAY))]


def _is_covered(intervals: list[Interval], pauses: Pauses) -> bool:
    """Whether there are intervals and each lies inside a pause."""
    return bool(intervals) and all(
        any(pause.start <= start and end <= pause.end for pause in pauses)
        for start, end in intervals
    )


def local_date(schedule: Schedule, at: datetime) -> date:
    """The local date of an instant in the schedule's zone."""
    return at.astimezone(ZoneInfo(schedule.time_zone)).date()


def day_start(schedule: Schedule, day: date) -> datetime:
    """The first instant of a local date, in UTC; where midnight is skipped, the end of the gap."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(schedule.time_zone))
    return midnight.astimezone(UTC)
