"""Pause the clocks of a handoff for a reason the terms allow, and let them run again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time.hours import LAST_YEAR
from agreements.clock import due_after
from agreements.models import User
from leads.actions.telling import Deed, locked_in
from leads.deeds.pauses import pause_of
from leads.deeds.reasons import reasons_for, rulebook_for
from leads.ingest import Ingested
from leads.models import Handoff


class UnableToPause(ValueError):
    """The clocks cannot be paused or resumed; the text says what to do."""


@transaction.atomic
def pause(
    *, handoff: Handoff, reason: str, until: datetime, by: User, now: datetime, note: str = ""
) -> Ingested:
    """Pause the clocks of an open handoff in [now, until); then they run on by themselves.

    Raises UnableToPause for an unknown reason, an end that is over or beyond what the terms allow,
    and while another pause runs; AlreadyDecided.
    """
    deed = Deed("paused", by, now)
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    if reason not in dict(reasons_for(handoff, "pause")):
        raise UnableToPause(_("Choose one of the reasons that the agreement lists."))
    if until <= now:
        raise UnableToPause(_("A pause ends after now: choose a later time."))
    if until.year >= LAST_YEAR:
        raise UnableToPause(_("Choose an end before %(year)s.") % {"year": LAST_YEAR})
    latest = latest_end(handoff, now)
    if latest is not None and until > latest:
        raise UnableToPause(
            _("By the agreement a pause lasts until %(when)s at most: choose an earlier end.")
            % {"when": formats.instant(latest, now)}
        )
    running = pause_of(handoff, now)
    if running is not None:
        raise UnableToPause(
            _("It is paused until %(when)s: end that pause first.")
            % {"when": formats.instant(running.until, now)}
        )
    return deed.tell(handoff, person_id=by.pk, reason=reason, until=until, note=note)


def latest_end(handoff: Handoff, now: datetime) -> datetime | None:
    """Return when a pause that begins now has to end by the terms; None without a limit."""
    book = rulebook_for(handoff)
    longest = book.terms.pause.max if book else None
    return due_after(book.schedule, now, longest) if book and longest else None


@transaction.atomic
def resume(*, handoff: Handoff, by: User, now: datetime) -> Ingested:
    """End the pause that runs. Raises UnableToPause where none does, AlreadyDecided."""
    deed = Deed("resumed", by, now)
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    if pause_of(handoff, now) is None:
        raise UnableToPause(_("The clocks are not paused."))
    return deed.tell(handoff, person_id=by.pk)
