"""Let the portal offer leads by itself as soon as they meet the criteria, or no longer."""

from datetime import datetime

from django.db import transaction

from agreements.models import Agreement, Audit, User
from leads.models import OfferRule


@transaction.atomic
def turn(*, agreement: Agreement, is_on: bool, by: User, now: datetime) -> OfferRule:
    """Turn offering by rule on, for leads that meet the criteria from now on, or off."""
    OfferRule.objects.get_or_create(agreement=agreement)
    rule = OfferRule.objects.select_for_update(no_key=True).get(agreement=agreement)
    if is_on == (rule.in_use_since is not None):
        return rule
    rule.in_use_since = now if is_on else None
    rule.save(update_fields=["in_use_since"])
    deed = "on" if is_on else "off"
    Audit.objects.record(f"leads.offer_rule.turned_{deed}", agreement, by=by, now=now)
    return rule
