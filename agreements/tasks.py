"""Jobs about agreements; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from agreements import expiry, outbox


@shared_task
def send_messages(**_: object) -> None:
    """Send the messages that are due."""
    outbox.send_messages(now=timezone.now())


@shared_task
def warn_of_expiry(**_: object) -> None:
    """Warn the leads of agreements that are about to end."""
    expiry.warn_of_expiry(now=timezone.now())
