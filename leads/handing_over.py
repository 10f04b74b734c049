"""Give many handoffs away at once, each in a transaction of its own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from agreements.models import User
from leads.actions.assignments import (
    AlreadyReassigned,
    UnableToAssign,
    assign_by_rules,
    reassign,
)
from leads.deadlocks import retry_once
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
    done = HandedOver()
    for handoff in handoffs:
        person = retry_once(partial(_give, handoff, to, by, now))
        if person is None:
            done.left += 1
        else:
            done.by_person[person] += 1
    return done


def _give(handoff: Handoff, to: User | None, by: User, now: datetime) -> User | None:
    if to is None:
        turn = assign_by_rules(handoff=handoff, now=now, by=by, seen_holder=handoff.holder)
        return turn.user if turn else None
    try:
        reassign(handoff=handoff, holder=to, seen_holder_id=handoff.holder_id, by=by, now=now)
    except (AlreadyReassigned, UnableToAssign):
        return None
    return to
