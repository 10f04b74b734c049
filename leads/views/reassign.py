"""Give one handoff to somebody else, seeing who has how much to do and who is away."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements import formats
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_in
from leads.actions.assignments import AlreadyReassigned, UnableToAssign, reassign
from leads.assignment.candidates import Choosing
from leads.assignment.forms import ReassignForm
from leads.assignment.rules import Waiting
from leads.deadlocks import retry_once
from leads.models import Clock, Handoff
from leads.permissions import check_user_can_assign
from leads.queue.handoffs import acting_clocks
from leads.views.lead_page import desk_or_404


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def reassign_one(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Ask who gets a handoff, with what that does to its clocks, and give it to them."""
    now = timezone.now()
    handoff = _handoff_or_404(request, slug, pk)
    check_user_can_assign(handoff, request.user)
    choosing = Choosing(handoff.agreement, now)
    people = list(choosing.team.people.values())
    initial = {"seen": handoff.holder_id}
    form = ReassignForm(typed_in(request), people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = {"holder": form.chosen, "note": form.cleaned_data["note"], "now": now}
        seen = form.cleaned_data["seen"]
        try:
            retry_once(
                lambda: reassign(handoff=handoff, seen_holder_id=seen, by=request.user, **told)
            )
        except UnableToAssign as error:
            form.add_error("holder", str(error))
        except AlreadyReassigned as error:
            form.add_error("holder", str(error))
            # What the page shows now is what is decided about by the next press.
            handoff, choosing = _handoff_or_404(request, slug, pk), Choosing(handoff.agreement, now)
            form.show_anew(handoff.holder_id)
        else:
            messages.success(request, _told(handoff, form, now))
            return redirect(handoff.get_absolute_url())
    context = {
        "agreement": handoff.agreement,
        "handoff": handoff,
        "form": form,
        "lead_url": handoff.get_absolute_url(),
        "now": now,
        **_choices(handoff, choosing),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/reassign.html", context, status=status)


def _handoff_or_404(request: SignedInRequest, slug: str, pk: int) -> Handoff:
    agreement = desk_or_404(request.user, slug).agreement
    readable = Handoff.objects.visible_to(request.user).filter(agreement=agreement, pk=pk)
    related = ("lead__merged_into", "holder", "agreement__sales_team")
    handoff = readable.select_related(*related).first()
    if handoff is None:
        raise Http404
    return handoff


def _choices(handoff: Handoff, choosing: Choosing) -> dict[str, Any]:
    waiting: Waiting = choosing.waiting([handoff])[handoff.pk]
    clocks = acting_clocks().filter(handoff=handoff).order_by("due_at", "clause_key")
    return {
        "candidates": choosing.candidates(waiting),
        "suggestion": choosing.suggestions([waiting])[0] if choosing.rules else None,
        "due_at": waiting.due_at,
        "clocks": [{"clock": each, "name": Clock.Kind(each.kind).label} for each in clocks],
    }


def _told(handoff: Handoff, form: ReassignForm, now: datetime) -> str:
    """Say who has it now, and that its clocks go on as they were."""
    parts = [
        _("%(holder)s has it now.") % {"holder": form.chosen}
        if form.chosen
        else _("It is in the queue of %(team)s now.") % {"team": handoff.agreement.sales_team}
    ]
    first = acting_clocks().filter(handoff=handoff).order_by("due_at").first()
    if first is None:
        return parts[0]
    due = {
        "clock": Clock.Kind(first.kind).label,
        "due": formats.near_instant(first.due_at, now),
    }
    return " ".join([*parts, _("No due time moves: %(clock)s is still due %(due)s.") % due])
