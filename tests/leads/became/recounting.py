"""What became of a handoff, recounted by the rows about it: with the simplest means, one by one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from agreements.business_time.instants import business_between
from agreements.models import AgreementVersion
from leads.follow_ups import GRADES
from leads.models import Deal, FollowUp, Handoff, Lead
from leads.rulebooks import rulebook_of


def _one_with(lead: Lead) -> list[Lead]:
    """All leads that were found to be one with a lead, itself too."""
    return [each for each in Lead.objects.select_related("merged_into") if each.kept == lead.kept]


def _touches_of(handoff: Handoff) -> list[tuple[datetime, str]]:
    """When somebody followed a handoff up, and how far they got."""
    assert handoff.offered_at is not None
    return sorted(
        (touch.occurred_at, GRADES[touch.outcome])
        for touch in FollowUp.objects.filter(lead__in=_one_with(handoff.lead), is_current=True)
        if not touch.is_retracted
        and not touch.is_automated
        and handoff.offered_at <= touch.occurred_at
        and (handoff.closed_at is None or touch.occurred_at <= handoff.closed_at)
    )


def _won_of(handoff: Handoff) -> list[Deal]:
    """What was won of a lead after a handoff, before the next one."""
    assert handoff.offered_at is not None
    if handoff.status == "merged":
        return []
    leads = _one_with(handoff.lead)
    later = [
        other.offered_at
        for other in Handoff.objects.filter(lead__in=leads)
        if other.offered_at
        and other.offered_at > handoff.offered_at
        and other.status not in ("repeated", "merged")
    ]
    return [
        deal
        for deal in Deal.objects.filter(lead__in=leads, is_current=True, status="won")
        if not deal.is_retracted
        and deal.occurred_at >= handoff.offered_at
        and (not later or deal.occurred_at < min(later))
    ]


def recount(version: AgreementVersion, handoff: Handoff) -> dict[str, Any]:
    """What became of one handoff, by the rows about it."""
    assert handoff.offered_at is not None
    stood = handoff.status == "rejected" and handoff.contest != "overturned"
    undecided = handoff.decided_at is None and handoff.status == "offered"
    touches, deals = _touches_of(handoff), _won_of(handoff)
    contacts = [at for at, grade in touches if grade != "attempt"]
    qualified = handoff.closed_at if handoff.status == "qualified" else None
    marks = {
        "received": (handoff.offered_at, handoff.received_at),
        "decided": (handoff.received_at, handoff.decided_at),
        "followed_up": (handoff.received_at, touches[0][0] if touches else None),
        "contacted": (touches[0][0] if touches else None, min(contacts, default=None)),
        "qualified": (min(contacts, default=None), qualified),
        "won": (qualified, min((deal.occurred_at for deal in deals), default=None)),
    }
    schedule = rulebook_of(version).schedule
    return {
        "offered": True,
        "accepted": handoff.decided_at is not None and not stood,
        "rejected": handoff.decided_at is not None and stood,
        "waiting": undecided,
        "ended": handoff.decided_at is None and not undecided,
        "contested": bool(handoff.contest),
        "upheld": handoff.contest == "upheld",
        "overturned": handoff.contest == "overturned",
        "contacted": bool(contacts),
        "qualified": handoff.status == "qualified",
        "won": bool(deals),
        "amount": sum(
            (deal.amount * (5 if deal.currency == "USD" else 1) for deal in deals if deal.amount),
            Decimal(0),
        ),
        "steps": {
            step: business_between(schedule, start, end)
            for step, (start, end) in marks.items()
            if start is not None and end is not None and start <= end
        },
    }
