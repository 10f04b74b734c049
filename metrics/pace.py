"""Where a volume or an amount stands by now, in working time.

Pace compares the actual with what should have been reached by now; the projection goes on at the
same pace. ``metrics.forecast`` adds an interval and a chance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

import numpy as np

from agreements.business_time import Schedule, business_between, business_between_many
from metrics.attainment import (
    CommitmentFigures,
    Direction,
    Number,
    PeriodTarget,
    Status,
    attainment,
    exact,
    figures_of_value,
    share_of_time,
    status,
)
from metrics.periods import Period

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """The hours in force over [starts_at, ends_at): those of one version."""

    schedule: Schedule
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The open time of a period: all of it, and what had elapsed at an instant.

    ``open_days`` are its local days with any open time; ``over`` says that the period has ended.
    """

    whole: timedelta
    elapsed: timedelta
    open_days: int
    over: bool

    @property
    def left(self) -> timedelta:
        return self.whole - self.elapsed

    @property
    def share(self) -> Fraction | None:
        """Elapsed ÷ whole; none in a period without open time."""
        return share_of_time(self.elapsed, self.whole)

    @property
    def days_left(self) -> Fraction | None:
        """What is left in open days of the period's average length."""
        share = share_of_time(self.left, self.whole)
        return None if share is None else share * self.open_days

    @property
    def days_elapsed(self) -> Fraction | None:
        """What has elapsed in open days of the period's average length."""
        return None if self.share is None else self.share * self.open_days


def working_time(schedule: Schedule, period: Period, now: datetime) -> WorkingTime:
    """The working time of a period under one schedule, at ``now``."""
    return working_time_of([Span(schedule, period.starts_at, period.ends_at)], period, now)


def working_time_of(spans: Iterable[Span], period: Period, now: datetime) -> WorkingTime:
    """The working time of a period under the hours of each version in it, at ``now``.

    Spans are clipped to the period and must not overlap.
    """
    clipped = [_clip(span, period) for span in spans]
    by_day = open_time_by_day(clipped, period)
    elapsed = (
        business_between(span.schedule, span.starts_at, min(span.ends_at, now)) for span in clipped
    )
    return WorkingTime(
        whole=sum(by_day, _NOTHING),
        elapsed=sum(elapsed, _NOTHING),
        open_days=sum(1 for open_time in by_day if open_time),
        over=now >= period.ends_at,
    )


def open_time_by_day(spans: Iterable[Span], period: Period) -> list[timedelta]:
    """The open time of each local day of a period, in order."""
    return list(_open_time_by_day(tuple(_clip(span, period) for span in spans), period))


@lru_cache(maxsize=1024)
def _open_time_by_day(spans: tuple[Span, ...], period: Period) -> tuple[timedelta, ...]:
    """Work it out once: hours and days are values, and what follows from them stays."""
    edges = period.day_edges()
    total = np.zeros(edges.size - 1, dtype="timedelta64[us]")
    for span in spans:
        starts_at, ends_at = _instant(span.starts_at), _instant(span.ends_at)
        inside = np.clip(edges, starts_at, ends_at)
        total += business_between_many(span.schedule, inside[:-1], inside[1:])
    return tuple(timedelta(microseconds=int(each)) for each in total.astype(np.int64))


def expected_by_day(target: Number, by_day: Sequence[timedelta]) -> list[Fraction]:
    """What should be reached by the end of each day: the straight line of the volume chart.

    Empty where the days have no open time.
    """
    whole = sum(by_day, _NOTHING)
    if not whole:
        return []
    return [exact(target) * (share_of_time(elapsed, whole) or 0) for elapsed in accumulate(by_day)]


def expected(target: Number | None, working: WorkingTime) -> Fraction | None:
    """Target × elapsed ÷ whole working time; the target itself once the period is over."""
    if target is None:
        return None
    if working.over:
        return exact(target)
    return None if working.share is None else exact(target) * working.share


def pace(
    actual: Number | None, target: Number | None, direction: Direction, working: WorkingTime
) -> Fraction | None:
    """Actual ÷ expected by now (for ``at_most`` the inverse); attainment once the period is over.

    None while nothing has elapsed: neither 0 nor infinite.
    """
    if not _has_elapsed(working):
        return None
    return attainment(actual, expected(target, working), direction)


def gap(actual: Number, target: Number | None, working: WorkingTime) -> Fraction | None:
    """Actual − expected by now: below zero means behind."""
    due = expected(target, working)
    return None if due is None else exact(actual) - due


def projection(actual: Number, working: WorkingTime) -> Fraction | None:
    """The period's end if the rest goes on as so far: actual × whole ÷ elapsed working time."""
    if working.over:
        return exact(actual)
    return exact(actual) / working.share if working.share else None


def per_open_day(actual: Number, working: WorkingTime) -> Fraction | None:
    """What an open day brought so far; none while nothing has elapsed."""
    return exact(actual) / working.days_elapsed if working.days_elapsed else None


def needed_per_open_day(
    actual: Number, target: Number | None, working: WorkingTime
) -> Fraction | None:
    """What each open day left must bring to reach the target (``at_most``: may still bring).

    Zero where the target is reached already, none where no working time is left.
    """
    if target is None or not working.days_left:
        return None
    return max(exact(target) - exact(actual), Fraction(0)) / working.days_left


def volume_status(
    actual: Number | None,
    target: Number | None,
    direction: Direction,
    working: WorkingTime,
    *,
    warn_at: Number | None = None,
) -> Status:
    """The status of a volume or an amount; ``warn_at`` is the pace it warns from."""
    if working.over:
        return status(actual, target, direction, over=True)
    due = expected(target, working)
    if due is None or not _has_elapsed(working):
        return Status.NO_DATA
    return status(actual, due, direction, over=False, warn_at=warn_at)


def figures_of_volume(
    promised: PeriodTarget,
    actual: Number | None,
    working: WorkingTime,
    *,
    grace_over: bool,
    pending: int = 0,
    void: int = 0,
    lowest: Fraction | None = None,
    highest: Fraction | None = None,
    adjusted: Fraction | None = None,
) -> CommitmentFigures:
    """The figures of a commitment on a volume or an amount."""
    figures = figures_of_value(
        promised,
        actual,
        over=working.over,
        grace_over=grace_over,
        pending=pending,
        void=void,
        adjusted=adjusted,
    )
    target, direction = promised.target, promised.direction
    return replace(
        figures,
        pace=pace(actual, target, direction, working),
        status=volume_status(actual, target, direction, working, warn_at=promised.warn_at),
        lowest=lowest,
        highest=highest,
    )


def _has_elapsed(working: WorkingTime) -> bool:
    return working.over or working.elapsed > _NOTHING


def _clip(span: Span, period: Period) -> Span:
    starts_at = max(span.starts_at, period.starts_at)
    return Span(span.schedule, starts_at, max(starts_at, min(span.ends_at, period.ends_at)))


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")
