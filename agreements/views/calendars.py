"""The calendars: which days nobody works, who counts by them, and how they were changed."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from agreements.actions import calendars
from agreements.calendar_files import UnreadableFile, read_calendar_file
from agreements.calendar_page import CalendarPage, NewCalendar
from agreements.calendar_permissions import readable_calendar, readable_calendars
from agreements.permissions import check_user_can_administer, refusal
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_before

_TWO_YEARS = timedelta(days=731)


@login_required
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """List the calendars somebody may read, with the agreements that count by them."""
    context = {
        "calendars": readable_calendars(request.user).items(),
        "refusal": refusal(check_user_can_administer, request.user),
    }
    return render(request, "agreements/calendars/list.html", context)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a country and its days, and make a calendar of them."""
    request = cast("SignedInRequest", request)
    check_user_can_administer(request.user)
    sent = request.POST if request.method == "POST" else typed_before(request) or request.GET
    now = timezone.now()
    typed = NewCalendar(sent, get_language() or "", now)
    if request.method == "POST" and typed.is_complete():
        calendar = calendars.create(
            key=typed.key,
            name=typed.name,
            country=typed.country,
            region=typed.region,
            closures=typed.closures(),
            by=request.user,
            now=now,
        )
        messages.success(request, _("The calendar is made."))
        return redirect("calendars:detail", key=calendar.key)
    status = 422 if request.method == "POST" else 200
    template = "agreements/calendars/new.html"
    part = f"{template}#chosen" if request.htmx else template
    return render(request, part, {"typed": typed}, status=status)


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show a calendar; an administrator may change its coming days, after seeing what differs."""
    request = cast("SignedInRequest", request)
    found = readable_calendar(key, request.user)
    if found is None:
        raise Http404
    calendar, agreements = found
    why_not = refusal(check_user_can_administer, request.user)
    page = CalendarPage(calendar, get_language() or "", timezone.now())
    context = {"calendar": calendar, "agreements": agreements, "page": page, "refusal": why_not}
    if request.method == "POST":
        check_user_can_administer(request.user)
        return _changed(request, page, context)
    if before := typed_before(request):
        page.take(before)
        messages.warning(
            request,
            _(
                "You were signed out before this was saved. "
                "What you typed is here: look, then save."
            ),
        )
    else:
        page.list_kinds(request.GET.getlist("kind") if "kinds" in request.GET else None)
    return render(request, "agreements/calendars/detail.html", context)


def _changed(request: SignedInRequest, page: CalendarPage, context: dict[str, Any]) -> HttpResponse:
    page.take(request.POST)
    deed = request.POST.get("do", "review")
    if deed == "import":
        _add_file(request, page)
    if deed in {"import", "add", "edit"}:
        return render(request, "agreements/calendars/detail.html", context)
    if page.has_errors:
        return render(request, "agreements/calendars/detail.html", context, status=422)
    try:
        if deed == "save":
            return _saved(request, page)
        calendars.check_closures(page.after)
        if page.changes:
            calendars.check_coming(page.changes[0].day.isoformat(), page.now)
    except calendars.UnableToChangeClosures as error:
        page.problems.append(str(error))
        return render(request, "agreements/calendars/detail.html", context, status=422)
    if not page.changes:
        messages.info(request, _("Nothing differs: these are the closures that hold already."))
        return render(request, "agreements/calendars/detail.html", context)
    return render(request, "agreements/calendars/review.html", context)


def _saved(request: SignedInRequest, page: CalendarPage) -> HttpResponse:
    calendars.revise(
        calendar=page.calendar, closures=page.after, by=request.user, now=timezone.now()
    )
    messages.success(request, _("Saved. Everybody of the agreements is told, and deadlines move."))
    return redirect("calendars:detail", key=page.calendar.key)


def _add_file(request: SignedInRequest, page: CalendarPage) -> None:
    """Offer the days of a file beside what was typed."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        page.problems.append(_("Choose a calendar file (.ics) first."))
        return
    try:
        read = read_calendar_file(
            uploaded.read(),
            first=page.first_free,
            last=page.first_free + _TWO_YEARS,
            zone=timezone.get_current_timezone(),
        )
    except UnreadableFile as error:
        page.problems.append(str(error))
        return
    page.offer(read)
