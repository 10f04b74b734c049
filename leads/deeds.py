"""What somebody may do about a handoff now, and the sentence that tells why not."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import User
from leads.models import Handoff, HandoffEvent
from leads.permissions import refusal_to_work


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do; ``reason`` is why it cannot be done, and empty where it can."""

    key: str
    label: str
    icon: str
    reason: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether it may and can be done."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Deeds:
    """What can be done about a handoff."""

    accept: Deed
    reject: Deed
    log: Deed

    @property
    def all(self) -> tuple[Deed, ...]:
        """Every deed, as they stand on the page."""
        return (self.accept, self.reject, self.log)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The sentences of what cannot be done, each once, with the key of its first deed."""
        first: dict[str, str] = {}
        for deed in self.all:
            if deed.reason:
                first.setdefault(deed.reason, deed.key)
        return [(key, reason) for reason, key in first.items()]


def deeds_for(handoff: Handoff, user: User, *, was_reached: bool, now: datetime) -> Deeds:
    """Tell what the person may do about a handoff, and what it can still bear.

    ``was_reached`` says that somebody spoke to the lead since the offer.
    """
    refusal = refusal_to_work(handoff, user)
    return Deeds(
        accept=Deed(
            "accept",
            _accept_label(handoff, now),
            "check",
            refusal or _not_accepted_because(handoff),
        ),
        reject=Deed(
            "reject",
            _("Reject…"),
            "x",
            refusal or _not_rejected_because(handoff, was_reached=was_reached),
        ),
        log=Deed("log", _("Log follow-up"), "phone", refusal or _not_logged_because(handoff)),
    )


def was_taken_from_queue(handoff: Handoff) -> bool:
    """Whether the holder gave it to themself, so that all of the team saw it before."""
    return (
        HandoffEvent.objects.holding()
        .filter(handoff=handoff, kind=HandoffEvent.Kind.ASSIGNED, person=handoff.holder_id)
        .filter(recorded_by=F("person"))
        .exists()
    )


def _accept_label(handoff: Handoff, now: datetime) -> str:
    if handoff.status == Handoff.Status.ACCEPTED:
        when = {"when": formats.near_instant(handoff.decided_at, now)}
        return _("Accepted %(when)s") % when
    return _("Accept")


def _not_accepted_because(handoff: Handoff) -> str:
    match handoff.status:
        case Handoff.Status.OFFERED:
            return ""
        case Handoff.Status.ACCEPTED:
            return _decided_once()
        case _:
            return _closed_because(handoff)


def _not_rejected_because(handoff: Handoff, *, was_reached: bool) -> str:
    if handoff.status == Handoff.Status.OFFERED and was_reached:
        return _("A handoff is rejected before somebody spoke to the lead; this one was.")
    if handoff.status == Handoff.Status.OFFERED:
        return ""
    if handoff.status == Handoff.Status.ACCEPTED:
        return _decided_once()
    return _closed_because(handoff)


def _decided_once() -> str:
    return _(
        "A handoff is accepted or rejected once. From here it is qualified, disqualified or "
        "recycled, with a reason."
    )


def _not_logged_because(handoff: Handoff) -> str:
    if handoff.status in (Handoff.Status.EXPECTED, Handoff.Status.REPEATED):
        return _closed_because(handoff)
    return ""


def _closed_because(handoff: Handoff) -> str:
    match handoff.status:
        case Handoff.Status.EXPECTED:
            return _("This handoff was heard of, but not offered yet.")
        case Handoff.Status.REPEATED:
            return _("This was asked for while another handoff of the lead was open: use that one.")
        case _:
            return _("This handoff is closed: it is %(status)s.") % {
                "status": handoff.get_status_display().lower()
            }
