"""How the parties work together: reasons, pauses, contests, roles, channels and reviews."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from agreements.durations import Duration, Unit
from agreements.terms.problems import refusal
from agreements.terms.values import (
    Amount,
    Count,
    Flag,
    Key,
    Rate,
    Section,
    Text,
    Texts,
    TimeOfDay,
    Within,
    as_written,
    read_duration,
)

_RUNG = re.compile(r"(\d{1,3})%|\+\s*(\d+\s*(?:min|h|bd|d))", re.ASCII)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Reason(Section):
    """A coded reason: its key is recorded, its name is shown."""

    key: Key
    name: Text


class RejectionReason(Reason):
    """Why a handoff is rejected before contact, and whom that is charged to."""

    charged_to: Literal["marketing", "routing", "nobody"] = "marketing"


class RecyclingReason(Reason):
    """Why a handoff is recycled; one given up as not reached can breach persistence."""

    means: Literal["not_reached", "not_now"] = "not_now"

    @model_validator(mode="before")
    @classmethod
    def _read_key(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("key") == "not_reached":
            return {"means": "not_reached", **value}
        return value


class Reasons(Section):
    """The lists of coded reasons."""

    rejection: tuple[RejectionReason, ...] = ()
    disqualification: tuple[Reason, ...] = ()
    recycling: tuple[RecyclingReason, ...] = ()
    pause: tuple[Reason, ...] = ()
    breach_causes: tuple[Reason, ...] = ()
    exceptions: tuple[Reason, ...] = ()


class Pause(Section):
    """How long one pause may last; without a limit where absent."""

    max: Within | None = None


class Contest(Section):
    """Within how many business days a rejection may be contested, and who decides."""

    days: Count = 3
    arbiter: Text = "director"


class Recycle(Section):
    """When a recycled lead is offered again if no date is given, and to whom it returns."""

    horizon: Within = Field(default_factory=lambda: Duration(90, Unit.DAY))
    returns_to: Literal["marketing", "owner"] = "marketing"


class Close(Section):
    """How long after the end of a month late facts still enter before it is final."""

    grace: Within = Field(default_factory=lambda: Duration(3, Unit.BUSINESS_DAY))


class Capacity(Section):
    """What following up a handoff costs, for the capacity check.

    `contact_share` of the handoffs lead to a conversation; `selling_share` of the open hours are
    left for follow-up.
    """

    minutes_per_attempt: Amount = Decimal(10)
    expected_attempts: Amount = Decimal(4)
    minutes_per_conversation: Amount = Decimal(30)
    contact_share: Rate = Decimal("0.40")
    selling_share: Rate = Decimal("0.50")


class Role(Section):
    """Who does an activity, answers for it, is asked and is told; perhaps how often."""

    activity: Text
    responsible: Text
    accountable: Text
    consulted: Texts = ()
    informed: Texts = ()
    cadence: Text | None = None


class Channel(Section):
    """A way to reach the lead (follow_up), or the team (notice)."""

    key: Key
    name: Text
    use: Literal["follow_up", "notice"] = "follow_up"


@dataclass(frozen=True, slots=True)
class Rung:
    """A moment of the ladder: a share of the promised time, or so long after the due time."""

    share: Decimal | None = None
    after: Duration | None = None

    @property
    def is_warning(self) -> bool:
        """Whether it comes before the due time."""
        return self.share is not None and self.share < 1


def read_rung(value: object) -> Rung:
    """Read "80%" or "100%" of the promised time, or "+1h" after the due time."""
    match = _RUNG.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise refusal("not_a_rung", value=as_written(value))
    if match[2]:
        return Rung(after=read_duration(match[2]))
    if not 1 <= int(match[1]) <= 100:
        raise refusal("not_a_rung", value=as_written(value))
    return Rung(share=Decimal(match[1]) / 100)


RungField = Annotated[
    Rung,
    PlainValidator(read_rung),
    WithJsonSchema({"type": "string", "pattern": f"^{_RUNG.pattern}$"}),
]


class Escalation(Section):
    """Who is told at which moment; `channel` names the notice channel where one is told."""

    at: RungField
    notify: Literal["rep", "lead", "director", "channel"]
    channel: Key | None = None


class Notices(Section):
    """When notices go out: quiet outside the opening hours, and gathered in a digest."""

    quiet_outside_hours: Flag = True
    digest: Literal["none", "daily", "weekly"] = "daily"


class Review(Section):
    """When both parties look at the figures together."""

    cadence: Literal["weekly", "fortnightly", "monthly", "quarterly"]
    weekday: Weekday | None = None
    time: TimeOfDay | None = None
    minutes: Count | None = None
    participants: Texts = ()
    agenda: Texts = ()
