"""Handoffs that wait for somebody although their team assigns by rules."""

from datetime import datetime
from functools import partial

from django.db.models import Exists, F, OuterRef, Q

from leads.actions.assignments import RECENT, assign_by_rules
from leads.assignment.systems import is_left_to_its_system
from leads.deadlocks import retry_once
from leads.models import AssignmentTurn, Handoff, HandoffEvent
from leads.models.leads import HandoffQuerySet

_BATCH = 500


def waiting_handoffs(now: datetime) -> HandoffQuerySet:
    """Return open handoffs that nobody holds and that rules in use are to give to somebody.

    Those offered lately, since the rules are in use. What a person or another system put into
    the queue stays there, and so does what is left to the system that offered it.
    """
    by_rule = AssignmentTurn.objects.filter(external_id=OuterRef("external_id"))
    by_others = HandoffEvent.objects.holding().filter(
        ~Exists(by_rule), handoff=OuterRef("pk"), kind=HandoffEvent.Kind.ASSIGNED
    )
    waiting = Handoff.objects.open().filter(
        ~Exists(by_others),
        holder__isnull=True,
        offered_at__gte=now - RECENT,
        agreement__team_rules__in_use_since__lte=F("offered_at"),
    )
    return waiting.exclude(_left(waiting))


def _left(waiting: HandoffQuerySet) -> Q:
    """Match those that are left to their systems; one is asked about for each system."""
    left = Q(pk__in=())
    one_each = waiting.order_by("agreement", "source", "pk").distinct("agreement", "source")
    for handoff in one_each.select_related("agreement__team_rules"):
        if is_left_to_its_system(handoff, handoff.agreement.team_rules):
            left |= Q(agreement=handoff.agreement_id, source=handoff.source)
    return left


def assign_waiting(*, now: datetime) -> int:
    """Assign those for whom somebody is there by now; return how many. The longest waiting first.

    Each is a transaction of its own: it may be taken by hand at the same moment.
    """
    found = waiting_handoffs(now).select_related("lead", "agreement")
    handoffs = list(found.order_by("offered_at", "pk")[:_BATCH])
    turns = [retry_once(partial(assign_by_rules, handoff=each, now=now)) for each in handoffs]
    return sum(turn is not None and turn.user_id is not None for turn in turns)
