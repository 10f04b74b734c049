"""Personal data: forgetting a person, taking out what is kept, and how long it is kept."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from agreements.kick import kick
from agreements.requests import SignedInRequest
from leads.actions import forgetting as deeds
from leads.actions import retention_rules
from leads.actions.personal_exports import take_out
from leads.deadlocks import retry_once
from leads.models import Delivery, Forgetting, Lead, RetentionRules
from leads.one_lead import readable_lead
from leads.personal.forgettable import would_blank
from leads.personal.forms import ForgetForm, RetentionForm
from leads.personal.permissions import (
    check_user_can_export_person,
    check_user_can_forget,
    check_user_can_write_retention,
)
from leads.personal.retention import MOST_AT_ONCE, foresee, forgotten_by, known_longest
from leads.personal.stored_files import MOST_BYTES
from leads.records import families_of
from leads.tasks import search_files
from leads.views.lead_page import desk_or_404

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def forget(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Ask whether a person shall be forgotten, and forget them."""
    lead = _lead(request, slug, pk)
    check_user_can_forget(request.user)
    sent = request.POST if request.method == "POST" else None
    if forgotten := lead.lasting_forgetting:
        status = 422 if sent is not None else 200
        told = {"lead": lead, "forgotten": forgotten}
        return render(request, "leads/forgotten.html", told, status=status)
    form = ForgetForm(sent, named=str(lead))
    if form.is_valid() and _forget(request, lead, form):
        return HttpResponseRedirect(_page_of(slug, lead), status=303)
    context = {"lead": lead, "form": form, "would_blank": would_blank(lead)}
    if sent is None:
        context["why_not_yet"] = deeds.why_not_yet(families_of([lead.pk]).all([lead.pk]))
    status = 422 if sent is not None else 200
    return render(request, "leads/forget.html", context, status=status)


def _forget(request: SignedInRequest, lead: Lead, form: ForgetForm) -> bool:
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        retry_once(lambda: deeds.forget(lead=lead, reason=reason, by=request.user, now=now))
    except (deeds.AlreadyForgotten, deeds.UnableToForget) as error:
        form.add_error(None, str(error))
        return False
    kick(search_files)
    messages.success(
        request,
        _(
            "The person was forgotten. Stored files are being looked through; what was sent by "
            "e-mail or taken out before cannot be called back."
        ),
    )
    return True


@login_required
@require_POST
@never_cache
def person_file(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take out everything that is kept about a person."""
    lead = _lead(request, slug, pk)
    check_user_can_export_person(request.user)
    now = timezone.now()
    packed = take_out(lead=lead, by=request.user, now=now, most_bytes=MOST_BYTES)
    response = HttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="lead-{lead.pk}.zip"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def personal_data(request: SignedInRequest) -> HttpResponse:
    """List who was forgotten, and say how long personal data is kept."""
    check_user_can_write_retention(request.user)
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = RetentionForm(sent, instance=RetentionRules.current())
    foreseen = None
    if form.is_valid() and "try" in request.POST:
        foreseen = _foreseen(form, now)
    elif form.is_valid():
        return _change_rules(request, form, now)
    rows = Forgetting.objects.filter(lead__merged_into=None).order_by("-forgotten_at", "-pk")
    people = rows.select_related("lead", "forgotten_by", "lifted_by")
    context = {
        "form": form,
        "foreseen": foreseen,
        "page": Paginator(people, PER_PAGE).get_page(request.GET.get("page")),
        "unsearched": _unsearched(),
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "leads/personal_data.html", context, status=status)


def _change_rules(request: SignedInRequest, form: RetentionForm, now: datetime) -> HttpResponse:
    """Change the rules, once somebody said to mean those whom they forget and what they empty."""
    if form.changes_when:
        foreseen = _foreseen(form, now)
        meant = f"{foreseen['leads']} {foreseen['deliveries']}"
        is_any = foreseen["leads"] or foreseen["deliveries"]
        if is_any and request.POST.get("meant") != meant:
            context = {"form": form, "foreseen": foreseen, "meant": meant, "now": now}
            return render(request, "leads/retention_question.html", context)
    retention_rules.change(**form.cleaned_data, by=request.user, now=now)
    messages.success(request, _("The rules were changed. They work from tonight on."))
    return HttpResponseRedirect(reverse("personal:data"), status=303)


def _foreseen(form: RetentionForm, now: datetime) -> dict[str, Any]:
    """Return how many leads and deliveries the rules would be about, some leads, and by when."""
    leads, deliveries = foresee(now=now, rules=form.instance)
    return {
        "leads": leads,
        "deliveries": deliveries,
        "known_longest": known_longest(now=now, rules=form.instance) if leads else [],
        "forgotten_by": forgotten_by(leads, now=now),
        "a_night": MOST_AT_ONCE,
    }


def _unsearched() -> dict[str, Any]:
    """Return how many stored files cannot be searched, and those that came first."""
    files = Delivery.objects.with_unsearched_files().select_related("agreement", "received_by")
    return {"number": files.count(), "files": list(files.order_by("received_at", "pk")[:PER_PAGE])}


@login_required
@require_POST
def lift(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the portal keep again what is told of somebody who was forgotten."""
    check_user_can_forget(request.user)
    found = get_object_or_404(Forgetting.objects.select_related("lead"), pk=pk)
    try:
        deeds.lift(forgetting=found, by=request.user, now=timezone.now())
    except deeds.AlreadyLifted as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("From now on what is told of this person is kept. What is gone stays gone.")
        )
    return HttpResponseRedirect(reverse("personal:data"), status=303)


def _lead(request: SignedInRequest, slug: str, pk: int) -> Lead:
    """Return a lead that the person may read. Raises Http404."""
    lead = readable_lead(desk_or_404(request.user, slug), pk)
    if lead is None:
        raise Http404
    return lead


def _page_of(slug: str, lead: Lead) -> str:
    return reverse("leads:detail", kwargs={"slug": slug, "pk": lead.pk})
