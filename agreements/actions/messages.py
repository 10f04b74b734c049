"""Put notices into the outgoing box and take note of what became of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from agreements.models import Agreement, Membership, Message, User

GATHERED = timedelta(minutes=15)
"""How long a message waits for more of the same, so that many remarks make one message."""

_FIRST_PAUSE = timedelta(minutes=1)
_MOST_ATTEMPTS = 10


def notify(
    *,
    kind: str,
    recipients: Iterable[User],
    subject: models.Model,
    parameters: dict[str, Any],
    dedup_key: str,
    now: datetime,
    url: str = "",
    wait: timedelta = timedelta(0),
    together: int | None = None,
) -> None:
    """Leave one notice for each person; the same ``dedup_key`` again leaves none.

    It goes out after ``wait``. Notices of one kind with the same key ``together`` go to a person
    in one mail: whatever still waits goes along with the first.
    """
    if together is not None:
        parameters = parameters | {"together": together}
    Message.objects.bulk_create(
        (
            Message(
                recipient=person,
                kind=kind,
                parameters=parameters,
                subject_type=subject._meta.label_lower,
                subject_id=str(subject.pk),
                subject_url=url,
                dedup_key=f"{dedup_key}:{person.pk}",
                recorded_at=now,
                next_attempt_at=now + wait,
            )
            for person in recipients
        ),
        ignore_conflicts=True,
    )


def gather(
    *,
    kind: str,
    recipients: Iterable[User],
    subject: models.Model,
    parameters: dict[str, Any],
    said: dict[str, Any],
    now: datetime,
    url: str = "",
) -> None:
    """Leave one notice for each person about all that is said of a subject in a quarter of an hour.

    ``said`` is added to the list of that name in the notice that still waits; where none does, a
    new one begins. Whoever calls has the subject locked, so two of them do not begin one each.
    """
    label, key = subject._meta.label_lower, str(subject.pk)
    people = {person.pk: person for person in recipients}
    waiting = Message.objects.select_for_update().filter(
        kind=kind, subject_type=label, subject_id=key, recipient__in=people, sent_at__isnull=True
    )
    for message in waiting.order_by("pk"):
        message.parameters["said"].append(said)
        message.save(update_fields=["parameters"])
        people.pop(message.recipient_id, None)
    notify(
        kind=kind,
        recipients=people.values(),
        subject=subject,
        parameters=parameters | {"said": [said]},
        dedup_key=f"{kind}:{key}:{now.isoformat()}",
        now=now,
        url=url,
        wait=GATHERED,
    )


def leads_of(agreement: Agreement) -> models.QuerySet[User]:
    """Return the leads of both parties, as far as they may sign in: whom to tell of the text."""
    return User.objects.filter(
        memberships__team__in=(agreement.marketing_team_id, agreement.sales_team_id),
        memberships__role=Membership.Role.LEAD,
        is_active=True,
    ).distinct()


def note_sent(message: Message, *, now: datetime) -> None:
    """Keep that the message went out."""
    message.sent_at, message.error = now, ""
    message.save(update_fields=["sent_at", "error"])


def note_outdated(message: Message) -> None:
    """Keep that it did not go out because it was not true any more."""
    message.next_attempt_at, message.error = None, ""
    message.save(update_fields=["next_attempt_at", "error"])


def note_failed(message: Message, error: str, *, now: datetime) -> None:
    """Keep why it did not go out; the pause to the next try doubles, after ten there is none."""
    message.attempts += 1
    message.error = error
    message.next_attempt_at = (
        now + _FIRST_PAUSE * 2**message.attempts if message.attempts < _MOST_ATTEMPTS else None
    )
    message.save(update_fields=["attempts", "error", "next_attempt_at"])
