"""What became of the clocks of a period at an instant, and how long the answers took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

import numpy as np

from agreements.business_time import business_between_many
from agreements.clock import Pause, open_between
from metrics.ledger import MICROSECOND, Ledger, instant
from metrics.month_counts import CLOCK, Unanswered
from metrics.percentiles import ResponseTimes
from metrics.periods import Period
from metrics.rates import Compliance
from metrics.slices import Slices

_NOTHING_STOPPED = Slices(0, 0, {"0.5": (0, ()), "0.9": (0, ()), "0.95": (0, ())})


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """Clocks of a cohort. Of the breached, ``late`` stopped past due and ``unanswered`` never did.

    ``given_up`` of the unanswered will not be answered any more. ``back_dated`` of the met rest
    on an entry made later.
    """

    compliance: Compliance = field(default_factory=Compliance)
    late: int = 0
    unanswered: int = 0
    back_dated: int = 0
    given_up: int = 0

    def __add__(self, other: "ClockFigures") -> "ClockFigures":
        names = [each.name for each in fields(self)]
        return ClockFigures(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def started(self) -> int:
        """How many clocks started."""
        counts = self.compliance
        return counts.met + counts.breached + counts.pending + counts.void


def clock_figures(
    ledger: Ledger, version: str, clause: str, periods: Sequence[Period]
) -> ClockFigures:
    """Count the clocks of a clause that started in some periods under a version."""
    counted = ledger.sums("clocks", version, clause, periods) or [0] * len(CLOCK)
    met, late, void, back_dated, excused, excepted = counted
    counts = Counter(met=met, breached=late, void=void, excused_met=excused, excepted=excepted)
    now, given_up = ledger.now_in_microseconds, 0
    for clock in ledger.unanswered(periods):
        if clock.version == version and clock.clause == clause and not clock.picked_by:
            counts.update(_counted_as(clock, now))
            given_up += clock.given_up is not None and is_overdue(clock, now)
    return ClockFigures(
        compliance=Compliance(**counts),
        late=late,
        unanswered=counts["breached"] - late,
        back_dated=back_dated,
        given_up=given_up,
    )


def is_overdue(clock: Unanswered, now: int) -> bool:
    """Whether a clock that nothing stopped is breached: past due, or given up."""
    return clock.due < now or (clock.given_up is not None and clock.given_up <= now)


def _counted_as(clock: Unanswered, now: int) -> tuple[str, ...]:
    """Return the fields of Compliance in which a clock that nothing stopped counts."""
    if not is_overdue(clock, now):
        return ("pending",)
    if clock.given_up is None and now <= clock.adjusted_due:
        return "breached", "excused_pending"
    return ("breached", "excepted") if clock.is_excepted else ("breached",)


def response_times_of(
    ledger: Ledger, slices: Slices | None, unanswered: Iterable[Unanswered]
) -> ResponseTimes:
    """Return median, p90 and p95 of clocks: of those that stopped slices, of the others all."""
    now = ledger.now_in_microseconds
    overdue = times_so_far(ledger, [clock for clock in unanswered if is_overdue(clock, now)])
    kept = slices or _NOTHING_STOPPED
    median, p90, p95 = (kept.percentile(share, overdue) for share in ("0.5", "0.9", "0.95"))
    return ResponseTimes(kept.stopped + len(overdue), len(overdue), median, p90, p95)


def times_so_far(ledger: Ledger, clocks: Sequence[Unanswered]) -> list[int]:
    """Return the microseconds of open time, pauses out, that clocks have run until now."""
    rulebooks = {version.key: version.rulebook for version in ledger.versions}
    groups: defaultdict[tuple[str, str, str], list[Unanswered]] = defaultdict(list)
    for clock in clocks:
        groups[clock.version, clock.clause, clock.tier].append(clock)
    found: list[int] = []
    for (version, clause, tier), of in groups.items():
        schedule = rulebooks[version].schedule_of(clause, tier)
        now = ledger.now_in_microseconds
        starts = np.array([clock.started for clock in of], dtype="datetime64[us]")
        ends = np.array([_until(clock, now) for clock in of], dtype="datetime64[us]")
        used = business_between_many(schedule, starts, ends).astype(np.int64)
        for place, clock in enumerate(of):
            if clock.pauses:
                open_time = open_between(
                    schedule, instant(clock.started), instant(_until(clock, now)), _pauses(clock)
                )
                used[place] = open_time // MICROSECOND
        found += used.tolist()
    return found


def _until(clock: Unanswered, now: int) -> int:
    return now if clock.given_up is None else min(clock.given_up, now)


def _pauses(clock: Unanswered) -> tuple[Pause, ...]:
    return tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in clock.pauses or ()
    )
