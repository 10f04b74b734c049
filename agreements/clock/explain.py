"""Why a clock is due when it is: local day by local day, what counted and what did not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from agreements.business_time import Schedule, local_day_intervals
from agreements.clock.pauses import (
    Interval,
    Pause,
    clipped,
    counted_between,
    counts_from,
    day_start,
    due_after,
    local_date,
    paused_days,
)
from agreements.clock.promise import ClockKind
from agreements.clock.state import ClockState, Status
from agreements.durations import Duration, Unit

_ZERO = timedelta(0)
_ONE_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class Skip(StrEnum):
    """Why a local day counts nothing."""

    WEEKEND = "weekend"
    """A Saturday or Sunday without hours."""
    CLOSED = "closed"
    """Another weekday without hours."""
    CLOSURE = "closure"
    """A date the calendar closes."""
    BEFORE_START = "before_start"
    """The clock started after that day's hours."""
    START_DAY = "start_day"
    """A promise of days does not count the day it starts on, whatever hours it has."""
    PAUSED = "paused"
    """Its whole time lies inside pauses."""


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """One local day: its time in intervals ``[start, end)`` of UTC, each in one of six groups.

    `counted` was used, up to the due time; `left` is still to use; `late` came after the due
    time; `paused` was taken out; `outside` is open time before the start or after the end;
    `closed` is the rest of the day. `number` says which day of a promise of days it is.
    `is_closure` says that the calendar gives that date hours of its own, or none.
    """

    date: date
    counted: tuple[Interval, ...]
    left: tuple[Interval, ...]
    late: tuple[Interval, ...]
    paused: tuple[Interval, ...]
    outside: tuple[Interval, ...]
    closed: tuple[Interval, ...]
    skipped: Skip | None
    is_closure: bool
    number: int | None

    @property
    def counted_time(self) -> timedelta:
        return length_of(self.counted)

    @property
    def left_time(self) -> timedelta:
        return length_of(self.left)

    @property
    def late_time(self) -> timedelta:
        return length_of(self.late)

    @property
    def paused_time(self) -> timedelta:
        return length_of(self.paused)


