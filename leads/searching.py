"""Find leads among all there are by what somebody typed."""

import re

from django.db.models import Q

from leads.kin import kept_of
from leads.models import Lead, LeadIdentity

# More leads than these share the start of an id only while somebody is still typing it.
_NAMESAKES = 50


def matching(q: str) -> Q:
    """Match part of a name, company or e-mail address, or the start of a source's id; one query.

    What fits a lead that was merged finds the one that is kept. Regular expressions use the
    trigram indexes, whereas ``icontains`` compares in capitals and cannot. Ids and merged leads are
    looked up first, so that each index is left to one condition.
    """
    part = re.escape(q)
    fits = Q(name__iregex=part) | Q(company__iregex=part) | Q(email__iregex=part)
    named = LeadIdentity.objects.filter(external_id__iregex=f"^{part}")
    merged = Lead.objects.filter(fits, merged_into__isnull=False).values_list("merged_into")
    found = kept_of(named)[:_NAMESAKES].union(merged[:_NAMESAKES], all=True)
    return fits | Q(pk__in=[pk for (pk,) in found])
