"""The leads before the handoff: who is ready, who is near the criteria or far, who comes back."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agreements.models import Agreement
from agreements.terms import Terms
from leads.before.offerable import barring_offers
from leads.kin import KEPT, kept_apart_from
from leads.models import Handoff, Lead, Readiness
from leads.registry.parts import Found

Leads = QuerySet[Lead] | None
"""The leads to which a list is narrowed; None for all."""
NEAR_LACKS = 2
"""How many rules and required fields a lead may lack that is near the criteria."""


def ready_ones(agreement: Agreement, leads: Leads = None) -> Found:
    """Return what is known of leads that meet the criteria, the latest in its stage first.

    Joined, so that the index of stages gives the order; then those that reached none.
    """
    rows: QuerySet[Any] = _judged(agreement, leads).filter(ready_since__isnull=False)
    in_stage = rows.filter(lead__stages__agreement=agreement)
    stages = agreement.lead_stages.filter(lead=OuterRef("lead"))
    return Found((
        in_stage.order_by("-lead__stages__entered_at", "-lead__stages__pk"),
        rows.filter(~Exists(stages)).order_by("-lead"),
    ))  # fmt: skip


def near_ones(
    agreement: Agreement, terms: Terms | None, leads: Leads = None
) -> QuerySet[Readiness]:
    """Return those that lack little, the one that lacks least first."""
    return _lacking(agreement, leads).filter(_is_near(terms))


def far_ones(agreement: Agreement, terms: Terms | None, leads: Leads = None) -> QuerySet[Readiness]:
    """Return those that lack more."""
    return _lacking(agreement, leads).exclude(_is_near(terms))


def near_points(terms: Terms | None) -> int:
    """Return how many points a lead may lack that is near: half of those that are asked for."""
    return ((terms.handoff.threshold if terms else None) or 0) // 2


def returning_ones(
    agreement: Agreement, leads: Leads = None, *, before: date | None = None
) -> QuerySet[Handoff]:
    """Return the recycled handoffs whose lead comes back, the earliest first.

    With ``before`` only those whose day is before that local day.
    """
    coming = agreement.handoffs.resting()
    if before is not None:
        coming = coming.filter(returns_date__lt=before)
    if leads is not None:
        coming = coming.alias(kept=KEPT).filter(kept__in=leads.values("pk"))
    return coming.select_related("lead__merged_into", "holder", "version", "agreement").order_by(
        F("returns_date"), "pk"
    )


def _judged(agreement: Agreement, leads: Leads) -> QuerySet[Readiness]:
    # What was just offered, contested or merged is not judged again yet.
    judged = Readiness.objects.filter(agreement=agreement).select_related("lead")
    if leads is not None:
        judged = judged.filter(lead__in=leads.values("pk"))
    return kept_apart_from(judged, barring_offers(agreement))


def _lacking(agreement: Agreement, leads: Leads) -> QuerySet[Readiness]:
    rows = _judged(agreement, leads).filter(ready_since=None)
    return rows.order_by("lacks", "missing_points", "-lead")


def _is_near(terms: Terms | None) -> Q:
    return Q(lacks__lte=NEAR_LACKS, missing_points__lte=near_points(terms))
