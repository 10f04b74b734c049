"""Adopt an agreement signed elsewhere and settle the handoffs of the time it reaches back over."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from agreements.actions import contracts
from agreements.models import AgreementVersion, User
from leads.changes import log_days_from
from leads.models import Handoff
from leads.settle import settle_leads_of


@transaction.atomic
def adopt_and_settle(
    *,
    slug: str,
    told: Mapping[str, Any],
    effective_date: date,
    by: User | None,
    now: datetime,
    signers: Mapping[str, User] | None = None,
) -> AgreementVersion:
    """Adopt the terms in a told document, then settle every handoff offered in its period.

    What stands under ``agreement`` (name, and the teams under parties) and ``calendars_here`` is
    about this portal and no part of the text that was signed. Raises as ``contracts.adopt`` does.
    """
    terms = dict(told)
    about = terms.pop("agreement", None) or {}
    closures = terms.pop("calendars_here", None) or {}
    version = contracts.adopt(
        slug=slug,
        terms=terms,
        effective_date=effective_date,
        by=by,
        now=now,
        name=str(about.get("name", "")),
        parties=about.get("parties"),
        signers=signers,
        closures=closures,
    )
    _settle_period(version, now)
    log_days_from(version.agreement, version.effective_from or now)
    return version


def _settle_period(version: AgreementVersion, now: datetime) -> None:
    offered = Handoff.objects.filter(
        agreement=version.agreement, offered_at__gte=version.effective_from
    )
    if version.effective_to:
        offered = offered.filter(offered_at__lt=version.effective_to)
    settle_leads_of(offered, now=now, facts_changed=True)
