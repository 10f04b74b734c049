"""How far somebody got with a lead during a handoff."""

from django.db.models import Q

from agreements.clock import Grade
from leads.follow_ups import GRADES
from leads.models import FollowUp, Handoff
from leads.records import families_of


def was_reached(handoff: Handoff, grade: Grade = Grade.CONTACT) -> bool:
    """Whether a person's follow-up since the offer got at least as far as ``grade``; two queries.

    Follow-ups of a lead that was found to be the same count since then, as they do for the clocks.
    """
    told = Q(lead=handoff.lead_id)
    for lead_id, since in families_of([handoff.lead_id]).joined_since(handoff.lead_id).items():
        told |= Q(lead=lead_id, occurred_at__gt=since)
    outcomes = [outcome for outcome, name in GRADES.items() if Grade(name).rank >= grade.rank]
    touches = FollowUp.objects.holding().filter(
        told, agreement=handoff.agreement_id, occurred_at__gte=handoff.offered_at
    )
    return touches.filter(is_automated=False, outcome__in=outcomes).exists()
