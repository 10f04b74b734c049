"""How much open time a clock has left, as a page shows it and counts it down by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agreements.business_time import Schedule, open_intervals
from agreements.clock import Interval, Pauses, open_between

_AHEAD = timedelta(days=2)
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Countdown:
    """What the chip of an open clock needs; lengths are open time, pauses out.

    ``left`` is negative once the clock is past due. ``warn_left`` is what is left where it is due
    soon. ``spans`` are the coming open hours as pairs of epoch seconds. ``day`` is how long a
    working day is. ``paused_until`` is when the pause that runs is over.
    """

    status: str
    due_at: datetime
    left: timedelta
    total: timedelta
    warn_left: timedelta
    spans: str
    day: timedelta
    paused_until: datetime | None = None

    @property
    def used_share(self) -> float:
        """The share of the promised time that is used, between none and all."""
        if not self.total:
            return 1.0 if self.left <= _ZERO else 0.0
        return min(max(1 - self.left / self.total, 0.0), 1.0)


def count_down(
    schedule: Schedule,
    *,
    started_at: datetime,
    due_at: datetime,
    warn_at: float,
    now: datetime,
    pauses: Pauses = (),
) -> Countdown:
    """Tell how an open clock stands at ``now``; it is due soon once ``warn_at`` of it is used."""
    total = open_between(schedule, started_at, due_at, pauses)
    warn_left = total * (1 - warn_at)
    left = time_left(schedule, due_at, now, pauses)
    paused_until = max((each.end for each in pauses if each.start <= now < each.end), default=None)
    if now > due_at:
        status = "overdue"
    elif paused_until is not None:
        status = "paused"
    else:
        status = "due_soon" if left <= warn_left else "running"
    return Countdown(
        status=status,
        due_at=due_at,
        left=left,
        total=total,
        warn_left=warn_left,
        spans=coming_spans(schedule, now, pauses),
        day=working_day(schedule),
        paused_until=paused_until,
    )


def time_left(
    schedule: Schedule, due_at: datetime, now: datetime, pauses: Pauses = ()
) -> timedelta:
    """Return the open time until due, pauses out; negative once it is past."""
    if now <= due_at:
        return open_between(schedule, now, due_at, pauses)
    return -open_between(schedule, due_at, now, pauses)


def counted_until(due_at: datetime, closed_at: datetime | None, now: datetime) -> datetime:
    """Return until when a clock counts that nobody ended: to now, and of one that was past due when
    its handoff was closed to that instant. Nobody could meet it any more.

    Where its rejection was overturned it is not closed: the clock goes on, as it does by `replay`.
    """
    return min(now, closed_at) if closed_at is not None and closed_at > due_at else now


def coming_spans(schedule: Schedule, now: datetime, pauses: Pauses = ()) -> str:
    """Write the open hours of the coming two days, pauses out, as pairs of epoch seconds.

    A clock without any open time in these days stands still: one span that has no length.
    """
    spans = open_intervals(schedule, now, now + _AHEAD)
    for pause in pauses:
        spans = [part for span in spans for part in _without(span, (pause.start, pause.end))]
    spans = spans or [(now, now)]
    return " ".join(f"{int(start.timestamp())}-{int(end.timestamp())}" for start, end in spans)


def _without(span: Interval, taken: Interval) -> list[Interval]:
    (start, end), (from_, until) = span, taken
    parts = [(start, min(end, from_)), (max(start, until), end)]
    return [(opens, closes) for opens, closes in parts if opens < closes]


def working_day(schedule: Schedule) -> timedelta:
    """Return the open time of the longest day of the week: what "1 d" means to a reader."""
    days = (sum(closes - opens for opens, closes in hours) for hours in schedule.week)
    return timedelta(seconds=max(days))
