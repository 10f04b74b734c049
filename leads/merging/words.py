"""The merges of a lead in words: which hold, which were undone, and the partings."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from django.db.models import Q
from django.utils.html import format_html

from leads.models import Lead, LeadIdentity, LeadMerge
from leads.models.facts import FactQuerySet
from leads.story.facts_told import Told, tell_merge, tell_parting


def about_merges(lead_ids: Collection[int]) -> FactQuerySet[LeadMerge]:
    """Return what was told of merges of some leads: what stands, and what did before."""
    stands = Q(is_current=True) | Q(is_retracted=False, is_undone=False)
    about = Q(kept__in=lead_ids) | Q(merged__in=lead_ids)
    return LeadMerge.objects.filter(stands, about).select_related("kept", "merged", "recorded_by")


def names_apart(leads: Iterable[Lead]) -> dict[int, str]:
    """Return by key what each lead is called, apart from others of them that are called the same.

    Those are called by a system that knows them, too, or by their key; one query where there are.
    """
    names = {lead.pk: str(lead) for lead in leads}
    times = Counter(names.values())
    same = [pk for pk, name in names.items() if times[name] > 1]
    known = LeadIdentity.objects.filter(lead__in=same).order_by("-pk") if same else ()
    told = {each.lead_id: str(each) for each in known}
    return names | {pk: f"{names[pk]} ({told.get(pk, f'#{pk}')})" for pk in same}


def merge_away(lead: Lead) -> LeadMerge | None:
    """Return the merge by which a lead is one with another that is kept; None where it is not."""
    if lead.merged_into_id is None:
        return None
    return _holding().filter(merged=lead).first()


def merges_into(lead: Lead) -> FactQuerySet[LeadMerge]:
    """Return the merges by which others are one with a lead that is kept, the latest first.

    Also those by which one was merged into another before that one was.
    """
    return _holding().filter(merged__merged_into=lead).order_by("-occurred_at", "-pk")


def _holding() -> FactQuerySet[LeadMerge]:
    return LeadMerge.objects.holding().select_related("kept", "merged", "recorded_by")


def tell_merges(
    facts: FactQuerySet[LeadMerge], lead: Lead, lead_ids: Collection[int]
) -> Iterator[tuple[LeadMerge, Told]]:
    """Say of each merge who found the two to be one; of one that was undone also who parted them.

    It is told on the page of ``lead``, with those of ``lead_ids`` that are one with it. A merge
    that was undone is struck out, and is not the current one of its name.
    """
    found = list(facts)
    parted = {_name(each) for each in found if each.is_current and each.is_retracted}
    undone = {_name(each): each for each in found if not each.is_current and _name(each) in parted}
    names = names_apart(lead for each in found for lead in (each.kept, each.merged))
    for merge in (*undone.values(), *(each for each in found if each.is_current)):
        other = names[_other_of(merge, lead, lead_ids)]
        if not merge.is_current:
            told = tell_merge(merge, other)
            yield merge, replace(told, text=format_html("<s>{}</s>", told.text))
        elif merge.is_retracted:
            yield merge, tell_parting(merge, other)
        else:
            yield merge, tell_merge(merge, other)


def _other_of(merge: LeadMerge, lead: Lead, lead_ids: Collection[int]) -> int:
    """Return which of the two that were merged is the other one, seen from a lead."""
    is_of_merged = merge.merged_id == lead.pk or merge.kept_id not in lead_ids
    return merge.kept_id if is_of_merged else merge.merged_id


def _name(merge: LeadMerge) -> tuple[str, str]:
    return merge.source, merge.external_id
