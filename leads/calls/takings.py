"""What is done with each kind of call: its body is read as a shape and taken in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agreements.refusals import Refused, problem
from leads.calls.follow_ups import take_follow_up
from leads.calls.handoffs import agreement_of, take_deed, take_offer, workable_handoff
from leads.calls.leads import Telling, take_lead, take_leads
from leads.calls.reading import parsed, refusal_of, shaped
from leads.calls.shapes import (
    DeedTold,
    FollowUpTold,
    LeadName,
    LeadsTold,
    LeadTold,
    NamedLeadTold,
    OfferTold,
)
from leads.calls.shown import handoffs_to_show, shown_follow_up, shown_handoff
from leads.ingest import Ingested

Target = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: a status of HTTP, and plain data."""

    status: int
    data: Mapping[str, Any]


def take_call(kind: str, target: Target, body: str, telling: Telling) -> Answer:
    """Take in a call. Raises Refused, PermissionDenied or Http404 where it cannot be."""
    return _TAKINGS[kind](parsed(body), target, telling)


def _lead(body: Any, target: Target, telling: Telling) -> Answer:
    name, content = shaped(LeadName, target), shaped(LeadTold, body)
    told = NamedLeadTold.model_construct(**dict(name), **dict(content))
    facts = take_lead(told, telling)
    return Answer(201 if facts.leads else 200, {**dict(name), "facts": _counts(facts)})


def _leads(body: Any, _target: Target, telling: Telling) -> Answer:
    rows = shaped(LeadsTold, body).leads
    shapes: dict[int, NamedLeadTold] = {}
    refused: dict[int, Refused] = {}
    for place, row in enumerate(rows):
        try:
            shapes[place] = shaped(NamedLeadTold, row)
        except Refused as error:
            refused[place] = error
    taken = take_leads(shapes, telling)
    refused |= {place: refusal_of(error) for place, error in taken.refused.items()}
    summary = {
        "taken": len(rows) - len(refused),
        "rejected": len(refused),
        "facts": _counts(taken.facts),
        "leads": [_row(row, refused.get(place)) for place, row in enumerate(rows)],
    }
    return Answer(200, summary)


def _row(row: Any, refused: Refused | None) -> dict[str, Any]:
    named = row if isinstance(row, dict) else {}
    told = {"source": named.get("source"), "external_id": named.get("external_id")}
    if refused is None:
        return told | {"status": "taken"}
    written = problem(refused.kind, refused.detail, refused.errors)
    return told | {"status": "rejected", "problem": written}


def _offer(body: Any, target: Target, telling: Telling) -> Answer:
    agreement = agreement_of(target["slug"], telling.by)
    handoff, is_new = take_offer(shaped(OfferTold, body), agreement, telling)
    shown = shown_handoff(handoffs_to_show().get(pk=handoff.pk))
    return Answer(201 if is_new else 200, shown)


def _deed(body: Any, target: Target, telling: Telling) -> Answer:
    agreement = agreement_of(target["slug"], telling.by)
    name = target["source"], target["external_id"]
    handoff = workable_handoff(agreement, *name, telling.by)
    facts = take_deed(shaped(DeedTold, body), handoff, telling)
    # Whom it is given to may be all who read it from now on.
    shown = shown_handoff(handoffs_to_show().get(pk=handoff.pk))
    return Answer(201 if facts.new else 200, shown)


def _follow_up(body: Any, target: Target, telling: Telling) -> Answer:
    agreement = agreement_of(target["slug"], telling.by)
    told = shaped(FollowUpTold, body)
    follow_up, facts = take_follow_up(told, agreement, telling)
    return Answer(201 if facts.new else 200, shown_follow_up(follow_up, told.lead))


def _counts(facts: Ingested) -> dict[str, int]:
    return {
        "new": facts.new,
        "revised": facts.revised,
        "repeated": facts.repeated,
        "new_leads": facts.leads,
    }


_TAKINGS: dict[str, Callable[[Any, Target, Telling], Answer]] = {
    "lead": _lead,
    "leads": _leads,
    "offer": _offer,
    "deed": _deed,
    "follow_up": _follow_up,
}
