"""What the rules say of a lead: whether each held and why, its points, tier and completeness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from agreements.criteria.rules import (
    AnyRule,
    Condition,
    Group,
    Operator,
    ScoreRule,
    gettext_noop,
)
from agreements.criteria.values import as_number, contains, is_missing, is_same, items

Attributes: TypeAlias = Mapping[str, object]

REASON_MESSAGES = {
    "held": gettext_noop("{field} is {actual}, as asked."),
    "is_missing": gettext_noop("{field} is missing, as asked."),
    "is_nothing": gettext_noop("{field} is missing, so it is not {expected}."),
    "missing": gettext_noop("{field} is missing."),
    "not_missing": gettext_noop("{field} is {actual}, but should be missing."),
    "not_a_number": gettext_noop("{field} is {actual}, which is not a number."),
    "too_low": gettext_noop("{field} is {actual}, under {expected}."),
    "too_high": gettext_noop("{field} is {actual}, over {expected}."),
    "differs": gettext_noop("{field} is {actual}, not {expected}."),
    "not_listed": gettext_noop("{field} is {actual}, not one of {expected}."),
    "excluded": gettext_noop("{field} is {actual}, which is left out."),
    "not_contained": gettext_noop("{field} is {actual}, which does not contain {expected}."),
}

_HELD = ("held", "is_missing", "is_nothing")
_MISSING_FITS = {"missing": "is_missing", "is_not": "is_nothing", "not_one_of": "is_nothing"}


class HandoffCriteria(Protocol):
    """What `evaluate` reads of the handoff section of the terms."""

    @property
    def required_fields(self) -> Sequence[str]: ...
    @property
    def rules(self) -> Sequence[Condition | Group]: ...
    @property
    def scoring(self) -> Sequence[ScoreRule]: ...
    @property
    def threshold(self) -> int | None: ...
    @property
    def bypass(self) -> Condition | Group | None: ...


class TierRule(Protocol):
    """What `tier_of` reads of a tier."""

    @property
    def key(self) -> str: ...
    @property
    def when(self) -> Condition | Group | None: ...


Tier = TypeVar("Tier", bound=TierRule)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one condition held or did not, for one lead."""

    field: str
    operator: Operator
    expected: object
    actual: object
    holds: bool
    code: str

    @property
    def params(self) -> dict[str, str]:
        """What fills the sentence of `REASON_MESSAGES[code]`."""
        expected = ", ".join(str(item) for item in items(self.expected))
        return {"field": self.field, "actual": str(self.actual), "expected": expected}

    @property
    def message(self) -> str:
        return REASON_MESSAGES[self.code].format(**self.params)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Whether one rule held, with the reason of every condition in it."""

    holds: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """Which required fields a lead came with; a placeholder counts as missing."""

    present: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the handoff criteria say of a lead: whether it qualifies, and why."""

    rules: tuple[RuleResult, ...]
    score: int
    points: tuple[tuple[int, RuleResult], ...]
    threshold: int | None
    bypass: RuleResult | None
    completeness: Completeness

    @property
    def is_bypassed(self) -> bool:
        return self.bypass is not None and self.bypass.holds

    @property
    def reaches_threshold(self) -> bool:
        return self.threshold is None or self.score >= self.threshold or self.is_bypassed

    @property
    def qualifies(self) -> bool:
        return all(rule.holds for rule in self.rules) and self.reaches_threshold

    @property
    def reasons_against(self) -> tuple[Reason, ...]:
        """The conditions that failed in the rules that did not hold."""
        failed = (rule for rule in self.rules if not rule.holds)
        return tuple(reason for rule in failed for reason in rule.reasons if not reason.holds)


