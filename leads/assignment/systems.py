"""Systems that offer leads: where they say themselves who gets these, rules leave that to them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from agreements.models import Agreement
from leads.actions.telling import SOURCE
from leads.models import Delivery, Handoff, HandoffEvent, TeamRules

LATEST = 100
"""How many of the latest handoffs of a system are looked at."""

# What a rep takes from the queue over there is told along with the deed, by this name.
_TAKEN = ":assigned"


@dataclass(frozen=True, slots=True)
class System:
    """A system that offers leads, and how many of its latest handoffs systems gave to somebody.

    ``is_left`` tells that rules leave to it what it offers.
    """

    source: str
    offered: int
    assigned: int
    is_left: bool


def systems_of(agreement: Agreement, rules: TeamRules) -> list[System]:
    """Return the systems that offered the latest leads, by name."""
    sources = _latest(agreement.handoffs.exclude(source=SOURCE)).values_list("source", flat=True)
    return [_system(agreement, source, rules) for source in sorted(set(sources))]


def _system(agreement: Agreement, source: str, rules: TeamRules) -> System:
    latest = _latest(agreement.handoffs.filter(source=source))
    assigned = _assigned(latest.values("pk")).values("handoff").distinct().count()
    said = rules.left_to.get(source)
    return System(
        source=source,
        offered=latest.count(),
        assigned=assigned,
        is_left=bool(assigned) if said is None else said,
    )


def is_left_to_its_system(handoff: Handoff, rules: TeamRules) -> bool:
    """Whether the system that offered a handoff says who gets it, and no rule does.

    It does where somebody of the team said so, and else where it, or another system, gave one of
    its latest handoffs to somebody.
    """
    if handoff.source == SOURCE:
        return False
    said: bool | None = rules.left_to.get(handoff.source)
    if said is not None:
        return said
    latest = _latest(Handoff.objects.filter(agreement=rules.agreement_id, source=handoff.source))
    return _assigned(latest.values("pk")).exists()


def _latest(handoffs: "QuerySet[Handoff]") -> "QuerySet[Handoff]":
    offered = handoffs.filter(offered_at__isnull=False)
    return offered.order_by("-offered_at", "-pk")[:LATEST]


def _assigned(handoffs: "QuerySet[Handoff, Any]") -> "QuerySet[HandoffEvent]":
    """Return to whom systems gave them by calls: files tell of the past."""
    told = HandoffEvent.objects.holding().exclude(external_id__endswith=_TAKEN)
    return told.filter(
        handoff__in=handoffs,
        kind=HandoffEvent.Kind.ASSIGNED,
        person__isnull=False,
        delivery__kind=Delivery.Kind.CALL,
    )
