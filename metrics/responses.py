"""How long first follow-ups took, clause by clause."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreements.terms import Commitment
from metrics.figures import Outcome
from metrics.ledger import InForce, Ledger
from metrics.percentiles import ResponseTimes
from metrics.response_times import buckets_in, times_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """The first follow-ups under one clause.

    ``buckets`` count those that came within each of ``month_counts.EDGES``, and last later ones.
    """

    outcome: Outcome
    times: ResponseTimes
    buckets: tuple[int, ...]

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
    return [
        _responses(ledger, outcome)
        for outcome in outcomes
        if outcome.promised.commitment.measure == "first_follow_up"
    ]


def _responses(ledger: Ledger, outcome: Outcome) -> Responses:
    key, periods = outcome.promised.commitment.key, outcome.promised.periods
    return Responses(
        outcome=outcome,
        times=times_in(ledger, key, periods),
        buckets=buckets_in(ledger, key, periods),
    )
