"""All figures of a month of an agreement at an instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Any

from agreements.models import Agreement
from metrics.attainment import blend_volume_target, score
from metrics.attainment import credit as credit_of
from metrics.clock_figures import ClockFigures, clock_figures
from metrics.figures import Outcome, outcome_of, periods_in, promised_in
from metrics.ledger import InForce, Ledger, open_ledger, versions_of
from metrics.models import FrozenMonth
from metrics.month_counts import DEAL, FOLLOW_UP, HANDOFF, STAGE, stage_of
from metrics.percentiles import ResponseTimes
from metrics.periods import Period
from metrics.response_times import buckets_in, times_of_month
from metrics.rollup import is_being_recalculated


@dataclass(frozen=True, kw_only=True)
class StageFigures:
    """How many leads entered a stage for the first time, and the plan.

    ``implied`` of them passed it without a fact that says so, ``unoffered`` had no handoff.
    """

    key: str
    name: str
    entered: int
    implied: int
    unoffered: int
    target: Fraction | None
    by_day: dict[date, int]


@dataclass(frozen=True, kw_only=True)
class ClockKindFigures:
    """All clocks of a kind, whatever clause they run under.

    ``buckets`` count those that stopped within each of ``month_counts.EDGES``, and last later.
    """

    kind: str
    figures: ClockFigures
    times: ResponseTimes
    buckets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """The figures of a month; counts that say ``outside`` belong to no version.

    What few pages ask for is worked out of the ledger once somebody does.
    """

    ledger: Ledger = field(repr=False)
    period: Period
    versions: tuple[InForce, ...]
    outcomes: tuple[Outcome, ...]
    stages: tuple[StageFigures, ...]
    rejections: dict[str, int]
    outside: dict[str, int]
    frozen: tuple[FrozenMonth, ...]
    is_being_recalculated: bool

    @property
    def agreement(self) -> Agreement:
        return self.ledger.agreement

    @property
    def now(self) -> datetime:
        return self.ledger.now

    @property
    def changed_at(self) -> datetime | None:
        """When the counts that the figures rest on last came out differently."""
        return self.ledger.changed_at

    @cached_property
    def clocks(self) -> tuple[ClockKindFigures, ...]:
        """The kinds of clocks that some version promises."""
        return tuple(_clocks(self.ledger, self.period))

    @cached_property
    def handoffs(self) -> dict[str, int]:
        """What sales said to the handoffs offered, by the names of ``month_counts.HANDOFF``."""
        return self._totals("handoffs", HANDOFF)

    @cached_property
    def deals(self) -> dict[str, Fraction]:
        """The deals, by the names of ``month_counts.DEAL``."""
        return {name: Fraction(value) for name, value in self._totals("deals", DEAL).items()}

    @cached_property
    def follow_ups(self) -> dict[str, int]:
        """The follow-ups by people, by the names of ``month_counts.FOLLOW_UP``."""
        return self._totals("follow_ups", FOLLOW_UP)

    def _totals(self, part: str, names: Sequence[str]) -> dict[str, Any]:
        sums = [self.ledger.sums(part, each.key, None, [self.period]) for each in self.versions]
        known = [counts for counts in sums if counts]
        return {name: sum(counts[at] for counts in known) for at, name in enumerate(names)}

    @property
    def closed(self) -> FrozenMonth | None:
        """How the month was frozen last; None while nobody has closed it."""
        return self.frozen[-1] if self.frozen else None

    def score(self, party: str, *, adjusted: bool = False) -> Fraction | None:
        """Return the score of a party over its commitments that have an attainment (R9)."""
        return score(
            (outcome.figures.weight, _credit(outcome, adjusted=adjusted))
            for outcome in self.outcomes
            if outcome.figures.party == party and not outcome.exceeds_validity
        )


def _credit(outcome: Outcome, *, adjusted: bool) -> Fraction | None:
    figures = outcome.figures
    if adjusted and figures.adjusted is not None:
        return credit_of(figures.adjusted, figures.target, figures.direction)
    return figures.credit


def month_figures(agreement: Agreement, period: Period, now: datetime) -> MonthFigures:
    """Work out the figures of a month at ``now``; a constant number of queries."""
    return figures_of(ledger_of(agreement, period, now), period)


def ledger_of(agreement: Agreement, month: Period, now: datetime) -> Ledger:
    """Open the ledger over all that is promised for a month."""
    versions = versions_of(agreement)
    return open_ledger(agreement, versions, *span_of(versions, month), now)


def span_of(versions: Iterable[InForce], month: Period) -> tuple[date, date]:
    """Return the local dates [from, to) of the periods that a month's commitments speak of."""
    kinds = {
        commitment.period
        for version in versions
        if version.touches(month)
        for commitment in version.terms.commitments
    }
    periods = [month, *(period for kind in kinds for period in periods_in(kind, month))]
    return min(each.from_date for each in periods), max(each.to_date for each in periods)


