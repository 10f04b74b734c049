"""When people of a sales team are away: said by themselves, or by who leads the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agreements import formats
from agreements.models import Absence, Agreement, User
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_in
from leads.actions.absences import UnableToEnd, UnableToRecord, end, record
from leads.assignment.candidates import Choosing
from leads.assignment.forms import AbsenceForm
from leads.assignment.team import team_of
from leads.assignment.words import span_words, whose_time_words
from leads.deadlocks import retry_once
from leads.permissions import check_user_can_organise, check_user_can_record_absence
from leads.views.lead_page import desk_or_404

_PAST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence, whether it has begun and ended, and whose its time is."""

    absence: Absence
    span: str
    has_begun: bool
    is_over: bool
    whose: str


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def absences(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show when the reader is away, or everybody for who leads the team; record one more."""
    now = timezone.now()
    agreement = desk_or_404(request.user, slug).agreement
    people = _people(agreement, request.user, now)
    today = timezone.localdate(now)
    if not people:
        return render(request, "leads/absences_of_nobody.html", {"agreement": agreement})
    form = AbsenceForm(typed_in(request), people=people, today=today)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        person, span = told["person"], {key: told[key] for key in ("starts_at", "ends_at")}
        try:
            absence = retry_once(lambda: record(user=person, by=request.user, now=now, **span))
        except UnableToRecord as error:
            form.add_error("first_day", str(error))
        else:
            messages.success(request, _recorded(agreement, absence, now))
            return redirect("leads:absences", slug=slug)
    context = {
        "agreement": agreement,
        "form": form,
        "organises": not refusal(check_user_can_organise, agreement, request.user),
        "now": now,
        **_listed(people, now),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/absences.html", context, status=status)


@login_required
@require_POST
def end_absence(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Call off an absence that is to come, or end a running one now."""
    now = timezone.now()
    agreement = desk_or_404(request.user, slug).agreement
    people = _people(agreement, request.user, now)
    absence = Absence.objects.filter(pk=pk, user__in=people).select_related("user").first()
    if absence is None:
        raise Http404
    try:
        retry_once(lambda: end(absence=absence, by=request.user, now=now))
    except UnableToEnd as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _ended(absence, now))
    return redirect("leads:absences", slug=slug)


def _people(agreement: Agreement, user: User, now: datetime) -> list[User]:
    """Return whose absences the reader records, themself first; none of a team without people.

    Raises PermissionDenied.
    """
    team = team_of(agreement, now)
    if not refusal(check_user_can_organise, agreement, user):
        others = [each for key, each in team.people.items() if key != user.pk]
        return [user, *others] if user.pk in team.people else others
    check_user_can_record_absence(agreement, user, user)
    return [user]


def _listed(people: Sequence[User], now: datetime) -> dict[str, Any]:
    found = Absence.objects.filter(user__in=people, ends_at__gt=now - _PAST)
    rows = [
        AbsenceRow(
            absence=each,
            span=span_words(each.starts_at, each.ends_at, now),
            has_begun=each.starts_at <= now,
            is_over=each.ends_at <= now,
            whose=whose_time_words(each, now),
        )
        for each in found.select_related("user").order_by("starts_at", "pk")
    ]
    return {
        "coming": [row for row in rows if not row.is_over],
        "past": [row for row in rows if row.is_over][::-1],
    }


def _recorded(agreement: Agreement, absence: Absence, now: datetime) -> str:
    """Say what it does: whose the time is, and what runs out meanwhile."""
    choosing = Choosing(agreement, now)
    held = agreement.handoffs.open().filter(holder=absence.user)
    handoffs = list(held.select_related("lead__merged_into", "agreement"))
    asked = choosing.waiting(handoffs).values()
    left = sum(choosing.runs_out_while_away(each) for each in asked)
    parts = [
        _("Recorded: %(person)s is away %(span)s.")
        % {
            "person": absence.user,
            "span": span_words(absence.starts_at, absence.ends_at, now),
        },
        whose_time_words(absence, now),
        _("No due time moves."),
    ]
    return " ".join([*parts, _left(left)]) if left else " ".join(parts)


def _left(number: int) -> str:
    return ngettext(
        "%(number)s open handoff runs out before: the sales lead finds it under Team.",
        "%(number)s open handoffs run out before: the sales lead finds them under Team.",
        number,
    ) % {"number": formats.figure(number)}


def _ended(absence: Absence, now: datetime) -> str:
    if absence.starts_at >= now:
        return _("Called off: %(person)s is not away then.") % {"person": absence.user}
    return _("%(person)s is back: handoffs are given to them again.") % {"person": absence.user}
