"""How a deed about a handoff is done by a page: who may, what it did, and where to go then."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from agreements.clock import ClockState
from agreements.models import User
from agreements.requests import SignedInRequest
from leads.actions.telling import SOURCE, AlreadyDecided
from leads.deeds.effects import effects_between, effects_of_correction, sentence_of
from leads.deeds.foreseeing import (
    elsewhere_words,
    repetition_words,
    suggestion_of,
    suggestion_words,
)
from leads.deeds.undo import keep_for_undo
from leads.models import FollowUp, Handoff, HandoffEvent
from leads.permissions import check_user_can_work
from leads.queue.handoffs import Desk
from leads.story.case import Case, FactName, case_of
from leads.views.lead_page import context_of, desk_or_404, read
from leads.views.taken import WorkedByAnother, answer_second, refuse_unreadable, with_a_way_there
from leads.views.typed import (
    PageForm,
    forms_brought_along,
    said_of_brought_along,
    sent_again,
    words_filled_in,
)

Do = Callable[[SignedInRequest, Handoff, datetime], HttpResponse | None]
DeedView = Callable[[SignedInRequest, str, int], HttpResponse]
Before = list[tuple[Handoff, list[ClockState]]]


def deed(check: Callable[..., None] | None = None) -> Callable[[Do], DeedView]:
    """Make a view of a deed: it does it to a handoff the person may work, and then goes back.

    ``check`` is another rule of who may, such as marketing's. A deed returns what to show instead
    where it could not be done as asked. Whoever comes second is told who was first. What was typed
    beside a deed that asks nothing is shown again.
    """

    def view_of(do: Do) -> DeedView:
        @login_required
        @require_POST
        @wraps(do)
        def view(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
            now = timezone.now()
            desk = desk_or_404(request.user, slug)
            try:
                refusal = do(request, found(desk, pk, check or check_user_can_work), now)
            except (AlreadyDecided, WorkedByAnother) as error:
                refusal = answer_second(request, desk, pk, str(error), now)
            return refusal or give_back(request, desk, pk, now) or back(request, desk, pk)

        return view

    return view_of


def found(desk: Desk, pk: int, check: Callable[..., None]) -> Handoff:
    """Return a handoff the person may do this to.

    Raises Http404 for one they may not read, WorkedByAnother for one that somebody else has
    meanwhile, PermissionDenied for one they may only read.
    """
    of_agreement = desk.agreement.handoffs.select_related(
        "lead__merged_into", "holder", "version", "agreement"
    )
    handoff = of_agreement.filter(pk=pk).first()
    if handoff is None:
        raise Http404
    if not Handoff.objects.visible_to(desk.user).filter(pk=pk).exists():
        refuse_unreadable(desk, pk)
    check(handoff, desk.user)
    return handoff


def states(handoff: Handoff) -> list[ClockState]:
    """Return every clock of a handoff, replayed."""
    return case_of(handoff).states(handoff)


def sentences(before: Iterable[ClockState], after: Iterable[ClockState]) -> list[str]:
    """Say what became of the clocks."""
    return [sentence_of(effect) for effect in effects_between(before, after)]


def what_it_did(
    handoff: Handoff, touch: FollowUp, before: Case, now: datetime, *, reader: User
) -> list[str]:
    """Say what a follow-up did to the clocks and when to try next, or why it did nothing.

    Where it counts for another handoff than the one it was about, also for which.
    """
    case = case_of(handoff)
    heeding = case.heeding(handoff, _name_of(touch))
    uncounted = _why_uncounted(case, heeding, touch)
    if uncounted:
        return [uncounted]
    elsewhere = ""
    if heeding != handoff:
        elsewhere = with_a_way_there(elsewhere_words(heeding, now), heeding, reader)
    said = sentences(before.states(heeding), case.states(heeding))
    repeats = repetition_words(case, heeding, touch.channel, touch.occurred_at)
    said = said or [repeats or _("No clock was waiting for it.")]
    suggested = suggestion_words(suggestion_of(case, heeding, now), now)
    return [each for each in (elsewhere, *said, suggested) if each]


def _name_of(touch: FollowUp) -> FactName:
    return FactName("follow_up", touch.source, touch.external_id)


def _why_uncounted(case: Case, handoff: Handoff, touch: FollowUp) -> str:
    """Say why a follow-up counts for no clock; empty where it counts."""
    if case.counts(handoff, _name_of(touch)):
        return ""
    if handoff.closed_at is not None and touch.occurred_at > handoff.closed_at:
        return _("The handoff was closed by then, so it counts for no clock.")
    return _("It was typed in later than the terms allow, so it counts for no clock.")


def before_correcting(handoff: Handoff | None) -> Before:
    """Return the clocks of a handoff that a correction may touch; of none, nothing."""
    return [(handoff, states(handoff))] if handoff else []


def what_correcting_did(
    before: Before, now: datetime, *, corrected: FollowUp | None = None
) -> list[str]:
    """Say what a correction did to the clocks; of a follow-up also why it counts for none, and
    when to try next.

    ``corrected`` belongs to the last of the handoffs.
    """
    said: list[str] = []
    for handoff, earlier in before:
        handoff.refresh_from_db()
        case = case_of(handoff)
        effects = effects_of_correction(earlier, case.states(handoff))
        said += [sentence_of(effect) for effect in effects]
    if not said:
        return [_("No clock changed by it.")]
    if corrected is None:
        return said
    uncounted = _why_uncounted(case, handoff, corrected)
    suggested = suggestion_words(suggestion_of(case, handoff, now), now)
    return [each for each in (uncounted, *said, suggested) if each]


def tell(request: SignedInRequest, done: str, said: list[str]) -> None:
    """Say on the next page what was done, and what it did."""
    messages.success(request, format_html_join(" ", "{}", ([each] for each in (done, *said))))


def remember_deed(
    request: SignedInRequest,
    handoff: Handoff,
    kind: str,
    now: datetime,
    *,
    name: str = "",
    said: str = "",
) -> None:
    """Let the person take back what they have just done, a fact of this kind.

    ``said`` is the kind of ``done_words`` that tells of it, where that is another.
    """
    if not name:
        told = HandoffEvent.objects.holding().filter(
            handoff=handoff, kind=kind, source=SOURCE, recorded_at=now, recorded_by=request.user
        )
        name = told.values_list("external_id", flat=True).get()
    keep_for_undo(request.session, handoff, said or kind, name, now)


def back(request: SignedInRequest, desk: Desk, pk: int) -> HttpResponse:
    """Go on to what comes next, where the form was, the lead's page, or else the queue."""
    asked = request.POST.get("next") or request.POST.get("back", "")
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return HttpResponseRedirect(asked, status=303)
    readable = Handoff.objects.visible_to(desk.user).select_related(
        "agreement", "lead__merged_into"
    )
    handoff = readable.filter(pk=pk).first()
    if handoff is not None:
        return HttpResponseRedirect(handoff.get_absolute_url(), status=303)
    url = reverse("leads:queue", kwargs={"slug": desk.agreement.slug})
    return _other_page(request, url)


