"""The fold: one promise, run over the ordered marks of one handoff.

Choices made where section 5 of the design and its rules R1-R7 are silent:

* An assignment made before the offer counts from the offer.
* What meets a clock between the offer and the receipt meets it at its start.
* Nothing starts on a handoff that is over: rejected, qualified, disqualified, recycled,
  withdrawn, merged or not to be contacted. An overturned rejection opens it again.
* Qualifying or disqualifying an undecided handoff accepts it, as both come only after contact.
  Recycling does not; it voids an acceptance clock that is not past due.
* A qualification, disqualification or recycling is no follow-up: first follow-up and persistence
  that still run and are not past due are void then, as the promise lost its object without being
  kept or broken; except persistence when the handoff is recycled as not reached (R5).
* A breached clock stays open after its handoff is over; a follow-up that belongs to the handoff
  all the same still stops it, late.
* Disqualifying and recycling are movements that stop a stage age clock; qualifying is one only
  through the stage it enters.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from agreements.business_time import Schedule
from agreements.clock.holders import Absence
from agreements.clock.marks import History, Mark, MarkKind
from agreements.clock.pauses import (
    Interval,
    Pauses,
    clipped,
    due_after,
    local_date,
    pauses_of,
)
from agreements.clock.promise import ClockKind, Grade, Promise
from agreements.clock.state import ClockState

_Attempts: TypeAlias = set[tuple[str | None, date]]

_FROM_RECEIPT = frozenset(
    {
        ClockKind.ACCEPTANCE,
        ClockKind.FIRST_FOLLOW_UP,
        ClockKind.PERSISTENCE,
        ClockKind.DISPOSITION,
    }
)


def replay(
    promise: Promise,
    schedule: Schedule,
    marks: Iterable[Mark] | History,
    *,
    absences: Iterable[Absence] = (),
    blackouts: Iterable[Interval] = (),
) -> ClockState:
    """The latest occurrence of a promise's clock on one handoff; not started where there is none.

    `marks` may come in any order and repeated. `absences` move charged time to the team.
    `blackouts` are intervals that pause every clock, for adjusted figures.
    """
    states = replay_all(promise, schedule, marks, absences=absences, blackouts=blackouts)
    return states[-1] if states else ClockState(promise, schedule=schedule)


def replay_all(
    promise: Promise,
    schedule: Schedule,
    marks: Iterable[Mark] | History,
    *,
    absences: Iterable[Absence] = (),
    blackouts: Iterable[Interval] = (),
) -> tuple[ClockState, ...]:
    """Every occurrence of a promise's clock on one handoff, in order; empty if it never started.

    A clock that a rejection voided starts anew when the rejection is overturned (R4); a stage age
    clock each time its stage is entered.
    """
    history = marks if isinstance(marks, History) else History(marks)
    blackouts = tuple(blackouts)
    pauses: Pauses = ()
    if history.has_pauses or blackouts:
        pauses = pauses_of(promise, schedule, history.marks, blackouts)
    fold = _Fold(promise, schedule, pauses)
    steps = _STEPS[promise.kind]
    for mark in history.marks:
        step = steps.get(mark.kind)
        if step is not None:
            step(fold, mark)
    away = tuple(sorted(absences, key=repr))
    return tuple(
        fold.state_of(run, occurrence, history, away) for occurrence, run in enumerate(fold.runs)
    )


class _Run:
    """One occurrence while it is being folded."""

    __slots__ = ("attempts", "gave_up_at", "started_at", "stopped_at", "stopped_by", "void_at")

    def __init__(self, started_at: datetime, attempts: _Attempts) -> None:
        self.started_at = started_at
        self.attempts = attempts
        self.stopped_at: datetime | None = None
        self.stopped_by: Mark | None = None
        self.void_at: datetime | None = None
        self.gave_up_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None and self.void_at is None and self.gave_up_at is None

    def stop(self, mark: Mark) -> None:
        self.stopped_at, self.stopped_by = max(mark.at, self.started_at), mark


class _Fold:
    """What is known of a handoff so far, as far as one promise cares."""

    __slots__ = (
        "attempts", "early", "is_offered", "is_over", "needs_receipt", "pauses", "promise",
        "receipt", "rejected_run", "runs", "schedule", "was_rejected",
    )  # fmt: skip

    def __init__(self, promise: Promise, schedule: Schedule, pauses: Pauses) -> None:
        self.promise, self.schedule, self.pauses = promise, schedule, pauses
        self.needs_receipt = promise.starts_received and promise.kind in _FROM_RECEIPT
        self.runs: list[_Run] = []
        self.attempts: _Attempts = set()
        self.early: Mark | None = None
        self.receipt: Mark | None = None
        self.rejected_run: _Run | None = None
        self.is_offered = self.is_over = self.was_rejected = False

    @property
    def running(self) -> _Run | None:
        """The occurrence that has no end yet."""
        return self.runs[-1] if self.runs and self.runs[-1].is_open else None

    @property
    def is_ready(self) -> bool:
        return self.is_offered and (self.receipt is not None or not self.needs_receipt)

    # What marks do, whatever the kind of clock.

    def start(self, at: datetime) -> None:
        run = _Run(at, self.attempts)
        self.runs.append(run)
        if self.early is not None:
            run.stop(self.early)

    def start_once(self, at: datetime) -> None:
        if self.is_ready and not self.is_over and not self.runs:
            self.start(at)

    def stop(self, mark: Mark) -> None:
        run = self.running
        if run is not None:
            run.stop(mark)
        elif self.is_offered and not self.runs and self.early is None:
            self.early = mark

    def end(self, mark: Mark) -> None:
        """The handoff is over: void what runs and is not past due."""
        run = self.running
        if run is not None and not self.is_past_due(run, mark.at):
            run.void_at = mark.at
        self.is_over = True

    def is_past_due(self, run: _Run, at: datetime) -> bool:
        pauses = clipped(self.pauses, run.started_at, at)
        return due_after(self.schedule, run.started_at, self.promise.within, pauses) < at

    def offer(self, mark: Mark) -> None:
        if not self.is_offered:
            self.is_offered = True
            self.start_once(mark.at)

    def receive(self, mark: Mark) -> None:
        if mark.is_receipt and self.receipt is None:
            self.receipt = mark
            self.start_once(mark.at)

    def reject(self, mark: Mark) -> None:
        if self.is_over:
            return
        run = self.running
        self.end(mark)
        self.was_rejected = True
        self.rejected_run = run if run is not None and run.void_at is not None else None

    def decide(self, mark: Mark) -> None:
        """An overturned rejection opens the handoff, and starts anew what the rejection voided."""
        if not mark.overturned or not self.was_rejected:
            return
        self.is_over = self.was_rejected = False
        if self.rejected_run is not None or not self.runs:
            self.attempts, self.early = set(), None
        if self.rejected_run is not None:
            self.rejected_run = None
            self.start(mark.at)
        else:
            self.start_once(mark.at)

    # What marks do to one kind of clock.

    def enter_for_handover(self, mark: Mark) -> None:
        is_it = self.promise.stage is None or mark.stage == self.promise.stage
        if is_it and not self.is_offered and not self.is_over and not self.runs:
            self.start(mark.at)

    def offer_for_handover(self, mark: Mark) -> None:
        self.is_offered = True
        run = self.running
        if run is not None:
            run.stop(mark)

    def offer_for_routing(self, mark: Mark) -> None:
        if self.receipt is not None and not self.is_offered:
            self.early = self.receipt
        self.offer(mark)

    def receive_for_routing(self, mark: Mark) -> None:
        if mark.is_receipt and self.receipt is None:
            self.receipt = mark
            if self.is_offered:
                self.stop(mark)

    def decide_for_routing(self, mark: Mark) -> None:
        self.decide(mark)
        run = self.running
        if run is not None and self.receipt is not None:
            run.stop(self.receipt)

    def follow_up_for_acceptance(self, mark: Mark) -> None:
        if mark.shows(Grade.CONTACT):
            self.stop(mark)

    def stop_and_end(self, mark: Mark) -> None:
        self.stop(mark)
        self.is_over = True

    def reject_for_acceptance(self, mark: Mark) -> None:
        if not self.is_over:
            self.stop_and_end(mark)
            self.was_rejected = True

    def decide_for_acceptance(self, mark: Mark) -> None:
        if mark.overturned and self.was_rejected:
            self.is_over = self.was_rejected = False
            if not self.runs:
                # The arbiter accepted it before it was received.
                self.early = self.early or mark
                self.start_once(mark.at)

    def follow_up(self, mark: Mark) -> None:
        if mark.shows(self.promise.evidence):
            self.stop(mark)

    def follow_up_for_persistence(self, mark: Mark) -> None:
        if mark.shows(Grade.CONTACT):
            self.stop(mark)
        elif mark.shows(Grade.ATTEMPT) and self._counts_attempts():
            self.attempts.add((mark.channel, local_date(self.schedule, mark.at)))
            enough = len(self.attempts) >= self.promise.count
            if enough and _channels_of(self.attempts) >= self.promise.channels:
                self.stop(mark)

    def _counts_attempts(self) -> bool:
        if self.runs:
            return self.runs[-1].is_open
        return self.is_offered and self.early is None

    def recycle_for_persistence(self, mark: Mark) -> None:
        run = self.running
        if mark.not_reached and run is not None:
            run.gave_up_at = mark.at
            self.is_over = True
        else:
            self.end(mark)

    def move(self, mark: Mark) -> None:
        run = self.running
        if run is not None and mark.stage != self.promise.stage:
            run.stop(mark)
        elif run is None and mark.stage == self.promise.stage and not self.is_over:
            self.start(mark.at)

    def state_of(
        self, run: _Run, occurrence: int, history: History, absences: tuple[Absence, ...]
    ) -> ClockState:
        start = run.started_at
        ended_at = run.stopped_at or run.void_at or run.gave_up_at
        pauses = clipped(self.pauses, start, ended_at) if self.pauses else ()
        return ClockState(
            promise=self.promise,
            occurrence=occurrence,
            started_at=_utc(start),
            due_at=due_after(self.schedule, start, self.promise.within, pauses),
            stopped_at=_utc(run.stopped_at),
            void_at=_utc(run.void_at),
            gave_up_at=_utc(run.gave_up_at),
            pauses=pauses,
            attempts=len(run.attempts),
            channels_used=_channels_of(run.attempts),
            back_dated_by=_back_dated_by(run.stopped_by),
            custody=history.custody,
            absences=absences,
            schedule=self.schedule,
        )


def _channels_of(attempts: _Attempts) -> int:
    return len({channel for channel, _ in attempts})


def _back_dated_by(mark: Mark | None) -> timedelta | None:
    if mark is None or mark.recorded_at is None or mark.recorded_at <= mark.at:
        return None
    return mark.recorded_at - mark.at


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


_Steps: TypeAlias = dict[MarkKind, Callable[[_Fold, Mark], None]]

_TAKEN_AWAY: _Steps = {
    MarkKind.WITHDRAWN: _Fold.end,
    MarkKind.MERGED: _Fold.end,
    MarkKind.DO_NOT_CONTACT: _Fold.end,
}
_ON_OFFER: _Steps = {
    MarkKind.OFFERED: _Fold.offer,
    MarkKind.ASSIGNED: _Fold.receive,
    MarkKind.REJECTED: _Fold.reject,
    MarkKind.DECIDED: _Fold.decide,
    MarkKind.QUALIFIED: _Fold.end,
    MarkKind.DISQUALIFIED: _Fold.end,
    MarkKind.RECYCLED: _Fold.end,
    **_TAKEN_AWAY,
}
_STEPS: dict[ClockKind, _Steps] = {
    ClockKind.HANDOVER: {
        MarkKind.STAGE_ENTERED: _Fold.enter_for_handover,
        MarkKind.OFFERED: _Fold.offer_for_handover,
        **_TAKEN_AWAY,
    },
    ClockKind.ROUTING: {
        **_ON_OFFER,
        MarkKind.OFFERED: _Fold.offer_for_routing,
        MarkKind.ASSIGNED: _Fold.receive_for_routing,
        MarkKind.DECIDED: _Fold.decide_for_routing,
    },
    ClockKind.ACCEPTANCE: {
        **_ON_OFFER,
        MarkKind.FOLLOW_UP: _Fold.follow_up_for_acceptance,
        MarkKind.ACCEPTED: _Fold.stop,
        MarkKind.REJECTED: _Fold.reject_for_acceptance,
        MarkKind.DECIDED: _Fold.decide_for_acceptance,
        MarkKind.QUALIFIED: _Fold.stop_and_end,
        MarkKind.DISQUALIFIED: _Fold.stop_and_end,
    },
    ClockKind.FIRST_FOLLOW_UP: {**_ON_OFFER, MarkKind.FOLLOW_UP: _Fold.follow_up},
    ClockKind.PERSISTENCE: {
        **_ON_OFFER,
        MarkKind.FOLLOW_UP: _Fold.follow_up_for_persistence,
        MarkKind.RECYCLED: _Fold.recycle_for_persistence,
    },
    ClockKind.DISPOSITION: {
        **_ON_OFFER,
        MarkKind.QUALIFIED: _Fold.stop_and_end,
        MarkKind.DISQUALIFIED: _Fold.stop_and_end,
        MarkKind.RECYCLED: _Fold.stop_and_end,
    },
    ClockKind.STAGE_AGE: {
        MarkKind.STAGE_ENTERED: _Fold.move,
        MarkKind.REJECTED: _Fold.reject,
        MarkKind.DECIDED: _Fold.decide,
        MarkKind.DISQUALIFIED: _Fold.stop_and_end,
        MarkKind.RECYCLED: _Fold.stop_and_end,
        **_TAKEN_AWAY,
    },
}
