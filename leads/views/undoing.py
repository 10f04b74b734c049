"""Take back what one has just done."""

from datetime import datetime

from django.contrib import messages
from django.utils.translation import gettext as _

from agreements.models import User
from agreements.requests import SignedInRequest
from leads.actions import corrections
from leads.actions.telling import SOURCE
from leads.deadlocks import retry_once
from leads.deeds.undo import forget_undo
from leads.models import Handoff
from leads.story.case import FactName, case_of
from leads.views.doing import deed, tell, what_correcting_did
from leads.views.taken import with_a_way_there


def _asks_itself(handoff: Handoff, user: User) -> None:
    """Let pass who may read the handoff: the action asks whose deed it was."""


@deed(_asks_itself)
def undo(request: SignedInRequest, handoff: Handoff, now: datetime) -> None:
    """Take back what the person has just done about a handoff."""
    name, case = request.POST.get("name", ""), case_of(handoff)
    heeding = case.heeding(handoff, FactName("follow_up", SOURCE, name))
    before = [(heeding, case.states(heeding))]
    try:
        retry_once(lambda: corrections.undo(handoff=handoff, name=name, by=request.user, now=now))
    except corrections.UnableToUndo as error:
        messages.warning(request, with_a_way_there(str(error), error.handoff, request.user))
        return
    finally:
        forget_undo(request.session, handoff, name)
    said = _("Taken back: %(lead)s.") % {"lead": handoff.kept_lead}
    tell(request, said, what_correcting_did(before, now))