def evaluate(handoff: HandoffCriteria, attributes: Attributes) -> Verdict:
    """Judge a lead: every rule holds, and the points reach the threshold or the bypass holds.

    The bypass stands for the points only, never for a rule. Required fields are told apart:
    an incomplete lead may qualify, and counts against completeness.
    """
    points = tuple((entry.points, judge(entry.when, attributes)) for entry in handoff.scoring)
    return Verdict(
        rules=tuple(judge(rule, attributes) for rule in handoff.rules),
        score=sum(worth for worth, result in points if result.holds),
        points=points,
        threshold=handoff.threshold,
        bypass=None if handoff.bypass is None else judge(handoff.bypass, attributes),
        completeness=completeness(handoff.required_fields, attributes),
    )


def qualifies(handoff: HandoffCriteria, attributes: Attributes) -> bool:
    """Say what `evaluate` says of qualifying, without the reasons and therefore quicker."""
    if not all(holds(rule, attributes) for rule in handoff.rules):
        return False
    if handoff.threshold is None:
        return True
    won = (entry.points for entry in handoff.scoring if holds(entry.when, attributes))
    if sum(won) >= handoff.threshold:
        return True
    return handoff.bypass is not None and holds(handoff.bypass, attributes)


def tier_of(tiers: Sequence[Tier], attributes: Attributes) -> Tier | None:
    """Return the first tier whose rule holds; the last has none and takes the rest."""
    return next((tier for tier in tiers if holds(tier.when, attributes)), None)


def completeness(required_fields: Sequence[str], attributes: Attributes) -> Completeness:
    """Sort the required fields into those that came and those that are missing."""
    missing = tuple(name for name in required_fields if is_missing(attributes.get(name)))
    return Completeness(tuple(name for name in required_fields if name not in missing), missing)


def holds(rule: AnyRule | None, attributes: Attributes) -> bool:
    """Whether a rule holds; no rule holds always."""
    if rule is None:
        return True
    if isinstance(rule, Condition):
        return _code(rule, attributes.get(rule.field)) in _HELD
    if rule.all:
        return all(holds(item, attributes) for item in rule.all)
    return any(holds(item, attributes) for item in rule.any or ())


def judge(rule: AnyRule, attributes: Attributes) -> RuleResult:
    """Evaluate a rule over a lead's attributes, keeping the reason of every condition."""
    if isinstance(rule, Condition):
        reason = _judge_condition(rule, attributes.get(rule.field))
        return RuleResult(reason.holds, (reason,))
    inner = [judge(item, attributes) for item in (rule.all or rule.any or ())]
    combine = all if rule.all else any
    reasons = tuple(reason for result in inner for reason in result.reasons)
    return RuleResult(combine(result.holds for result in inner), reasons)


def _judge_condition(condition: Condition, actual: object) -> Reason:
    code = _code(condition, actual)
    held = code in _HELD
    return Reason(condition.field, condition.operator, condition.value, actual, held, code)


def _code(condition: Condition, actual: object) -> str:
    """Name what speaks for or against; what is missing is not anything, so it fits “is not”."""
    if is_missing(actual):
        return _MISSING_FITS.get(condition.operator, "missing")
    match condition.operator:
        case "present" | "missing":
            return "held" if condition.operator == "present" else "not_missing"
        case "at_least" | "at_most":
            return _compare(condition, actual)
        case "contains":
            return "held" if contains(actual, condition.value) else "not_contained"
        case _:
            return _match(condition, actual)


def _match(condition: Condition, actual: object) -> str:
    """Compare with each of the condition's values; an attribute of several matches by any."""
    among = any(is_same(own, item) for own in items(actual) for item in items(condition.value))
    if condition.operator in ("is_not", "not_one_of"):
        return "excluded" if among else "held"
    if among:
        return "held"
    return "differs" if condition.operator == "is" else "not_listed"


def _compare(condition: Condition, actual: object) -> str:
    number, bound = as_number(actual), as_number(condition.value)
    if number is None or bound is None:
        return "not_a_number"
    if condition.operator == "at_least":
        return "held" if number >= bound else "too_low"
    return "held" if number <= bound else "too_high"
