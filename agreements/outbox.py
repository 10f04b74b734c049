"""Send what stands in the outgoing box: each reader's text in their language and zone."""

from datetime import datetime
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from agreements.actions import messages
from agreements.models import Message

BATCH = 100


def send_messages(*, now: datetime) -> int:
    """Send every message that is due by e-mail; return how many went out.

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
    """Send one message unless somebody else is sending it or has sent it."""
    message = (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .filter(pk=pk, sent_at__isnull=True)
        .first()
    )
    if message is None:
        return False
    try:
        _mail(message)
    except (SMTPException, OSError) as error:
        messages.note_failed(message, str(error), now=now)
        return False
    messages.note_sent(message, now=now)
    return True


def _mail(message: Message) -> None:
    reader = message.recipient
    if reader.email is None:
        return
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        context = {"message": message, "reader": reader, **message.parameters}
        subject = render_to_string(f"emails/{message.kind}-subject.txt", context).strip()
        body: str = render_to_string(f"emails/{message.kind}-body.txt", context)
    if settings.PORTAL_URL and message.subject_url:
        body = f"{body.rstrip()}\n\n{settings.PORTAL_URL}{message.subject_url}\n"
    send_mail(subject, body, None, [reader.email])