def give_back(request: SignedInRequest, desk: Desk, pk: int, now: datetime) -> HttpResponse | None:
    """Show the lead's page with what was typed there and came along; None where nothing did.

    What can be done no longer, after what was just done, is shown in words, and comes along again:
    what was just done may be taken back.
    """
    readable = Handoff.objects.visible_to(desk.user).select_related(
        "lead__merged_into", "agreement"
    )
    handoff = readable.filter(pk=pk).first()
    forms = forms_brought_along(request, handoff, now) if handoff else []
    if handoff is None or not forms:
        return None
    reading = read(request, desk.agreement.slug, handoff.kept_lead.pk, pk)
    context = context_of(request, reading, now=now, form=forms[0])
    deeds = context["deeds"]
    possible = [form for form in forms if deeds and deeds.is_possible(form.key)]
    shown = possible[0] if possible else None
    if shown is not forms[0]:
        context = context_of(request, reading, now=now, form=shown)
    others = [form for form in forms if form is not shown]
    context |= {
        "said_of_typed": said_of_brought_along() if shown else "",
        "filled_in": [told for form in others for told in words_filled_in(form, now)],
        "sent_again": [field for form in others for field in sent_again(form)],
        "is_past": len(possible) < 2,
    }
    return render(request, "leads/detail.html", context)


def go_to(request: SignedInRequest, handoff: Handoff, page: str) -> HttpResponse:
    """Go on to a page of the agreement, by the name of its address."""
    return _other_page(request, reverse(page, kwargs={"slug": handoff.agreement.slug}))


def _other_page(request: SignedInRequest, url: str) -> HttpResponse:
    """Open another page, also in place of the part that a script has asked for."""
    if request.htmx:
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=303)


def beside_list(request: SignedInRequest) -> dict[str, str]:
    """Return where a form stands that was sent from beside the queue; nothing for other pages."""
    if request.htmx.target != "panel":
        return {}
    back = request.POST.get("back", "")
    return {"back": back, "here": back.partition("&after=")[0], "deed_target": "#panel"}


def refused(
    request: SignedInRequest, handoff: Handoff, now: datetime, form: PageForm
) -> HttpResponse:
    """Show the form again as it was filled in, with what is wrong next to its field."""
    reading = read(request, handoff.agreement.slug, handoff.kept_lead.pk, handoff.pk)
    context = context_of(request, reading, now=now, form=form) | beside_list(request)
    if not request.htmx:
        return render(request, "leads/detail.html", context, status=422)
    response = render(request, "leads/partials/deed.html", context, status=422)
    # The address stays that of the page: nothing can be got from that of the form.
    return replace_url(reswap(retarget(response, "#deed"), "outerHTML"), url=False)
