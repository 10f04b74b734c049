"""The shapes of what is told by calls."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, SkipValidation

from leads.calls.values import Attributes, Id, Instant, Key, Shape, Short, Source, Text
from leads.models import FollowUp

MOST_LEADS = 1000

OccurredAt = Annotated[
    Instant | None,
    Field(description="When it happened, not when it is told; without it, now."),
]
RevisedAt = Annotated[
    Instant | None,
    Field(
        description="When the other system last changed this. Of two revisions the one with the "
        "later such time holds, in whatever order they come."
    ),
]
Agreed = Annotated[
    Key | None,
    Field(
        description="The agreement's slug; it may be left out where who calls has only one.",
    ),
]
Person = Annotated[
    Short | None,
    Field(
        description="Who did it, if not who calls: an e-mail address, or what the source calls "
        "somebody who is known here by that name."
    ),
]


class StageTold(Shape):
    """The lead reached a stage of the agreement's funnel."""

    stage: Key = Field(description="The key of a stage of the terms.")
    occurred_at: OccurredAt = None
    external_id: Id | None = Field(
        default=None, description="Without it, a lead enters a stage once."
    )
    revised_at: RevisedAt = None
    retracted: bool = Field(default=False, description="It did not happen after all.")


class LeadTold(Shape):
    """What is known of a lead, and the stages it has reached."""

    agreement: Agreed = None
    attributes: Attributes = Field(default_factory=dict)
    occurred_at: Instant | None = Field(
        default=None,
        description="Since when the attributes are so. Without it, since `revised_at`; without "
        "both, since now, and nothing is kept if the source told the same before.",
    )
    revised_at: RevisedAt = None
    stages: tuple[StageTold, ...] = Field(default=(), max_length=50)


class NamedLeadTold(LeadTold):
    """A lead by its name, what is known of it, and the stages it has reached."""

    source: Source
    external_id: Id


class LeadsTold(Shape):
    """Up to 1,000 leads; each is taken or rejected by itself."""

    # Each is looked at by itself, so that one that is wrong keeps no other back.
    leads: list[SkipValidation[NamedLeadTold]] = Field(min_length=1, max_length=MOST_LEADS)


class LeadName(Shape):
    """What a source calls a lead."""

    source: Source
    external_id: Id


class OfferTold(Shape):
    """Marketing offers a lead to sales; `external_id` names the handoff from now on."""

    source: Source
    external_id: Id
    lead: LeadName
    occurred_at: OccurredAt = None
    revised_at: RevisedAt = None
    on_behalf_of: Person = None
    note: Text = ""


class DeedTold(Shape):
    """Something that was done about a handoff."""

    event: Literal["accepted", "rejected", "assigned"]
    source: Source
    external_id: Id
    occurred_at: OccurredAt = None
    revised_at: RevisedAt = None
    on_behalf_of: Person = None
    reason: Key | None = Field(
        default=None, description="Why it is rejected: the key of a reason of the terms."
    )
    note: Text = ""
    to: Person = Field(
        default=None,
        description="To whom it is assigned: an e-mail address, or what the source calls them.",
    )


class FollowUpTold(Shape):
    """Somebody followed up a lead."""

    source: Source
    external_id: Id
    lead: LeadName
    channel: FollowUp.Channel
    outcome: FollowUp.Outcome
    direction: FollowUp.Direction | None = Field(
        default=None, description="Without it, from the lead where it replied, else to the lead."
    )
    evidence: FollowUp.Evidence | None = Field(
        default=None,
        description="How it is known. Only an integration says `system`, which is its default; "
        "of a person's own it is `by_hand`.",
    )
    occurred_at: OccurredAt = None
    revised_at: RevisedAt = None
    automated: bool = Field(default=False, description="A mailing or the like: it stops no clock.")
    on_behalf_of: Person = None
    note: Text = ""
    next_step: Short = ""
    next_step_date: date | None = None
    retracted: bool = Field(default=False, description="It did not happen after all.")
