"""Which columns tell nothing by themselves, and what they lack. Pure."""

from collections.abc import Collection, Iterator, Sequence

from leads.guessing.roles import EVENTS, FLAGS, LEFT_OUT, OWN_NAME

_OF_FOLLOW_UP = frozenset({"channel", "outcome", "note"})
_OFTEN = frozenset({LEFT_OUT, OWN_NAME, *FLAGS})
_OF_DEAL = frozenset({"amount", "deal_id", "deal_name"})


def unused_in(roles: Sequence[str]) -> dict[int, str]:
    """Return by the place of a column what has to be told as well for it to tell anything.

    That is ``person``, ``follow_up``, ``deal``, ``currency``, ``reason``, ``closed``, ``ended``,
    ``last_name``, or ``twice`` where an earlier column is the same.
    """
    given = {*roles}
    found = {
        place: lacking for place, role in enumerate(roles) if (lacking := _lacking(role, given))
    }
    seen: set[str] = set()
    for place, role in enumerate(roles):
        if role in seen:
            found.setdefault(place, "twice")
        seen |= {role} - _OFTEN
    return found


def without_unused(roles: Sequence[str]) -> list[str]:
    """Return the roles with every column that would tell nothing kept under its own name."""
    kept = [*roles]
    while unused := unused_in(kept):
        for place in unused:
            kept[place] = OWN_NAME
    return kept


def _lacking(role: str, given: Collection[str]) -> str:
    return next(
        (lacks for roles, lacks, is_told in _needs(given) if role in roles and not is_told), ""
    )


def _needs(given: Collection[str]) -> Iterator[tuple[Collection[str], str, bool]]:
    """Give which roles need what, and whether it is told."""
    is_closed = "deal_closed_at" in given and "deal_status" in given
    has_deal = is_closed or not {"deal_won_at", "deal_lost_at"}.isdisjoint(given)
    has_handoff = not {*EVENTS}.isdisjoint(given)
    ends = {"rejected", "disqualified", "recycled", "deal_lost_at"}
    yield {"person"}, "person", has_handoff or has_deal or "follow_up_at" in given
    yield _OF_FOLLOW_UP, "follow_up", "follow_up_at" in given
    yield _OF_DEAL, "deal", has_deal
    yield {"currency"}, "currency", has_deal and "amount" in given
    yield {"reason"}, "reason", is_closed or not ends.isdisjoint(given)
    yield {"deal_closed_at"}, "closed", is_closed
    yield {"deal_status"}, "ended", "deal_closed_at" in given
    yield {"second_last_name"}, "last_name", "last_name" in given
