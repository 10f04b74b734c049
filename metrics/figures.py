"""What became of each commitment over a month, or over the periods it is promised for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from agreements.clock import due_after
from agreements.durations import Duration
from agreements.terms.commitments import Commitment
from metrics.attainment import (
    CommitmentFigures,
    PeriodTarget,
    blend_rate_target,
    blend_volume_target,
    figures_of_value,
    pool,
)
from metrics.clock_figures import ClockFigures, clock_figures
from metrics.ledger import InForce, Ledger, exact_sum
from metrics.month_counts import HANDOFF, RESPONSES, is_response
from metrics.pace import WorkingTime, figures_of_volume
from metrics.percentiles import ResponseTimes
from metrics.periods import Period, PeriodKind, period_on
from metrics.rates import Acceptance, Rate, figures_of_rate, pool_rates
from metrics.response_times import times_in

_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000

Part = tuple[InForce, Commitment]


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A commitment over the periods that a month's report speaks of, version by version.

    One promised by the month has that month, one by the quarter or the year has the one the month
    lies in, one by the day or the week all that end in the month.
    """

    parts: tuple[Part, ...]
    periods: tuple[Period, ...]

    @property
    def commitment(self) -> Commitment:
        """As the latest version has it."""
        return self.parts[-1][1]

    @property
    def from_date(self) -> date:
        return self.periods[0].from_date

    @property
    def to_date(self) -> date:
        return self.periods[-1].to_date


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The figures of a commitment and what they are made of, where it has such a thing.

    ``exceeds_validity`` says that more handoffs came than the promise holds for, so that it is
    not in the score. ``refused_deals`` were won in a currency without a rate.
    """

    promised: Promised
    figures: CommitmentFigures
    working: WorkingTime
    clocks: ClockFigures | None = None
    times: ResponseTimes | None = None
    acceptance: Acceptance | None = None
    refused_deals: int = 0
    exceeds_validity: bool = False

    @property
    def missing(self) -> str:
        """A code for what the figures lack; empty where they lack nothing."""
        is_score = self.promised.commitment.definition.kind == "score"
        return "scores" if is_score and not self.figures.denominator else ""


def promised_in(ledger: Ledger, month: Period) -> list[Promised]:
    """Return what was promised for a month, in the order of the latest version in force in it.

    A clause that measures something else in another version stands there twice.
    """
    names: dict[tuple[str, str], Commitment] = {}
    for version in reversed(ledger.in_force(month)):
        for commitment in version.terms.commitments:
            names.setdefault((commitment.key, commitment.measure), commitment)
    found = []
    for (key, measure), latest in names.items():
        periods = periods_in(latest.period, month)
        parts = tuple(
            (version, own)
            for version in ledger.judging(periods)
            if (own := version.commitment(key, measure)) is not None
        )
        found.append(Promised(parts=parts, periods=periods))
    return found


def periods_in(kind: str, month: Period) -> tuple[Period, ...]:
    """Return the periods of a kind that a month's report speaks of."""
    match PeriodKind(kind):
        case PeriodKind.DAY | PeriodKind.WEEK as short:
            periods = [period_on(short, day, month.time_zone) for day in month.days()]
            within = dict.fromkeys(one for one in periods if one.to_date <= month.to_date)
            return tuple(within)
        case PeriodKind.MONTH:
            return (month,)
        case longer:
            return (period_on(longer, month.from_date, month.time_zone),)


def outcome_of(ledger: Ledger, promised: Promised) -> Outcome:
    """Return what became of a commitment by now."""
    match promised.commitment.definition.kind:
        case "volume" | "amount":
            return _volume(ledger, promised)
        case "rate":
            return _rate(ledger, promised)
        case "clock":
            return _clock(ledger, promised)
        case "time":
            return _time(ledger, promised)
        case _:
            return _score(ledger, promised)


def _working(ledger: Ledger, promised: Promised) -> WorkingTime:
    """Add up the working time of the periods, while the commitment was in force."""
    versions = [version for version, _ in promised.parts]
    times = [ledger.working_time(period, versions) for period in promised.periods]
    return WorkingTime(
        whole=sum((time.whole for time in times), timedelta()),
        elapsed=sum((time.elapsed for time in times), timedelta()),
        open_days=sum(time.open_days for time in times),
        over=times[-1].over,
    )


