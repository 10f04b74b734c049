"""Which of some leads can be offered, and why the others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from agreements.models import Agreement
from leads.models import Handoff, Lead
from leads.registry import latest_of_each


@dataclass(frozen=True, slots=True)
class NotOfferable:
    """A lead that cannot be offered, with the handoff it is in with sales, if any, and why."""

    lead: Lead
    handoff: Handoff | None
    why_not: str


def sort_out(leads: Sequence[Lead], agreement: Agreement) -> tuple[list[Lead], list[NotOfferable]]:
    """Return the leads that can be offered under an agreement, and those that cannot; two queries.

    ``leads`` are kept ones. Whether they meet the criteria is another question.
    """
    members = Lead.objects.one_with([lead.pk for lead in leads]).values_list("pk", flat=True)
    with_sales = latest_of_each(agreement.handoffs.open(), list(members))
    possible, refused = [], []
    for lead in leads:
        handoff = with_sales.get(lead.pk)
        why_not = _why_not(lead, handoff)
        if why_not:
            refused.append(NotOfferable(lead, handoff, why_not))
        else:
            possible.append(lead)
    return possible, refused


def _why_not(lead: Lead, handoff: Handoff | None) -> str:
    if lead.is_contact_barred:
        return _("Asked not to be contacted: such a lead is not offered.")
    if handoff is None:
        return ""
    if handoff.holder is None:
        return _("With sales already, in the team's queue.")
    return _("With sales already: %(holder)s holds it.") % {"holder": handoff.holder}
