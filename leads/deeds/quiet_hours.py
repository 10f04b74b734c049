"""When a notice about a handoff goes out: in the hours, where the terms ask for quiet outside."""

from datetime import datetime, timedelta

from agreements.business_time import Schedule, add_business, is_open
from leads.deeds.reasons import rulebook_for
from leads.models import Clock, Handoff

_INSTANT = timedelta(microseconds=1)


def goes_out_at(handoff: Handoff, at: datetime, *, clock: Clock | None = None) -> datetime:
    """Return the first instant from ``at`` on at which people are told something of a handoff.

    The hours are those in which ``clock`` is counted, else the agreement's. It is ``at`` itself
    where the terms do not ask for quiet, where nothing was ever signed, and where the clock is due
    before the hours begin.
    """
    book = rulebook_for(handoff)
    if book is None or not book.terms.notices.quiet_outside_hours:
        return at
    schedule = book.schedule_of(clock.clause_key, handoff.tier) if clock else book.schedule
    opens_at = _opens_at(schedule, at)
    return at if clock is not None and clock.due_at < opens_at else opens_at


def _opens_at(schedule: Schedule, at: datetime) -> datetime:
    if is_open(schedule, at):
        return at
    return add_business(schedule, at, _INSTANT) - _INSTANT
