"""What the clocks of past handoffs would have been under some rules."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from agreements.business_time import Schedule
from agreements.clock import ClockKind, Promise
from agreements.criteria.arrays import (
    Answers,
    complete_many,
    evaluate_many,
    holds_many,
    tiers_many,
)
from agreements.durations import Duration
from agreements.rulebook import Rulebook
from leads.plain.clocks import plain_clocks
from leads.trying.clocks import NO_CLOCKS, TriedClocks, clocks_of_plain, clocks_of_rows, joined
from leads.trying.past import Past


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What rules say of each offer's lead as it was known by then; ``tiers`` are places, or -1.

    ``gave_up`` are offers whose reason for recycling says that nobody was reached.
    """

    tiers: NDArray[np.int64]
    meets_criteria: Answers
    is_complete: Answers
    gave_up: Answers


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
        self._name = (past.others.seen_by(book), self.verdicts.gave_up.tobytes(), now)

    def clocks(self) -> dict[str, TriedClocks]:
        """Return the clocks of every clause that promises one."""
        keys = [commitment.key for commitment in self.book.terms.clock_commitments]
        return {key: self.clocks_of(key) for key in keys}

    def clocks_of(self, clause_key: str, within: Duration | None = None) -> TriedClocks:
        """Return the clocks of a clause; ``within`` is another time than the one it promises."""
        parts = [NO_CLOCKS]
        for promise, schedule, chosen in self._promised(clause_key):
            asked = replace(promise, within=within) if within else promise
            name = (asked, schedule, chosen.tobytes(), *self._name)
            if name not in self.past.remembered:
                self.past.remembered[name] = self._replayed(asked, schedule, chosen)
            parts.append(self.past.remembered[name])
        return joined(parts)

    def _replayed(self, promise: Promise, schedule: Schedule, chosen: Answers) -> TriedClocks:
        rows = [
            row
            for each in self.past.others.under(self.book)
            if chosen[each.row]
            for row in each.rows(promise, schedule, self._now)
        ]
        by_marks = clocks_of_rows(rows)
        # Whoever entered a stage whose age is limited is not among the plain.
        if promise.kind is ClockKind.STAGE_AGE:
            return by_marks
        handoffs = self.past.plain.handoffs(self._firsts, chosen, promise.kind)
        plain = plain_clocks(promise, schedule, handoffs, self._now)
        return joined([clocks_of_plain(plain), by_marks])

    def _promised(self, clause_key: str) -> Iterator[tuple[Promise, Schedule, Answers]]:
        """Give what a clause promises, tier by tier, in which hours, and of which offers."""
        terms, promises = self.book.terms, self.book.terms.promises()
        picked = holds_many(terms.commitment(clause_key).where, self.past.offers.known)
        for place, tier in enumerate(terms.tier_keys):
            promise = promises.get((clause_key, tier))
            if promise is not None:
                is_of = picked if tier is None else picked & (self.verdicts.tiers == place)
                yield promise, self.book.schedule_of(clause_key, tier or ""), is_of
