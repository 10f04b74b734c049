"""The handoff beside the list of the queue, and what a follow-up will do to its clocks."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import replace_url

from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_number
from leads.addresses import plain
from leads.deeds.foreseeing import foresee, next_step_words, suggestion_words
from leads.deeds.log_forms import LogForm
from leads.deeds.pauses import pause_of
from leads.kin import KEPT
from leads.models import Handoff
from leads.permissions import takes
from leads.queue.events import note_of_offer
from leads.queue.next_steps import next_step_of
from leads.queue.panel import clocks_of, earlier_of, person_of, return_words
from leads.queue.rows import latest_touches
from leads.story.case import read_case
from leads.views.lead_page import Reading, aside_until, deeds_of, desk_or_404, read
from leads.views.queue_changes import changes_of, places_of
from leads.views.taken import WorkedByAnother, answer_second, refuse_unreadable, to_queue
from leads.views.typed import PageForm

_DEED = "deed"


@login_required
@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def panel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a handoff beside the list; without scripts it is the lead's page."""
    now = timezone.now()
    try:
        reading = reading_of(request, slug, pk)
    except WorkedByAnother as error:
        return _told_who_was_first(request, slug, pk, str(error), now)
    if not request.htmx:
        url = reverse("leads:detail", kwargs={"slug": slug, "pk": reading.lead.pk})
        return redirect(f"{url}?handoff={pk}&deed={plain(request.GET, 'deed')}#deed")
    context = panel_of(request, reading, now)
    template = "leads/partials/deed.html"
    if request.htmx.target != _DEED:
        after = whole_number(plain(request.GET, "after"))
        if after is not None:
            context |= changes_of(request, request.GET, reading.desk, after, now)
        template = "leads/fragments/panel.html"
    # The panel says its address itself, so that only one that is shown is put there.
    return replace_url(render(request, template, context), url=False)


def reading_of(request: SignedInRequest, slug: str, pk: int) -> Reading:
    """Find a handoff that the person may read. Raises Http404, WorkedByAnother."""
    desk = desk_or_404(request.user, slug)
    lead = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement, pk=pk)
    lead_pk = lead.values_list(KEPT, flat=True).first()
    if lead_pk is None:
        refuse_unreadable(desk, pk)
    return read(request, slug, lead_pk, pk)


def _told_who_was_first(
    request: SignedInRequest, slug: str, pk: int, said: str, now: datetime
) -> HttpResponse:
    desk = desk_or_404(request.user, slug)
    return answer_second(request, desk, pk, said, now) or to_queue(request, desk, said)


def panel_of(
    request: SignedInRequest,
    reading: Reading,
    now: datetime,
    form: PageForm | None = None,
) -> dict[str, Any]:
    """Return what the panel shows; a ``form`` that was refused as it was filled in."""
    handoff = reading.handoff
    assert handoff is not None  # noqa: S101 - it was asked for, else there is no page
    case = read_case(reading.lead, reading.agreement, reading.handoffs)
    book = case.rulebook_of(handoff)
    terms = book.terms if book else None
    return {
        "agreement": reading.agreement,
        "lead": reading.lead,
        "handoff": handoff,
        "now": now,
        "person": person_of(case, reading.lead, handoff, terms),
        "note_of_offer": note_of_offer(handoff),
        "earlier": earlier_of(case, handoff, reading.readable, now),
        "clocks": clocks_of(case, handoff, terms, now),
        "pause": pause_of(handoff, now) if handoff.is_open else None,
        "next_step": next_step_of(latest_touches([handoff]).get(handoff.pk), now),
        "returns": return_words(handoff, terms, now),
        "aside_until": aside_until(request, handoff, now),
        **places_of(request.GET, reading.agreement.slug, handoff.pk),
        **deeds_of(request, handoff, case, form=form, now=now),
    }


@login_required
@require_GET
def foreseen(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Say what the follow-up as it is filled in will do to the clocks; nothing is written."""
    now = timezone.now()
    try:
        reading = reading_of(request, slug, pk)
    except WorkedByAnother as error:
        return render(request, "leads/fragments/foreseen_never.html", {"said": str(error)})
    handoff = reading.handoff
    assert handoff is not None  # noqa: S101 - it was asked for, else there is no page
    form = LogForm(request.GET, handoff=handoff, now=now)
    form.full_clean()
    if "occurred_at" in form.errors:
        said = " ".join(map(str, form.errors["occurred_at"]))
        return render(request, "leads/fragments/foreseen_never.html", {"said": said})
    asked = {
        key: form.cleaned_data[key]
        for key in ("channel", "outcome", "occurred_at")
        if form.cleaned_data.get(key)
    }
    if len(asked) < 3:
        return HttpResponse()
    case = read_case(reading.lead, reading.agreement, reading.handoffs)
    is_taken = takes(handoff, request.user)
    taker_id = request.user.pk if is_taken else None
    found = foresee(case, handoff, **asked, now=now, taker_id=taker_id)
    context = {
        "foreseen": found,
        "is_taken": is_taken,
        "suggested": suggestion_words(found.suggestion, now),
        "next_step": next_step_words(found.suggestion),
        "agreement": reading.agreement,
    }
    return render(request, "leads/fragments/foreseen.html", context)
