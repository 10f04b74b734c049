"""The handoff beside the list of the queue, and what a follow-up will do to its clocks."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import replace_url

from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from leads.addresses import plain
from leads.case import read_case
from leads.deed_forms import DeedForm
from leads.foreseeing import foresee, next_step_words, suggestion_words
from leads.forms import LogForm
from leads.kin import KEPT
from leads.models import Handoff, Snooze
from leads.panel import clocks_of, person_of
from leads.pauses import pause_of
from leads.permissions import check_user_can_put_aside
from leads.queue import Desk, QueueFilters, found_in, summary_of
from leads.queue_page import tabs_of, versions_for
from leads.queue_rows import rows_of
from leads.snoozing import SnoozeForm
from leads.undo import undoable_in
from leads.views.lead_page import Reading, deeds_of, desk_or_404, read

_DEED = "deed"
_SHOWN = ("lead__merged_into", "holder")


@login_required
@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def panel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a handoff beside the list; without scripts it is the lead's page."""
    now = timezone.now()
    reading = reading_of(request, slug, pk)
    if not request.htmx:
        url = reverse("leads:detail", kwargs={"slug": slug, "pk": reading.lead.pk})
        return redirect(f"{url}?handoff={pk}&deed={plain(request.GET, 'deed')}#deed")
    context = panel_of(request, reading, now)
    template = context["deed_template"]
    if request.htmx.target != _DEED:
        context |= _changed(request, reading.desk, now)
        template = "leads/fragments/panel.html"
    # The panel says its address itself, so that only one that is shown is put there.
    return replace_url(render(request, template, context), url=False)


def reading_of(request: SignedInRequest, slug: str, pk: int) -> Reading:
    """Find a handoff that the person may read. Raises Http404."""
    desk = desk_or_404(request.user, slug)
    lead = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement, pk=pk)
    lead_pk = lead.values_list(KEPT, flat=True).first()
    if lead_pk is None:
        raise Http404
    return read(request, slug, lead_pk, pk)


def panel_of(
    request: SignedInRequest,
    reading: Reading,
    now: datetime,
    form: LogForm | DeedForm | None = None,
) -> dict[str, Any]:
    """Return what the panel shows; a ``form`` that was refused as it was filled in."""
    handoff = reading.handoff
    assert handoff is not None  # noqa: S101 - it was asked for, else there is no page
    case = read_case(reading.lead, reading.agreement, reading.handoffs)
    book = case.rulebook_of(handoff)
    terms = book.terms if book else None
    aside = Snooze.objects.lasting(now).filter(user=request.user, handoff=handoff).first()
    context = {
        "agreement": reading.agreement,
        "lead": reading.lead,
        "handoff": handoff,
        "now": now,
        "person": person_of(case, reading.lead, handoff, terms),
        "clocks": clocks_of(case, handoff, terms, now),
        "pause": pause_of(handoff, now) if handoff.is_open else None,
        "aside_until": aside.until if aside else None,
        "may_put_aside": not refusal(check_user_can_put_aside, handoff, request.user),
        **places_of(request, handoff),
        **deeds_of(request, handoff, case, form=form, now=now),
    }
    return context | _deed_of(request, handoff, context, now)


def _deed_of(
    request: SignedInRequest, handoff: Handoff, context: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Return the form of putting aside where that is asked for, else the one of the deeds."""
    if plain(request.GET, "deed") == "snooze" and context["may_put_aside"]:
        form = SnoozeForm(handoff=handoff, now=now)
        return {"form": form, "deed": "snooze", "deed_template": "leads/partials/queue_snooze.html"}
    return {"deed_template": "leads/partials/deed.html"}


def places_of(request: SignedInRequest, handoff: Handoff) -> dict[str, str]:
    """Return where the panel is: its own address, the list's, and what its forms replace."""
    slug = handoff.agreement.slug
    kept = request.GET.copy()
    for name in ("deed", "after", "open"):
        kept.pop(name, None)
    listed = kept.urlencode()
    kept["open"] = str(handoff.pk)
    here = f"{reverse('leads:panel', kwargs={'slug': slug, 'pk': handoff.pk})}?{listed}"
    queue = reverse("leads:queue", kwargs={"slug": slug})
    return {
        "here": here,
        "back": f"{here}&after={handoff.pk}",
        "queue_url": f"{queue}?{listed}",
        "opened_url": f"{queue}?{kept.urlencode()}",
        "listed": listed,
        "deed_target": "#panel",
    }


def _changed(request: SignedInRequest, desk: Desk, now: datetime) -> dict[str, Any]:
    """Return what a deed changed in the list: its row, the counts, and what can be taken back."""
    after = plain(request.GET, "after")
    if not after.isdecimal():
        return {}
    asked = QueueFilters.read(request.GET, desk)
    summary = summary_of(desk, asked, now)
    filters = asked.with_view(desk, summary)
    in_view = found_in(desk, filters, now).filter(pk=int(after))
    readable = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement)
    found = in_view.select_related(*_SHOWN).first()
    done = found or readable.filter(pk=int(after)).select_related(*_SHOWN).first()
    if done is None:
        return {}
    aside = Snooze.objects.lasting(now).filter(user=desk.user, handoff=done).exists()
    versions = versions_for(desk, [done], now)
    rows = rows_of([done], versions, clause=filters.clause, reader=desk.user, now=now)
    return {
        "row": rows[0],
        "row_is_gone": found is None,
        "row_is_aside": aside and found is None,
        "done_back": places_of(request, done)["back"],
        "filters": filters,
        "summary": summary,
        "tabs": tabs_of(desk, filters, summary),
        "undoable": undoable_in(request.session, desk.agreement.pk, now),
        "queue_overdue": summary.overdue["mine"],
    }


@login_required
@require_GET
def foreseen(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Say what the follow-up as it is filled in will do to the clocks; nothing is written."""
    now = timezone.now()
    reading = reading_of(request, slug, pk)
    handoff = reading.handoff
    assert handoff is not None  # noqa: S101 - it was asked for, else there is no page
    form = LogForm(request.GET, handoff=handoff, now=now)
    form.full_clean()
    asked = {
        key: form.cleaned_data[key]
        for key in ("channel", "outcome", "occurred_at")
        if form.cleaned_data.get(key)
    }
    if len(asked) < 3:
        return HttpResponse()
    case = read_case(reading.lead, reading.agreement, reading.handoffs)
    found = foresee(case, handoff, **asked, now=now)
    context = {
        "foreseen": found,
        "suggested": suggestion_words(found.suggestion, now),
        "next_step": next_step_words(found.suggestion),
        "agreement": reading.agreement,
    }
    return render(request, "leads/fragments/foreseen.html", context)
