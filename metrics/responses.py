"""How long first follow-ups took, clause by clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import connection

from agreements.models import Agreement
from agreements.terms import Commitment
from metrics.clock_figures import is_overdue, times_so_far
from metrics.figures import Outcome
from metrics.ledger import InForce, Ledger
from metrics.month_counts import EDGES
from metrics.percentiles import ResponseTimes, response_times

_USED = """
SELECT clause_key, version_id, array_agg(microseconds)
FROM metrics_clockcell, unnest(used) AS microseconds
WHERE agreement_id = %s AND local_date >= %s AND local_date < %s
    AND kind = 'first_follow_up' AND picked_by = ''
GROUP BY 1, 2
"""

_Microseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """The first follow-ups under one clause.

    ``buckets`` count those that came within each of ``month_counts.EDGES``, and last later ones.
    ``open`` have not come and are past due.
    """

    outcome: Outcome
    times: ResponseTimes
    buckets: tuple[int, ...]
    open: int

    @property
    def commitment(self) -> Commitment:
        """The clause as the latest version has it."""
        return self.outcome.promised.commitment

    @property
    def version(self) -> InForce:
        """The latest version that promises it."""
        return self.outcome.promised.parts[-1][0]


def responses_of(ledger: Ledger, outcomes: Sequence[Outcome]) -> list[Responses]:
    """Return how long the first follow-ups took that the outcomes of a month promise."""
    asked = [each for each in outcomes if each.promised.commitment.measure == "first_follow_up"]
    if not asked:
        return []
    from_date = min(outcome.promised.from_date for outcome in asked)
    to_date = max(outcome.promised.to_date for outcome in asked)
    used = _used(ledger.agreement, from_date, to_date)
    return [_responses(ledger, outcome, used) for outcome in asked]


def _used(
    agreement: Agreement, from_date: date, to_date: date
) -> Mapping[tuple[str, str], _Microseconds]:
    """Return the times of the clocks that stopped, by clause key and version."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [agreement.pk, from_date, to_date])
        return {
            (clause, str(version)): np.array(used, dtype=np.int64)
            for clause, version, used in cursor.fetchall()
        }


def _responses(
    ledger: Ledger, outcome: Outcome, used: Mapping[tuple[str, str], _Microseconds]
) -> Responses:
    keys = {(of.key, version.key) for version, of in outcome.promised.parts}
    stopped = np.concatenate(
        [np.array([], dtype=np.int64), *(times for key, times in used.items() if key in keys)]
    )
    overdue = [
        clock
        for clock in ledger.unanswered(outcome.promised.periods)
        if (clock.clause, clock.version) in keys
        and not clock.picked_by
        and is_overdue(clock, ledger.now_in_microseconds)
    ]
    places = np.searchsorted(np.array(EDGES), stopped, side="left")
    return Responses(
        outcome=outcome,
        times=response_times(stopped, times_so_far(ledger, overdue)),
        buckets=tuple(np.bincount(places, minlength=len(EDGES) + 1).tolist()),
        open=len(overdue),
    )