def figures_of(ledger: Ledger, period: Period) -> MonthFigures:
    """Work out the figures of a month from a ledger that is open over its ``span_of``."""
    agreement = ledger.agreement
    outcomes = tuple(outcome_of(ledger, promised) for promised in promised_in(ledger, period))
    frozen = FrozenMonth.objects.filter(agreement=agreement, month=period.from_date)
    return MonthFigures(
        ledger=ledger,
        period=period,
        versions=tuple(ledger.in_force(period)),
        outcomes=outcomes,
        stages=tuple(_stages(ledger, period, outcomes)),
        rejections=ledger.months.get(period.from_date, {}).get("rejections", {}),
        outside=_outside(ledger, period),
        frozen=tuple(frozen.order_by("revision").select_related("frozen_by")),
        is_being_recalculated=is_being_recalculated(agreement, _calendar_keys(ledger)),
    )


def _calendar_keys(ledger: Ledger) -> set[str]:
    return {key for version in ledger.versions for key in version.terms.calendar_keys}


def _outside(ledger: Ledger, period: Period) -> dict[str, int]:
    """Count what fell outside any version: it is judged by nothing, and not lost."""
    stages = ledger.months.get(period.from_date, {}).get("stages", {}).get("0", {})
    counts = {
        f"stage:{stage}": sum(of[0] for _, of in ledger.days("stages", "0", stage, period))
        for stage in stages
    }
    for part in ("handoffs", "deals"):
        found = ledger.sums(part, "0", None, [period])
        if found:
            counts[part] = found[0]
    return counts


def _stages(ledger: Ledger, period: Period, outcomes: Iterable[Outcome]) -> Iterable[StageFigures]:
    """Give the stages of the latest version's funnel, with what entered under each version."""
    versions = ledger.in_force(period)
    if not versions:
        return
    promised = _promised_targets(outcomes, period)
    for stage in versions[-1].terms.stages:
        sums = [ledger.sums("stages", version.key, stage.key, [period]) for version in versions]
        entered, implied, unoffered = (
            sum(counts[at] for counts in sums if counts) for at in range(len(STAGE))
        )
        by_day: dict[date, int] = {}
        for version in versions:
            for on_date, counts in ledger.days("stages", version.key, stage.key, period):
                by_day[on_date] = by_day.get(on_date, 0) + counts[0]
        yield StageFigures(
            key=stage.key,
            name=stage.name,
            entered=entered,
            implied=implied,
            unoffered=unoffered,
            target=_planned(ledger, stage.key, period) or promised.get(stage.key),
            by_day=by_day,
        )


def _planned(ledger: Ledger, stage: str, period: Period) -> Fraction | None:
    """Blend what the versions' funnels plan for a stage in a month by working time (R8)."""
    month = period.from_date.month
    return blend_volume_target(
        [
            (
                version.terms.funnel.target(stage, month),
                ledger.working_time(period, [version]).whole,
            )
            for version in ledger.in_force(period)
            if version.terms.is_planned(stage)
        ],
        ledger.whole_working_time(period).whole,
    )


def _promised_targets(outcomes: Iterable[Outcome], period: Period) -> dict[str, Fraction]:
    """Return what a commitment of the month promises for a stage, for want of a plan."""
    found: dict[str, Fraction] = {}
    for outcome in outcomes:
        version, commitment = outcome.promised.parts[-1]
        counts_all = not commitment.tiers and commitment.where is None
        if commitment.measure in ("stage_volume", "customers") and counts_all:
            stage = stage_of(version.terms, commitment)
            if stage and outcome.promised.periods == (period,) and outcome.figures.target:
                found[stage] = outcome.figures.target
    return found


def _clocks(ledger: Ledger, period: Period) -> Iterable[ClockKindFigures]:
    """Give the kinds of clocks that some version in force in the month promises."""
    clauses: dict[str, list[tuple[str, str]]] = {}
    for version in ledger.judging([period]):
        for commitment in version.terms.clock_commitments:
            clauses.setdefault(commitment.measure, []).append((version.key, commitment.key))
    times = times_of_month(ledger, period.from_date, clauses)
    for kind, of in clauses.items():
        parts = (clock_figures(ledger, version, key, [period]) for version, key in of)
        yield ClockKindFigures(
            kind=kind,
            figures=sum(parts, ClockFigures()),
            times=times[kind],
            buckets=buckets_in(ledger, kind, [period]),
        )
