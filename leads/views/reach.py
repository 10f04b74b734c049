"""What a change of a calendar would move, told before it is saved."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agreements.calendar_permissions import readable_calendar
from agreements.requests import SignedInRequest
from leads.reach import open_clocks_over

_MOST_DAYS = 1000


@login_required
@require_GET
def reach(request: SignedInRequest, key: str) -> HttpResponse:
    """Tell how many open clocks run over the days that are asked for."""
    found = readable_calendar(key, request.user)
    if found is None:
        raise Http404
    calendar, agreements = found
    reached = open_clocks_over(key, agreements, _days(request.GET.getlist("day")))
    template = "leads/reach.html"
    context = {
        "calendar": calendar,
        "reached": reached,
        "total": sum(each.clocks for each in reached),
    }
    return render(request, f"{template}#told" if request.htmx else template, context)


def _days(asked: list[str]) -> list[date]:
    """Return the dates among what is asked for."""
    days = []
    for text in asked[:_MOST_DAYS]:
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            continue
    return days
