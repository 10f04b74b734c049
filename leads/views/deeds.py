"""What people do about a handoff: each deed does one thing, says what it did, and goes back."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from agreements.clock import ClockState
from agreements.requests import SignedInRequest
from leads.actions import contests, follow_ups, handoffs, outcomes, pauses
from leads.deadlocks import retry_once
from leads.deeds.forms import (
    ContestForm,
    DecideForm,
    DeedForm,
    DisqualifyForm,
    PauseForm,
    QualifyForm,
    RecycleForm,
    RejectForm,
    WithdrawForm,
)
from leads.deeds.log_forms import LogForm
from leads.deeds.pauses import why_nothing_moved
from leads.deeds.undo import done_words
from leads.models import FollowUp, Handoff
from leads.permissions import (
    check_user_can_contest,
    check_user_can_decide_contest,
    check_user_can_take,
    check_user_can_withdraw,
    takes,
)
from leads.story.case import case_of
from leads.views.doing import (
    DeedView,
    deed,
    go_to,
    refused,
    remember_deed,
    sentences,
    states,
    tell,
    what_it_did,
)
from leads.views.typed import remember_channel

_Refusals = (
    handoffs.UnableToReject,
    outcomes.UnableToEnd,
    pauses.UnableToPause,
    contests.UnableToContest,
)


@deed()
def accept(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """Accept a handoff."""
    before = states(handoff)
    retry_once(lambda: handoffs.accept(handoff=handoff, by=request.user, now=now))
    said = done_words("accepted", handoff.kept_lead)
    tell(request, said, sentences(before, states(handoff)))
    remember_deed(request, handoff, "accepted", now)


@deed(check_user_can_take)
def take(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """Take a handoff from the team's queue."""
    before, lead = states(handoff), handoff.kept_lead
    name = retry_once(lambda: handoffs.take(handoff=handoff, by=request.user, now=now))
    if not name:
        tell(request, _("%(lead)s is yours already.") % {"lead": lead}, [])
        return
    tell(request, done_words("taken", lead), sentences(before, states(handoff)))
    remember_deed(request, handoff, "taken", now, name=name)


@deed()
def resume(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """End the pause that runs."""
    before = states(handoff)
    try:
        retry_once(lambda: pauses.resume(handoff=handoff, by=request.user, now=now))
    except pauses.UnableToPause as error:
        tell(request, str(error), [])
        return
    said = done_words("resumed", handoff.kept_lead)
    tell(request, said, sentences(before, states(handoff)))
    remember_deed(request, handoff, "resumed", now)


@deed()
def log(request: SignedInRequest, handoff: Handoff, now: datetime) -> HttpResponse | None:
    """Log what a person did about a handoff."""
    form = LogForm(request.POST, handoff=handoff, now=now)
    if not form.is_valid():
        return refused(request, handoff, now, form)
    before, told = case_of(handoff), form.cleaned_data | {"takes": takes(handoff, request.user)}
    try:
        touch = retry_once(
            lambda: follow_ups.log(handoff=handoff, by=request.user, now=now, **told)
        )
    except follow_ups.UnableToLog as error:
        form.add_error("occurred_at", str(error))
        return refused(request, handoff, now, form)
    remember_channel(request, touch.channel)
    taken = [_("It is yours now.")] if told["takes"] else []
    did = what_it_did(handoff, touch, before, now, reader=request.user)
    tell(request, _logged_words(handoff, touch), [*taken, *did])
    remember_deed(request, handoff, "follow_up", now, name=touch.external_id)
    return None


def _logged_words(handoff: Handoff, touch: FollowUp) -> str:
    return _("Logged: %(channel)s, %(outcome)s, %(lead)s.") % {
        "channel": touch.get_channel_display().lower(),
        "outcome": touch.get_outcome_display().lower(),
        "lead": handoff.kept_lead,
    }


def _asking(
    form_class: type[DeedForm],
    act: Callable[..., object],
    kind: str,
    check: Callable[..., None] | None = None,
    *,
    why_unmoved: Callable[[Iterable[ClockState], datetime], str] | None = None,
    then: str = "",
) -> DeedView:
    """Make the view of a deed that asks something in a form, and is a fact of this kind.

    ``why_unmoved`` says from the clocks before it why none changed. Done, it leads to the page of
    the agreement that is called ``then``.
    """

    def do(request: SignedInRequest, handoff: Handoff, now: datetime) -> HttpResponse | None:
        form = form_class(request.POST, handoff=handoff, now=now)
        if not form.is_valid():
            return refused(request, handoff, now, form)
        before = states(handoff)
        try:
            retry_once(lambda: act(handoff=handoff, by=request.user, now=now, **form.told()))
        except _Refusals as error:
            form.add_error(form.blamed, str(error))
            return refused(request, handoff, now, form)
        did = sentences(before, states(handoff))
        if why_unmoved and not did:
            did = [why_unmoved(before, now)]
        said = form.done or kind
        tell(request, done_words(said, handoff.kept_lead), [each for each in did if each])
        remember_deed(request, handoff, kind, now, said=said)
        return go_to(request, handoff, then) if then else None

    return deed(check)(do)


reject = _asking(RejectForm, handoffs.reject, "rejected")
qualify = _asking(QualifyForm, outcomes.qualify, "qualified")
disqualify = _asking(DisqualifyForm, outcomes.disqualify, "disqualified")
recycle = _asking(RecycleForm, outcomes.recycle, "recycled")
pause = _asking(
    PauseForm,
    pauses.pause,
    "paused",
    why_unmoved=why_nothing_moved,
)
withdraw = _asking(WithdrawForm, handoffs.withdraw, "withdrawn", check_user_can_withdraw)
contest = _asking(ContestForm, contests.contest, "contested", check_user_can_contest)
decide = _asking(
    DecideForm,
    contests.decide,
    "decided",
    check_user_can_decide_contest,
    then="leads:rejections",
)
