"""Put notices into the outgoing box and take note of what became of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from agreements.models import Agreement, Membership, Message, User

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
) -> None:
    """Leave one notice for each person; the same ``dedup_key`` again leaves none."""
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
                next_attempt_at=now,
            )
            for person in recipients
        ),
        ignore_conflicts=True,
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


def note_failed(message: Message, error: str, *, now: datetime) -> None:
    """Keep why it did not go out; the pause to the next try doubles, after ten there is none."""
    message.attempts += 1
    message.error = error
    message.next_attempt_at = (
        now + _FIRST_PAUSE * 2**message.attempts if message.attempts < _MOST_ATTEMPTS else None
    )
    message.save(update_fields=["attempts", "error", "next_attempt_at"])
