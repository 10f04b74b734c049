"""What only the whole document can tell: keys, calendars, the funnel, tiers and the handoff."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from agreements.funnel_plan import UnableToPlan
from agreements.terms.commitment_checks import commitment_problems
from agreements.terms.commitments import Commitment
from agreements.terms.document import Terms
from agreements.terms.funnel import REVENUE, ROLES
from agreements.terms.hours import ALWAYS
from agreements.terms.problems import Problem, problem, unknown_reference


def cross_problems(terms: Terms) -> tuple[Problem, ...]:
    """Return everything wrong with how the parts of a document fit together."""
    return (
        *_duplicate_keys(terms),
        *_calendar_problems(terms),
        *_stage_problems(terms),
        *_funnel_problems(terms),
        *_tier_problems(terms),
        *_handoff_problems(terms),
        *_escalation_problems(terms),
        *commitment_problems(terms),
    )


def unsigned_problems(terms: Terms) -> Iterator[Problem]:
    """Give what a text may not say that is yet to be signed, though one signed before may.

    A signed text is read for ever, so what is refused later than it was signed is told only here.
    """
    seen: dict[str, str] = {}
    for stage in terms.stages:
        name = " ".join(stage.name.split()).casefold()
        if name in seen:
            yield problem(f"funnel.stages.{stage.key}.name", "name_twice", name=seen[name])
        seen.setdefault(name, stage.name)


def _duplicate_keys(terms: Terms) -> Iterator[Problem]:
    reasons = terms.reasons
    lists = {
        "objectives": terms.objectives,
        "funnel.stages": terms.funnel.stages,
        "tiers": terms.tiers,
        "commitments": terms.commitments,
        "channels": terms.channels,
        **{f"reasons.{name}": getattr(reasons, name) for name in type(reasons).model_fields},
    }
    for path, entries in lists.items():
        seen: set[str] = set()
        for entry in entries:
            if entry.key in seen:
                yield problem(f"{path}.{entry.key}", "duplicate_key", key=entry.key)
            seen.add(entry.key)


def _calendar_problems(terms: Terms) -> Iterator[Problem]:
    own = terms.calendar
    if own == ALWAYS and terms.hours is not None:
        yield problem("hours", "hours_of_always")
    for key in terms.calendars:
        if key in (own, ALWAYS):
            yield problem(f"calendars.{key}", "calendar_twice", key=key)
    known = {ALWAYS, *terms.calendars, *([own] if own else [])}
    for path, entries in (("tiers", terms.tiers), ("commitments", terms.commitments)):
        for entry in entries:
            if entry.calendar is not None and entry.calendar not in known:
                where = f"{path}.{entry.key}.calendar"
                yield unknown_reference(where, "calendar", entry.calendar, known)
    yield from _schedule_problems(terms)


def _schedule_problems(terms: Terms) -> Iterator[Problem]:
    if terms.hours is None and terms.calendar != ALWAYS and _needs_own_hours(terms):
        yield problem("hours", "hours_missing")
    places = {f"calendars.{key}.hours": key for key in terms.calendars if key != terms.calendar}
    if terms.hours is not None and terms.calendar != ALWAYS:
        places["hours"] = terms.calendar or ""
    for path, key in places.items():
        try:
            terms.schedule_of(key or None, {})
        except ValueError as error:
            yield problem(path, "not_a_schedule", reason=error)


def _needs_own_hours(terms: Terms) -> bool:
    """Whether some clock counts open time or business days in the agreement's own calendar."""
    return any(
        commitment.within is not None
        and commitment.within.unit != "d"
        and any(_counts_own_hours(terms, commitment, tier) for tier in terms.tier_keys)
        for commitment in terms.clock_commitments
    )


def _counts_own_hours(terms: Terms, commitment: Commitment, tier: str | None) -> bool:
    key = terms.calendar_key(commitment=commitment, tier=tier)
    return commitment.is_for(tier) and key == terms.calendar


