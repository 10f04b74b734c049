"""Tell marketing that sales rejected a handoff, while it can be contested."""

from datetime import datetime

from django.db.models import Q, QuerySet

from agreements.actions import messages
from agreements.models import Membership, User
from leads.actions.contests import contestable_until
from leads.deeds.quiet_hours import goes_out_at
from leads.deeds.reasons import rulebook_for
from leads.models import Handoff, HandoffEvent

KIND = "handoff_rejected"
Role = Membership.Role


def tell_of_rejection(rejection: HandoffEvent, *, by: User, now: datetime) -> None:
    """Leave a notice for the marketing leads and who of marketing offered the handoff.

    None where the rejection does not hold, and about the past: one that is not contested any more.
    Those of one agreement wait for each other, and go to each person in one mail.
    """
    # As it is settled by now, with the version whose terms say until when it is contested.
    settled = Handoff.objects.select_related("agreement", "version", "lead__merged_into")
    handoff = settled.get(pk=rejection.handoff_id)
    until = contestable_until(handoff, rulebook_for(handoff))
    if handoff.status != Handoff.Status.REJECTED or (until is not None and until < now):
        return
    messages.notify(
        kind=KIND,
        recipients=_those_who_contest(handoff).exclude(pk=by.pk),
        subject=handoff,
        parameters={"event": rejection.pk},
        dedup_key=f"{KIND}:{rejection.pk}",
        now=now,
        url=handoff.get_absolute_url(),
        wait=goes_out_at(handoff, now + messages.GATHERED) - now,
        together=handoff.agreement_id,
    )


def _those_who_contest(handoff: Handoff) -> QuerySet[User]:
    """Return the marketing leads, and who of marketing made the offer."""
    offers = HandoffEvent.objects.holding().filter(handoff=handoff, kind=HandoffEvent.Kind.OFFERED)
    seats = Membership.objects.filter(team=handoff.agreement.marketing_team_id)
    of_offer = Q(role=Role.MEMBER, user__in=offers.values("person"))
    seats = seats.filter(Q(role=Role.LEAD) | of_offer)
    return User.objects.filter(pk__in=seats.values("user"), is_active=True)
