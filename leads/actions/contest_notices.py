"""Tell whom it concerns that a rejection is contested, and what the arbiter decided."""

from datetime import datetime

from django.db.models import Q, QuerySet

from agreements.actions import messages
from agreements.arbiters import party_of_arbiter
from agreements.models import Membership, User
from agreements.models.contracts import Party
from leads.deeds.quiet_hours import goes_out_at
from leads.deeds.reasons import reasons_for, rulebook_for
from leads.models import Handoff, HandoffEvent

Kind = HandoffEvent.Kind


def tell_of_contest(handoff: Handoff, contest: HandoffEvent, *, by: User, now: datetime) -> None:
    """Tell the arbiter whom the terms name."""
    _tell("rejection_contested", handoff, _arbiters(handoff), contest, by=by, now=now)


def tell_of_decision(handoff: Handoff, decision: HandoffEvent, *, by: User, now: datetime) -> None:
    """Tell who offered, rejected, contested and held the handoff."""
    kinds = [Kind.OFFERED, Kind.REJECTED, Kind.CONTESTED]
    people = HandoffEvent.objects.holding().filter(handoff=handoff, kind__in=kinds)
    concerned = User.objects.filter(
        Q(pk__in=people.values("person")) | Q(pk=handoff.holder_id), is_active=True
    )
    kind = "rejection_overturned" if decision.is_overturned else "rejection_upheld"
    _tell(kind, handoff, concerned, decision, by=by, now=now)


def _arbiters(handoff: Handoff) -> QuerySet[User]:
    book = rulebook_for(handoff)
    party = party_of_arbiter(book.terms.contest.arbiter) if book else None
    if party is None:
        return User.objects.filter(is_director=True, is_active=True)
    agreement = handoff.agreement
    teams = {Party.MARKETING: agreement.marketing_team_id, Party.SALES: agreement.sales_team_id}
    seats = Membership.objects.filter(team=teams[Party(party)], role=Membership.Role.LEAD)
    return User.objects.filter(pk__in=seats.values("user"), is_active=True)


def _tell(
    kind: str,
    handoff: Handoff,
    recipients: QuerySet[User],
    event: HandoffEvent,
    *,
    by: User,
    now: datetime,
) -> None:
    reasons = dict(reasons_for(handoff, "rejection"))
    messages.notify(
        kind=kind,
        recipients=recipients.exclude(pk=by.pk),
        subject=handoff,
        parameters={
            "agreement": handoff.agreement.name,
            "lead": str(handoff.kept_lead),
            "reason": reasons.get(handoff.reason, handoff.reason),
            "author": by.name,
            "note": event.note.strip(),
            "event": event.pk,
        },
        dedup_key=f"{kind}:{handoff.pk}:{now.isoformat()}",
        now=now,
        url=handoff.get_absolute_url(),
        wait=goes_out_at(handoff, now) - now,
    )
