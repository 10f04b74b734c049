"""The pages about the leads of an agreement, and who is shown which."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.permissions import refusal
from leads.permissions import check_user_can_import
from leads.queue.handoffs import Desk


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page beside the one that is shown, or that one; ``name`` is that of its address.

    ``counter`` is the id of a number beside its name, which the page tells once it is asked.
    """

    name: str
    label: str
    href: str
    is_current: bool
    counter: str = ""


_COUNTERS = {"leads:paused": "paused-count"}


def pages_about_leads(desk: Desk, current: str) -> list[PageLink]:
    """Return the pages somebody may open; ``current`` is the name of the address that is shown."""
    names = {"leads:list": _("All leads")}
    if desk.sees_all:
        names["leads:ready"] = _("Before the handoff")
        names["leads:became"] = _("What became of them")
        names["leads:rejections"] = _("Rejections")
        names["leads:paused"] = _("Pauses")
    names["leads:duplicates"] = _("Possible duplicates")
    if not refusal(check_user_can_import, desk.agreement, desk.user, roles=desk.roles):
        names["leads:imports"] = _("Imports")
    return [
        PageLink(
            name,
            label,
            reverse(name, kwargs={"slug": desk.agreement.slug}),
            is_current=name == current,
            counter="" if name == current else _COUNTERS.get(name, ""),
        )
        for name, label in names.items()
    ]
