"""The funnel: its stages, the rates between them, the year's goal and the targets by month."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from agreements import funnel_plan
from agreements.funnel_plan import FunnelPlan, Pins, Row, Step
from agreements.terms.problems import refusal
from agreements.terms.values import (
    MONTHS,
    Amount,
    Key,
    Month,
    Rate,
    Section,
    Text,
    Whole,
    read_amount,
    read_text,
)

Role = Literal["mql", "sal", "sql", "customer", "none"]
ROLES = ("mql", "sal", "sql", "customer")
REVENUE = "revenue"


class Stage(Section):
    """A step of the funnel; its role says which of the known steps it is, if any."""

    key: Key
    name: Text
    party: Literal["marketing", "sales"]
    role: Role = "none"

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: object) -> object:
        """A stage called like a role has it, and is named by its key where nothing else is said."""
        if not isinstance(value, dict) or not isinstance(value.get("key"), str):
            return value
        key = value["key"]
        role = key if key in ROLES else "none"
        return {"name": key.upper() if len(key) <= 3 else key.capitalize(), "role": role, **value}


DEFAULT_STAGES = (
    Stage(key="lead", name="Lead", party="marketing", role="none"),
    Stage(key="mql", name="MQL", party="marketing", role="mql"),
    Stage(key="sal", name="SAL", party="sales", role="sal"),
    Stage(key="sql", name="SQL", party="sales", role="sql"),
    Stage(key="opportunity", name="Opportunity", party="sales", role="none"),
    Stage(key="customer", name="Customer", party="sales", role="customer"),
)


class Goal(Section):
    """What the year is to bring: revenue, customers or units, and how it spreads over months.

    `average_deal` is the money or the units of one customer. `first_month` begins the year;
    quarters are counted from it.
    """

    revenue: Amount | None = None
    customers: Amount | None = None
    units: Amount | None = None
    average_deal: Amount | None = None
    seasonality: dict[Month, Amount] = Field(default_factory=dict)
    first_month: Month = "jan"

    @model_validator(mode="after")
    def _check(self) -> "Goal":
        given = [
            amount for amount in (self.revenue, self.customers, self.units) if amount is not None
        ]
        if len(given) != 1:
            raise refusal("one_goal")
        if self.revenue is not None and not self.average_deal:
            raise refusal("deal_missing")
        missing = [month for month in MONTHS if month not in self.seasonality]
        if self.seasonality and missing:
            raise refusal("season_incomplete", months=", ".join(missing))
        if self.seasonality and not any(self.seasonality.values()):
            raise refusal("season_of_zero")
        return self

    @property
    def months(self) -> tuple[str, ...]:
        """The twelve months from the first one of the goal's year."""
        start = MONTHS.index(self.first_month)
        return MONTHS[start:] + MONTHS[:start]

    @property
    def needed_customers(self) -> Fraction:
        """The customers the year needs, unrounded."""
        if self.customers is not None:
            return Fraction(self.customers)
        total = self.revenue if self.revenue is not None else self.units
        return Fraction(total or 0) / Fraction(self.average_deal or 1)


class Cell(Section):
    """A month's target set by hand, with a word on why."""

    value: Amount
    note: Text | None = None


def read_cell(value: object) -> Cell:
    """Read a number, or a mapping with a value and a note."""
    if not isinstance(value, Mapping):
        return Cell.model_construct(value=read_amount(value), note=None)
    for key in value:
        if key not in ("value", "note"):
            raise refusal("unknown_key", key=key, allowed="value, note")
    if "value" not in value:
        raise refusal("missing", key="value")
    note = value.get("note")
    return Cell.model_construct(
        value=read_amount(value["value"]), note=None if note is None else read_text(note)
    )


CellField = Annotated[
    Cell,
    PlainValidator(read_cell),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "object"}]}),
]


class Funnel(Section):
    """The stages in their order, and the figures between and under them.

    `rates` and `lag` (months) are keyed by the stage they lead away from. `targets` holds the
    cells set by hand, by stage (or “revenue”) and month; all other cells are computed.
    """

    stages: tuple[Stage, ...] = Field(default_factory=lambda: DEFAULT_STAGES)
    rates: dict[Key, Rate] = Field(default_factory=dict)
    lag: dict[Key, Whole] = Field(default_factory=dict)
    goal: Goal | None = None
    targets: dict[Key, dict[Month, CellField]] = Field(default_factory=dict)

    def stage_with_role(self, role: str) -> Stage | None:
        """Return the stage that plays a role, if there is one."""
        return next((stage for stage in self.stages if stage.role == role), None)

    @property
    def months(self) -> tuple[str, ...]:
        """The twelve months of the plan in their order."""
        return self.goal.months if self.goal else MONTHS

    @cached_property
    def plan(self) -> FunnelPlan:
        """Every cell, computed. Raises UnableToPlan when cells set by hand do not fit."""
        by_goal = self._plan_goal()
        by_hand = {
            key: funnel_plan.row_by_hand(key, [cells[month].value for month in self.months])
            for key, cells in self.targets.items()
            if len(cells) == len(MONTHS) and key not in by_goal.rows
        }
        revenue = by_goal.revenue or by_hand.pop(REVENUE, None)
        return FunnelPlan(by_hand | dict(by_goal.rows), revenue)

    def target(self, key: str, month: int) -> Decimal | None:
        """Return the target of a stage (or “revenue”) in a calendar month, 1 to 12."""
        row: Row | None = self.plan.revenue if key == REVENUE else self.plan.rows.get(key)
        return None if row is None else row.months[self.months.index(MONTHS[month - 1])]

    def _plan_goal(self) -> FunnelPlan:
        goal = self.goal
        if goal is None or not self.stages:
            return FunnelPlan()
        season = goal.seasonality or dict.fromkeys(MONTHS, Decimal(1))
        customer = self.stage_with_role("customer")
        return funnel_plan.plan_year(
            [self._step(stage) for stage in self.stages],
            goal.needed_customers,
            [season[month] for month in goal.months],
            anchor=self.stages.index(customer) if customer else -1,
            revenue=goal.revenue,
            revenue_pins=self._pins(REVENUE),
        )

    def _step(self, stage: Stage) -> Step:
        rate = self.rates.get(stage.key)
        lag = self.lag.get(stage.key, 0)
        return Step(stage.key, None if rate is None else Fraction(rate), lag, self._pins(stage.key))

    def _pins(self, key: str) -> Pins:
        cells = self.targets.get(key, {})
        return {self.months.index(month): cell.value for month, cell in cells.items()}
