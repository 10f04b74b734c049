"""How each status reads: a word, an icon and a tone together; colour never stands alone."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    """A word, the name of its icon, and a tone: ok, warn, bad or mute."""

    word: Promise
    icon: str
    tone: str


_OF_COMMITMENTS = {
    "on_track": Look(_("On track"), "circle-check", "ok"),
    "at_risk": Look(_("At risk"), "alert-triangle", "warn"),
    "off_track": Look(_("Off track"), "circle-x", "bad"),
    "kept": Look(_("Kept"), "circle-check", "ok"),
    "shortfall": Look(_("Shortfall"), "circle-x", "bad"),
    "no_data": Look(_("No data yet"), "minus", "mute"),
}

_OF_CLOCKS = {
    "pending": Look(_("Not started"), "clock", "mute"),
    "running": Look(_("Running"), "clock", "mute"),
    "due_soon": Look(_("Due soon"), "alarm", "warn"),
    "overdue": Look(_("Overdue"), "alert-octagon", "bad"),
    "met": Look(_("Met"), "circle-check", "ok"),
    "breached": Look(_("Breached"), "circle-x", "bad"),
    "paused": Look(_("Paused"), "player-pause", "mute"),
    "excused": Look(_("Excused"), "shield-check", "mute"),
    "void": Look(_("Void"), "minus", "mute"),
}

_OF_VERSIONS = {
    "draft": Look(_("Draft"), "pencil", "mute"),
    "proposed": Look(_("Proposed"), "send", "mute"),
    "signed": Look(_("Signed"), "writing-sign", "ok"),
    "declined": Look(_("Declined"), "circle-x", "bad"),
    "withdrawn": Look(pgettext_lazy("of a version", "Withdrawn"), "arrow-back-up", "mute"),
    "scheduled": Look(_("Scheduled"), "calendar", "mute"),
    "in_force": Look(_("In force"), "circle-check", "ok"),
    "superseded": Look(_("Superseded"), "history", "mute"),
    "expired": Look(_("Expired"), "history", "mute"),
}

_OF_HANDOFFS = {
    "offered": Look(_("Undecided"), "arrow-bar-to-right", "mute"),
    "accepted": Look(_("Accepted"), "check", "mute"),
    "rejected": Look(_("Rejected"), "x", "mute"),
    "contested": Look(_("Contested"), "message-2", "mute"),
    "qualified": Look(_("Qualified"), "circle-check", "ok"),
    "disqualified": Look(_("Disqualified"), "x", "mute"),
    "recycled": Look(_("Recycled"), "refresh", "mute"),
    "merged": Look(_("Merged"), "copy", "mute"),
}

LOOKS = {**_OF_COMMITMENTS, **_OF_CLOCKS, **_OF_VERSIONS, **_OF_HANDOFFS}


def looks_of_running_clocks() -> dict[str, dict[str, str]]:
    """Return the looks a clock passes through while it counts down in the page."""
    return {
        status: {"word": str(look.word), "icon": look.icon, "tone": look.tone}
        for status, look in _OF_CLOCKS.items()
        if status in ("running", "due_soon", "overdue")
    }


def look_of(status: str) -> Look:
    """Return how a status reads. Raises KeyError that names a status nobody gave a look."""
    return LOOKS[status]
