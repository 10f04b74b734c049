"""Find leads among all there are by what somebody typed."""

import re

from django.db.models import Q

from leads.models import LeadIdentity

# More leads than these share the start of an id only while somebody is still typing it.
_NAMESAKES = 50


def matching(q: str) -> Q:
    """Match part of a name, company or e-mail address, or the start of a source's id; one query.

    Regular expressions use the trigram indexes, whereas ``icontains`` compares in capitals and
    cannot. Ids are looked up first, so that each index is left to one condition.
    """
    part = re.escape(q)
    named = LeadIdentity.objects.filter(external_id__iregex=f"^{part}")
    return (
        Q(name__iregex=part)
        | Q(company__iregex=part)
        | Q(email__iregex=part)
        | Q(pk__in=list(named.values_list("lead_id", flat=True)[:_NAMESAKES]))
    )
