"""What a stored clock is at an instant: of one clock, and as a condition for many.

A page tells more: of a running clock whether it is paused or due soon. The status here depends on
nothing but the row and now, so that clocks can be looked for by it.
"""

from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.models import Clock

STATUSES = {
    "running": _("Running"),
    "overdue": _("Overdue"),
    "met": _("Met"),
    "breached": _("Breached"),
    "void": _("Void"),
}


def status_of(clock: Clock, now: datetime) -> str:
    """Return the status of a clock; an open one past due is overdue, whether recorded or not."""
    if clock.gave_up:
        return "breached"
    if clock.stopped_at is not None:
        return "met" if clock.stopped_at <= clock.due_at else "breached"
    if clock.void_at is not None:
        return "void" if clock.void_at <= clock.due_at else "breached"
    return "overdue" if clock.due_at < now else "running"


def breached_at(clock: Clock, now: datetime) -> datetime | None:
    """Return when a clock was breached; one that nobody recorded yet, at its due time."""
    is_late = status_of(clock, now) in ("overdue", "breached")
    return (clock.breached_at or clock.due_at) if is_late else None


def having(status: str, now: datetime) -> Q:
    """Return the condition of clocks that have a status."""
    is_open = Q(stopped_at=None, void_at=None, gave_up=False)
    ended_late = Q(gave_up=True) | Q(stopped_at__gt=F("due_at")) | Q(void_at__gt=F("due_at"))
    return {
        "running": is_open & Q(due_at__gte=now),
        "overdue": is_open & Q(due_at__lt=now),
        "met": Q(gave_up=False, stopped_at__lte=F("due_at")),
        "void": Q(gave_up=False, stopped_at=None, void_at__lte=F("due_at")),
        "breached": ended_late,
    }[status]
