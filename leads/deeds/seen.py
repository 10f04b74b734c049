"""How a page showed handoffs, so that a deed chosen there is done to none that changed since."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from agreements.whole_numbers import whole_number
from leads.actions.assignments import who_has_it
from leads.any_of import AnyOf
from leads.models import FollowUp, Handoff, HandoffEvent
from leads.records import families_of


class Seen(NamedTuple):
    """Who held a handoff, and the keys of what was told last of it and of follow-ups to its lead.

    The key is 0 for nobody and for nothing. What is taken back or corrected is told anew.
    """

    holder_id: int
    event_id: int
    follow_up_id: int


def seen_now(handoffs: Sequence[Handoff]) -> dict[int, Seen]:
    """Return by key how handoffs of one agreement stand; three queries where none was merged."""
    if not handoffs:
        return {}
    groups = families_of({each.lead_id for each in handoffs}).groups()
    lead_ids = {each.lead_id: groups.get(each.lead_id, {each.lead_id}) for each in handoffs}
    events = HandoffEvent.objects.filter(AnyOf("handoff", [each.pk for each in handoffs]))
    touches = FollowUp.objects.filter(
        AnyOf("lead", set().union(*lead_ids.values())),
        agreement=handoffs[0].agreement_id,
        is_automated=False,
    )
    event_ids, touch_ids = _last_of(events, "handoff"), _last_of(touches, "lead")
    return {
        each.pk: Seen(
            each.holder_id or 0,
            event_ids.get(each.pk, 0),
            max(touch_ids.get(lead_id, 0) for lead_id in lead_ids[each.lead_id]),
        )
        for each in handoffs
    }


def _last_of(facts: QuerySet[HandoffEvent] | QuerySet[FollowUp], about: str) -> dict[int, int]:
    last = facts.filter(is_undone=False).values(about).annotate(last=Max("pk")).order_by()
    return dict(last.values_list(about, "last"))


def what_changed(handoffs: Sequence[Handoff], seen: Mapping[int, Seen]) -> dict[int, str]:
    """Say by key what became of each handoff since it was seen; empty where it is as it was."""
    now = seen_now(handoffs)
    return {each.pk: _change(each, seen.get(each.pk), now[each.pk]) for each in handoffs}


def _change(handoff: Handoff, seen: Seen | None, now: Seen) -> str:
    if seen == now:
        return ""
    if seen and seen.holder_id != now.holder_id:
        return who_has_it(handoff)
    return _("Something was done about it meanwhile: look again.")


def written(pk: int, seen: Seen) -> str:
    """Return how a form tells which handoff was seen, and how."""
    return ".".join(map(str, (pk, *seen)))


def read(texts: Iterable[str]) -> dict[int, Seen]:
    """Return by key how handoffs were seen, as a form tells it; what says no such thing is left."""
    found = {}
    for text in texts:
        pk, *seen = (whole_number(part) or 0 for part in text.split("."))
        if pk and len(seen) == len(Seen._fields):
            found[pk] = Seen(*seen)
    return found
