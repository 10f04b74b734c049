"""Say how long personal data is kept."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from agreements.models import Audit, User
from leads.models import RetentionRules


@transaction.atomic
def change(
    *,
    forget_after_months: int | None,
    empty_after_days: int | None,
    kept_attributes: Collection[str],
    by: User,
    now: datetime,
) -> RetentionRules:
    """Write the rules of retention; None is for ever. They work from the next night on."""
    rules = RetentionRules(
        pk=RetentionRules.ONLY,
        forget_after_months=forget_after_months,
        empty_after_days=empty_after_days,
        kept_attributes=sorted(set(kept_attributes)),
        changed_at=now,
        changed_by=by,
    )
    rules.save()
    Audit.objects.record(
        "leads.retention.changed",
        rules,
        by=by,
        now=now,
        forget_after_months=forget_after_months,
        empty_after_days=empty_after_days,
        kept_attributes=rules.kept_attributes,
    )
    return rules
