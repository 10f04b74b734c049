"""Leads in lists of figures, as far as the reader may read them.

A figure counts every lead, so a list has a row for each; one that is not the reader's to read
has no name and no address.
"""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.models import Lead
from leads.queue.handoffs import Desk
from leads.registry.leads import readable_leads


@dataclass(frozen=True, slots=True)
class LeadName:
    """How a row names a lead; ``href`` is empty where the reader may not open it."""

    name: str
    company: str = ""
    href: str = ""
    is_contact_barred: bool = False


class LeadNames:
    """Names the leads of one page of a list as the ones that are kept of them.

    One query for a rep, one more where any was merged.
    """

    def __init__(self, desk: Desk, leads: Collection[Lead]) -> None:
        self._slug = desk.agreement.slug
        keys = {lead.pk for lead in leads}
        if not desk.sees_all:
            found = readable_leads(desk).filter(pk__in=keys)
            keys = set(found.values_list("pk", flat=True))
        self._readable = keys
        merged_into = {lead.merged_into_id for lead in leads if lead.merged_into_id}
        self._kept = Lead.objects.in_bulk(merged_into)

    def __call__(self, lead: Lead, **asked: int | str) -> LeadName:
        """Name a lead; ``asked`` says what its page is to show."""
        if lead.pk not in self._readable:
            return LeadName(_("A colleague's lead"))
        kept = self._kept[lead.merged_into_id] if lead.merged_into_id else lead
        address = reverse("leads:detail", kwargs={"slug": self._slug, "pk": kept.pk})
        company = kept.company if kept.name else ""
        href = f"{address}?{urlencode(asked)}" if asked else address
        return LeadName(str(kept), company, href, kept.is_contact_barred)
