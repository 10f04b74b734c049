"""Take back what one has just done."""

from datetime import datetime

from django.contrib import messages
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agreements.models import User
from agreements.requests import SignedInRequest
from leads.actions import corrections
from leads.deadlocks import retry_once
from leads.deeds.undo import forget_undo
from leads.models import Handoff
from leads.views.doing import before_correcting, deed, tell, what_correcting_did


def _asks_itself(handoff: Handoff, user: User) -> None:
    """Let pass who may read the handoff: the action asks whose deed it was."""


@deed(_asks_itself)
def undo(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """Take back what the person has just done about a handoff."""
    before, name = before_correcting(handoff), request.POST.get("name", "")
    try:
        retry_once(lambda: corrections.undo(handoff=handoff, name=name, by=request.user, now=now))
    except corrections.UnableToUndo as error:
        messages.warning(request, _with_a_way_there(error, request.user))
        return
    finally:
        forget_undo(request.session, handoff, name)
    said = _("Taken back: %(lead)s.") % {"lead": handoff.kept_lead}
    tell(request, said, what_correcting_did(before, now))


def _with_a_way_there(refusal: corrections.UnableToUndo, user: User) -> str:
    """Say why it was refused, with a link to the handoff to look at where the person may."""
    readable = Handoff.objects.visible_to(user).select_related("agreement", "lead__merged_into")
    handoff = readable.filter(pk=refusal.handoff.pk).first()
    if handoff is None:
        return str(refusal)
    lead = handoff.kept_lead
    return format_html('{} <a href="{}">{}</a>', str(refusal), handoff.get_absolute_url(), lead)
