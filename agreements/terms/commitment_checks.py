"""What only the whole document can tell of its commitments, and what deserves a warning."""

from collections.abc import Iterator
from decimal import Decimal

from agreements.durations import Duration, Unit
from agreements.funnel_plan import UnableToPlan
from agreements.terms.commitments import FUNNEL, Commitment
from agreements.terms.document import Terms
from agreements.terms.measures import OPTIONS
from agreements.terms.problems import Problem, problem, unknown_reference

_FUNNEL_PERIODS = ("month", "quarter", "year")
_MONEY = ("revenue", "stage_value")
_ATTRIBUTES = {"from": "from_stage"}


def commitment_problems(terms: Terms) -> Iterator[Problem]:
    """Tell everything wrong with the commitments, one after the other, then among them."""
    for commitment in terms.commitments:
        path = f"commitments.{commitment.key}"
        yield from _measure_problems(commitment, path)
        yield from _reference_problems(terms, commitment, path)
        yield from _target_problems(terms, commitment, path)
    yield from _clocks_twice(terms)
    yield from _response_problems(terms)


def _measure_problems(commitment: Commitment, path: str) -> Iterator[Problem]:
    measure = commitment.definition
    for key in OPTIONS:
        given = getattr(commitment, _ATTRIBUTES.get(key, key)) is not None
        if key in measure.needs and not given:
            yield problem(f"{path}.{key}", "needs", measure=measure.name, key=key)
        if given and key not in (*measure.needs, *measure.takes):
            yield problem(f"{path}.{key}", "takes_no", measure=measure.name, key=key)
    if measure.party is not None and commitment.party != measure.party:
        yield problem(f"{path}.party", f"for_{measure.party}", measure=measure.name)
    if commitment.calendar is not None and not measure.is_clock:
        yield problem(f"{path}.calendar", "calendar_of_count")
    count, channels = commitment.count, commitment.channels
    if count is not None and channels is not None and channels > count:
        path = f"{path}.channels"
        yield problem(path, "persistence_impossible", count=count, channels=channels)
    if measure.name == "conversion_rate" and not _is_in_days(commitment.within):
        yield problem(f"{path}.within", "within_days")


def _is_in_days(within: Duration | None) -> bool:
    return within is None or within.unit is Unit.DAY


def _reference_problems(terms: Terms, commitment: Commitment, path: str) -> Iterator[Problem]:
    stages = [stage.key for stage in terms.stages]
    for key, stage in (("from", commitment.from_stage), ("stage", commitment.stage)):
        if stage is not None and stage not in stages:
            yield unknown_reference(f"{path}.{key}", "stage", stage, stages)
    tiers = [tier.key for tier in terms.tiers]
    for tier in commitment.tiers:
        if tier not in tiers:
            yield unknown_reference(f"{path}.tiers", "tier", tier, tiers)
    if commitment.values is not None and commitment.values.by == "tier":
        for tier in commitment.values.each:
            if tier not in tiers:
                yield unknown_reference(f"{path}.values.each.{tier}", "tier", tier, tiers)
    if commitment.measure == "conversion_rate":
        yield from _conversion_problems(terms, commitment, path)


def _conversion_problems(terms: Terms, commitment: Commitment, path: str) -> Iterator[Problem]:
    stages = [stage.key for stage in terms.stages]
    reached = terms.conversion_stage(commitment)
    if reached is None:
        yield problem(f"{path}.stage", "needs", measure=commitment.measure, key="stage")
    elif {commitment.from_stage, reached} <= set(stages):
        first = str(commitment.from_stage)
        if stages.index(first) >= stages.index(reached):
            yield problem(f"{path}.from", "conversion_backwards", from_stage=first, stage=reached)


def _target_problems(terms: Terms, commitment: Commitment, path: str) -> Iterator[Problem]:
    if commitment.measure in _MONEY and terms.currency is None:
        yield problem("currency", "currency_missing")
    if commitment.target != FUNNEL:
        return
    key = terms.target_key(commitment)
    if commitment.measure not in ("stage_volume", "accepted_volume", "customers", "revenue"):
        yield problem(f"{path}.target", "funnel_target_measure", measure=commitment.measure)
    elif commitment.period not in _FUNNEL_PERIODS:
        yield problem(f"{path}.period", "funnel_target_period")
    elif not _is_planned(terms, key):
        yield problem(f"{path}.target", "goal_missing", stage=key or commitment.measure)


