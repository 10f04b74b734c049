"""The whole terms document, and what the rest of the project asks of it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from pydantic import Field

from agreements import criteria
from agreements.business_time import Schedule
from agreements.clock import ClockKind, Promise
from agreements.criteria import Attributes
from agreements.durations import Duration, Unit
from agreements.funnel_plan import FunnelPlan
from agreements.terms.commitments import FUNNEL, Commitment
from agreements.terms.funnel import REVENUE, Funnel, Stage
from agreements.terms.handoff import Handoff, Qualification, Scope, Tier
from agreements.terms.hours import ALWAYS, Calendar, Closures, HoursField
from agreements.terms.measures import MeasureName
from agreements.terms.procedure import (
    Capacity,
    Channel,
    Close,
    Contest,
    Escalation,
    Notices,
    Pause,
    Reasons,
    Recycle,
    Review,
    Role,
)
from agreements.terms.values import Amount, Currency, Key, Section, Text, Texts, TimeZone, Within

_WARNING = Decimal("0.80")


class Objective(Section):
    """What both parties want, measured where it can be."""

    key: Key
    statement: Text
    measure: MeasureName | None = None
    target: Amount | None = None


class Terms(Section):
    """Everything the parties agree: the parsed form of a version's document.

    Made by `parse_terms`, which also checks what only the whole can tell. Never dumped to be
    stored or hashed: the document as it was written is what was signed.
    """

    schema_number: Literal[1] = Field(alias="schema")
    kind: Literal["service", "customer", "multilevel"] = "service"
    time_zone: TimeZone
    currency: Currency | None = None
    exchange_rates: dict[Currency, Amount] = Field(default_factory=dict)
    calendar: Key | None = None
    hours: HoursField | None = None
    calendars: dict[Key, Calendar] = Field(default_factory=dict)
    scope: Scope = Field(default_factory=Scope)
    objectives: tuple[Objective, ...] = ()
    assumptions: Texts = ()
    funnel: Funnel = Field(default_factory=Funnel)
    tiers: tuple[Tier, ...] = ()
    handoff: Handoff = Field(default_factory=Handoff)
    qualification: Qualification = Field(default_factory=Qualification)
    commitments: tuple[Commitment, ...] = ()
    reasons: Reasons = Field(default_factory=Reasons)
    pause: Pause = Field(default_factory=Pause)
    contest: Contest = Field(default_factory=Contest)
    recycle: Recycle = Field(default_factory=Recycle)
    late_logging: Within = Field(default_factory=lambda: Duration(1, Unit.BUSINESS_DAY))
    close: Close = Field(default_factory=Close)
    capacity: Capacity = Field(default_factory=Capacity)
    roles: tuple[Role, ...] = ()
    channels: tuple[Channel, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    notices: Notices = Field(default_factory=Notices)
    review: Review | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the funnel in their order."""
        return self.funnel.stages

    def stage_with_role(self, role: str) -> Stage | None:
        """Return the stage that plays a role (mql, sal, sql, customer), if there is one."""
        return self.funnel.stage_with_role(role)

    def commitment(self, key: str) -> Commitment:
        """Return the commitment with a clause key. Raises KeyError."""
        for commitment in self.commitments:
            if commitment.key == key:
                return commitment
        raise KeyError(key)

    def tier_for(self, attributes: Attributes) -> Tier | None:
        """Return the first tier whose rule holds; None where the terms have no tiers."""
        return criteria.tier_of(self.tiers, attributes)

    def tier(self, key: str | None) -> Tier | None:
        """Return a tier by its key; None for None. Raises KeyError."""
        if key is None:
            return None
        for tier in self.tiers:
            if tier.key == key:
                return tier
        raise KeyError(key)

    @property
    def tier_keys(self) -> tuple[str | None, ...]:
        """The keys of all tiers, or a single None where every lead is treated alike."""
        return tuple(tier.key for tier in self.tiers) or (None,)

    # -- clocks

    @property
    def clock_commitments(self) -> tuple[Commitment, ...]:
        return tuple(commitment for commitment in self.commitments if commitment.is_clock)

    @property
    def has_routing(self) -> bool:
        """Whether somebody promises, for some tier, to assign handoffs."""
        return any(commitment.measure == "routing" for commitment in self.commitments)

    def has_routing_for(self, tier: str | None) -> bool:
        """Whether sales' clocks start at receipt, not at the offer, for leads of a tier."""
        return any(
            commitment.measure == "routing" and commitment.is_for(tier)
            for commitment in self.commitments
        )

    def promises(self) -> dict[tuple[str, str | None], Promise]:
        """Return the promise of every clock commitment by (clause key, tier key or None)."""
        return {
            (commitment.key, tier): self._promise(commitment, tier)
            for commitment in self.clock_commitments
            for tier in self.tier_keys
            if commitment.is_for(tier)
        }

    def promises_for(
        self, tier: str | None, attributes: Attributes | None = None
    ) -> tuple[Promise, ...]:
        """Return the promises that a lead of a tier with these attributes is under.

        Without attributes, commitments that hold for some leads only (`where`) are left out.
        """
        return tuple(
            self._promise(commitment, tier)
            for commitment in self.clock_commitments
            if commitment.is_for(tier) and criteria.holds(commitment.where, attributes or {})
        )

    def _promise(self, commitment: Commitment, tier: str | None) -> Promise:
        kind = ClockKind(commitment.measure)
        stage = commitment.stage
        if kind is ClockKind.HANDOVER and (mql := self.stage_with_role("mql")) is not None:
            stage = mql.key
        return Promise(
            clause_key=commitment.key,
            kind=kind,
            party=commitment.party,
            within=commitment.within or Duration(0, Unit.HOUR),
            count=commitment.count or 1,
            channels=commitment.channels or 1,
            evidence=commitment.grade,
            starts_received=self.has_routing_for(tier),
            warn_at=float(self.clock_warning),
            max_pause=self.pause.max,
            stage=stage,
        )

    @property
    def clock_warning(self) -> Decimal:
        """The share of a promised time after which a clock is at risk: the ladder's first rung."""
        shares = [rung.at.share for rung in self.escalation if rung.at.share is not None]
        return min([share for share in shares if share < 1], default=_WARNING)

    # -- calendars

    def calendar_key(
        self, *, commitment: Commitment | None = None, tier: str | None = None
    ) -> str | None:
        """Return the key of the calendar that counts: the clause's, the tier's or the agreement's.

        None is the agreement's own hours without any closures.
        """
        if commitment is not None and commitment.calendar is not None:
            return commitment.calendar
        of_tier = self.tier(tier)
        if of_tier is not None and of_tier.calendar is not None:
            return of_tier.calendar
        return self.calendar

    def schedule(self, closures_by_calendar: Mapping[str, Closures]) -> Schedule:
        """Compile the agreement's own hours with the closures of its calendar."""
        return self.schedule_of(self.calendar, closures_by_calendar)

    def schedule_of(
        self, key: str | None, closures_by_calendar: Mapping[str, Closures]
    ) -> Schedule:
        """Compile a calendar by its key, with the closures kept under that key.

        `always`, and terms without hours, are open day and night. Raises KeyError for a key the
        terms do not have, ValueError for hours that cannot be used.
        """
        closures = closures_by_calendar.get(key, {}) if key is not None else {}
        if key in self.calendars:
            calendar = self.calendars[key]
            return calendar.hours.schedule(calendar.time_zone or self.time_zone, closures)
        if key == ALWAYS or (key == self.calendar and self.hours is None):
            return Schedule.always(self.time_zone)
        if key != self.calendar or self.hours is None:
            raise KeyError(key)
        return self.hours.schedule(self.time_zone, closures)

    @property
    def calendar_keys(self) -> tuple[str, ...]:
        """The keys whose closures the schedules take."""
        own = [] if self.calendar in (None, ALWAYS) else [str(self.calendar)]
        return tuple(dict.fromkeys([*own, *self.calendars]))

    # -- targets

    def funnel_plan(self) -> FunnelPlan:
        """Compute the targets of every stage and month."""
        return self.funnel.plan

    def target_key(self, commitment: Commitment) -> str | None:
        """Return the row of the funnel that a commitment's figure belongs to, if there is one."""
        roles = {"customers": "customer", "accepted_volume": "sal"}
        match commitment.measure:
            case "stage_volume":
                return commitment.stage
            case "revenue":
                return REVENUE
            case "customers" | "accepted_volume":
                stage = self.stage_with_role(roles[commitment.measure])
                return None if stage is None else stage.key
            case _:
                return None

    def target_for(self, commitment: Commitment, months: Iterable[int]) -> Decimal | Duration:
        """Return the target of one period that consists of these calendar months, 1 to 12.

        A number is the target whatever the months; “funnel” is the sum of the funnel's cells.
        """
        if commitment.target != FUNNEL:
            return commitment.target
        key = self.target_key(commitment)
        cells = [self.funnel.target(key, month) if key else None for month in months]
        return sum((cell for cell in cells if cell is not None), Decimal(0))

    def is_planned(self, key: str) -> bool:
        """Whether the funnel has targets for a stage, or for “revenue”."""
        plan = self.funnel.plan
        return plan.revenue is not None if key == REVENUE else key in plan.rows

    def conversion_stage(self, commitment: Commitment) -> str | None:
        """Return the stage a conversion leads to: the one named, else the customer's."""
        customer = self.stage_with_role("customer")
        return commitment.stage or (None if customer is None else customer.key)

    def gives_up(self, recycling_reason: str) -> bool:
        """Whether recycling with this reason says that the lead was not reached."""
        return any(
            reason.key == recycling_reason and reason.means == "not_reached"
            for reason in self.reasons.recycling
        )

    def charged_to(self, rejection_reason: str) -> str:
        """Whom a rejection with this reason is charged to: marketing, routing or nobody."""
        for reason in self.reasons.rejection:
            if reason.key == rejection_reason:
                return reason.charged_to
        return "marketing"
