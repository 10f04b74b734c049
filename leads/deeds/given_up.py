"""Which promises of so many attempts are broken by recycling handoffs, and for which reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from leads.any_of import AnyOf
from leads.deeds.reasons import RulebooksFor
from leads.models import Clock, Handoff
from leads.queue.handoffs import acting_clocks

_NAMED = 3


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A promise that recycling a handoff for a reason, here its name, gives up too early."""

    reason: str
    clause_key: str
    handoff: Handoff
    attempts: int
    count: int


def given_up_by_recycling(handoffs: Sequence[Handoff], now: datetime) -> list[GivenUp]:
    """Return what recycling handoffs would break, for each reason; those most tried come first.

    That is what still runs and asks for attempts, where the reason says that nobody was reached.
    """
    by_key = {each.pk: each for each in handoffs}
    clocks = acting_clocks().filter(
        AnyOf("handoff", by_key), kind=Clock.Kind.PERSISTENCE, due_at__gt=now
    )
    books, found = RulebooksFor(), []
    for clock in clocks.order_by("-attempts", "due_at", "pk"):
        handoff = by_key[clock.handoff_id]
        book = books[handoff]
        if book is None:
            continue
        count = book.terms.commitment(clock.clause_key).count or 1
        found += [
            GivenUp(reason.name, clock.clause_key, handoff, clock.attempts, count)
            for reason in book.terms.reasons.recycling
            if book.terms.gives_up(reason.key)
        ]
    return found


def words_of_one(given_up: GivenUp) -> str:
    """Say which promise a reason breaks."""
    said = _(
        "“%(reason)s” breaks %(clause)s: it is given up after %(number)s of %(count)s attempts."
    )
    return said % {
        "reason": given_up.reason,
        "clause": given_up.clause_key,
        "number": formats.figure(given_up.attempts),
        "count": formats.figure(given_up.count),
    }


def words_of_many(given_up: Sequence[GivenUp]) -> list[str]:
    """Say of how many handoffs each reason breaks which promise, and name some of them."""
    alike: dict[tuple[str, str], list[GivenUp]] = {}
    for each in given_up:
        alike.setdefault((each.reason, each.clause_key), []).append(each)
    return [_words_of_alike(*name, of_each) for name, of_each in alike.items()]


def _words_of_alike(reason: str, clause: str, given_up: Sequence[GivenUp]) -> str:
    named = [
        _("for %(lead)s after %(number)s of %(count)s attempts")
        % {
            "lead": each.handoff.kept_lead,
            "number": formats.figure(each.attempts),
            "count": formats.figure(each.count),
        }
        for each in given_up[:_NAMED]
    ]
    more = len(given_up) - len(named)
    if more:
        named.append(
            ngettext("for %(shown)s more", "for %(shown)s more", more)
            % {"shown": formats.figure(more)}
        )
    said = ngettext(
        "“%(reason)s” breaks %(clause)s of %(shown)s handoff: it is given up %(named)s.",
        "“%(reason)s” breaks %(clause)s of %(shown)s handoffs: it is given up %(named)s.",
        len(given_up),
    )
    return said % {
        "reason": reason,
        "clause": clause,
        "shown": formats.figure(len(given_up)),
        "named": get_text_list(named, _("and")),
    }
