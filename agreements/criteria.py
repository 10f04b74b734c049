"""Which leads qualify: rules over a lead's attributes, points, and the reason for each verdict."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Protocol, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError


def gettext_noop(message: str) -> str:
    """Mark a sentence for the message catalogue; whoever shows it translates it."""
    return message


Attributes: TypeAlias = Mapping[str, object]

Operator = Literal[
    "is", "is_not", "one_of", "not_one_of", "at_least", "at_most", "contains", "present", "missing"
]  # fmt: skip

RULE_MESSAGES = {
    "rule_takes_no_value": gettext_noop(
        "The operator “{operator}” takes no value; remove “value” or choose another operator."
    ),
    "rule_needs_list": gettext_noop(
        "The operator “{operator}” needs a list of values, such as [demo, pricing]."
    ),
    "rule_needs_number": gettext_noop(
        "The operator “{operator}” needs a number; “{value}” is none."
    ),
    "rule_needs_value": gettext_noop(
        "The operator “{operator}” needs one value: a text, a number or true or false."
    ),
    "group_all_or_any": gettext_noop(
        "A group of rules has either “all” or “any”, with at least one rule under it."
    ),
}

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
_PLACEHOLDERS = frozenset(
    {"", "n/a", "n.a.", "#n/a", "none", "null", "nil", "tbd", "xxx", "não informado"}
    | {"nao informado", "não se aplica", "sin datos", "no aplica", "not available", "not provided"}
)
_ONLY_SIGNS = re.compile(r"[-–—._?*/\s]+")
_NINES = re.compile(r"9{4,}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?", re.ASCII)


class Condition(BaseModel):
    """One question about one attribute of a lead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
    operator: Operator
    value: object = None

    @field_validator("value", mode="before")
    @classmethod
    def _freeze(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _check_value(self) -> "Condition":
        code = self._value_problem()
        if code is not None:
            context = {"operator": self.operator, "value": str(self.value)}
            raise PydanticCustomError(code, RULE_MESSAGES[code], context)
        return self

    def _value_problem(self) -> str | None:
        match self.operator:
            case "present" | "missing":
                return None if self.value is None else "rule_takes_no_value"
            case "one_of" | "not_one_of":
                fits = isinstance(self.value, tuple) and bool(self.value)
                fits = fits and all(_is_scalar(item) for item in _items(self.value))
                return None if fits else "rule_needs_list"
            case "at_least" | "at_most":
                return "rule_needs_number" if as_number(self.value) is None else None
            case _:
                return None if _is_scalar(self.value) else "rule_needs_value"


class InnerGroup(BaseModel):
    """Conditions inside a group: all of them, or any of them, must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.all is None) == (self.any is None) or not (self.all or self.any):
            raise PydanticCustomError("group_all_or_any", RULE_MESSAGES["group_all_or_any"], {})
        return self


def _rule_shape(value: object) -> str:
    """Tell a group from a condition by its keys, so that a message names the right one."""
    if isinstance(value, Mapping):
        return "condition" if {"field", "operator", "value"} & set(value) else "group"
    return "group" if isinstance(value, InnerGroup) else "condition"


InnerRule = Annotated[
    Annotated[Condition, Tag("condition")] | Annotated[InnerGroup, Tag("group")],
    Discriminator(_rule_shape),
]


class Group(InnerGroup):
    """Rules that must all, or of which any must, hold; a group inside it holds conditions only."""

    all: tuple[InnerRule, ...] | None = None  # type: ignore[assignment]
    any: tuple[InnerRule, ...] | None = None  # type: ignore[assignment]


Rule = Annotated[
    Annotated[Condition, Tag("condition")] | Annotated[Group, Tag("group")],
    Discriminator(_rule_shape),
]
AnyRule: TypeAlias = Condition | InnerGroup | Group


class ScoreRule(BaseModel):
    """Points a lead earns, or loses, when a rule holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Rule
    points: Annotated[int, Field(strict=True, ge=-1000, le=1000)]


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
        expected = ", ".join(str(item) for item in _items(self.expected))
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


def tier_of(tiers: Sequence[Tier], attributes: Attributes) -> Tier | None:
    """Return the first tier whose rule holds; the last has none and takes the rest."""
    return next((tier for tier in tiers if holds(tier.when, attributes)), None)


def completeness(required_fields: Sequence[str], attributes: Attributes) -> Completeness:
    """Sort the required fields into those that came and those that are missing."""
    missing = tuple(name for name in required_fields if is_missing(attributes.get(name)))
    return Completeness(tuple(name for name in required_fields if name not in missing), missing)


def holds(rule: AnyRule | None, attributes: Attributes) -> bool:
    """Whether a rule holds; no rule holds always."""
    return rule is None or judge(rule, attributes).holds


def judge(rule: AnyRule, attributes: Attributes) -> RuleResult:
    """Evaluate a rule over a lead's attributes, keeping the reason of every condition."""
    if isinstance(rule, Condition):
        reason = _judge_condition(rule, attributes.get(rule.field))
        return RuleResult(reason.holds, (reason,))
    inner = [judge(item, attributes) for item in (rule.all or rule.any or ())]
    combine = all if rule.all else any
    reasons = tuple(reason for result in inner for reason in result.reasons)
    return RuleResult(combine(result.holds for result in inner), reasons)


def is_missing(value: object) -> bool:
    """Whether a value says nothing: absent, empty, or a placeholder such as “n/a”, “-” or 9999."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    if isinstance(value, str | int) and not isinstance(value, bool):
        text = str(value).strip().casefold()
        return (
            text in _PLACEHOLDERS
            or _ONLY_SIGNS.fullmatch(text) is not None
            or _NINES.fullmatch(text) is not None
        )
    return isinstance(value, Sequence | Mapping) and not value


def as_number(value: object) -> Decimal | None:
    """Read an attribute as a number, or None; text with grouping or a unit is no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = str(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


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
            return "held" if _contains(actual, condition.value) else "not_contained"
        case _:
            return _match(condition, actual)


def _match(condition: Condition, actual: object) -> str:
    """Compare with each of the condition's values; an attribute of several matches by any."""
    among = any(_same(own, item) for own in _items(actual) for item in _items(condition.value))
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


def _contains(actual: object, part: object) -> bool:
    """Whether a text holds a part of it, or a list one of its items."""
    if isinstance(actual, list | tuple):
        return any(_same(item, part) for item in actual)
    return _plain(part) in _plain(actual)


def _same(left: object, right: object) -> bool:
    """Compare as numbers where both are, else as text, whatever its case and spaces around it."""
    left_number, right_number = as_number(left), as_number(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    return _plain(left) == _plain(right)


def _plain(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int) and value != ""
