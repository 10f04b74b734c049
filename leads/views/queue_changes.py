"""What an answer beside the list changes in the list itself: a row, every count, the notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.models import User
from agreements.requests import SignedInRequest
from leads.deeds.undo import undoable_in
from leads.models import Handoff, Snooze
from leads.queue.handoffs import Desk, QueueFilters, found_in, summary_of
from leads.queue.page import tabs_of, versions_for
from leads.queue.rows import QueueRow, rows_of

_SHOWN = ("lead__merged_into", "holder")


def places_of(asked: QueryDict, slug: str, pk: int) -> dict[str, str]:
    """Return where the panel of a handoff is: its address, the list's, what its forms replace."""
    kept = asked.copy()
    for name in ("deed", "after", "open"):
        kept.pop(name, None)
    listed = kept.urlencode()
    kept["open"] = str(pk)
    here = f"{reverse('leads:panel', kwargs={'slug': slug, 'pk': pk})}?{listed}"
    queue = reverse("leads:queue", kwargs={"slug": slug})
    return {
        "here": here,
        "back": f"{here}&after={pk}",
        "queue_url": f"{queue}?{listed}",
        "opened_url": f"{queue}?{kept.urlencode()}",
        "listed": listed,
        "deed_target": "#panel",
    }


def changes_of(
    request: SignedInRequest, asked: QueryDict, desk: Desk, pk: int, now: datetime
) -> dict[str, Any]:
    """Return what there is to tell a list after something was done about a handoff.

    ``asked`` is what the address of the list asks for. Without ``row`` the person may not read
    the handoff any more.
    """
    filters = QueueFilters.read(asked, desk)
    summary = summary_of(desk, filters, now)
    filters = filters.with_view(desk, summary)
    row = _row_of(desk, filters, pk, now)
    undoable = undoable_in(request.session, desk.agreement.pk, now)
    # What can be taken back may be a deed about another handoff than the one the list is told of.
    undone = undoable.handoff_id if undoable and not row.get("row_is_aside") else pk
    return {
        **row,
        "filters": filters,
        "number": summary.found[filters.view],
        "tabs": tabs_of(desk, filters, summary),
        "undoable": undoable,
        "done_back": places_of(asked, desk.agreement.slug, undone)["back"],
        "queue_overdue": summary.overdue["mine"],
    }


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a row is not in the list any more: in a word or two, and what there is to add."""

    icon: str
    headline: str
    more: str


def _gone(
    row: QueueRow, filters: QueueFilters, reader: User, until: datetime | None, now: datetime
) -> Gone:
    handoff = row.handoff
    status = str(handoff.get_status_display())
    if until is not None:
        when = _("until %(until)s") % {"until": formats.near_instant(until, now)}
        return Gone("zzz", _("Put aside"), when)
    if not handoff.is_open:
        return Gone("check", _("Done"), status.lower())
    if filters.view == "team":
        holder = _("it is yours now") if handoff.holder == reader else str(handoff.holder or "")
        return Gone("user", pgettext("handoff", "Taken"), holder)
    if filters.clause and (row.clock is None or row.clock.clause_key != filters.clause):
        return Gone("check", _("Done"), filters.clause)
    return Gone("check", status, _("not in this view any more"))


def _row_of(desk: Desk, filters: QueueFilters, pk: int, now: datetime) -> dict[str, Any]:
    found = found_in(desk, filters, now).filter(pk=pk).select_related(*_SHOWN).first()
    readable = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement)
    done = found or readable.filter(pk=pk).select_related(*_SHOWN).first()
    if done is None:
        return {}
    aside = Snooze.objects.lasting(now).filter(user=desk.user, handoff=done)
    until = None if found else aside.values_list("until", flat=True).first()
    versions = versions_for(desk, [done], now)
    rows = rows_of([done], versions, clause=filters.clause, reader=desk.user, now=now)
    return {
        "row": rows[0],
        "row_is_gone": found is None,
        "row_is_aside": until is not None,
        "gone": None if found else _gone(rows[0], filters, desk.user, until, now),
    }
