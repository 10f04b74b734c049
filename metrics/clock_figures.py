"""What became of the clocks of a period at an instant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np

from metrics.ledger import Ledger
from metrics.month_counts import CLOCK
from metrics.periods import Period, local_dates_many
from metrics.rates import Compliance

_MET, _LATE, _GIVEN_UP = (CLOCK.index(name) for name in ("met", "late", "given_up"))


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
    of = dict(zip(CLOCK, counted, strict=True))
    counts = Counter(
        met=of["met"],
        breached=of["late"] + of["given_up"],
        void=of["void"],
        excused_met=of["excused"],
        excepted=of["excepted"] + of["given_up_excepted"],
    )
    for clocks, inside in ledger.running(periods, version=version, clause=clause):
        counts.update(clocks.counts(inside))
    return ClockFigures(
        compliance=Compliance(**counts),
        late=of["late"],
        unanswered=counts["breached"] - of["late"],
        back_dated=of["back_dated"],
        given_up=of["given_up"],
    )


def missed_by_day(
    ledger: Ledger, version: str, clause: str, periods: Sequence[Period]
) -> tuple[Counter[date], Counter[date]]:
    """Count the breached and all decided clocks of a clause by the local day they started on."""
    missed, decided = Counter[date](), Counter[date]()
    for period in periods:
        for on_date, counted in ledger.days("clocks", version, clause, period):
            breached = counted[_LATE] + counted[_GIVEN_UP]
            missed[on_date] += breached
            decided[on_date] += breached + counted[_MET]
    for clocks, inside in ledger.running(periods, version=version, clause=clause):
        started = clocks.overdue_started(inside).astype("datetime64[us]")
        days = local_dates_many(started, ledger.time_zone)
        for on_date, number in zip(*np.unique(days, return_counts=True), strict=True):
            missed[on_date.item()] += int(number)
            decided[on_date.item()] += int(number)
    return missed, decided
