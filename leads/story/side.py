"""What stands beside a lead's page: why it qualified, what is known of it, its other handoffs."""

from collections.abc import Sequence
from typing import Any

from agreements import formats
from agreements.terms import Terms
from leads.actions.telling import SOURCE
from leads.any_of import AnyOf
from leads.before.qualifying import criteria_of, is_below_criteria, value_text
from leads.models import (
    Delivery,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    LeadIdentity,
)
from leads.story.entries import Story
from leads.story.facts_told import Surroundings

_ABOUT_THE_PERSON = ("name", "company", "email_verified", "do_not_contact")
_FIRST_SHOWN = ("email", "phone", "job_title", "request", "origin", "campaign", "industry")


def side_of(story: Story, *, here: str, readable: Sequence[Handoff]) -> dict[str, Any]:
    """Return the facts beside the page; ``here`` is its address, ``readable`` may be linked to."""
    handoff, lead, terms = story.handoff, story.lead, story.around.terms
    records = story.case.records
    known = (
        records.attributes_at(handoff.lead_id, handoff.offered_at)
        if handoff
        else records.attributes_at(lead.pk, None)
    )
    attributes = _attributes(lead, story.around)
    # What is offered anew is the lead that is kept.
    is_judged = handoff is not None or lead.merged_into_id is None
    is_judged_by = terms if is_judged and terms and _has_criteria(terms) else None
    return {
        "criteria": criteria_of(is_judged_by, known) if is_judged_by else None,
        "judged_then": (
            story.then_of(handoff, is_judged_by, known) if handoff and is_judged_by else None
        ),
        "offer_reason": _offer_reason(story, handoff) if handoff else "",
        "attributes": attributes[: len(_FIRST_SHOWN)],
        "more_attributes": attributes[len(_FIRST_SHOWN) :],
        "undone_import": _undone_import(story) if not lead.attributes else None,
        "next_step": _next_step(story),
        "others": _others(story, here.partition("?")[0], readable),
        "identities": LeadIdentity.objects.filter(lead__in=story.lead_ids).order_by(
            "source", "external_id"
        ),
    }


def _offer_reason(story: Story, handoff: Handoff) -> str:
    """Return why a lead was offered that did not meet the criteria; one query where it did not.

    Asked for it was who offered it here, by the verdict of then; any other note is a note.
    """
    then = story.judged.get(handoff.pk)
    if then.meets if then else not is_below_criteria(handoff):
        return ""
    offers = HandoffEvent.objects.holding().filter(
        handoff=handoff, kind=HandoffEvent.Kind.OFFERED, source=SOURCE
    )
    return offers.values_list("note", flat=True).order_by("pk").first() or ""


def _has_criteria(terms: Terms) -> bool:
    handoff = terms.handoff
    return bool(handoff.rules or handoff.scoring or handoff.required_fields)


def _attributes(lead: Lead, around: Surroundings) -> list[tuple[str, str]]:
    """Return what is known of a lead, each by the name that it has or that its column had."""
    told = {key: value_text(value) for key, value in lead.attributes.items()}
    keys = [key for key in _FIRST_SHOWN if key in told]
    keys += sorted(key for key in told if key not in (*_FIRST_SHOWN, *_ABOUT_THE_PERSON))
    return [(around.field_name(key), told[key]) for key in keys if told[key]]


def _undone_import(story: Story) -> Delivery | None:
    """Return the latest import that told of a lead of which nothing else tells, and was undone."""
    told = LeadChange.objects.filter(AnyOf("lead", story.lead_ids), is_undone=True)
    latest = told.select_related("delivery").order_by("-pk").first()
    return latest.delivery if latest else None


def _next_step(story: Story) -> FollowUp | None:
    """Return the follow-up that says what comes next, unless something was done since."""
    latest = (
        FollowUp.objects.holding()
        .filter(agreement=story.around.agreement, lead__in=story.lead_ids, is_automated=False)
        .order_by("-occurred_at", "-pk")
        .first()
    )
    return latest if latest and latest.next_step else None


def _others(story: Story, url: str, readable: Sequence[Handoff]) -> list[dict[str, Any]]:
    """Return the other handoffs of the lead; a link only where they may be read.

    Where it is one with others, each with the name of the lead that was offered.
    """
    names = reason_names(story.around.terms)
    called = story.names_of_all()
    return [
        {
            "href": f"{url}?handoff={each.pk}" if each in readable else "",
            "label": formats.instant(each.offered_at, story.around.now),
            "lead": called.get(each.lead_id, ""),
            "status": each.get_status_display(),
            "reason": names.get(each.reason, each.reason),
        }
        for each in reversed(story.handoffs)
        if each != story.handoff
    ]


def reason_names(terms: Terms | None) -> dict[str, str]:
    """Name the coded reasons for which handoffs end, by their keys."""
    if terms is None:
        return {}
    reasons = terms.reasons
    named = (*reasons.rejection, *reasons.disqualification, *reasons.recycling)
    return {reason.key: reason.name for reason in named}
