"""What people do about a handoff: accept, reject, log a follow-up."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from agreements.clock import ClockState
from agreements.requests import SignedInRequest
from leads.actions import follow_ups, handoffs
from leads.actions.telling import AlreadyDecided
from leads.case import FactName, read_case
from leads.deadlocks import retry_once
from leads.deeds import was_taken_from_queue
from leads.effects import effects_between, sentence_of
from leads.forms import LogForm, RejectForm
from leads.models import FollowUp, Handoff
from leads.permissions import check_user_can_work
from leads.queue import Desk
from leads.reasons import reasons_for
from leads.views.lead_page import LAST_CHANNEL, context_of, desk_or_404, read


class WorkedByAnother(Exception):
    """Somebody else took the handoff from the team's queue; the text says who."""


Deed = Callable[[SignedInRequest, Handoff, datetime], HttpResponse | None]


def _deed(do: Deed) -> Callable[[SignedInRequest, str, int], HttpResponse]:
    """Make a view of a deed: it does it to a handoff the person may work, and then goes back.

    A deed returns what to show instead where it could not be done as asked. Whoever comes second
    is told who was first.
    """

    @login_required
    @require_POST
    @wraps(do)
    def view(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
        now = timezone.now()
        desk = desk_or_404(request.user, slug)
        try:
            refused = do(request, _workable(desk, pk), now)
        except (AlreadyDecided, WorkedByAnother) as error:
            messages.warning(request, str(error))
            refused = None
        return refused or _back(request, desk, pk)

    return view


@_deed
def accept(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """Accept a handoff."""
    before = _states(handoff)
    retry_once(lambda: handoffs.accept(handoff=handoff, by=request.user, now=now))
    _tell(request, _("Accepted."), _sentences(before, _states(handoff)))


@_deed
def reject(request: SignedInRequest, handoff: Handoff, now: datetime) -> HttpResponse | None:
    """Reject a handoff with a reason that the terms have."""
    form = RejectForm(request.POST, reasons=reasons_for(handoff, "rejection"))
    if not form.is_valid():
        return _refused(request, handoff, now, reject_form=form)
    before, told = _states(handoff), form.cleaned_data
    try:
        retry_once(lambda: handoffs.reject(handoff=handoff, by=request.user, now=now, **told))
    except handoffs.UnableToReject as error:
        form.add_error("reason", str(error))
        return _refused(request, handoff, now, reject_form=form)
    _tell(request, _("Rejected."), _sentences(before, _states(handoff)))
    return None


@_deed
def log(request: SignedInRequest, handoff: Handoff, now: datetime) -> HttpResponse | None:
    """Log what a person did about a handoff."""
    form = LogForm(request.POST, handoff=handoff, now=now)
    if not form.is_valid():
        return _refused(request, handoff, now, log_form=form)
    before, told = _states(handoff), form.cleaned_data
    try:
        touch = retry_once(
            lambda: follow_ups.log(handoff=handoff, by=request.user, now=now, **told)
        )
    except follow_ups.UnableToLog as error:
        form.add_error("occurred_at", str(error))
        return _refused(request, handoff, now, log_form=form)
    request.session[LAST_CHANNEL] = touch.channel
    _tell(request, _("Follow-up logged."), _what_it_did(handoff, touch, before))
    return None


def _workable(desk: Desk, pk: int) -> Handoff:
    """Return a handoff the person may work.

    Raises Http404 for one they may not read, WorkedByAnother for one that somebody took from the
    team's queue meanwhile, PermissionDenied for one they may only read.
    """
    of_agreement = desk.agreement.handoffs.select_related("lead", "holder", "version", "agreement")
    handoff = of_agreement.filter(pk=pk).first()
    if handoff is None:
        raise Http404
    if not Handoff.objects.visible_to(desk.user).filter(pk=pk).exists():
        if desk.follows_up and was_taken_from_queue(handoff):
            raise WorkedByAnother(
                _("%(who)s was first and holds this handoff now.") % {"who": handoff.holder}
            )
        raise Http404
    check_user_can_work(handoff, desk.user)
    return handoff


def _states(handoff: Handoff) -> list[ClockState]:
    return read_case(handoff.lead, handoff.agreement, _siblings(handoff)).states(handoff)


def _siblings(handoff: Handoff) -> list[Handoff]:
    return list(handoff.agreement.handoffs.filter(lead=handoff.lead_id))


def _sentences(before: Iterable[ClockState], after: Iterable[ClockState]) -> list[str]:
    return [sentence_of(effect) for effect in effects_between(before, after)]


def _what_it_did(handoff: Handoff, touch: FollowUp, before: list[ClockState]) -> list[str]:
    """Say what a follow-up did to the clocks, or why it did nothing."""
    case = read_case(handoff.lead, handoff.agreement, _siblings(handoff))
    sentences = _sentences(before, case.states(handoff))
    if case.counts(handoff, FactName("follow_up", touch.source, touch.external_id)):
        return sentences or [_("No clock was waiting for it.")]
    if handoff.closed_at is not None and touch.occurred_at > handoff.closed_at:
        return [_("The handoff was closed by then, so it counts for no clock.")]
    return [_("It was typed in later than the terms allow, so it counts for no clock.")]


def _tell(request: SignedInRequest, deed: str, sentences: list[str]) -> None:
    messages.success(request, " ".join([deed, *sentences]))


def _back(request: SignedInRequest, desk: Desk, pk: int) -> HttpResponse:
    """Go to the page of the handoff, or to the queue where it may no longer be read."""
    slug = desk.agreement.slug
    handoff = Handoff.objects.visible_to(desk.user).filter(pk=pk).first()
    if handoff is not None:
        url = reverse("leads:detail", kwargs={"slug": slug, "pk": handoff.lead_id})
        return HttpResponseRedirect(f"{url}?handoff={pk}", status=303)
    url = reverse("leads:queue", kwargs={"slug": slug})
    return (
        HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url, status=303)
    )


def _refused(
    request: SignedInRequest,
    handoff: Handoff,
    now: datetime,
    *,
    log_form: LogForm | None = None,
    reject_form: RejectForm | None = None,
) -> HttpResponse:
    """Show the form again as it was filled in, with what is wrong next to its field."""
    reading = read(request, handoff.agreement.slug, handoff.lead_id, handoff.pk)
    context = context_of(request, reading, now=now, log_form=log_form, reject_form=reject_form)
    if not request.htmx:
        return render(request, "leads/detail.html", context, status=422)
    response = render(request, "leads/partials/deed.html", context, status=422)
    # The address stays that of the page: nothing can be got from that of the form.
    return replace_url(reswap(retarget(response, "#deed"), "outerHTML"), url=False)
