"""The timeline of a lead: every fact about it, and what each did to the clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.clock import MarkKind
from agreements.formats import dated, full_day
from leads.story.clocks import entries_of_clocks
from leads.story.entries import Entry, Story
from leads.story.facts import FactsInWords

SHOWS = ("everything", "follow_ups", "clocks", "messages")


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one local day, the latest first."""

    label: str
    entries: tuple[Entry, ...]


def timeline_of(story: Story, show: str = "everything") -> list[Entry]:
    """Return the entries of a lead's timeline, the latest first."""
    found = [*FactsInWords(story).all()]
    resumed = {entry.at for entry in found if entry.rank == MarkKind.RESUMED.rank}
    found += entries_of_clocks(story, resumed)
    match show:
        case "follow_ups":
            found = [entry for entry in found if entry.is_follow_up]
        case "clocks":
            found = [entry for entry in found if entry.is_about_clocks]
        case "messages":
            found = [entry for entry in found if entry.is_message]
    # Of one instant and rank, what was told first happened first.
    return sorted(found, key=lambda entry: (entry.at, entry.rank))[::-1]


def by_day(entries: Iterable[Entry], now: datetime) -> list[Day]:
    """Put entries in order under their local days."""
    return [
        Day(_day_label(entries[0].at, now), entries)
        for entries in (
            tuple(group) for _day, group in groupby(entries, lambda each: _local_date(each.at))
        )
    ]


def _local_date(at: datetime) -> object:
    return timezone.localdate(at)


def _day_label(at: datetime, now: datetime) -> str:
    day, today = timezone.localdate(at), timezone.localdate(now)
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day.year == today.year:
        return dated(day, pgettext("date format", "l j F"))
    return full_day(day)
