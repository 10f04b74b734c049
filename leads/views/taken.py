"""Somebody else was first: who it was, what that changes, and what was filled in for nothing."""

from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from agreements.models import User
from agreements.requests import SignedInRequest
from leads.assignment.given_on import given_on
from leads.deeds.undo import forget_undo
from leads.models import Handoff, Lead
from leads.one_lead import lead_ids_of
from leads.queue.handoffs import Desk
from leads.views.lead_page import desk_or_404
from leads.views.queue_changes import changes_of, places_of
from leads.views.typed import PageForm, form_sent, forms_brought_along, words_filled_in

# What is put in place of the panel beside the list, or of a part of it.
_BESIDE = ("panel", "deed")


class WorkedByAnother(Exception):
    """Somebody else has the handoff meanwhile; the text says who."""


def refuse_unreadable(desk: Desk, pk: int) -> NoReturn:
    """Tell who has a handoff that the person held before, or that all of their team saw.

    Raises WorkedByAnother, or Http404 for any other that the person may not read.
    """
    if desk.follows_up:
        found = desk.agreement.handoffs.select_related("holder").filter(pk=pk)
        told = given_on(found, desk.user).get(pk)
        if told is not None:
            raise WorkedByAnother(told.said)
    raise Http404


def answer_lost(
    request: SignedInRequest, slug: str, pk: int, *, asked: int | None, region: str
) -> HttpResponse:
    """Tell in place of a lead's page, or of a region of it, who has what the person could read.

    That is what they held, or what was their team's to take: the handoff that is ``asked`` for,
    else the latest of the lead. Raises Http404 for any other.
    """
    desk = desk_or_404(request.user, slug)
    if not desk.follows_up:
        raise Http404
    of_lead = desk.agreement.handoffs.filter(lead__in=lead_ids_of(pk)).select_related("holder")
    found = of_lead.filter(pk=asked) if asked is not None else of_lead
    told = given_on(found.order_by("-offered_at", "-pk"), desk.user)
    handoff_id = next(iter(told), None)
    if handoff_id is None:
        raise Http404
    context = {
        "agreement": desk.agreement,
        "said": told[handoff_id].said,
        "region": region,
        "handoff_id": handoff_id,
        "given_on": told[handoff_id],
    }
    page = "leads/second.html#second" if request.htmx else "leads/second.html"
    return render(request, page, context, status=409)


def answer_second(
    request: SignedInRequest, desk: Desk, pk: int, said: str, now: datetime
) -> HttpResponse | None:
    """Tell who came second who was first, and show again what they filled in.

    None where they still read the handoff and filled nothing in: then a message is enough. What
    else the browser keeps of what was filled in is added by a script.
    """
    shown = desk.agreement.handoffs.select_related("lead__merged_into", "holder", "version")
    handoff = shown.get(pk=pk)
    is_readable = Handoff.objects.visible_to(desk.user).filter(pk=pk).exists()
    if not is_readable:
        # The deed that it was about is no longer theirs to take back.
        forget_undo(request.session, handoff)
    filled_in = _filled_in(request, handoff, now, is_readable=is_readable)
    goes_on = _going_on(handoff, desk.user)
    if is_readable and not filled_in:
        there = said if goes_on == handoff else with_a_way_there(said, goes_on, desk.user)
        messages.warning(request, there)
        return None
    context = {
        "agreement": desk.agreement,
        "lead": handoff.kept_lead,
        "handoff": handoff,
        "goes_on": goes_on,
        "is_readable": is_readable,
        "given_on": None if is_readable else given_on([handoff], desk.user).get(pk),
        "said": said,
        "filled_in": filled_in,
        "now": now,
    }
    if request.htmx.target in _BESIDE:
        return _beside_list(request, desk, handoff, context, now)
    if not (filled_in or request.htmx):
        named = {"said": handoff.kept_lead, "what": said}
        return to_queue(request, desk, _("%(said)s: %(what)s") % named)
    page = "leads/second.html#second" if request.htmx else "leads/second.html"
    return replace_url(render(request, page, context, status=409), url=False)


def with_a_way_there(said: str, handoff: Handoff, reader: User) -> str:
    """Put behind what is said of a handoff a link to it where the person may read it."""
    readable = Handoff.objects.visible_to(reader).select_related("agreement", "lead__merged_into")
    found = readable.filter(pk=handoff.pk).first()
    if found is None:
        return said
    return format_html('{} <a href="{}">{}</a>', said, found.get_absolute_url(), found.kept_lead)


def _going_on(handoff: Handoff, reader: User) -> Handoff:
    """Return the handoff that goes on after one that ended by a merge, where it may be read.

    Any other handoff itself.
    """
    if handoff.status != Handoff.Status.MERGED:
        return handoff
    family = Lead.objects.one_with([handoff.kept_lead.pk])
    others = handoff.agreement.handoffs.open().visible_to(reader).filter(lead__in=family)
    return others.first() or handoff


def _beside_list(
    request: SignedInRequest, desk: Desk, handoff: Handoff, context: dict[str, Any], now: datetime
) -> HttpResponse:
    """Put it in place of the panel, and change the list."""
    asked = request.GET
    if request.method == "POST":
        asked = QueryDict(urlsplit(request.POST.get("back", "")).query)
    context |= changes_of(request, asked, desk, handoff.pk, now)
    context |= places_of(asked, desk.agreement.slug, handoff.pk)
    response = render(request, "leads/fragments/second.html", context, status=409)
    return replace_url(reswap(retarget(response, "#panel"), "outerHTML"), url=False)


def to_queue(request: SignedInRequest, desk: Desk, said: str) -> HttpResponse:
    """Go to the queue as a whole, and say it there."""
    messages.warning(request, said)
    url = reverse("leads:queue", kwargs={"slug": desk.agreement.slug})
    if request.htmx:
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=303)


def _filled_in(
    request: SignedInRequest, handoff: Handoff, now: datetime, *, is_readable: bool
) -> list[tuple[str, str]]:
    """Return what a form was filled in with, in the words of the form.

    What came along with a deed without one is given back in its form where that can be read still.
    """
    sent = form_sent(request, handoff, now)
    forms: list[PageForm] = [sent] if sent else []
    if not (forms or is_readable):
        forms = forms_brought_along(request, handoff, now)
    return [told for form in forms for told in words_filled_in(form, now)]
