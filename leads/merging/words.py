"""The merges of a lead in words: which hold, which were undone, and the partings."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.db.models import Q
from django.utils.html import format_html

from leads.models import Lead, LeadMerge
from leads.models.facts import FactQuerySet
from leads.story.facts_told import Told, tell_merge, tell_parting


def about_merges(lead_ids: Collection[int]) -> FactQuerySet[LeadMerge]:
    """Return what was told of merges of some leads: what stands, and what did before."""
    stands = Q(is_current=True) | Q(is_retracted=False, is_undone=False)
    about = Q(kept__in=lead_ids) | Q(merged__in=lead_ids)
    return LeadMerge.objects.filter(stands, about).select_related("kept", "merged", "recorded_by")


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
    facts: FactQuerySet[LeadMerge], lead_ids: Collection[int]
) -> Iterator[tuple[LeadMerge, Told]]:
    """Say of each merge who found the two to be one; of one that was undone also who parted them.

    A merge that was undone is struck out, and is not the current one of its name.
    """
    found = list(facts)
    parted = {_name(each) for each in found if each.is_current and each.is_retracted}
    undone = {_name(each): each for each in found if not each.is_current and _name(each) in parted}
    for merge in (*undone.values(), *(each for each in found if each.is_current)):
        other = str(merge.merged if merge.kept_id in lead_ids else merge.kept)
        if not merge.is_current:
            told = tell_merge(merge, other)
            yield merge, replace(told, text=format_html("<s>{}</s>", told.text))
        elif merge.is_retracted:
            yield merge, tell_parting(merge, other)
        else:
            yield merge, tell_merge(merge, other)


def _name(merge: LeadMerge) -> tuple[str, str]:
    return merge.source, merge.external_id
