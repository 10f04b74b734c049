"""What a mail to the new holder of a handoff says of it, as things stand when it goes out."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Message, User
from leads.actions.telling import SOURCE
from leads.assignment.words import turn_words
from leads.models import AssignmentTurn, Clock, FollowUp, Handoff, HandoffEvent, Lead
from leads.queue.handoffs import acting_clocks


@dataclass(frozen=True, slots=True)
class Given:
    """A handoff that somebody got: from whom, and which promise about it runs out first.

    ``lead`` is empty for who may not read it.
    """

    agreement: str
    lead: str
    why: str
    promise: str
    note: str


def given(message: Message, now: datetime) -> Given | None:
    """Return what to say to the recipient, in the language and zone of the moment.

    None for what is out of date: they have it no more, it is closed, or they took it up already.
    """
    reader = message.recipient
    held = Handoff.objects.open().held_by(reader).filter(pk=message.subject_id)
    handoff = held.select_related("lead__merged_into", "agreement").first()
    events = HandoffEvent.objects.filter(pk=message.parameters["event"])
    event = events.select_related("recorded_by").first()
    if handoff is None or event is None or _took_up(reader, handoff, message.recorded_at):
        return None
    is_readable = Handoff.objects.visible_to(reader).filter(pk=handoff.pk).exists()
    return Given(
        agreement=handoff.agreement.name,
        lead=_lead(handoff) if is_readable else "",
        why=_why(event),
        promise=_promise(handoff, now),
        note=event.note.strip() if is_readable else "",
    )


def _took_up(reader: User, handoff: Handoff, since: datetime) -> bool:
    told = HandoffEvent.objects.holding().filter(handoff=handoff, recorded_at__gte=since)
    decided = told.filter(person=reader).exclude(kind=HandoffEvent.Kind.ASSIGNED)
    touched = FollowUp.objects.holding().filter(
        agreement=handoff.agreement_id,
        lead__in=Lead.objects.one_with([handoff.kept_lead.pk]),
        person=reader,
        recorded_at__gte=since,
    )
    return decided.exists() or touched.exists()


def _lead(handoff: Handoff) -> str:
    lead = handoff.kept_lead
    return ", ".join(dict.fromkeys(filter(None, (str(lead), lead.company))))


def _why(event: HandoffEvent) -> str:
    if event.source != SOURCE:
        return _("Given to you by %(giver)s.") % {"giver": event.source}
    turn = AssignmentTurn.objects.filter(external_id=event.external_id, user__isnull=False).first()
    if turn is not None:
        return _("By the team's rules: %(why)s.") % {"why": turn_words(turn, {})}
    if event.recorded_by is None:
        return _("You had it before, and its day has come.")
    return _("Given to you by %(giver)s.") % {"giver": event.recorded_by}


def _promise(handoff: Handoff, now: datetime) -> str:
    clocks = acting_clocks().filter(handoff=handoff).order_by("due_at", "clause_key")
    first = clocks.first()
    if first is None:
        return ""
    parts = {
        "clause": first.clause_key,
        "promise": Clock.Kind(first.kind).label,
        "due": formats.instant(first.due_at, now),
    }
    if first.due_at < now:
        return _("%(clause)s %(promise)s: was due %(due)s.") % parts
    return _("%(clause)s %(promise)s: due %(due)s.") % parts
