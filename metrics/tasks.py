"""Jobs about figures; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from metrics import closing, rollup


@shared_task
def roll_up(**_: object) -> None:
    """Count the days on which something changed."""
    rollup.roll_up(now=timezone.now())


@shared_task
def complete_months(**_: object) -> None:
    """Freeze what has become final in months that were closed before."""
    closing.complete_months(now=timezone.now())
