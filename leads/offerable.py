"""Which of some leads can be offered, and why the others cannot."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from agreements.models import Agreement
from leads.bulk import Considered
from leads.models import Handoff, Lead
from leads.registry import latest_of_each


def sort_out(leads: Sequence[Lead], agreement: Agreement) -> tuple[list[Lead], list[Considered]]:
    """Return the leads that can be offered under an agreement, and those that cannot; two queries.

    ``leads`` are kept ones. Whether they meet the criteria is another question.
    """
    members = Lead.objects.one_with([lead.pk for lead in leads]).values_list("pk", flat=True)
    with_sales = latest_of_each(agreement.handoffs.open(), list(members))
    considered = [_considered(lead, with_sales.get(lead.pk)) for lead in leads]
    return (
        [each.lead for each in considered if not each.why_not],
        [each for each in considered if each.why_not],
    )


def _considered(lead: Lead, handoff: Handoff | None) -> Considered:
    return Considered(lead, handoff, _why_not(lead, handoff))


def _why_not(lead: Lead, handoff: Handoff | None) -> str:
    if lead.is_contact_barred:
        return _("Asked not to be contacted: such a lead is not offered.")
    if handoff is None:
        return ""
    if handoff.holder is None:
        return _("With sales already, in the team's queue.")
    return _("With sales already: %(holder)s holds it.") % {"holder": handoff.holder}
