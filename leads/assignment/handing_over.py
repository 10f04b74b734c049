"""Give many handoffs away at once, each in a transaction of its own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from agreements.models import User
from leads.actions.assignments import (
    AlreadyReassigned,
    UnableToAssign,
    assign_by_rules,
    reassign,
)
from leads.deeds.many import do_to_each
from leads.models import Handoff


@dataclass(slots=True)
class HandedOver:
    """How many handoffs each person got, and how many stay where they were."""

    by_person: Counter[User] = field(default_factory=Counter)
    left: int = 0

    @property
    def total(self) -> int:
        """How many were given to somebody."""
        return self.by_person.total()


def hand_over(
    handoffs: Iterable[Handoff], *, to: User | None, by: User, now: datetime
) -> HandedOver:
    """Give handoffs to a person, or to whom the rules choose for each.

    What somebody else has given away or ended meanwhile stays as it is, and so does that for
    which the rules choose nobody.
    """

    def give(handoff: Handoff) -> User | None:
        if to is None:
            turn = assign_by_rules(handoff=handoff, now=now, by=by, seen_holder=handoff.holder)
            return turn.user if turn else None
        reassign(handoff=handoff, holder=to, seen_holder_id=handoff.holder_id, by=by, now=now)
        return to

    told = do_to_each(handoffs, give, refusals=(AlreadyReassigned, UnableToAssign))
    people = [person for _handoff, person in told.done if person is not None]
    left = len(told.refused) + len(told.done) - len(people)
    return HandedOver(by_person=Counter(people), left=left)
