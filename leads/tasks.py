"""Jobs about leads; each calls what a management command of the same name calls."""

from celery import shared_task
from django.utils import timezone

from leads import revisions, sweep
from leads.assignment import waiting
from leads.before import offering, readiness
from leads.calls import deliveries
from leads.importing import file_work
from leads.personal import raw_files, retention


@shared_task
def record_breaches(**_: object) -> None:
    """Record the breaches that are due."""
    sweep.record_breaches(now=timezone.now())


@shared_task
def settle_calendar_revisions(**_: object) -> None:
    """Settle what closures that were added or lifted touch."""
    revisions.settle_calendar_revisions(now=timezone.now())


@shared_task
def process_delivery(pk: int, **_: object) -> None:
    """Take in a call that was answered before."""
    deliveries.process(pk, now=timezone.now())


@shared_task
def process_deliveries(**_: object) -> None:
    """Take in the calls that were left."""
    deliveries.process_waiting(now=timezone.now())


@shared_task
def assign_waiting(**_: object) -> None:
    """Assign by rules what waits for somebody to be there."""
    waiting.assign_waiting(now=timezone.now())


@shared_task
def work_on_import(pk: int, **_: object) -> None:
    """Do what an import owes next."""
    file_work.work_on(pk, now=timezone.now())


@shared_task
def work_on_imports(**_: object) -> None:
    """Do what imports owe that were left."""
    file_work.work_on_what_was_left(now=timezone.now())


@shared_task
def judge_leads(**_: object) -> None:
    """Judge the leads about which something changed, and offer those that the portal offers."""
    now = timezone.now()
    readiness.judge_leads(now=now)
    offering.offer_by_rule(now=now)


@shared_task
def offer_returning(**_: object) -> None:
    """Offer the recycled leads whose day has come."""
    offering.offer_returning(now=timezone.now())


@shared_task
def search_files(**_: object) -> None:
    """Empty the rows of forgotten people in stored files."""
    raw_files.search_files(now=timezone.now())


@shared_task
def apply_retention(**_: object) -> None:
    """Forget and empty what was kept for as long as the rules say."""
    retention.apply_retention(now=timezone.now())