def _is_planned(terms: Terms, key: str | None) -> bool:
    try:
        return key is not None and terms.is_planned(key)
    except UnableToPlan:
        # Told once, at the cells that do not fit.
        return True


def _clocks_twice(terms: Terms) -> Iterator[Problem]:
    """At most one commitment per clock kind (and stage, for its age) holds for a tier."""
    first: dict[tuple[str, str | None, str | None], Commitment] = {}
    told: set[str] = set()
    for commitment in terms.clock_commitments:
        for tier in terms.tier_keys:
            if not commitment.is_for(tier):
                continue
            other = first.setdefault((commitment.measure, commitment.stage, tier), commitment)
            if other is not commitment and commitment.key not in told:
                told.add(commitment.key)
                yield _told_twice(other, commitment, tier)


def _told_twice(first: Commitment, again: Commitment, tier: str | None) -> Problem:
    path = f"commitments.{again.key}"
    if tier is None:
        return problem(path, "clock_twice_for_all", other=first.key, measure=again.measure)
    return problem(path, "clock_twice", other=first.key, measure=again.measure, tier=tier)


def _response_problems(terms: Terms) -> Iterator[Problem]:
    has_clock = any(commitment.measure == "first_follow_up" for commitment in terms.commitments)
    for commitment in terms.commitments:
        if commitment.definition.kind == "time" and not has_clock:
            yield problem(f"commitments.{commitment.key}", "response_without_clock")


def warnings(terms: Terms) -> tuple[Problem, ...]:
    """Return what is allowed, but hardly meant: a one-sided agreement, a tier left out, ..."""
    return (
        *_balance_warnings(terms),
        *_kind_warnings(terms),
        *_tier_warnings(terms),
        *_procedure_warnings(terms),
        *_level_warnings(terms),
    )


def _balance_warnings(terms: Terms) -> Iterator[Problem]:
    promised = {commitment.party for commitment in terms.commitments}
    if not promised:
        yield problem("commitments", "nothing_promised")
    for party in ("marketing", "sales"):
        own = [commitment for commitment in terms.commitments if commitment.party == party]
        if promised and not own:
            yield problem("commitments", f"one_sided_{party}")
        if own and not any(commitment.weight for commitment in own):
            yield problem("commitments", f"no_weight_{party}")


def _kind_warnings(terms: Terms) -> Iterator[Problem]:
    restricted = [commitment for commitment in terms.commitments if commitment.tiers]
    if terms.kind == "service":
        for commitment in restricted:
            path = f"commitments.{commitment.key}.tiers"
            yield problem(path, "service_with_tiers", key=commitment.key)
    elif not terms.tiers:
        yield problem("tiers", "kind_without_tiers", kind=terms.kind)
    elif terms.kind == "multilevel" and not restricted:
        yield problem("commitments", "tiers_without_targets")


def _tier_warnings(terms: Terms) -> Iterator[Problem]:
    for measure in dict.fromkeys(commitment.measure for commitment in terms.clock_commitments):
        of_kind = [one for one in terms.clock_commitments if one.measure == measure]
        for tier in terms.tier_keys:
            if tier is not None and not any(one.is_for(tier) for one in of_kind):
                yield problem("commitments", "tier_without_promise", measure=measure, tier=tier)


def _procedure_warnings(terms: Terms) -> Iterator[Problem]:
    measures = {commitment.measure for commitment in terms.commitments}
    judged = measures & {"acceptance", "acceptance_rate", "accepted_volume"}
    if terms.clock_commitments and not terms.has_routing:
        yield problem("commitments", "no_routing")
    if judged and not terms.reasons.rejection:
        yield problem("reasons.rejection", "no_rejection_reasons")
    gives_up = any(reason.means == "not_reached" for reason in terms.reasons.recycling)
    if "persistence" in measures and not gives_up:
        yield problem("reasons.recycling", "no_recycling_reasons")
    if terms.review is None:
        yield problem("review", "no_review")


def _level_warnings(terms: Terms) -> Iterator[Problem]:
    for commitment in terms.commitments:
        target, warn_at = commitment.target, commitment.warn_at
        if not commitment.definition.is_share or not isinstance(target, Decimal):
            continue
        at_least = commitment.direction == "at_least"
        if (warn_at > target) if at_least else (warn_at < target):
            yield problem(
                f"commitments.{commitment.key}.warn_at",
                "warning_beyond_target",
                warn_at=warn_at,
                target=target,
            )
