"""Origins and campaigns: which ones there are, and which ones somebody means who types one."""

import re
from collections import Counter
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import In

from agreements.models import Agreement
from leads.became.cohort import WITHOUT, Cohort
from leads.letters import bare
from leads.models import Handoff, Lead
from leads.models.leads import LeadQuerySet
from leads.registry.searching import words_of

MOST = 50
TYPED = ("origin", "campaign")
"""The filters that are typed: the others are chosen."""
_LATEST = 2000
_CAMPAIGN = KeyTextTransform("campaign", "attributes")
_OF_LEADS: dict[str, Combinable] = {"origin": F("origin"), "campaign": _CAMPAIGN}
_OF_OFFERS: dict[str, Combinable] = {
    "origin": F("origin"),
    "campaign": KeyTextTransform("campaign", "lead__attributes"),
}


def known(leads: LeadQuerySet) -> dict[str, list[str]]:
    """Return origins and campaigns of the latest 2,000 leads, 50 at most, the most used first.

    Of all leads they would take a page too long to find.
    """
    counted: dict[str, Counter[str]] = {name: Counter() for name in TYPED}
    for row in leads.order_by("-pk").values_list(*_OF_LEADS.values())[:_LATEST]:
        for name, said in zip(TYPED, row, strict=True):
            counted[name].update([said] if said else ())
    return {
        name: [each for each, _number in told.most_common(MOST)] for name, told in counted.items()
    }


def origin_condition(origin: str, agreement: Agreement) -> Q:
    """Return the condition of leads of an origin as it is typed; empty is any, ``WITHOUT`` none."""
    if origin == WITHOUT:
        return Q(origin__isnull=True) | Q(origin="")
    return Q(origin__in=_meant_of_leads("origin", origin, agreement)) if origin else Q()


def campaign_condition(campaign: str, agreement: Agreement) -> Q:
    """Return that of leads of a campaign as it is typed; empty is any, ``WITHOUT`` none."""
    if campaign == WITHOUT:
        return ~Q(attributes__has_key="campaign")
    return Q(In(_CAMPAIGN, _meant_of_leads("campaign", campaign, agreement))) if campaign else Q()


def _meant_of_leads(name: str, text: str, agreement: Agreement) -> list[str]:
    every = Lead.objects.annotate(said=_OF_LEADS[name])
    # To tell whose each is takes longer than to find them all.
    return _meant(text, every & Lead.objects.of_agreement(agreement), every)


def meant_of_offers(name: str, text: str, cohort: Cohort) -> list[str]:
    """Return which origins or campaigns of what was offered are meant; empty is none."""
    if not text:
        return [""]
    offered = Handoff.objects.filter(cohort.period(), agreement=cohort.agreement)
    offered = offered.annotate(said=_OF_OFFERS[name])
    return _meant(text, offered, offered)


def _meant(text: str, own: QuerySet[Any], every: QuerySet[Any]) -> list[str]:
    """Return what is ``said`` of rows and meant by a text: just that, where it is said of some.

    Else what has the same letters, however accents and capitals are written; else what holds
    each of its words, as a search has them. Links say just what they mean.
    """
    if own.filter(said=text).exists():
        return [text]
    values = [each for each in every.order_by().values_list("said", flat=True).distinct() if each]
    same = [each for each in values if bare(each) == bare(text)]
    words = words_of(text)
    return same or [each for each in values if all(re.search(word, bare(each)) for word in words)]
