"""Jobs about agreements; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from agreements import outbox


@shared_task
def send_messages(**_: object) -> None:
    """Send the messages that are due."""
    outbox.send_messages(now=timezone.now())
