"""What the values of the terms are called, and what kind of value each is."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.difference import ABSENT


class Field(NamedTuple):
    """A value of the terms: its name, its kind, and what holds where a document says nothing."""

    label: str | Promise
    kind: str
    otherwise: Any = ABSENT

    @property
    def is_keyed(self) -> bool:
        """Whether the last step to it is a key of the parties, not of the terms."""
        return self.kind == "keyed_money"


_REASONS = ("rejection", "disqualification", "recycling", "pause", "breach_causes", "exceptions")

# A star stands for the key of an entry, or for its place.
_FIELDS: dict[str, Field] = {
    "schema": Field(_("Form of the document"), "plain"),
    "kind": Field(_("Kind of agreement"), "kind", "service"),
    "time_zone": Field(_("Time zone"), "zone"),
    "currency": Field(_("Currency"), "plain"),
    "exchange_rates.*": Field(_("Exchange rate"), "number"),
    "calendar": Field(_("Calendar"), "calendar"),
    "hours": Field(_("Opening hours"), "hours"),
    "calendars.*.hours": Field(_("Opening hours"), "hours"),
    "calendars.*.time_zone": Field(_("Time zone"), "zone"),
    "objectives.*.key": Field(_("Key"), "plain"),
    "objectives.*.statement": Field(_("Objective"), "text"),
    "objectives.*.measure": Field(_("Measure"), "measure"),
    "objectives.*.target": Field(_("Target"), "target"),
    "assumptions.*": Field(_("Assumption"), "text"),
    "funnel.stages.*.key": Field(_("Key"), "plain"),
    "funnel.stages.*.name": Field(_("Name"), "text"),
    "funnel.stages.*.party": Field(_("Party"), "party"),
    "funnel.stages.*.role": Field(_("Role in the funnel"), "stage_role", "none"),
    "funnel.goal.revenue": Field(_("Goal in revenue"), "money"),
    "funnel.goal.customers": Field(_("Goal in customers"), "number"),
    "funnel.goal.units": Field(_("Goal in units"), "number"),
    "funnel.goal.average_deal": Field(_("Average deal"), "deal"),
    "funnel.goal.seasonality.*": Field(_("Weight of the month"), "number"),
    "funnel.goal.first_month": Field(_("First month of the year"), "month", "jan"),
    "funnel.rates.*": Field(_("Conversion to the next stage"), "rate"),
    "funnel.lag.*": Field(_("Lag to the next stage"), "months", 0),
    "funnel.targets.revenue.*": Field(_("Target set by hand"), "revenue_cell"),
    "funnel.targets.revenue.*.value": Field(_("Target set by hand"), "revenue_cell"),
    "funnel.targets.*.*": Field(_("Target set by hand"), "cell"),
    "funnel.targets.*.*.value": Field(_("Target set by hand"), "cell"),
    "funnel.targets.*.*.note": Field(_("Note on the target"), "text"),
    "capacity.minutes_per_attempt": Field(_("Minutes an attempt takes"), "number", 10),
    "capacity.expected_attempts": Field(_("Attempts expected for a handoff"), "number", 4),
    "capacity.minutes_per_conversation": Field(_("Minutes a conversation takes"), "number", 30),
    "capacity.contact_share": Field(_("Share of handoffs with a conversation"), "rate", "40%"),
    "capacity.selling_share": Field(_("Share of open hours for follow-up"), "rate", "50%"),
    "scope.rule": Field(_("Which leads it is about"), "rule"),
    "scope.unit": Field(_("What counts as a lead"), "scope_unit", "person"),
    "scope.join_by_email": Field(_("Leads with the same e-mail address are joined"), "flag", True),
    "handoff.definition": Field(_("Definition of the handoff"), "text"),
    "handoff.rules": Field(_("Conditions of the handoff"), "plain"),
    "handoff.rules.*": Field(_("Condition of the handoff"), "rule"),
    "handoff.scoring": Field(_("Points of a lead"), "plain"),
    "handoff.scoring.*": Field(_("Points of a lead"), "score"),
    "handoff.threshold": Field(_("Threshold"), "points"),
    "handoff.bypass": Field(_("Handed over without points"), "rule"),
    "handoff.required_fields": Field(_("Required fields"), "fields"),
    "handoff.queue": Field(_("Queue that counts as received"), "text"),
    "qualification.definition": Field(_("Definition of a qualified lead"), "text"),
    "qualification.required_answers": Field(_("Answers asked for"), "fields"),
    "qualification.answers_needed": Field(_("Answers needed"), "number"),
    "qualification.evidence": Field(_("Evidence before qualifying"), "evidence"),
    "tiers.*.key": Field(_("Key"), "plain"),
    "tiers.*.name": Field(_("Name"), "text"),
    "tiers.*.when": Field(_("Who is in it"), "rule"),
    "tiers.*.benefits": Field(_("Benefits"), "text"),
    "tiers.*.calendar": Field(_("Calendar"), "calendar"),
    "commitments.*.key": Field(_("Key"), "plain"),
    "commitments.*.party": Field(_("Promised by"), "party"),
    "commitments.*.measure": Field(_("Measure"), "measure"),
    "commitments.*.direction": Field(_("Direction"), "direction"),
    "commitments.*.target": Field(_("Target"), "target"),
    "commitments.*.unit": Field(_("Unit"), "text"),
    "commitments.*.period": Field(_("Counted"), "period", "month"),
    "commitments.*.within": Field(_("Time"), "duration"),
    "commitments.*.count": Field(_("Attempts"), "number", 1),
    "commitments.*.channels": Field(_("Channels"), "number", 1),
    "commitments.*.evidence": Field(_("Evidence"), "evidence"),
    "commitments.*.from": Field(_("From the stage"), "stage"),
    "commitments.*.stage": Field(_("Stage"), "stage"),
    "commitments.*.values.by": Field(_("Valued by"), "valued_by"),
    "commitments.*.values.each.*": Field(_("Value of one"), "keyed_money"),
    "commitments.*.values.otherwise": Field(_("Value of any other"), "money", 0),
    "commitments.*.tiers": Field(_("Tiers"), "tiers"),
    "commitments.*.where": Field(_("For leads where"), "rule"),
    "commitments.*.valid_up_to": Field(_("Holds up to so many handoffs in the period"), "number"),
    "commitments.*.warn_at": Field(_("Warning level"), "rate"),
    "commitments.*.weight": Field(_("Weight"), "number", 1),
    "commitments.*.calendar": Field(_("Calendar"), "calendar"),
    "commitments.*.statement": Field(_("Wording of the parties"), "text"),
    "commitments.*.consequence": Field(_("Consequence"), "text"),
    **{f"reasons.{name}.*.key": Field(_("Key"), "plain") for name in _REASONS},
    **{f"reasons.{name}.*.name": Field(_("Name"), "text") for name in _REASONS},
    "reasons.rejection.*.charged_to": Field(_("Charged to"), "charged_to", "marketing"),
    "reasons.recycling.*.means": Field(_("Means"), "means", "not_now"),
    "pause.max": Field(_("Longest pause"), "duration"),
    "contest.days": Field(_("Time to contest a rejection"), "working_days", 3),
    "contest.arbiter": Field(_("Who decides what is contested"), "text", "director"),
    "recycle.horizon": Field(_("A recycled lead is offered again after"), "duration", "90d"),
    "recycle.returns_to": Field(_("A recycled lead returns to"), "returns_to", "marketing"),
    "late_logging": Field(_("Time to log a follow-up by hand"), "duration", "1bd"),
    "close.grace": Field(_("Time for late facts after the month"), "duration", "3bd"),
    "roles.*.activity": Field(_("Activity"), "text"),
    "roles.*.responsible": Field(_("Responsible"), "text"),
    "roles.*.accountable": Field(_("Accountable"), "text"),
    "roles.*.consulted": Field(_("Consulted"), "texts"),
    "roles.*.informed": Field(_("Informed"), "texts"),
    "roles.*.cadence": Field(_("How often"), "text"),
    "channels.*.key": Field(_("Key"), "plain"),
    "channels.*.name": Field(_("Name"), "text"),
    "channels.*.use": Field(_("Used"), "channel_use", "follow_up"),
    "escalation.*": Field(_("Escalation"), "plain"),
    "escalation.*.at": Field(_("Told"), "rung"),
    "escalation.*.notify": Field(_("Who is told"), "notify"),
    "escalation.*.channel": Field(_("Channel"), "channel"),
    "notices.quiet_outside_hours": Field(_("Quiet outside the opening hours"), "flag", True),
    "notices.digest": Field(_("Digest of the notices"), "digest", "daily"),
    "review.cadence": Field(_("How often both review"), "cadence"),
    "review.weekday": Field(_("Day of the review"), "weekday"),
    "review.time": Field(_("Time of the review"), "plain"),
    "review.minutes": Field(_("Length of the review in minutes"), "number"),
    "review.participants": Field(_("Taking part in the review"), "texts"),
    "review.agenda": Field(_("Agenda of the review"), "texts"),
}
# Whole parts: told as such only where a draft writes them in a form that no terms have.
_PARTS: dict[str, str | Promise] = {
    "calendars": _("Calendars"),
    "exchange_rates": _("Exchange rates"),
    "objectives": _("Objectives"),
    "assumptions": _("Assumptions"),
    "funnel": _("Funnel"),
    "funnel.stages": _("Stages"),
    "funnel.goal": _("Goal of the year"),
    "funnel.goal.seasonality": _("Seasonality"),
    "funnel.rates": _("Conversion rates"),
    "funnel.lag": _("Lags between stages"),
    "funnel.targets": _("Targets set by hand"),
    "capacity": _("Capacity"),
    "scope": _("Scope"),
    "handoff": _("Handoff"),
    "qualification": _("Qualification"),
    "tiers": _("Tiers"),
    "commitments": _("Commitments"),
    "reasons": _("Reasons"),
    "reasons.rejection": _("Reasons for rejecting"),
    "reasons.disqualification": _("Reasons for disqualifying"),
    "reasons.recycling": _("Reasons for recycling"),
    "reasons.pause": _("Reasons for pausing"),
    "reasons.breach_causes": _("Causes of breaches"),
    "reasons.exceptions": _("Reasons for exceptions"),
    "pause": _("Pauses"),
    "contest": _("Contested rejections"),
    "recycle": _("Recycled leads"),
    "close": _("Closing of a month"),
    "roles": _("Roles"),
    "channels": _("Channels"),
    "escalation": _("Escalation"),
    "notices": _("Notices"),
    "review": _("Reviews"),
}
_FIELDS |= {pattern: Field(label, "plain") for pattern, label in _PARTS.items()}
_BY_STEPS = [(tuple(pattern.split(".")), field) for pattern, field in _FIELDS.items()]


@lru_cache(maxsize=4096)
def field_at(steps: tuple[str, ...]) -> Field:
    """Return what the value at a place is; one that no terms know is called as it is written."""
    for pattern, field in _BY_STEPS:
        if len(pattern) == len(steps) and all(
            own in ("*", step) for own, step in zip(pattern, steps, strict=True)
        ):
            return field
    return Field(f"“{'.'.join(steps)}”", "plain")
