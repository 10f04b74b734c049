"""The explanation of a clock, as a lead's page and a call tell it."""

from datetime import datetime

from django.utils.translation import get_language

from agreements.clock import Explanation
from agreements.models import Agreement, CalendarRevision
from agreements.terms import Terms
from leads.models import Clock
from leads.story.case import LiveClock, read_case
from leads.story.explaining import Basis, Telling, tell


def explained(
    agreement: Agreement, clock: Clock, now: datetime
) -> tuple[Explanation, Telling, Basis] | None:
    """Explain a stored clock from the records; None where they do not have it any more."""
    handoff = clock.handoff
    siblings = list(agreement.handoffs.filter(lead=handoff.lead_id).order_by("offered_at", "pk"))
    case = read_case(handoff.lead, agreement, siblings)
    name = f"{clock.clause_key}.{clock.occurrence}"
    live = next((each for each in case.clocks(handoff) if each.name == name), None)
    judging = case.version_of(handoff)
    if live is None or judging is None:
        return None
    terms = judging.rulebook.terms
    number = agreement.versions.values_list("number", flat=True).get(pk=judging.version_id)
    basis = basis_of(live, terms, handoff.tier, number)
    explanation, telling = tell(live, terms, basis, now)
    return explanation, telling, basis


def basis_of(clock: LiveClock, terms: Terms, tier: str, number: int) -> Basis:
    """Return on what a clock is counted: the version's number, and the calendar as revised."""
    key = terms.calendar_key(commitment=clock.commitment, tier=tier or None)
    revision = CalendarRevision.objects.latest_of([key or ""]).get(key or "")
    if revision is None:
        return Basis(number)
    names = revision.names_in(get_language() or "")
    return Basis(number, revision.calendar.name, revision.number, names)
