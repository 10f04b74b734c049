"""Jobs about figures; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from metrics import rollup


@shared_task
def roll_up(**_: object) -> None:
    """Count the days on which something changed."""
    rollup.roll_up(now=timezone.now())
