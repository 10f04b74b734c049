"""What a person keeps about their own queue: handoffs put aside, and views with a name."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import formats
from agreements.requests import SignedInRequest
from leads.actions import snoozes, views
from leads.models import Handoff, SavedView
from leads.permissions import check_user_can_put_aside
from leads.queue import QueueFilters
from leads.snoozing import SnoozeForm
from leads.views.doing import deed, refused
from leads.views.lead_page import desk_or_404


@deed(check_user_can_put_aside)
def snooze(request: SignedInRequest, handoff: Handoff, now: datetime) -> HttpResponse | None:
    """Put a handoff aside, and say when it is back."""
    form = SnoozeForm(request.POST, handoff=handoff, now=now)
    if not form.is_valid():
        return refused(request, handoff, now, form)
    until = form.until()
    try:
        snoozes.snooze(handoff=handoff, until=until, by=request.user, now=now)
    except snoozes.UnableToSnooze as error:
        form.add_error(None, str(error))
        return refused(request, handoff, now, form)
    parts = {"lead": handoff.kept_lead, "when": formats.near_instant(until, now)}
    said = [_("%(lead)s is put aside until %(when)s.") % parts, form.warning(until)]
    messages.success(request, " ".join(filter(None, said)))
    return None


@deed(check_user_can_put_aside)
def wake(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:  # noqa: ARG001
    """Bring back what was put aside."""
    if snoozes.wake(handoff=handoff, by=request.user):
        parts = {"lead": handoff.kept_lead}
        messages.success(request, _("%(lead)s is back in your queue.") % parts)


@login_required
@require_POST
def save_view(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep what the address of the queue asks for under a name."""
    desk = desk_or_404(request.user, slug)
    filters = QueueFilters.read(QueryDict(request.POST.get("address", "")), desk)
    try:
        view = views.save_view(
            agreement=desk.agreement,
            user=request.user,
            name=request.POST.get("name", ""),
            address=filters.address,
        )
    except views.UnableToSave as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The view is saved as “%(name)s”.") % {"name": view.name})
    return _queue(slug, filters.address)


@login_required
@require_POST
def remove_view(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Forget a view that the person saved; the queue stays what it is."""
    desk = desk_or_404(request.user, slug)
    own = SavedView.objects.filter(user=request.user, agreement=desk.agreement)
    view = get_object_or_404(own, pk=pk)
    view.delete()
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return _queue(slug, view.address)


def _queue(slug: str, address: str) -> HttpResponse:
    url = reverse("leads:queue", kwargs={"slug": slug})
    return HttpResponseRedirect(f"{url}?{address}" if address else url, status=303)
