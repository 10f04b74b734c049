"""The calendars: which days nobody works, and who counts by them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agreements.models import Calendar
from agreements.requests import SignedInRequest


@login_required
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    return render(request, "agreements/calendars/list.html", {"calendars": Calendar.objects.all()})
