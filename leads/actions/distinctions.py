"""Say that two leads are not the same, however alike they look, and take that back."""

from datetime import datetime

from django.db import transaction

from agreements.models import Audit, User
from leads.models import Distinction, Lead


@transaction.atomic
def tell_apart(*, one: Lead, other: Lead, by: User, now: datetime) -> Distinction:
    """Keep that two leads are not the same; said before, the earlier one stays."""
    first, second = sorted((one, other), key=lambda lead: lead.pk)
    distinction, is_new = Distinction.objects.get_or_create(
        first=first, second=second, defaults={"told_by": by, "told_at": now}
    )
    if is_new:
        _record("leads.lead.told_apart", distinction, by, now)
    return distinction


@transaction.atomic
def take_back(*, distinction: Distinction, by: User, now: datetime) -> None:
    """Let two leads be suggested again; taken back before, nothing is left to do."""
    removed, _details = Distinction.objects.filter(pk=distinction.pk).delete()
    if removed:
        _record("leads.lead.told_alike", distinction, by, now)


def _record(action: str, distinction: Distinction, by: User, now: datetime) -> None:
    for lead, other in (
        (distinction.first, distinction.second),
        (distinction.second, distinction.first),
    ):
        Audit.objects.record(action, lead, by=by, now=now, other=other.pk)
