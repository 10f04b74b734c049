"""What narrows the lists before the handoff, and which leads that leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import Agreement
from leads.addresses import Filters
from leads.before.health import COLD_AFTER, FRESH_FOR, Health
from leads.models import FollowUp, Lead, LeadChange
from leads.origins import campaign_condition, origin_condition
from leads.registry.searching import matching


@dataclass(frozen=True)
class BeforeFilters(Filters):
    """Which leads are asked for; empty is any. ``over`` is about those alone that come back."""

    q: str = ""
    origin: str = ""
    campaign: str = ""
    health: str = ""
    over: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], *, is_returning: bool = False) -> "BeforeFilters":
        """Read an address; what cannot be asked of the list is left out."""
        told = cls.told(asked)
        fits = {
            "health": told["health"] in set(Health) and not is_returning,
            "over": told["over"] == "yes" and is_returning,
        }
        return cls.fitting(told, fits)

    def leads(self, agreement: Agreement, now: datetime) -> QuerySet[Lead] | None:
        """Return the leads that fit, those that are kept; None where any does."""
        if not any((self.q, self.origin, self.campaign, self.health)):
            return None
        found = Lead.objects.filter(
            origin_condition(self.origin, agreement), campaign_condition(self.campaign, agreement)
        )
        if self.q:
            found = found.filter(matching(self.q))
        return found.filter(_is(Health(self.health), agreement, now)) if self.health else found


def _is(health: Health, agreement: Agreement, now: datetime) -> Q:
    """Return the condition of leads that are so well, as ``leads.before.health`` has it."""
    cannot_be_reached = Q(email="", phone="")
    if health is Health.UNREACHABLE:
        return cannot_be_reached
    lately = _gave_sign(agreement, now - FRESH_FOR)
    not_long_ago = _gave_sign(agreement, now - COLD_AFTER)
    how = {Health.FRESH: lately, Health.AGEING: ~lately & not_long_ago, Health.COLD: ~not_long_ago}
    return ~cannot_be_reached & how[health]


def _gave_sign(agreement: Agreement, since: datetime) -> Q:
    """Whether a lead was heard of or from since then: told of, in a stage, or followed up."""
    own, merged = {"lead": OuterRef("pk")}, {"lead__merged_into": OuterRef("pk")}
    changes = LeadChange.objects.holding()
    told, told_of_merged = changes.filter(**own), changes.filter(**merged)
    touches = FollowUp.objects.holding().filter(**own, agreement=agreement)
    stages = agreement.lead_stages.filter(**own)
    of_nothing_else = ~(Q(Exists(told)) | Q(Exists(told_of_merged)) | Q(Exists(touches)))
    return (
        Q(Exists(told.filter(occurred_at__gte=since)))
        | Q(Exists(told_of_merged.filter(occurred_at__gte=since)))
        | Q(Exists(touches.filter(occurred_at__gte=since)))
        | Q(Exists(stages.filter(entered_at__gte=since)))
        | (of_nothing_else & ~Q(Exists(stages)) & Q(first_heard_at__gte=since))
    )
