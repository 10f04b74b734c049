"""Find leads by part of a name, company or e-mail address, or by the start of a source's id.

Regular expressions use the trigram indexes, whereas ``icontains`` compares in capitals and cannot.
"""

import re

from django.db.models import Q

from leads.models import Lead, LeadIdentity
from leads.models.leads import LeadQuerySet

# More leads than these share the start of an id only while somebody is still typing it.
_NAMESAKES = 50


def leads_found(q: str) -> LeadQuerySet:
    """Return the leads that fit what somebody typed, in no order; one query here, one later.

    Ids are looked up first, so that each index is left to one condition.
    """
    part = re.escape(q)
    named = LeadIdentity.objects.filter(external_id__iregex=f"^{part}")
    keys = list(named.values_list("lead_id", flat=True)[:_NAMESAKES])
    return Lead.objects.filter(
        Q(name__iregex=part) | Q(company__iregex=part) | Q(email__iregex=part) | Q(pk__in=keys)
    )
