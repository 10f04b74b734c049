"""How fresh the figures of a month are, and whether something is still being counted."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from agreements import formats
from metrics.month_figures import MonthFigures

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a page says of its figures; ``is_old`` while they are being recalculated."""

    text: str
    is_old: bool


def freshness_of(month: MonthFigures) -> Freshness:
    """Tell whether something waits to be counted, or else when the figures last changed."""
    if month.is_being_recalculated:
        return Freshness(_("Being recalculated"), is_old=True)
    if month.changed_at is None:
        return Freshness(_("Nothing counted yet"), is_old=False)
    age = max(month.now - month.changed_at, timedelta())
    text = _("Updated %(age)s ago") % {"age": formats.working_time(age, day=_DAY)}
    return Freshness(text, is_old=False)
