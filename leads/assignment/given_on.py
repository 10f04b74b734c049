"""Who has now what somebody held before, or what was their team's to take."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.models import User
from leads.models import Handoff, HandoffEvent

_Events = list[tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class GivenOn:
    """That somebody else holds a handoff by now, or nobody (None): who, and nothing more of it.

    ``was_taken`` says that they took it from the team's queue themself.
    """

    holder: User | None
    was_taken: bool

    @property
    def said(self) -> str:
        """Say who it is."""
        if self.holder is None:
            return _("It is in the team's queue now.")
        if self.was_taken:
            said = _("%(who)s was first and holds this handoff now.")
        else:
            said = _("%(who)s holds this handoff now.")
        return said % {"who": self.holder}

    @property
    def where(self) -> str:
        """Name who has it, or the team's queue."""
        return str(self.holder or _("the team's queue"))

    @property
    def headline(self) -> str:
        """Say in a word what became of it."""
        if self.was_taken:
            return pgettext("handoff", "Taken")
        return pgettext("handoff", "Reassigned")


def given_on(handoffs: Iterable[Handoff], user: User) -> dict[int, GivenOn]:
    """Return who has each handoff that somebody of sales may read no more; one query.

    Left out is what they may not be told of: what they never held, and nobody of their team could
    take.
    """
    others = {each.pk: each for each in handoffs if each.holder_id not in (None, user.pk)}
    events = _assignments_of(others)
    told = {pk: _told(each, events[pk], user) for pk, each in others.items()}
    return {pk: each for pk, each in told.items() if each is not None}


def _assignments_of(handoff_ids: Iterable[int]) -> dict[int, _Events]:
    """Return who was given each handoff by whom, in order."""
    found: dict[int, _Events] = defaultdict(list)
    assigned = HandoffEvent.objects.holding().filter(
        handoff__in=handoff_ids, kind=HandoffEvent.Kind.ASSIGNED
    )
    in_order = assigned.order_by("occurred_at", "pk")
    for pk, *people in in_order.values_list("handoff_id", "person_id", "recorded_by_id"):
        found[pk].append((people[0], people[1]))
    return found


def _told(handoff: Handoff, events: _Events, user: User) -> GivenOn | None:
    assert handoff.holder is not None  # noqa: S101 - those that nobody holds are left out
    was_held = any(person == user.pk for person, _by in events)
    if not (was_held or _was_the_teams(handoff, events)):
        return None
    before = events[-2][0] if len(events) > 1 else None
    was_taken = before is None and events[-1][0] == events[-1][1]
    return GivenOn(handoff.holder, was_taken)


def _was_the_teams(handoff: Handoff, events: _Events) -> bool:
    """Whether nobody held it for a while, so that all of the team saw it."""
    if any(person is None for person, _by in events):
        return True
    offered, received = handoff.offered_at, handoff.received_at
    return offered is not None and received is not None and offered < received
