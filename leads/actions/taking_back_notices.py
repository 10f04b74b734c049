"""Tell whoever was told of a deed that it was taken back, and drop what nobody was told yet."""

from datetime import datetime

from django.db.models import QuerySet

from agreements.actions import messages
from agreements.models import Message, User
from leads.any_of import AnyOf
from leads.deeds.quiet_hours import goes_out_at
from leads.models import Handoff, HandoffEvent

Kind = HandoffEvent.Kind

_KINDS = {
    Kind.REJECTED: "rejection_taken_back",
    Kind.CONTESTED: "contest_taken_back",
    Kind.DECIDED: "decision_taken_back",
}


def tell_of_taking_back(event: HandoffEvent, *, note: str, by: User, now: datetime) -> None:
    """Drop the notices of a deed that wait, and tell who got one already, and whose deed it was.

    With a rejection its contest falls, which is then told of as well as the rejection.
    """
    fallen = [event]
    if event.kind == Kind.REJECTED:
        contests = HandoffEvent.objects.holding().filter(
            handoff=event.handoff_id, kind=Kind.CONTESTED, occurred_at__gte=event.occurred_at
        )
        fallen += contests
    heard = {each.person_id for each in fallen}
    for message in _notices_of(fallen):
        if message.sent_at is not None:
            heard.add(message.recipient_id)
        elif message.next_attempt_at is not None:
            messages.note_outdated(message)
    kind = _KINDS.get(Kind(event.kind))
    others = [each for each in heard if each not in (None, by.pk)]
    people = User.objects.filter(AnyOf("pk", others), is_active=True)
    if kind is not None:
        _tell(kind, event.handoff, people, note=note, by=by, now=now)


def _notices_of(events: list[HandoffEvent]) -> QuerySet[Message]:
    """Lock what was to be told of deeds; one that is being sent is waited for."""
    handoff = events[0].handoff
    told = HandoffEvent.objects.filter(
        handoff=handoff, external_id__in=[each.external_id for each in events]
    )
    about = Message.objects.filter(
        subject_type=handoff._meta.label_lower, subject_id=str(handoff.pk)
    )
    named = about.filter(parameters__event__in=list(told.values_list("pk", flat=True)))
    return named.select_for_update().order_by("pk")


def _tell(
    kind: str, handoff: Handoff, recipients: QuerySet[User], *, note: str, by: User, now: datetime
) -> None:
    messages.notify(
        kind=kind,
        recipients=recipients,
        subject=handoff,
        parameters={
            "agreement": handoff.agreement.name,
            "lead": str(handoff.kept_lead),
            "author": by.name,
            "note": note.strip(),
        },
        dedup_key=f"{kind}:{handoff.pk}:{now.isoformat()}",
        now=now,
        url=handoff.get_absolute_url(),
        wait=goes_out_at(handoff, now) - now,
    )
