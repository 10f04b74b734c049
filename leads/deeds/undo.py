"""What somebody has just done and may take back by one click, kept in their session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from leads.models import Handoff

_KEPT = "leads.undo"
OFFERED_FOR = timedelta(seconds=10)
"""How long a page offers to take a deed back; a click on the way is still heard after that."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """A deed that can be taken back; ``seconds`` are left of the time it is offered for."""

    handoff_id: int
    name: str
    words: str
    seconds: int


def keep_for_undo(
    session: SessionBase, handoff: Handoff, kind: str, name: str, now: datetime
) -> None:
    """Keep what was done; what was done before it can no longer be taken back by a click.

    ``kind`` is one of those of ``done_words``.
    """
    session[_KEPT] = {
        "handoff": handoff.pk,
        "agreement": handoff.agreement_id,
        "lead": str(handoff.kept_lead),
        "kind": kind,
        "name": name,
        "until": (now + OFFERED_FOR).timestamp(),
    }


def undoable_in(session: SessionBase, agreement_id: int, now: datetime) -> Undoable | None:
    """Return what can be taken back now under an agreement."""
    kept: dict[str, Any] | None = session.get(_KEPT)
    if kept is None or kept["agreement"] != agreement_id:
        return None
    seconds = kept["until"] - now.timestamp()
    if seconds <= 0:
        return None
    words = done_words(kept["kind"], kept["lead"])
    return Undoable(kept["handoff"], kept["name"], words, max(1, round(seconds)))


def forget_undo(session: SessionBase, handoff: Handoff, name: str = "") -> None:
    """Offer a deed no more to be taken back, without a name any about the handoff.

    What was done after it still is.
    """
    kept: dict[str, Any] | None = session.get(_KEPT)
    if kept and kept["handoff"] == handoff.pk and name in ("", kept["name"]):
        del session[_KEPT]


def done_words(kind: str, lead: object) -> str:
    """Say that a deed of this kind was done about a lead."""
    patterns = {
        "follow_up": _("Logged a follow-up of %(lead)s."),
        "assigned": _("Assigned %(lead)s."),
        "taken": _("Took %(lead)s from the team's queue."),
        "accepted": _("Accepted %(lead)s."),
        "rejected": _("Rejected %(lead)s."),
        "qualified": _("Qualified %(lead)s."),
        "disqualified": _("Disqualified %(lead)s."),
        "recycled": _("Recycled %(lead)s."),
        "paused": _("Paused the clocks of %(lead)s."),
        "resumed": _("Ended the pause of %(lead)s."),
        "withdrawn": _("Withdrew the offer of %(lead)s."),
        "contested": _("Contested the rejection of %(lead)s."),
        "upheld": _("Upheld the rejection of %(lead)s."),
        "overturned": _("Overturned the rejection of %(lead)s."),
    }
    return patterns[kind] % {"lead": lead}
