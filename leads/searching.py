"""Find leads among all there are by what somebody typed."""

import re
from unicodedata import category

from django.db.models import Q

from leads.kin import kept_of
from leads.models import Lead, LeadIdentity

# More leads than these share the start of an id only while somebody is still typing it.
_NAMESAKES = 50
_ENOUGH = 3
# What the trigram index takes for the beginning of a word; an escape for it says nothing to it.
_BEFORE_WORD = r"""(^|[ @.,:;_(&/+'"-])"""


def part_of(q: str) -> str:
    """Return what a name, company or e-mail address must hold: what was typed, anywhere.

    Less than three letters or digits have to begin a word: the index knows how words begin, and
    nothing of two letters within one. Letters of scripts that have no capitals stand anywhere.
    """
    part = re.escape(q)
    begins_word = len(q) < _ENOUGH and q[:1].isalnum() and category(q[0]) != "Lo"
    return f"{_BEFORE_WORD}{part}" if begins_word else part


def id_of(q: str) -> str:
    """Return what a source's id must be: it begins with what was typed, or is just that.

    Less than three signs begin too many.
    """
    return f"^{re.escape(q)}{'' if len(q) >= _ENOUGH else '$'}"


def matching(q: str) -> Q:
    """Match what ``part_of`` says of a name, company or e-mail address, or an id; one query.

    What fits a lead that was merged finds the one that is kept. Regular expressions use the
    trigram indexes, whereas ``icontains`` compares in capitals and cannot. Ids and merged leads are
    looked up first, so that each index is left to one condition.
    """
    part = part_of(q)
    fits = Q(name__iregex=part) | Q(company__iregex=part) | Q(email__iregex=part)
    named = LeadIdentity.objects.filter(external_id__iregex=id_of(q))
    merged = Lead.objects.filter(fits, merged_into__isnull=False).values_list("merged_into")
    found = kept_of(named)[:_NAMESAKES].union(merged[:_NAMESAKES], all=True)
    return fits | Q(pk__in=[pk for (pk,) in found])
