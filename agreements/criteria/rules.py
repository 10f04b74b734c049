"""How a rule over a lead's attributes is written: conditions, and groups of them."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

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

from agreements.criteria.values import as_number, is_scalar, items


def gettext_noop(message: str) -> str:
    """Mark a sentence for the message catalogue; whoever shows it translates it."""
    return message


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
                fits = fits and all(is_scalar(item) for item in items(self.value))
                return None if fits else "rule_needs_list"
            case "at_least" | "at_most":
                return "rule_needs_number" if as_number(self.value) is None else None
            case _:
                return None if is_scalar(self.value) else "rule_needs_value"


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
