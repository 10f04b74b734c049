"""How far somebody got with a lead during a handoff."""

from agreements.clock import Grade
from leads.follow_ups import GRADES
from leads.models import FollowUp, Handoff


def was_reached(handoff: Handoff, grade: Grade = Grade.CONTACT) -> bool:
    """Whether a person's follow-up since the offer got at least as far as ``grade``; one query."""
    outcomes = [outcome for outcome, name in GRADES.items() if Grade(name).rank >= grade.rank]
    touches = FollowUp.objects.holding().filter(
        agreement=handoff.agreement_id, lead=handoff.lead_id, occurred_at__gte=handoff.offered_at
    )
    return touches.filter(is_automated=False, outcome__in=outcomes).exists()
