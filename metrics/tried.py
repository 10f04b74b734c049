"""One set of rules tried on the handoffs of some days, commitment by commitment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cached_property

import numpy as np

from agreements.business_time import business_between_many
from agreements.business_time.days import open_days
from agreements.criteria.arrays import holds_many
from agreements.durations import Duration
from agreements.terms import Commitment, Terms
from leads.plain.clocks import NEVER, column_from
from leads.trying.clocks import TriedClocks
from leads.trying.trial import Trial
from metrics.backtest import (
    Mask,
    Side,
    Standings,
    mean_target,
    periods_in,
    response,
    tally_by_holder,
    whole,
)
from metrics.month_counts import RESPONSES
from metrics.open_clocks import MICROSECOND, Microseconds, microseconds
from metrics.rates import Rate
from metrics.recorded import Recorded


class Tried:
    """What some rules make of the past. ``is_made`` are the handoffs made under their criteria."""

    def __init__(
        self, trial: Trial, recorded: Recorded, now: datetime, is_made: Mask | None = None
    ) -> None:
        self.trial, self._recorded = trial, recorded
        self._now = microseconds(now)
        every = np.ones(trial.past.offers.handoff_ids.size, dtype=bool)
        self.is_made = every if is_made is None else is_made

    @property
    def terms(self) -> Terms:
        return self.trial.book.terms

    @cached_property
    def clocks(self) -> Mapping[str, TriedClocks]:
        """The clocks of each clause."""
        return self.trial.clocks()

    @cached_property
    def standings(self) -> Standings:
        """Where the handoffs stand, their rejections charged as these terms say."""
        offers = self.trial.past.offers
        is_decided, is_overturned = offers.is_decided, offers.contests == "overturned"
        uncharged = [
            reason.key
            for reason in self.terms.reasons.rejection
            if reason.charged_to != "marketing"
        ]
        return Standings(
            is_decided=is_decided,
            is_rejected=(offers.statuses == "rejected") | is_overturned,
            is_overturned=is_overturned,
            is_waiting=offers.contests == "waiting",
            is_upheld=offers.contests == "upheld",
            is_undecided=~is_decided & (offers.statuses == "offered"),
            is_withdrawn=~is_decided & np.isin(offers.statuses, ("withdrawn", "merged")),
            is_uncharged=np.isin(offers.reasons, uncharged),
        )

    def counted(self, commitment: Commitment) -> Mask:
        """Return the handoffs that a commitment speaks of, whether they would be made or not."""
        is_of = holds_many(commitment.where, self.trial.past.offers.known)
        if commitment.tiers:
            places = [
                place for place, tier in enumerate(self.terms.tiers) if tier.key in commitment.tiers
            ]
            is_of = is_of & np.isin(self.trial.verdicts.tiers, places)
        return is_of

    def side(self, commitment: Commitment, unmade: int = 0) -> Side | None:
        """Return what a commitment comes to; ``unmade`` handoffs less come into a volume."""
        match commitment.definition.kind:
            case "clock":
                by_holder = tally_by_holder(self.clocks[commitment.key], self._now)
                return self._share(commitment, whole(by_holder), by_holder)
            case "rate":
                return self._rate(commitment)
            case "time":
                return self._response(commitment)
            case "score":
                return self._plain(commitment, self._recorded.mean(commitment))
            case _:
                return self._volume(commitment, unmade)

    def _rate(self, commitment: Commitment) -> Side | None:
        match commitment.measure:
            case "acceptance_rate":
                made = self.counted(commitment) & self.is_made
                return self._share(commitment, self.standings.acceptance(made).rate)
            case "completeness_rate":
                return self._completeness(commitment)
            case _:
                return self._share(commitment, self._recorded.conversion(commitment))

    def _share(
        self, commitment: Commitment, rate: Rate | None, by_holder: Mapping[int, Rate] | None = None
    ) -> Side | None:
        if rate is None:
            return None
        return Side(
            actual=rate.value,
            target=self._target(commitment),
            direction=commitment.direction,
            rate=rate,
            by_holder=by_holder or {},
        )

    def _completeness(self, commitment: Commitment) -> Side | None:
        if not self.terms.handoff.required_fields:
            return None
        made = self.counted(commitment) & self.is_made
        complete = int((made & self.trial.verdicts.is_complete).sum())
        return self._share(commitment, Rate(complete, int(made.sum())))

    def _volume(self, commitment: Commitment, unmade: int) -> Side | None:
        counted: Fraction | None
        if commitment.measure == "accepted_volume":
            made = self.counted(commitment) & self.is_made
            counted = Fraction(self.standings.accepted_volume(made))
        else:
            counted = self._recorded.volume(commitment, self.terms)
        if counted is None:
            return None
        if commitment.measure == "stage_volume" and self.is_of_mql(commitment):
            counted = max(counted - unmade, Fraction(0))
        window = self.trial.past.window
        days = len(open_days(self.trial.book.schedule, window.from_date, window.last_date))
        periods = periods_in(commitment.period, window.from_date, window.to_date, days)
        return self._plain(commitment, counted / periods if periods else None)

    def _plain(self, commitment: Commitment, actual: Fraction | None) -> Side | None:
        if actual is None:
            return None
        return Side(actual=actual, target=self._target(commitment), direction=commitment.direction)

    def is_of_mql(self, commitment: Commitment) -> bool:
        """Whether a commitment counts the leads that are handed over."""
        mql = self.terms.stage_with_role("mql")
        return mql is not None and commitment.stage == mql.key

    def _target(self, commitment: Commitment) -> Fraction:
        def of_months(months: Sequence[int]) -> Fraction:
            target = self.terms.target_for(commitment, months)
            if isinstance(target, Duration):
                return Fraction(target.open_time // MICROSECOND, 1_000_000)
            return Fraction(target)

        window = self.trial.past.window
        return mean_target(commitment.period, window.from_date, window.to_date, of_months)

    def _response(self, commitment: Commitment) -> Side:
        parts = list(self._times(commitment))
        answered, overdue = (
            np.concatenate([np.empty(0, dtype=np.int64), *each])
            for each in (zip(*parts, strict=True) if parts else ((), ()))
        )
        actual, is_lower_bound = response(answered, overdue, RESPONSES[commitment.measure])
        return Side(
            actual=actual,
            target=self._target(commitment),
            direction=commitment.direction,
            is_lower_bound=is_lower_bound,
        )

    def _times(self, commitment: Commitment) -> Iterator[tuple[Microseconds, Microseconds]]:
        """Give the times of first follow-ups, and those of the overdue so far, tier by tier."""
        offers, is_counted = self.trial.past.offers, self.counted(commitment)
        for own in self.terms.clock_commitments:
            if own.measure != "first_follow_up":
                continue
            clocks = self.clocks[own.key]
            rows = np.searchsorted(offers.handoff_ids, clocks.handoff_ids)
            is_answered = is_counted[rows] & ~clocks.is_void & (clocks.stopped_at != NEVER)
            is_open = is_counted[rows] & clocks.is_breached(self._now)
            is_open &= clocks.stopped_at == NEVER
            for place, tier in enumerate(self.terms.tier_keys):
                is_of = np.ones(rows.size, dtype=bool)
                if tier is not None:
                    is_of = self.trial.verdicts.tiers[rows] == place
                started = column_from(clocks.started_at[is_of & is_open])
                so_far = business_between_many(
                    self.trial.book.schedule_of(own.key, tier or ""),
                    started,
                    np.full(started.shape, self._now).view("datetime64[us]"),
                )
                yield clocks.used[is_of & is_answered], so_far.view(np.int64)
