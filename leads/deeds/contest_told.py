"""What mails about rejections and their contests say, as things stand when they go out."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Message
from leads.actions.contests import contestable_until, was_offered_anew
from leads.deeds.reasons import reasons_in, rulebook_for
from leads.models import Handoff, HandoffEvent

Contest = Handoff.Contest

_STANDS = {
    "rejection_contested": Contest.WAITING,
    "rejection_upheld": Contest.UPHELD,
    "rejection_overturned": Contest.OVERTURNED,
}


def stands(message: Message) -> bool:
    """Whether the contest that a notice is about still stands as the notice says."""
    rows = Handoff.objects.filter(pk=message.subject_id)
    return rows.filter(contest=_STANDS[message.kind]).exists()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A handoff that sales rejected: which, why, by whom, and until when it can be contested."""

    agreement: str
    lead: str
    reason: str
    note: str
    who: str
    until: str


def rejected(message: Message, now: datetime) -> Rejected | None:
    """Return what to say to the recipient, in the language and zone of the moment.

    None for what is out of date: the rejection was taken back, or somebody contested it already.
    """
    of_message = Handoff.objects.filter(pk=message.subject_id, status=Handoff.Status.REJECTED)
    uncontested = of_message.filter(contest="").select_related(
        "agreement", "version", "lead__merged_into"
    )
    handoff = uncontested.first()
    events = HandoffEvent.objects.holding().filter(pk=message.parameters["event"])
    event = events.select_related("person").first()
    if handoff is None or event is None:
        return None
    book = rulebook_for(handoff)
    until = None if was_offered_anew(handoff) else contestable_until(handoff, book)
    lead, named = handoff.kept_lead, dict(reasons_in(book, "rejection"))
    return Rejected(
        agreement=handoff.agreement.name,
        lead=", ".join(dict.fromkeys(filter(None, (str(lead), lead.company)))),
        reason=named.get(handoff.reason, handoff.reason),
        note=event.note.strip(),
        who=_who(event, now),
        until=_until(until, now),
    )


def _who(event: HandoffEvent, now: datetime) -> str:
    when = formats.instant(event.occurred_at, now)
    if event.person is None:
        return _("Rejected %(when)s.") % {"when": when}
    return _("Rejected by %(who)s, %(when)s.") % {"who": event.person, "when": when}


def _until(until: datetime | None, now: datetime) -> str:
    if until is None:
        return ""
    when = formats.instant(until, now)
    if until < now:
        return _("It could be contested until %(when)s.") % {"when": when}
    return _("It can be contested until %(when)s.") % {"when": when}
