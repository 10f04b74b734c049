"""Jobs about leads; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from leads import revisions, sweep


@shared_task
def record_breaches(**_: object) -> None:
    """Record the breaches that are due."""
    sweep.record_breaches(now=timezone.now())


@shared_task
def settle_calendar_revisions(**_: object) -> None:
    """Settle what closures that were added or lifted touch."""
    revisions.settle_calendar_revisions(now=timezone.now())
