"""Send what stands in the outgoing box: each reader's text in their language and zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from smtplib import SMTPException
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from agreements.actions import messages
from agreements.models import Message

BATCH = 100
MOST_TOLD = 20
"""How many notices that go out together are told one by one; of the others only the number is."""


def send_messages(*, now: datetime) -> int:
    """Send every message that is due by e-mail; return how many mails went out.

    A message is locked while it is sent, so two runs at once send it once. Where no mail server
    is configured nothing is tried: the messages wait.
    """
    if not settings.SENDS_EMAIL:
        return 0
    due = Message.objects.filter(sent_at__isnull=True, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:BATCH]):
        sent += _send(pk, now)
    return sent


@transaction.atomic
def _send(pk: int, now: datetime) -> bool:
    """Send one message unless somebody else is sending it or has sent it, with what goes along."""
    waiting = Message.objects.filter(sent_at__isnull=True, next_attempt_at__isnull=False)
    unlocked = waiting.select_for_update(skip_locked=True, of=("self",))
    due = unlocked.select_related("recipient").filter(next_attempt_at__lte=now)
    message = due.filter(pk=pk).first()
    if message is None:
        return False
    group = [message]
    if "together" in message.parameters:
        same = unlocked.filter(kind=message.kind, recipient=message.recipient_id)
        along = same.filter(parameters__together=message.parameters["together"])
        group += along.select_related("recipient").exclude(pk=pk).order_by("pk")
    try:
        told = _mail(group, now)
    except (SMTPException, OSError) as error:
        for each in group:
            messages.note_failed(each, str(error), now=now)
        return False
    for each in group:
        if each in told:
            messages.note_sent(each, now=now)
        else:
            messages.note_outdated(each)
    return bool(told)


def _mail(group: Sequence[Message], now: datetime) -> Sequence[Message]:
    """Send messages of one kind to their reader in one mail; return those that were true still."""
    reader = group[0].recipient
    if reader.email is None:
        return group
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        letter = _together(group, now) if "together" in group[0].parameters else _alone(group[0])
    if letter is None:
        return ()
    send_mail(letter.subject, letter.body, None, [reader.email])
    return letter.told


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail, and the messages that it tells of."""

    told: Sequence[Message]
    subject: str
    body: str


def _alone(message: Message) -> _Letter | None:
    """Write a mail of one message; None where its text is empty: it is not true any more."""
    letter = _letter(message, [message], message.parameters)
    if not letter.body.strip():
        return None
    link = _link(message)
    return replace(letter, body=f"{letter.body.rstrip()}\n\n{link}\n") if link else letter


def _together(group: Sequence[Message], now: datetime) -> _Letter | None:
    """Write one mail of several messages, a line of each; None where none is true any more."""
    lines: dict[int, str] = {}
    for message in group[:MOST_TOLD]:
        line = _rendered(message, "line", {"now": now})
        if line:
            lines[message.pk] = "\n  ".join(filter(None, (line, _link(message))))
    further = group[MOST_TOLD:]
    told = [*(each for each in group if each.pk in lines), *further]
    if not lines:
        return None
    count = {"lines": list(lines.values()), "more": len(further), "count": len(told)}
    return _letter(told[0], told, {"now": now, **count})


def _letter(message: Message, told: Sequence[Message], context: Mapping[str, Any]) -> _Letter:
    subject, body = (_rendered(message, part, context) for part in ("subject", "body"))
    return _Letter(told, subject, f"{body}\n")


def _rendered(message: Message, part: str, context: Mapping[str, Any]) -> str:
    known = {"message": message, "reader": message.recipient, **context}
    return render_to_string(f"emails/{message.kind}-{part}.txt", known).strip()


def _link(message: Message) -> str:
    url = message.subject_url
    return f"{settings.PORTAL_URL}{url}" if settings.PORTAL_URL and url else ""
