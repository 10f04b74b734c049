"""What the clocks of past handoffs would have been under some rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from agreements.clock import ClockKind
from agreements.criteria.arrays import (
    complete_many,
    evaluate_many,
    holds_many,
    tiers_many,
)
from agreements.rulebook import Rulebook
from leads.fold import Row
from leads.plain.clocks import plain_clocks
from leads.replaying import CLOCK_COLUMNS
from leads.trying.clocks import TriedClocks, clocks_of_plain, clocks_of_rows, joined
from leads.trying.past import Past

_CLAUSE = CLOCK_COLUMNS.index("clause_key")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What rules say of each offer's lead as it was known by then; ``tiers`` are places, or -1.

    ``gave_up`` are offers whose reason for recycling says that nobody was reached.
    """

    tiers: NDArray[np.int64]
    meets_criteria: NDArray[np.bool_]
    is_complete: NDArray[np.bool_]
    gave_up: NDArray[np.bool_]


def verdicts_of(past: Past, book: Rulebook) -> Verdicts:
    """Judge every offer: its tier, the criteria, the required fields, and how it was given up."""
    offers, terms = past.offers, book.terms
    gives_up = [reason.key for reason in terms.reasons.recycling if terms.gives_up(reason.key)]
    return Verdicts(
        tiers=tiers_many(terms.tiers, offers.known),
        meets_criteria=evaluate_many(terms.handoff, offers.known).qualifies,
        is_complete=complete_many(terms.handoff.required_fields, offers.known),
        gave_up=np.isin(offers.reasons, gives_up),
    )


class Trial:
    """Rules tried on the past: what they say of each offer, and the clocks of each clause."""

    def __init__(self, past: Past, book: Rulebook, now: datetime) -> None:
        self.past, self.book = past, book
        self.verdicts = verdicts_of(past, book)
        self._now = now
        self._firsts = past.plain.firsts(self.verdicts.gave_up)

    def clocks(self) -> dict[str, TriedClocks]:
        """Return the clocks of every clause that promises one."""
        rows: dict[str, list[Row]] = {}
        for row in self.past.others.rows(self.book, self._now):
            rows.setdefault(row[_CLAUSE], []).append(row)
        keys = [commitment.key for commitment in self.book.terms.clock_commitments]
        return {key: joined([*self._plain(key), clocks_of_rows(rows.get(key, ()))]) for key in keys}

    def _plain(self, clause_key: str) -> Iterator[TriedClocks]:
        """Give the clocks of a clause on plain handoffs, tier by tier."""
        terms, promises = self.book.terms, self.book.terms.promises()
        commitment = terms.commitment(clause_key)
        picked = holds_many(commitment.where, self.past.offers.known)
        for place, tier in enumerate(terms.tier_keys):
            promise = promises.get((clause_key, tier))
            # Whoever entered a stage whose age is limited is not among the plain.
            if promise is None or promise.kind is ClockKind.STAGE_AGE:
                continue
            chosen = picked if tier is None else picked & (self.verdicts.tiers == place)
            handoffs = self.past.plain.handoffs(self._firsts, chosen, promise.kind)
            schedule = self.book.schedule_of(clause_key, tier or "")
            yield clocks_of_plain(plain_clocks(promise, schedule, handoffs, self._now))
