"""Find the lead a command names."""

from django.core.management.base import CommandError
from django.utils.translation import gettext

from leads.models import Lead
from leads.naming import leads_by_name
from leads.told import Named


def lead_named(source: str, external_id: str) -> Lead:
    """Return the lead that a source calls so; “portal” calls leads by their numbers here.

    Raises CommandError where there is none.
    """
    if source == "portal":
        key = int(external_id) if external_id.isdecimal() else None
    else:
        key = leads_by_name({Named(source, external_id)}).get(Named(source, external_id))
    lead = Lead.objects.filter(pk=key).first() if key is not None else None
    if lead is None:
        raise CommandError(
            gettext("No lead is called “%(name)s” by “%(source)s”: look at the lead's page.")
            % {"name": external_id, "source": source}
        )
    return lead
