"""One lead with all that were merged into it."""

from leads.models import Lead
from leads.queue.handoffs import Desk
from leads.records import families_of
from leads.registry.leads import readable_leads


def lead_ids_of(pk: int) -> set[int]:
    """Return the keys of a lead and of those that were merged into it."""
    return families_of([pk]).below(pk)


def readable_lead(desk: Desk, pk: int) -> Lead | None:
    """Return a lead where somebody may read it, or one that was merged into it."""
    readable = readable_leads(desk)
    if not readable.filter(pk__in=lead_ids_of(pk)).exists():
        return None
    return Lead.objects.select_related("merged_into").get(pk=pk)
