"""What became of a clock: stored instants, and what they say at any `now`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from agreements.business_time import Schedule, business_days_used
from agreements.clock.holders import Absence, Share, charged, holder_at, shares_of, turns_between
from agreements.clock.marks import Custody, Holder
from agreements.clock.pauses import (
    Pauses,
    add_open,
    counted_between,
    counts_from,
    local_date,
    open_between,
    paused_days,
)
from agreements.clock.promise import ClockKind, Promise
from agreements.durations import Unit

_ZERO = timedelta(0)


class Status(StrEnum):
    """What a clock is at an instant; derived, never stored."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


@dataclass(frozen=True)
class ClockState:
    """One occurrence of a clock on one handoff; aware UTC instants, None where it has none.

    At most one of `stopped_at`, `void_at` and `gave_up_at` is set. A breached clock that is met
    later keeps its stop. `pauses` lie inside the clock's run. `attempts` and `channels_used` are
    what a persistence clock counted. `back_dated_by` is how much later than it happened a person
    typed in the fact that stopped it.
    """

    promise: Promise
    occurrence: int = 0
    started_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    void_at: datetime | None = None
    gave_up_at: datetime | None = None
    pauses: Pauses = ()
    attempts: int = 0
    channels_used: int = 0
    back_dated_by: timedelta | None = None
    custody: Custody = ()
    absences: tuple[Absence, ...] = ()
    schedule: Schedule = field(kw_only=True, compare=False, repr=False)

    @property
    def clause_key(self) -> str:
        return self.promise.clause_key

    @property
    def kind(self) -> ClockKind:
        return self.promise.kind

    @property
    def charged_party(self) -> str:
        """The party whose breach it is, if it is one."""
        return self.promise.party

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped, was void or was given up; None while it is open."""
        return self.stopped_at or self.void_at or self.gave_up_at

    @property
    def back_dated(self) -> bool:
        """Whether what stopped it was typed in later than it happened."""
        return self.back_dated_by is not None

    def status_at(self, now: datetime) -> Status:
        """What the clock is at `now`, as far as the marks that were folded know."""
        if self.started_at is None or now < self.started_at:
            return Status.NOT_STARTED
        if self.breached_at(now) is not None:
            return Status.BREACHED
        if self.stopped_at is not None and self.stopped_at <= now:
            return Status.MET
        if self.void_at is not None and self.void_at <= now:
            return Status.VOID
        return self._open_status_at(now)

    def _open_status_at(self, now: datetime) -> Status:
        if any(pause.start <= now < pause.end for pause in self.pauses):
            return Status.PAUSED
        if self.at_risk_from is not None and self.at_risk_from <= now:
            return Status.AT_RISK
        return Status.RUNNING

    def breached_at(self, now: datetime) -> datetime | None:
        """When it was breached: at its due time or where it was given up; None if it is not."""
        if self.due_at is None:
            return None
        if self.gave_up_at is not None and self.gave_up_at <= min(now, self.due_at):
            return self.gave_up_at
        ended_at = self.ended_at
        until = now if ended_at is None else min(now, ended_at)
        return self.due_at if until > self.due_at else None

    def late_by(self, now: datetime) -> timedelta:
        """The open time, pauses out, from the due time to the stop, or to `now` if still open."""
        if self.due_at is None or self.void_at is not None:
            return _ZERO
        return open_between(self.schedule, self.due_at, self._until(now), self.pauses)

    def used_at(self, now: datetime) -> timedelta | None:
        """The open time used by `now`, pauses out; None before the start."""
        if self.started_at is None:
            return None
        return open_between(self.schedule, self.started_at, self._until(now), self.pauses)

    def days_used_at(self, now: datetime) -> int | None:
        """The number of the business day or calendar day the clock is in; None for open time."""
        unit, start = self.promise.within.unit, self.started_at
        if start is None or self.promise.within.is_open_time:
            return None
        until = max(self._until(now), start)
        first, last = local_date(self.schedule, start), local_date(self.schedule, until)
        paused = paused_days(self.schedule, unit, self.pauses) if self.pauses else []
        passed = sum(first < day <= last for day in paused)
        if unit is Unit.BUSINESS_DAY:
            return business_days_used(self.schedule, start, until) - passed
        return (last - first).days - passed

    def holder_at(self, now: datetime) -> Holder | None:
        """Who has the handoff at `now`; None is the team, its queue or nobody."""
        return holder_at(self.custody, now)

    @cached_property
    def used(self) -> timedelta | None:
        """The open time it took to its end, pauses out; None while open and for days."""
        if self.ended_at is None or not self.promise.within.is_open_time:
            return None
        return self.used_at(self.ended_at)

    @cached_property
    def at_risk_from(self) -> datetime | None:
        """When the promise's share `warn_at` of the open time from start to due has passed."""
        if self.started_at is None or self.due_at is None:
            return None
        within = self.promise.within
        if within.is_open_time:
            allowed = within.open_time
        else:
            allowed = open_between(self.schedule, self.started_at, self.due_at, self.pauses)
        share = allowed * self.promise.warn_at
        return min(add_open(self.schedule, self.started_at, share, self.pauses), self.due_at)

    @cached_property
    def holder_split(self) -> tuple[Share, ...]:
        """What counted, pauses out, by holder: from the start to the due time or an earlier end.

        Of a promise of days that leaves out the day it starts on. While the clock is open, it is
        as if the present holder kept it to the due time.
        """
        return () if self.due_at is None else self.holder_split_at(self.due_at)

    def holder_split_at(self, now: datetime) -> tuple[Share, ...]:
        """As `holder_split`, no further than `now`."""
        if self.started_at is None or self.due_at is None or now < self.started_at:
            return ()
        end = min(self.due_at, self._until(now))
        turns = turns_between(self.custody, self.started_at, end, self.absences)
        within = self.promise.within
        since = counts_from(self.schedule, self.started_at, within)

        def counted(start: datetime, until: datetime) -> timedelta:
            since_then = max(since, start)
            return counted_between(self.schedule, within.unit, since_then, until, self.pauses)

        return shares_of(turns, counted)

    @property
    def is_split(self) -> bool:
        """Whether several had it, or one who was away while it ran: else the holder says it all."""
        if len(self.custody) != 1 or self.started_at is None or self.due_at is None:
            return len(self.custody) > 1
        since, end = max(self.started_at, self.custody[0][0]), self._until(self.due_at)
        return any(absence.reaches_into(since, end) for absence in self.absences)

    @cached_property
    def charged_holder(self) -> Holder | None:
        """Who is charged if it is breached (R7); None is the team, its queue or nobody."""
        return charged(self.holder_split)

    def _until(self, now: datetime) -> datetime:
        ended_at = self.ended_at
        return now if ended_at is None else min(now, ended_at)
