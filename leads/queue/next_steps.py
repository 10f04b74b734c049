"""What comes next with a lead, as whoever followed up last said, and on which day."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import formats
from leads.models import FollowUp


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done, with its day in words; ``is_due`` says that the day has come."""

    said: str
    is_due: bool


def next_step_of(touch: FollowUp | None, now: datetime) -> NextStep | None:
    """Return what the latest follow-up says comes next; None where it says nothing."""
    if touch is None or not touch.next_step:
        return None
    step, on, today = touch.next_step, touch.next_step_date, timezone.localdate(now)
    if on is None:
        return NextStep(step, is_due=False)
    parts = {"step": step, "day": formats.day(on, now)}
    if on > today:
        return NextStep(_("%(step)s, %(day)s") % parts, is_due=False)
    if on == today:
        return NextStep(_("%(step)s, today") % parts, is_due=True)
    return NextStep(_("%(step)s, was to be done %(day)s") % parts, is_due=True)
