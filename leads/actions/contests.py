"""Contest a rejection, and decide about it: marketing asks, the arbiter of the terms decides."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import due_after
from agreements.durations import Duration, Unit
from agreements.models import User
from agreements.rulebook import Rulebook
from leads.actions.contest_notices import tell_of_contest, tell_of_decision
from leads.actions.telling import AlreadyDecided, Deed, locked_in
from leads.deeds.reasons import rulebook_for
from leads.ingest import Ingested
from leads.locking import lock_handoff
from leads.models import Handoff, HandoffEvent

Contest = Handoff.Contest


class UnableToContest(ValueError):
    """The rejection cannot be contested, or not decided so; the text says why."""


@transaction.atomic
def contest(*, handoff: Handoff, by: User, now: datetime, note: str) -> Ingested:
    """Ask the arbiter to look at a rejection; ``note`` says why it is wrong.

    Raises UnableToContest without a reason, too late or once it was decided, AlreadyDecided that
    names who was first.
    """
    if not note.strip():
        raise UnableToContest(_("Say why the rejection is wrong: the arbiter goes by it."))
    deed = Deed("contested", by, now)
    handoff = locked_in(handoff, deed, Handoff.Status.REJECTED)
    if handoff.contest == Contest.WAITING:
        raise AlreadyDecided(_contested_already(handoff, now))
    if why_not := why_not_contested(handoff, now):
        raise UnableToContest(why_not)
    kept = deed.tell(handoff, person_id=by.pk, note=note.strip())
    tell_of_contest(handoff, deed.as_kept(), by=by, now=now)
    return kept


def why_not_contested(handoff: Handoff, now: datetime) -> str:
    """Say why a rejection cannot be contested now; empty where it can."""
    match handoff.contest:
        case Contest.WAITING:
            return _contested_already(handoff, now)
        case Contest.UPHELD | Contest.OVERTURNED:
            return _("It was contested before, and decided.")
    until = contestable_until(handoff, rulebook_for(handoff))
    if until is not None and now > until:
        return _("A rejection is contested until %(when)s by the agreement: that is over.") % {
            "when": formats.instant(until, now)
        }
    if was_offered_anew(handoff):
        return _("The lead was offered anew meanwhile: its earlier rejections are final.")
    return ""


def _contested_already(handoff: Handoff, now: datetime) -> str:
    """Say who contested a rejection that waits for the arbiter, and when; one query."""
    kind = HandoffEvent.Kind.CONTESTED
    contested = HandoffEvent.objects.holding().filter(
        handoff=handoff, kind=kind, occurred_at__gte=handoff.decided_at
    )
    first = contested.select_related("person").order_by("occurred_at", "pk").first()
    return _("%(who)s contested it on %(when)s: the arbiter decides.") % {
        "who": first.person.name if first and first.person else _("Somebody"),
        "when": formats.instant(first.occurred_at if first else None, now),
    }


def why_not_overturned(handoff: Handoff) -> str:
    """Say why a contest that waits can only be upheld; empty where it can be overturned."""
    if handoff.contest == Contest.WAITING and was_offered_anew(handoff):
        return _("The lead was offered anew meanwhile, and that stays: uphold this rejection.")
    return ""


def was_offered_anew(handoff: Handoff) -> bool:
    """Whether a rejected handoff was followed by another one, whatever became of that."""
    return not Handoff.objects.filter(pk=handoff.pk).unfollowed().exists()


def contestable_until(handoff: Handoff, book: Rulebook | None) -> datetime | None:
    """Return the instant until which a rejection may be contested, by the terms' business days.

    ``book`` is what judges it. None where there is no such instant.
    """
    if book is None or handoff.closed_at is None:
        return None
    within = Duration(book.terms.contest.days, Unit.BUSINESS_DAY)
    return due_after(book.schedule, handoff.closed_at, within)


@transaction.atomic
def decide(
    *, handoff: Handoff, is_overturned: bool, by: User, now: datetime, note: str = ""
) -> Ingested:
    """Uphold a contested rejection, or overturn it: then the handoff counts as accepted.

    Overturned, the clocks that the rejection voided start anew now. Raises UnableToContest where
    the lead was offered anew meanwhile, AlreadyDecided that names who was first.
    """
    deed = Deed("decided", by, now)
    handoff = lock_handoff(handoff)
    if handoff.contest != Contest.WAITING:
        raise AlreadyDecided(_who_decided(handoff, by))
    if is_overturned and (why_not := why_not_overturned(handoff)):
        raise UnableToContest(why_not)
    kept = deed.tell(handoff, person_id=by.pk, is_overturned=is_overturned, note=note)
    tell_of_decision(handoff, deed.as_kept(), by=by, now=now)
    return kept


def _who_decided(handoff: Handoff, by: User) -> str:
    """Say who decided a contest, and how, or that none waits any more.

    That is the first decision since the rejection that says what holds: others count for nothing.
    """
    so = Q(is_overturned=True)
    decided = HandoffEvent.objects.holding().filter(
        so if handoff.contest == Contest.OVERTURNED else ~so,
        handoff=handoff,
        kind=HandoffEvent.Kind.DECIDED,
        occurred_at__gte=handoff.decided_at,
    )
    earliest = decided.select_related("person").order_by("occurred_at", "pk").first()
    first = earliest.person if earliest else None
    match handoff.contest, first == by:
        case Contest.UPHELD, True:
            said = _("You were first yourself: the rejection was upheld.")
        case Contest.UPHELD, False:
            said = _("%(who)s was first: the rejection was upheld.")
        case Contest.OVERTURNED, True:
            said = _("You were first yourself: the rejection was overturned.")
        case Contest.OVERTURNED, False:
            said = _("%(who)s was first: the rejection was overturned.")
        case _:
            said = _("Nobody contests this rejection any more.")
    return said % {"who": first.name if first else _("Somebody")}