@dataclass(frozen=True, slots=True)
class ExplainedPause:
    """A pause inside the clock's run, the time it took out and the whole business days.

    What the promise does not count, as that of days its first one, it cannot take out.
    """

    pause: Pause
    open_time: timedelta
    business_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a reader needs to check a due time by hand, as it stood at `now`.

    `due_without_pauses` is when it would have been due. `days` runs from the start to the due
    time, or to `now` or a late stop after it; it is empty for a clock that has not started.
    """

    clause_key: str
    kind: ClockKind
    occurrence: int
    within: Duration
    time_zone: str
    now: datetime
    status: Status
    started_at: datetime | None
    due_at: datetime | None
    due_without_pauses: datetime | None
    ended_at: datetime | None
    days: tuple[ExplainedDay, ...]
    pauses: tuple[ExplainedPause, ...]

    @property
    def counted(self) -> timedelta:
        return sum((day.counted_time for day in self.days), _ZERO)

    @property
    def left(self) -> timedelta:
        return sum((day.left_time for day in self.days), _ZERO)

    @property
    def late(self) -> timedelta:
        return sum((day.late_time for day in self.days), _ZERO)

    @property
    def paused(self) -> timedelta:
        return sum((day.paused_time for day in self.days), _ZERO)

    @property
    def allowed(self) -> timedelta:
        """The time promised, in hours: what counted and what was left."""
        return self.counted + self.left

    def skipped(self, *reasons: Skip) -> list[date]:
        """The dates that counted nothing for one of these reasons."""
        return [day.date for day in self.days if day.skipped in reasons]


def length_of(intervals: Iterable[Interval]) -> timedelta:
    """The length of intervals that lie apart."""
    return sum((end - start for start, end in intervals), _ZERO)


def explain(state: ClockState, schedule: Schedule, now: datetime) -> Explanation:
    """Explain a clock as it stands at `now`.

    Calendar revision, version and the clause's text are the caller's to add.
    """
    start, due, ended_at = state.started_at, state.due_at, state.ended_at
    without = None if start is None else due_after(schedule, start, state.promise.within)
    told = None if start is None or due is None else _Days(state, schedule, start, due, now)
    return Explanation(
        clause_key=state.clause_key,
        kind=state.kind,
        occurrence=state.occurrence,
        within=state.promise.within,
        time_zone=schedule.time_zone,
        now=now,
        status=state.status_at(now),
        started_at=start,
        due_at=due,
        due_without_pauses=without,
        ended_at=ended_at if ended_at is not None and ended_at <= now else None,
        days=told.all() if told else (),
        pauses=told.explained_pauses() if told else (),
    )


class _Days:
    """The local days of one clock, while they are being told apart."""

    def __init__(
        self, state: ClockState, schedule: Schedule, start: datetime, due: datetime, now: datetime
    ) -> None:
        self.schedule, self.pauses = schedule, state.pauses
        self.unit = state.promise.within.unit
        self.is_of_days = not state.promise.within.is_open_time
        self.paused_dates = paused_days(schedule, self.unit, self.pauses) if self.is_of_days else []
        self.start_date = local_date(schedule, start)
        self.start, self.due = min(counts_from(schedule, start, state.promise.within), due), due
        self.reached = max(start, min(now, state.ended_at or now))
        self.end = max(due, self.reached)
        last_date = local_date(schedule, max(start, due - _INSTANT))
        self.last_date = max(last_date, local_date(schedule, self.reached))
        self.closures = {day for day, _ in schedule.closures}
        edges = {edge for pause in self.pauses for edge in (pause.start, pause.end)}
        self.cuts = sorted({self.start, self.due, self.reached, self.end, *edges})

    def explained_pauses(self) -> tuple[ExplainedPause, ...]:
        return tuple(map(self._explained, self.pauses))

    def _explained(self, pause: Pause) -> ExplainedPause:
        taken_out = clipped((pause,), self.start, self.end)
        lengths = (
            counted_between(self.schedule, self.unit, each.start, each.end) for each in taken_out
        )
        days = paused_days(self.schedule, Unit.BUSINESS_DAY, taken_out)
        return ExplainedPause(pause, sum(lengths, _ZERO), len(days))

    def all(self) -> tuple[ExplainedDay, ...]:
        days: list[ExplainedDay] = []
        number = 0
        for ahead in range((self.last_date - self.start_date).days + 1):
            day = self.start_date + ahead * _ONE_DAY
            intervals = self._hours(day)
            groups = self._groups(intervals)
            skipped = self._skipped(day, intervals, groups)
            counts = self.is_of_days and skipped is None
            number += counts
            days.append(
                ExplainedDay(
                    date=day,
                    **{name: tuple(group) for name, group in groups.items()},
                    closed=self._closed(day, intervals),
                    skipped=skipped,
                    is_closure=day in self.closures,
                    number=number if counts else None,
                )
            )
        return tuple(days)

    def _hours(self, day: date) -> Sequence[Interval]:
        if self.unit is Unit.DAY:
            return [self._whole(day)]
        return local_day_intervals(self.schedule, day)

    def _groups(self, intervals: Iterable[Interval]) -> dict[str, list[Interval]]:
        groups: dict[str, list[Interval]] = {
            name: [] for name in ("counted", "left", "late", "paused", "outside")
        }
        for start, end in intervals:
            edges = [start, *(cut for cut in self.cuts if start < cut < end), end]
            for from_, until in pairwise(edges):
                _append(groups[self._group(from_)], from_, until)
        return groups

    def _group(self, at: datetime) -> str:
        if not self.start <= at < self.end:
            return "outside"
        if any(pause.start <= at < pause.end for pause in self.pauses):
            return "paused"
        if at < self.due:
            return "counted" if at < self.reached else "left"
        return "late"

    def _skipped(
        self, day: date, intervals: Sequence[Interval], groups: dict[str, list[Interval]]
    ) -> Skip | None:
        if not intervals:
            return self._why_closed(day)
        if self.is_of_days and day == self.start_date:
            return Skip.START_DAY
        if self.is_of_days:
            return Skip.PAUSED if day in self.paused_dates else None
        if groups["counted"] or groups["left"] or groups["late"]:
            return None
        if groups["paused"]:
            return Skip.PAUSED
        return Skip.BEFORE_START if day == self.start_date else None

    def _why_closed(self, day: date) -> Skip:
        seasons = (each.week for each in self.schedule.seasons if (day.month, day.day) in each)
        week = next(seasons, self.schedule.week)
        if week[day.weekday()]:
            return Skip.CLOSURE
        return Skip.WEEKEND if day.weekday() >= 5 else Skip.CLOSED

    def _closed(self, day: date, intervals: Iterable[Interval]) -> tuple[Interval, ...]:
        since, end = self._whole(day)
        closed = []
        for opens, closes in intervals:
            if since < opens:
                closed.append((since, opens))
            since = max(since, closes)
        return (*closed, (since, end)) if since < end else tuple(closed)

    def _whole(self, day: date) -> Interval:
        return day_start(self.schedule, day), day_start(self.schedule, day + _ONE_DAY)


def _append(group: list[Interval], start: datetime, end: datetime) -> None:
    """Add an interval at the end of a group, joined to the last one where they touch."""
    if group and group[-1][1] == start:
        start = group.pop()[0]
    group.append((start, end))
