"""What a person puts aside in their own queue."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from agreements import formats
from agreements.requests import SignedInRequest
from leads.actions import snoozes
from leads.models import Handoff
from leads.permissions import check_user_can_put_aside
from leads.queue.snoozing import SnoozeForm
from leads.views.doing import deed, refused


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
