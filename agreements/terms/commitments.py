"""One measurable promise of one party."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator

from agreements.clock import Grade
from agreements.criteria import Rule
from agreements.durations import Duration
from agreements.terms.measures import MEASURES, Direction, Measure, MeasureName, Party
from agreements.terms.problems import refusal
from agreements.terms.values import (
    Amount,
    ClauseKey,
    Count,
    Key,
    Rate,
    Section,
    Text,
    Texts,
    Within,
    read_amount,
    read_duration,
    read_number,
    read_rate,
)

FUNNEL: Literal["funnel"] = "funnel"

Period = Literal["day", "week", "month", "quarter", "year"]
Target = Annotated[
    Decimal | Duration | Literal["funnel"],
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
]

_GRADES = {grade.value: grade for grade in Grade}
_NINE_TENTHS = Decimal("0.9")


class StageValues(Section):
    """What one lead of each source or tier is worth when a stage is counted in value."""

    by: Literal["source", "tier"]
    each: dict[Text, Amount]
    otherwise: Amount = Decimal(0)


def _own_direction(data: dict[str, Any]) -> Direction:
    measure = MEASURES.get(data.get("measure", ""))
    return measure.direction if measure else "at_least"


def _own_warning(data: dict[str, Any]) -> Decimal:
    """Nine tenths of the target: of a share itself, else as pace or attainment."""
    measure, target = MEASURES.get(data.get("measure", "")), data.get("target")
    if measure is None or not measure.is_share or not isinstance(target, Decimal):
        return _NINE_TENTHS
    if data.get("direction") == "at_most":
        return min(target / _NINE_TENTHS, Decimal(1))
    return target * _NINE_TENTHS


class Commitment(Section):
    """One promise: who keeps what, measured how, in which period.

    `target` is a number, a share (0.90 or 90%), a duration for times, or “funnel” for the
    funnel's targets. `warn_at` is for a share the share under which (over which, for “at most”)
    it is off track; for all others the pace or attainment. `valid_up_to` is the number of
    handoffs offered in the period up to which the promise holds. `tiers` empty means all.
    """

    key: ClauseKey
    party: Party
    measure: MeasureName
    direction: Direction = Field(default_factory=_own_direction)
    target: Target
    unit: Text | None = None
    period: Period = "month"
    within: Within | None = None
    count: Count | None = None
    channels: Count | None = None
    evidence: Literal["attempt", "contact", "conversation"] | None = None
    from_stage: Key | None = Field(default=None, alias="from")
    stage: Key | None = None
    values: StageValues | None = None
    tiers: Texts = ()
    where: Rule | None = None
    valid_up_to: Count | None = None
    warn_at: Rate = Field(default_factory=_own_warning)
    weight: Amount = Decimal(1)
    calendar: Key | None = None
    statement: Text | None = None
    consequence: Text | None = None

    @field_validator("target", mode="plain")
    @classmethod
    def _read_target(cls, value: object, info: ValidationInfo) -> Decimal | Duration | str:
        measure = MEASURES.get(info.data.get("measure", ""))
        if measure is None or value == FUNNEL:
            return FUNNEL
        match measure.kind:
            case "rate" | "clock":
                return read_rate(value)
            case "time":
                return _read_open_time(value, measure)
            case "score":
                return read_number(value)
            case _:
                return read_amount(value)

    @property
    def definition(self) -> Measure:
        """The one definition of what it measures."""
        return MEASURES[self.measure]

    @property
    def is_clock(self) -> bool:
        return self.definition.is_clock

    @property
    def grade(self) -> Grade:
        """The least evidence a follow-up needs to count for it."""
        if self.evidence is not None:
            return _GRADES[self.evidence]
        return Grade.CONTACT if self.measure == "follow_up_volume" else Grade.ATTEMPT

    def is_for(self, tier: str | None) -> bool:
        """Whether it holds for a tier (None: a lead of no tier); named tiers exclude the others."""
        return not self.tiers or tier in self.tiers


def _read_open_time(value: object, measure: Measure) -> Duration:
    try:
        duration = read_duration(value)
    except ValueError:
        raise refusal("target_duration", measure=measure.name) from None
    if not duration.is_open_time:
        raise refusal("target_duration", measure=measure.name)
    return duration
