"""Correct what was told: as it really was, or that it did not happen."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.models import Agreement
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_in
from leads.actions import corrections
from leads.actions.corrections import UnableToCorrect
from leads.actions.decisions import why_not_taken_back
from leads.deadlocks import retry_once
from leads.deeds.correction_forms import CorrectForm, RetractForm
from leads.models import FollowUp, Handoff, HandoffEvent, Lead
from leads.permissions import check_user_can_correct
from leads.records import first_recorded
from leads.registry.leads import kept_leads
from leads.story.facts_told import Surroundings, tell_event, tell_follow_up
from leads.views.doing import Before, before_correcting, tell, what_correcting_did
from leads.views.lead_page import desk_or_404, latest_terms


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def correct_follow_up(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a follow-up as it was told, and tell it anew or take it back."""
    now = timezone.now()
    agreement, touch = _follow_up(request, slug, pk)
    check_user_can_correct(touch, request.user)
    handoff = _open_then(touch, touch.occurred_at)
    back = _address(agreement, touch.lead, handoff)
    posted = typed_in(request)
    retracts = posted is not None and "retract" in posted
    form = CorrectForm(None if retracts else posted, follow_up=touch, handoff=handoff, now=now)
    retract_form = RetractForm(posted if retracts else None)
    if request.method == "POST":
        before = before_correcting(handoff)
        done = (
            _retract(request, touch, retract_form, before)
            if retracts
            else _correct(request, touch, form, before)
        )
        if done:
            return HttpResponseRedirect(back, status=303)
    around = Surroundings(agreement, latest_terms(agreement), now)
    context = {
        "agreement": agreement,
        "lead": touch.lead.kept,
        "told": tell_follow_up(touch, around, counts=True, told_at=_told_at(touch)),
        "fact": touch,
        "form": form,
        "retract_form": retract_form,
        "back": back,
    }
    return _shown(request, context, form, retract_form)


def _told_at(touch: FollowUp) -> datetime:
    """Return when it was first said to have happened then; a correction of the rest is no news."""
    named = touch.source, touch.external_id, touch.occurred_at
    return first_recorded([touch.external_id]).get(named, touch.recorded_at)


@login_required
@require_http_methods(["GET", "POST"])
def correct_event(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show what was done about a handoff, and say that it did not happen."""
    now = timezone.now()
    agreement, event = _event(request, slug, pk)
    check_user_can_correct(event, request.user)
    form = RetractForm(request.POST or None)
    back = _address(agreement, event.handoff.lead, event.handoff)
    before = before_correcting(event.handoff) if request.method == "POST" else []
    if request.method == "POST" and _retract(request, event, form, before):
        return HttpResponseRedirect(back, status=303)
    around = Surroundings(agreement, latest_terms(agreement), now)
    context = {
        "agreement": agreement,
        "lead": event.handoff.kept_lead,
        "told": tell_event(event, around),
        "fact": event,
        "cannot": why_not_taken_back(event),
        "retract_form": form,
        "back": back,
    }
    return _shown(request, context, form)


def _shown(request: SignedInRequest, context: dict[str, Any], *forms: Any) -> HttpResponse:
    is_refused = any(form.errors for form in forms)
    return render(request, "leads/correct.html", context, status=422 if is_refused else 200)


def _follow_up(request: SignedInRequest, slug: str, pk: int) -> tuple[Agreement, FollowUp]:
    desk = desk_or_404(request.user, slug)
    touches = FollowUp.objects.holding().filter(agreement=desk.agreement, pk=pk)
    touch = touches.select_related("lead__merged_into", "agreement", "person").first()
    if touch is None or not kept_leads(desk).filter(pk=touch.lead.kept.pk).exists():
        raise Http404
    return desk.agreement, touch


def _event(request: SignedInRequest, slug: str, pk: int) -> tuple[Agreement, HandoffEvent]:
    desk = desk_or_404(request.user, slug)
    events = HandoffEvent.objects.holding().exclude(kind=HandoffEvent.Kind.OFFERED)
    event = (
        events.filter(handoff__agreement=desk.agreement, pk=pk)
        .select_related("handoff__lead__merged_into", "handoff__agreement", "person", "recorded_by")
        .first()
    )
    readable = Handoff.objects.visible_to(request.user)
    if event is None or not readable.filter(pk=event.handoff_id).exists():
        raise Http404
    return desk.agreement, event


def _open_then(touch: FollowUp, at: datetime) -> Handoff | None:
    """Return the handoff of the lead of a follow-up that was offered last before an instant.

    Of leads that were merged, rather the one that goes on than one that was merged into it.
    """
    leads = Lead.objects.one_with([touch.lead.kept.pk])
    offered = touch.agreement.handoffs.filter(lead__in=leads, offered_at__lte=at).exclude(
        status=Handoff.Status.REPEATED
    )
    is_merged = ExpressionWrapper(Q(status=Handoff.Status.MERGED), BooleanField())
    return offered.order_by(is_merged.asc(), "-offered_at", "-pk").first()


def _correct(request: SignedInRequest, touch: FollowUp, form: CorrectForm, before: Before) -> bool:
    if not form.is_valid():
        return False
    changes = dict(form.cleaned_data)
    reason, now = changes.pop("reason"), timezone.now()
    then = _open_then(touch, changes["occurred_at"])
    if then not in [handoff for handoff, _states in before]:
        before = [*before, *before_correcting(then)]
    try:
        corrected = retry_once(
            lambda: corrections.correct(
                follow_up=touch, changes=changes, reason=reason, by=request.user, now=now
            )
        )
    except UnableToCorrect as error:
        form.add_error(None, str(error))
        return False
    did = what_correcting_did(before, now, corrected=corrected)
    tell(request, _("Corrected. What was told before stays beside it."), did)
    return True


def _retract(
    request: SignedInRequest, fact: FollowUp | HandoffEvent, form: RetractForm, before: Before
) -> bool:
    if not form.is_valid():
        return False
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        retry_once(lambda: corrections.retract(fact=fact, reason=reason, by=request.user, now=now))
    except UnableToCorrect as error:
        form.add_error(None, str(error))
        return False
    did = what_correcting_did(before, now)
    tell(request, _("Taken back. It stays in the timeline, with your reason."), did)
    return True


def _address(agreement: Agreement, lead: Lead, handoff: Handoff | None) -> str:
    url = reverse("leads:detail", kwargs={"slug": agreement.slug, "pk": lead.kept.pk})
    return f"{url}?handoff={handoff.pk}" if handoff else url
