"""Which of some leads can be offered, and why the others cannot."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from leads.any_of import AnyOf
from leads.deeds.bulk import Considered
from leads.models import Handoff, HandoffEvent, Lead
from leads.models.leads import HandoffQuerySet
from leads.registry.leads import latest_of_each


def barring_offers(agreement: Agreement) -> HandoffQuerySet:
    """Return the handoffs beside which their lead is not offered: open, or contested."""
    return agreement.handoffs.open() | agreement.handoffs.contested()


def sort_out(leads: Sequence[Lead], agreement: Agreement) -> tuple[list[Lead], list[Considered]]:
    """Return the leads that can be offered under an agreement, and those that cannot.

    Three queries. ``leads`` are kept ones. Whether they meet the criteria is another question.
    """
    members = Lead.objects.one_with([lead.pk for lead in leads]).values_list("pk", flat=True)
    barring = latest_of_each(barring_offers(agreement), list(members))
    offered_by = _offered_by([each.pk for each in barring.values()])
    considered = [_considered(lead, barring.get(lead.pk), offered_by) for lead in leads]
    return (
        [each.lead for each in considered if not each.why_not],
        [each for each in considered if each.why_not],
    )


def _offered_by(handoff_ids: Collection[int]) -> dict[int, User]:
    """Return by handoff who offered it, where that is known."""
    offers = HandoffEvent.objects.holding().filter(
        AnyOf("handoff", handoff_ids), kind=HandoffEvent.Kind.OFFERED, person__isnull=False
    )
    told = {each.handoff_id: each.person for each in offers.select_related("person")}
    return {pk: person for pk, person in told.items() if pk and person}


def _considered(lead: Lead, handoff: Handoff | None, offered_by: Mapping[int, User]) -> Considered:
    by = offered_by.get(handoff.pk) if handoff else None
    return Considered(lead, handoff, _why_not(lead, handoff, by))


def said_of_contest() -> str:
    """Say why a lead is not offered whose rejection is contested."""
    return _("Its rejection waits for the arbiter: offered anew it can only be upheld.")


def said_of_barred() -> str:
    """Say why a lead is not offered that nobody may contact."""
    return _("Asked not to be contacted: such a lead is not offered.")


def _why_not(lead: Lead, handoff: Handoff | None, by: User | None) -> str:
    if lead.is_contact_barred:
        return said_of_barred()
    if handoff is None:
        return ""
    if not handoff.is_open:
        return said_of_contest()
    if handoff.holder is None:
        said = _("With sales already, in the team's queue.")
    else:
        said = _("With sales already: %(holder)s holds it.") % {"holder": handoff.holder}
    offered = _("Offered by %(person)s.") % {"person": by}
    return f"{said} {offered}" if by else said
