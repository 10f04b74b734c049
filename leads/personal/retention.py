"""Retention by rule: who shows no sign of life is forgotten, what came in long ago is emptied."""

from calendar import monthrange
from collections.abc import Collection
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import Audit
from leads.actions.forgetting import AlreadyForgotten, UnableToForget, forget
from leads.deadlocks import retry_once
from leads.models import (
    Deal,
    Delivery,
    FileImport,
    FollowUp,
    Forgetting,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    RetentionRules,
    Satisfaction,
    StageEntry,
)
from leads.models.leads import LeadQuerySet
from leads.records import families_of
from leads.stored_files import empty_files

BATCH = 200
MOST_AT_ONCE = 2000
"""How many are forgotten in one run, so that a new rule does its work over some days."""
EXAMPLES = 10


def apply_retention(*, now: datetime) -> tuple[int, int]:
    """Do what the rules of retention say; return how many leads and deliveries it was about."""
    return forget_by_rule(now=now), empty_old_deliveries(now=now)


def foresee(*, now: datetime, rules: RetentionRules | None = None) -> tuple[int, int]:
    """Return how many leads rules would forget and deliveries empty, now and in later runs.

    Leads that were merged are counted as one, whether or not all of them are silent.
    """
    rules = rules or RetentionRules.current()
    months, days = rules.forget_after_months, rules.empty_after_days
    return (
        0 if months is None else silent_since(months_before(now, months)).count(),
        0 if days is None else old_deliveries(now - timedelta(days=days)).count(),
    )


def forgotten_by(leads: int, *, now: datetime) -> datetime:
    """Return the instant by which so many leads are forgotten: a run comes every 24 hours."""
    return now + timedelta(days=ceil(leads / MOST_AT_ONCE))


def known_longest(*, now: datetime, rules: RetentionRules) -> list[Lead]:
    """Return those of the leads that rules would forget that were first heard of, ten at most."""
    months = rules.forget_after_months
    if months is None:
        return []
    silent = silent_since(months_before(now, months))
    return list(silent.order_by("first_heard_at", "pk")[:EXAMPLES])


def months_before(now: datetime, months: int) -> datetime:
    """Return the same moment so many months before, or the last day of that month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


def silent_since(at: datetime) -> LeadQuerySet:
    """Return the leads that nothing happened to since, that sales does not have, and did not buy.

    Of leads that were merged the one that was kept, whatever happened to the others.
    """
    return _silent(Lead.objects.filter(merged_into=None), at)


def _silent(leads: LeadQuerySet, at: datetime) -> LeadQuerySet:
    own = OuterRef("pk")
    leads = leads.filter(first_heard_at__lt=at)
    for model in (StageEntry, FollowUp, Deal, Satisfaction, LeadChange):
        since = model._default_manager.filter(lead=own, occurred_at__gte=at)
        leads = leads.filter(~Exists(since))
    told = HandoffEvent.objects.filter(handoff__lead=own, occurred_at__gte=at)
    return leads.filter(
        ~Exists(told),
        ~Exists(Handoff.objects.open().filter(lead=own)),
        ~Exists(Handoff.objects.resting().filter(lead=own)),
        ~Exists(Deal.objects.holding().filter(status=Deal.Status.WON, lead=own)),
        ~Exists(Forgetting.objects.lasting().filter(lead=own)),
    )


def _is_silent(lead: Lead, at: datetime) -> bool:
    """Whether a lead is silent, and with it all that are one with it."""
    whole = families_of([lead.pk]).all([lead.pk])
    return len(whole) == 1 or _silent(Lead.objects.filter(pk__in=whole), at).count() == len(whole)


def forget_by_rule(*, now: datetime) -> int:
    """Forget who has been silent for as long as the rules say; return how many."""
    months = RetentionRules.current().forget_after_months
    if months is None:
        return 0
    since = months_before(now, months)
    reason = Forgetting.code_of_silence(months)
    forgotten, latest = 0, 0
    while forgotten < MOST_AT_ONCE:
        leads = list(silent_since(since).filter(pk__gt=latest).order_by("pk")[:BATCH])
        if not leads:
            break
        forgotten += sum(_forget(lead, reason, now) for lead in leads if _is_silent(lead, since))
        latest = leads[-1].pk
    if forgotten:
        rules = RetentionRules.current()
        Audit.objects.record(
            "leads.retention.forgotten", rules, by=None, now=now, leads=forgotten, months=months
        )
    return forgotten


def _forget(lead: Lead, reason: str, now: datetime) -> bool:
    cause = Forgetting.Cause.RULE
    try:
        retry_once(lambda: forget(lead=lead, reason=reason, by=None, now=now, cause=cause))
    except (AlreadyForgotten, UnableToForget):
        # Somebody did something about the lead at this very moment.
        return False
    return True


def empty_old_deliveries(*, now: datetime) -> int:
    """Empty what was taken in longer ago than the rules let it stay; return how many deliveries.

    What is being worked on, or waits for a person, stays.
    """
    days = RetentionRules.current().empty_after_days
    if days is None:
        return 0
    emptied = 0
    for kind, empty in ((Delivery.Kind.CALL, _empty_calls), (Delivery.Kind.FILE, empty_files)):
        old = old_deliveries(now - timedelta(days=days)).filter(kind=kind).order_by("pk")
        while pks := list(old.values_list("pk", flat=True)[:BATCH]):
            empty(pks)
            emptied += len(pks)
    if emptied:
        rules = RetentionRules.current()
        Audit.objects.record(
            "leads.retention.emptied", rules, by=None, now=now, deliveries=emptied, days=days
        )
    return emptied


def old_deliveries(before: datetime) -> QuerySet[Delivery]:
    """Return what came before an instant, was taken in, and still holds what came."""
    over = (FileImport.State.IMPORTED, FileImport.State.UNDONE)
    is_call = Q(kind=Delivery.Kind.CALL, payload__isnull=False)
    is_file = Q(kind=Delivery.Kind.FILE, file__gt="") & (
        Q(file_import=None) | Q(file_import__state__in=over)
    )
    return Delivery.objects.filter(
        is_call | is_file, received_at__lt=before, processed_at__isnull=False
    )


def _empty_calls(pks: Collection[int]) -> None:
    Delivery.objects.filter(pk__in=pks).update(payload=None, summary=None, error="")
