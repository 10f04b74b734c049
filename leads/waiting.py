"""Handoffs that wait for somebody although their team assigns by rules."""

from datetime import datetime
from functools import partial

from django.db.models import Exists, F, OuterRef

from leads.actions.assignments import RECENT, assign_by_rules
from leads.assigning_systems import is_left_to_its_system
from leads.deadlocks import retry_once
from leads.models import AssignmentTurn, Handoff, HandoffEvent, TeamRules
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
    return waiting.exclude(pk__in=_left(waiting))


def _left(waiting: HandoffQuerySet) -> list[int]:
    """Return which of them are left to their systems; one is asked about for each system."""
    rules = {each.agreement_id: each for each in TeamRules.objects.all()}
    found: list[int] = []
    one_each = waiting.order_by("agreement", "source", "pk").distinct("agreement", "source")
    for handoff in one_each:
        if is_left_to_its_system(handoff, rules[handoff.agreement_id]):
            same = waiting.filter(agreement=handoff.agreement_id, source=handoff.source)
            found += same.values_list("pk", flat=True)
    return found


def assign_waiting(*, now: datetime) -> int:
    """Assign those for whom somebody is there by now; return how many. The longest waiting first.

    Each is a transaction of its own: it may be taken by hand at the same moment.
    """
    found = waiting_handoffs(now).select_related("lead", "agreement")
    handoffs = list(found.order_by("offered_at", "pk")[:_BATCH])
    turns = [retry_once(partial(assign_by_rules, handoff=each, now=now)) for each in handoffs]
    return sum(turn is not None and turn.user_id is not None for turn in turns)