def _stage_problems(terms: Terms) -> Iterator[Problem]:
    stages = terms.stages
    roles = [stage.role for stage in stages if stage.role != "none"]
    for role in dict.fromkeys(roles):
        if roles.count(role) > 1:
            yield problem("funnel.stages", "role_twice", role=role)
    if "mql" not in roles:
        yield problem("funnel.stages", "no_mql_stage")
    ranked = [stage for stage in stages if stage.role != "none"]
    for before, stage in pairwise(ranked):
        if ROLES.index(stage.role) < ROLES.index(before.role):
            yield problem(f"funnel.stages.{stage.key}", "stage_roles_order", key=stage.key)


def _funnel_problems(terms: Terms) -> Iterator[Problem]:
    funnel = terms.funnel
    keys = [stage.key for stage in funnel.stages]
    for name, entries in (("rates", funnel.rates), ("lag", funnel.lag)):
        for key in entries:
            path = f"funnel.{name}.{key}"
            if key not in keys:
                yield unknown_reference(path, "stage", key, keys)
            elif key == keys[-1]:
                yield problem(path, "last_stage_rate", key=key)
    for key, rate in funnel.rates.items():
        if not rate and funnel.goal is not None:
            yield problem(f"funnel.rates.{key}", "rate_of_zero")
    yield from _cell_problems(terms, keys)
    if funnel.goal is not None and _fraction_of(funnel.goal.revenue, 2):
        yield problem("funnel.goal.revenue", "more_than_cents", value=funnel.goal.revenue)
    if terms.currency is None and REVENUE in _planned_money(terms):
        yield problem("currency", "currency_missing")


def _cell_problems(terms: Terms, keys: list[str]) -> Iterator[Problem]:
    known = [*keys, REVENUE]
    for key, cells in terms.funnel.targets.items():
        if key not in known:
            yield unknown_reference(f"funnel.targets.{key}", "stage", key, known)
        for month, cell in cells.items():
            places, code = (2, "more_than_cents") if key == REVENUE else (0, "target_not_whole")
            if _fraction_of(cell.value, places):
                path = f"funnel.targets.{key}.{month}"
                yield problem(path, code, value=cell.value)
    try:
        _ = terms.funnel.plan
    except UnableToPlan as error:
        yield problem(f"funnel.targets.{error.key}", error.code, **error.params)


def _fraction_of(value: Decimal | None, places: int) -> bool:
    """Whether a number has more decimals than that."""
    return value is not None and value != round(value, places)


def _planned_money(terms: Terms) -> set[str]:
    goal = terms.funnel.goal
    of_goal = {REVENUE} if goal is not None and goal.revenue is not None else set()
    return of_goal | set(terms.funnel.targets)


def _tier_problems(terms: Terms) -> Iterator[Problem]:
    for tier in terms.tiers[:-1]:
        if tier.when is None:
            yield problem(f"tiers.{tier.key}.when", "tier_without_rule")
    if terms.tiers and terms.tiers[-1].when is not None:
        yield problem(f"tiers.{terms.tiers[-1].key}.when", "last_tier_has_rule")


def _handoff_problems(terms: Terms) -> Iterator[Problem]:
    handoff, qualification = terms.handoff, terms.qualification
    if handoff.scoring and handoff.threshold is None:
        yield problem("handoff.threshold", "threshold_missing")
    if handoff.threshold is not None and not handoff.scoring:
        yield problem("handoff.threshold", "scoring_missing")
    total = sum(max(entry.points, 0) for entry in handoff.scoring)
    if handoff.scoring and handoff.threshold is not None and total < handoff.threshold:
        path = "handoff.threshold"
        yield problem(path, "threshold_unreachable", total=total, threshold=handoff.threshold)
    asked = len(qualification.required_answers)
    if qualification.answers_needed is not None and qualification.answers_needed > asked:
        yield problem(
            "qualification.answers_needed",
            "out_of_range",
            value=qualification.answers_needed,
            range=f"≤ {asked}",
        )


def _escalation_problems(terms: Terms) -> Iterator[Problem]:
    known = [channel.key for channel in terms.channels if channel.use == "notice"]
    for place, rung in enumerate(terms.escalation, start=1):
        path = f"escalation.{place}.channel"
        if rung.notify == "channel" and rung.channel is None:
            yield problem(path, "missing", key="channel")
        elif rung.channel is not None and rung.channel not in known:
            yield unknown_reference(path, "channel", rung.channel, known)