def _grace_over(ledger: Ledger, promised: Promised) -> bool:
    """Whether late facts have had the time that the terms leave them after the period."""
    version, _ = promised.parts[-1]
    last_instant = promised.periods[-1].ends_at - _MICROSECOND
    grace = version.terms.close.grace
    return due_after(version.rulebook.schedule, last_instant, grace, ()) <= ledger.now


def _target(version: InForce, commitment: Commitment, period: Period) -> Fraction:
    is_short = period.kind in (PeriodKind.DAY, PeriodKind.WEEK)
    months = [] if is_short else [month.from_date.month for month in period.months()]
    target = version.terms.target_for(commitment, months)
    if isinstance(target, Duration):
        return Fraction(target.open_time // _MICROSECOND, _SECOND)
    return Fraction(target)


def _promise(promised: Promised, target: Fraction | None, warn_at: Fraction | None) -> PeriodTarget:
    commitment = promised.commitment
    return PeriodTarget(
        key=commitment.key,
        party=commitment.party,
        measure=commitment.measure,
        direction=commitment.direction,
        target=target,
        warn_at=warn_at,
        weight=Fraction(commitment.weight),
    )


# -- volumes and amounts


def _volume(ledger: Ledger, promised: Promised) -> Outcome:
    working = _working(ledger, promised)
    counts = [_counted(ledger, version, of, promised) for version, of in promised.parts]
    actual = exact_sum(_first(promised, each) for each in counts)
    promise = _promise(
        promised, _volume_target(ledger, promised), Fraction(promised.commitment.warn_at)
    )
    open_ones: dict[str, Any] = {}
    if promised.commitment.measure == "accepted_volume":
        handoffs = _handoffs(counts)
        waiting = handoffs["waiting"]
        open_ones = {
            "pending": handoffs["undecided"] + waiting,
            "lowest": actual - handoffs["undecided"],
            "highest": actual + waiting,
        }
    figures = figures_of_volume(
        promise, actual, working, grace_over=_grace_over(ledger, promised), **open_ones
    )
    refused = sum(each[1] for each in counts if each) if promise.measure == "revenue" else 0
    return Outcome(promised=promised, figures=figures, working=working, refused_deals=refused)


def _counted(
    ledger: Ledger, version: InForce, commitment: Commitment, promised: Promised
) -> list[Any]:
    return ledger.sums("commitments", version.key, commitment.key, promised.periods)


def _first(promised: Promised, counts: list[Any]) -> Any:
    if promised.commitment.measure != "accepted_volume":
        return counts[0] if counts else 0
    handoffs = _handoffs([counts])
    stood = handoffs["rejected"] - handoffs["overturned"]
    return handoffs["offered"] - handoffs["withdrawn"] - stood


def _handoffs(counts: Sequence[list[Any]]) -> dict[str, int]:
    known = [each for each in counts if each]
    return {name: sum(each[at] for each in known) for at, name in enumerate(HANDOFF)}


def _volume_target(ledger: Ledger, promised: Promised) -> Fraction | None:
    """Blend the versions' targets by working time (R8); several periods add up."""
    return pool(
        blend_volume_target(
            [
                (_target(version, of, period), ledger.working_time(period, [version]).whole)
                for version, of in promised.parts
                if version.touches(period)
            ],
            ledger.whole_working_time(period).whole,
        )
        for period in promised.periods
    )


# -- rates


def _rate(ledger: Ledger, promised: Promised) -> Outcome:
    rates, acceptances = [], []
    for version, commitment in promised.parts:
        counts = _counted(ledger, version, commitment, promised)
        match commitment.measure:
            case "acceptance_rate":
                acceptances.append(_acceptance(counts))
                rates.append(acceptances[-1].rate)
            case "completeness_rate":
                handoffs = _handoffs([counts])
                complete = handoffs["complete"]
                rates.append(Rate(complete, complete + handoffs["incomplete"]))
            case _:
                rates.append(_conversion(ledger, version, commitment, promised))
    working = _working(ledger, promised)
    figures = figures_of_rate(
        _rate_promise(promised, [rate.denominator for rate in rates]),
        pool_rates(rates),
        over=working.over,
        grace_over=_grace_over(ledger, promised),
    )
    return Outcome(
        promised=promised,
        figures=figures,
        working=working,
        acceptance=sum(acceptances, Acceptance()) if acceptances else None,
    )


def _rate_promise(promised: Promised, decided: Sequence[int]) -> PeriodTarget:
    """Blend the versions' targets by what was decided under each (R8)."""
    targets = [
        (_target(version, of, promised.periods[-1]), of.warn_at, items)
        for (version, of), items in zip(promised.parts, decided, strict=True)
    ]
    return _promise(
        promised,
        blend_rate_target((target, items) for target, _, items in targets),
        blend_rate_target((warn_at, items) for _, warn_at, items in targets),
    )


def _acceptance(counts: list[Any]) -> Acceptance:
    handoffs = _handoffs([counts])
    names = (
        "accepted", "rejected", "undecided", "overturned", "upheld", "not_charged",
        "waiting_not_charged",
    )  # fmt: skip
    waiting = handoffs["waiting"] - handoffs["waiting_not_charged"]
    return Acceptance(waiting=waiting, **{name: handoffs[name] for name in names})


def _conversion(
    ledger: Ledger, version: InForce, commitment: Commitment, promised: Promised
) -> Rate:
    """Count by day of entry; a day's window has ended when its last day has."""
    days = timedelta(days=commitment.within.amount if commitment.within else 0)
    rates = [
        Rate(won, entered) if on_date + days < ledger.today else Rate(0, 0, entered, won)
        for period in promised.periods
        for on_date, (entered, won) in ledger.days(
            "conversions", version.key, commitment.key, period
        )
    ]
    return pool_rates(rates)


# -- clocks and times


def _clock(ledger: Ledger, promised: Promised) -> Outcome:
    parts = [
        clock_figures(ledger, version.key, of.key, promised.periods)
        for version, of in promised.parts
    ]
    every = sum(parts, ClockFigures())
    working = _working(ledger, promised)
    figures = figures_of_rate(
        _rate_promise(promised, [part.compliance.raw.denominator for part in parts]),
        every.compliance.raw,
        over=working.over,
        grace_over=_grace_over(ledger, promised),
        adjusted=every.compliance.adjusted,
    )
    limit = promised.commitment.valid_up_to
    return Outcome(
        promised=promised,
        figures=figures,
        working=working,
        clocks=every,
        exceeds_validity=limit is not None and every.started > limit,
    )


def _time(ledger: Ledger, promised: Promised) -> Outcome:
    times = times_in(ledger, promised.commitment.key, promised.periods)
    share = RESPONSES[promised.commitment.measure]
    value, is_lower_bound = times.median if share == "0.5" else times.p90
    working = _working(ledger, promised)
    decided = [_decided_follow_ups(ledger, version, promised) for version, _ in promised.parts]
    promise = _rate_promise(promised, decided)
    figures = figures_of_value(
        promise,
        None if value is None else value / _SECOND,
        over=working.over,
        grace_over=_grace_over(ledger, promised),
        pending=_pending_responses(ledger, promised),
        is_lower_bound=is_lower_bound,
    )
    # What is "at least" so much grows with the time of a clock that still runs.
    figures = replace(figures, final=figures.final and not is_lower_bound)
    return Outcome(promised=promised, figures=figures, working=working, times=times)


def _pending_responses(ledger: Ledger, promised: Promised) -> int:
    """Count the clocks of a promised response time that are not due yet."""
    terms = {version.key: version.terms for version, _ in promised.parts}
    return sum(
        clocks.counts(inside)["pending"]
        for clocks, inside in ledger.running(promised.periods)
        if is_response(terms, promised.commitment.key, clocks.group)
    )


def _decided_follow_ups(ledger: Ledger, version: InForce, promised: Promised) -> int:
    clauses = [of.key for of in version.terms.commitments if of.measure == "first_follow_up"]
    return sum(
        clock_figures(ledger, version.key, key, promised.periods).compliance.raw.denominator
        for key in clauses
    )


def _score(ledger: Ledger, promised: Promised) -> Outcome:
    """Take the mean of the scores that were told of; its denominator is how many they are."""
    counts = [_counted(ledger, version, of, promised) for version, of in promised.parts]
    answers = [each[1] if each else 0 for each in counts]
    number = sum(answers)
    total = exact_sum(each[0] if each else 0 for each in counts)
    working = _working(ledger, promised)
    figures = figures_of_value(
        _rate_promise(promised, answers),
        total / number if number else None,
        over=working.over,
        grace_over=_grace_over(ledger, promised),
    )
    return Outcome(promised=promised, figures=replace(figures, denominator=number), working=working)
