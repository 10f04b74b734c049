"""How sales ends a handoff it took: qualify, disqualify or recycle it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time import open_days
from agreements.clock import Grade, due_after
from agreements.models import User
from agreements.rulebook import Rulebook
from leads.actions.telling import Deed, Elsewhere, locked_in
from leads.deeds.reached import was_reached
from leads.deeds.reasons import reasons_for, rulebook_for
from leads.ingest import Ingested
from leads.models import Handoff

_MOMENT = timedelta(microseconds=1)


class UnableToEnd(ValueError):
    """The handoff cannot end this way; the text says what to do instead."""


@transaction.atomic
def qualify(
    *,
    handoff: Handoff,
    answers: Mapping[str, str],
    by: User,
    now: datetime,
    note: str = "",
    told: Elsewhere | None = None,
) -> Ingested:
    """Say that the lead is an SQL, with the answers the terms ask for.

    ``answers`` are by the question as the terms write it; empty ones are left out. Raises
    UnableToEnd where answers or the evidence the terms ask for are missing, AlreadyDecided,
    AlreadyNamed.
    """
    deed = Deed("qualified", by, now, told)
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    given = {question: text.strip() for question, text in answers.items() if text.strip()}
    if deed.known(handoff) is None:
        _check_is_qualified(handoff, given)
    return deed.tell(handoff, person_id=deed.doer_id, answers=given or None, note=note)


def _check_is_qualified(handoff: Handoff, answers: Mapping[str, str]) -> None:
    book = rulebook_for(handoff)
    asked = book.terms.qualification if book else None
    if asked is None:
        return
    needed = asked.answers_needed or len(asked.required_answers)
    if len(answers.keys() & set(asked.required_answers)) < needed:
        raise UnableToEnd(
            _("The agreement asks for %(needed)s of these answers before a lead is qualified.")
            % {"needed": formats.figure(needed)}
        )
    if asked.evidence and not was_reached(handoff, Grade(asked.evidence)):
        raise UnableToEnd(_no_evidence(asked.evidence))


def why_not_qualified(book: Rulebook | None, reached: Grade | None) -> str:
    """Say what has to happen before a lead is qualified by the rules; empty where it did.

    ``reached`` is how far somebody got with the lead since the offer, None for nobody.
    """
    asked = book.terms.qualification if book else None
    if asked is None or not asked.evidence:
        return ""
    is_enough = reached is not None and reached.rank >= Grade(asked.evidence).rank
    return "" if is_enough else _no_evidence(asked.evidence)


def _no_evidence(grade: str) -> str:
    match grade:
        case "conversation":
            return _("A lead is qualified after a conversation: log it first.")
        case "contact":
            return _("A lead is qualified after a contact: log it first.")
        case _:
            return _("A lead is qualified after a follow-up: log it first.")


@transaction.atomic
def disqualify(
    *,
    handoff: Handoff,
    reason: str,
    by: User,
    now: datetime,
    note: str = "",
    told: Elsewhere | None = None,
) -> Ingested:
    """Say after a contact that the lead is none for sales, with a reason the terms have.

    Raises UnableToEnd before any contact or for an unknown reason, AlreadyDecided, AlreadyNamed.
    """
    deed = Deed("disqualified", by, now, told)
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    if reason not in dict(reasons_for(handoff, "disqualification")):
        raise UnableToEnd(_("Choose one of the reasons that the agreement lists."))
    if deed.known(handoff) is None and not was_reached(handoff):
        raise UnableToEnd(why_not_disqualified(handoff))
    return deed.tell(handoff, person_id=deed.doer_id, reason=reason, note=note)


def why_not_disqualified(handoff: Handoff) -> str:
    """Say what to do with a handoff without any contact."""
    if handoff.status == Handoff.Status.OFFERED:
        return _("There was no contact yet: reject the handoff, or log the contact first.")
    return _("There was no contact yet: recycle the handoff, or log the contact first.")


@transaction.atomic
def recycle(
    *,
    handoff: Handoff,
    reason: str,
    by: User,
    now: datetime,
    returns_date: date | None = None,
    note: str = "",
    told: Elsewhere | None = None,
) -> Ingested:
    """Close a handoff until a local day on which its lead is offered anew.

    Without a day it is the last one the terms allow. Raises UnableToEnd for an unknown reason or
    a day that is over or beyond the terms' horizon, AlreadyDecided, AlreadyNamed.
    """
    deed = Deed("recycled", by, now, told)
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    if reason not in dict(reasons_for(handoff, "recycling")):
        raise UnableToEnd(_("Choose one of the reasons that the agreement lists."))
    last = last_return_date(handoff, now)
    day = returns_date or last
    if day is not None:
        _check_returns(handoff, day, last, now)
    zone = ZoneInfo(handoff.agreement.time_zone)
    until = None if day is None else datetime.combine(day, time.min, zone)
    return deed.tell(handoff, person_id=deed.doer_id, reason=reason, until=until, note=note)


def last_return_date(handoff: Handoff, now: datetime) -> date | None:
    """Return the last local day on which a lead recycled now may come back, by the horizon."""
    book = rulebook_for(handoff)
    if book is None:
        return None
    ends_at = due_after(book.schedule, now, book.terms.recycle.horizon)
    return book.local_date(ends_at - _MOMENT)


def usual_return_date(handoff: Handoff, now: datetime) -> date | None:
    """Return the last open local day on which a lead recycled now may come back, if there is one.

    Somebody is there then to look at it; the terms may allow a day after it that is closed.
    """
    book, last = rulebook_for(handoff), last_return_date(handoff, now)
    if book is None or last is None:
        return None
    days = open_days(book.schedule, book.local_date(now) + timedelta(days=1), last)
    return days[-1] if days else last


def _check_returns(handoff: Handoff, day: date, last: date | None, now: datetime) -> None:
    if day <= handoff.agreement.local_date(now):
        raise UnableToEnd(_("The lead comes back on a day that is to come: choose a later one."))
    if last is not None and day > last:
        raise UnableToEnd(
            _("By the agreement a lead comes back until %(day)s: choose an earlier day.")
            % {"day": formats.day(last, now)}
        )
