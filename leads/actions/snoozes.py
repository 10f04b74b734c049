"""Put a handoff aside in one's own queue, and take it back; no clock moves by that."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import User
from leads.models import Handoff, Snooze
from leads.queue.handoffs import acting_clocks

LONGEST = timedelta(days=60)


class UnableToSnooze(ValueError):
    """The handoff cannot be put aside as asked; the text says what to do."""


def snooze(*, handoff: Handoff, until: datetime, by: User, now: datetime) -> Snooze:
    """Put a handoff aside for the person, until an instant or until it is due soon.

    Raises UnableToSnooze for what is due soon already, and for an instant that is over or more
    than 60 days ahead.
    """
    if not handoff.is_open:
        raise UnableToSnooze(_("This handoff is closed: it is in nobody's way any more."))
    if not now < until <= now + LONGEST:
        raise UnableToSnooze(_("Choose a time from now on, within the next 60 days."))
    if why_not := why_not_snoozed(handoff, now):
        raise UnableToSnooze(why_not)
    snoozed, _created = Snooze.objects.update_or_create(
        user=by, handoff=handoff, defaults={"until": until, "recorded_at": now}
    )
    return snoozed


def why_not_snoozed(handoff: Handoff, now: datetime) -> str:
    """Say that a promise has run out or is about to; empty where none is."""
    back_at = back_before(handoff, now + LONGEST)
    if back_at is None or back_at > now:
        return ""
    due_at = back_at + Snooze.AHEAD
    due = {"due": formats.near_instant(due_at, now)}
    if due_at < now:
        return _("It was due %(due)s: what is overdue cannot be put aside.") % due
    return _("It is due %(due)s: what runs out now cannot be put aside.") % due


def wake(*, handoff: Handoff, by: User) -> bool:
    """Take back what the person put aside; False where they did not."""
    deleted, _by_model = Snooze.objects.filter(user=by, handoff=handoff).delete()
    return bool(deleted)


def back_before(handoff: Handoff, until: datetime) -> datetime | None:
    """Return when a promise brings the handoff back before the instant; None where none does."""
    due_at = (
        acting_clocks().filter(handoff=handoff).order_by("due_at").values_list("due_at", flat=True)
    ).first()
    if due_at is None or due_at - Snooze.AHEAD >= until:
        return None
    return due_at - Snooze.AHEAD
