"""Find leads among all there are by what somebody typed."""

import re
from unicodedata import category

from django.db.models import Q

from leads.kin import kept_of
from leads.letters import bare
from leads.models import Lead, LeadIdentity

# More leads than these share the start of an id only while somebody is still typing it.
_NAMESAKES = 50
_ENOUGH = 3
# Each word is a condition of its own, and an address may hold thousands.
_MOST_WORDS = 8
# What the trigram index takes for the beginning of a word; an escape for it says nothing to it.
_BEFORE_WORD = r"""(^|[ @.,:;_(&/+'"-])"""


def words_of(q: str) -> list[str]:
    """Return what the bare letters of one name, company or e-mail address must all hold, anywhere.

    They are the words that were typed, in whatever order; the last of very many takes the others
    along, as they are. Less than three letters or digits have to begin a word: the index knows how
    words begin, and nothing of two letters within one. Letters of scripts that have no capitals
    stand anywhere.
    """
    return [*dict.fromkeys(_pattern(word) for word in bare(q).split(maxsplit=_MOST_WORDS - 1))]


def _pattern(word: str) -> str:
    part = " +".join(re.escape(each) for each in word.split())
    begins_word = len(word) < _ENOUGH and word[0].isalnum() and category(word[0]) != "Lo"
    return f"{_BEFORE_WORD}{part}" if begins_word else part


def fitting(q: str, lead: str = "") -> Q:
    """Match what ``words_of`` says, in rows of which ``lead`` is the path to their lead.

    Regular expressions use the trigram index, whereas ``icontains`` compares in capitals and
    cannot.
    """
    words = words_of(q)
    columns = (f"{lead}{name}__bare_regex" for name in ("name", "company", "email"))
    return Q(*(Q(*((column, word) for word in words)) for column in columns), _connector=Q.OR)


def id_of(q: str) -> str:
    """Return what a source's id must be: it begins with what was typed, or is just that.

    Less than three signs begin too many.
    """
    return f"^{re.escape(q)}{'' if len(q) >= _ENOUGH else '$'}"


def matching(q: str) -> Q:
    """Match what ``words_of`` says of a name, company or e-mail address, or an id; one query.

    What fits a lead that was merged finds the one that is kept. Ids and merged leads are looked up
    first, so that each index is left to one condition.
    """
    fits = fitting(q)
    named = LeadIdentity.objects.filter(external_id__iregex=id_of(q))
    merged = Lead.objects.filter(fits, merged_into__isnull=False).values_list("merged_into")
    found = kept_of(named)[:_NAMESAKES].union(merged[:_NAMESAKES], all=True)
    return fits | Q(pk__in=[pk for (pk,) in found])
