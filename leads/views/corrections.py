"""Correct what was told: as it really was, or that it did not happen."""

from typing import Any

from django.contrib import messages
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
from leads.actions import corrections
from leads.actions.corrections import UnableToCorrect
from leads.correction_forms import CorrectForm, RetractForm
from leads.deadlocks import retry_once
from leads.facts_told import Surroundings, tell_event, tell_follow_up
from leads.models import FollowUp, Handoff, HandoffEvent, Lead
from leads.permissions import check_user_can_correct
from leads.registry import kept_leads
from leads.views.lead_page import desk_or_404, latest_terms


@login_required
@require_http_methods(["GET", "POST"])
def correct_follow_up(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a follow-up as it was told, and tell it anew or take it back."""
    now = timezone.now()
    agreement, touch = _follow_up(request, slug, pk)
    check_user_can_correct(touch, request.user)
    handoff = _open_then(touch)
    back = _address(agreement, touch.lead, handoff)
    posted = request.POST if request.method == "POST" else None
    retracts = posted is not None and "retract" in posted
    form = CorrectForm(None if retracts else posted, follow_up=touch, handoff=handoff, now=now)
    retract_form = RetractForm(posted if retracts else None)
    if posted is not None:
        done = (
            _retract(request, touch, retract_form) if retracts else _correct(request, touch, form)
        )
        if done:
            return HttpResponseRedirect(back, status=303)
    around = Surroundings(agreement, latest_terms(agreement), now)
    context = {
        "agreement": agreement,
        "lead": touch.lead.kept,
        "told": tell_follow_up(touch, around, counts=True),
        "fact": touch,
        "form": form,
        "retract_form": retract_form,
        "back": back,
    }
    return _shown(request, context, form, retract_form)


@login_required
@require_http_methods(["GET", "POST"])
def correct_event(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show what was done about a handoff, and say that it did not happen."""
    now = timezone.now()
    agreement, event = _event(request, slug, pk)
    check_user_can_correct(event, request.user)
    form = RetractForm(request.POST or None)
    back = _address(agreement, event.handoff.lead, event.handoff)
    if request.method == "POST" and _retract(request, event, form):
        return HttpResponseRedirect(back, status=303)
    around = Surroundings(agreement, latest_terms(agreement), now)
    context = {
        "agreement": agreement,
        "lead": event.handoff.kept_lead,
        "told": tell_event(event, around),
        "fact": event,
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


def _open_then(touch: FollowUp) -> Handoff | None:
    """Return the handoff of the lead that was offered last before a follow-up.

    Of leads that were merged, rather the one that goes on than one that was merged into it.
    """
    leads = Lead.objects.one_with([touch.lead.kept.pk])
    offered = touch.agreement.handoffs.filter(
        lead__in=leads, offered_at__lte=touch.occurred_at
    ).exclude(status=Handoff.Status.REPEATED)
    is_merged = ExpressionWrapper(Q(status=Handoff.Status.MERGED), BooleanField())
    return offered.order_by(is_merged.asc(), "-offered_at", "-pk").first()


def _correct(request: SignedInRequest, touch: FollowUp, form: CorrectForm) -> bool:
    if not form.is_valid():
        return False
    changes = dict(form.cleaned_data)
    reason = changes.pop("reason")
    try:
        retry_once(
            lambda: corrections.correct(
                follow_up=touch,
                changes=changes,
                reason=reason,
                by=request.user,
                now=timezone.now(),
            )
        )
    except UnableToCorrect as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Corrected. What was told before stays beside it."))
    return True


def _retract(request: SignedInRequest, fact: FollowUp | HandoffEvent, form: RetractForm) -> bool:
    if not form.is_valid():
        return False
    reason = form.cleaned_data["reason"]
    try:
        retry_once(
            lambda: corrections.retract(
                fact=fact, reason=reason, by=request.user, now=timezone.now()
            )
        )
    except UnableToCorrect as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Taken back. It stays in the timeline, with your reason."))
    return True


def _address(agreement: Agreement, lead: Lead, handoff: Handoff | None) -> str:
    url = reverse("leads:detail", kwargs={"slug": agreement.slug, "pk": lead.kept.pk})
    return f"{url}?handoff={handoff.pk}" if handoff else url
