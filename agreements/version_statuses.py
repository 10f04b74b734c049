"""The status that versions show: what is stored, their period and now, and what follows them."""

from collections.abc import Iterable
from datetime import datetime

from agreements.models import AgreementVersion


def statuses_at(versions: Iterable[AgreementVersion], now: datetime) -> dict[AgreementVersion, str]:
    """Return the status of all versions of an agreement.

    One is superseded where another begins as it ends.
    """
    versions = list(versions)
    starts = {each.effective_from for each in versions if each.effective_from}
    return {
        each: each.status_at(
            now, next_from=each.effective_to if each.effective_to in starts else None
        )
        for each in versions
    }


def status_at(version: AgreementVersion, now: datetime) -> str:
    """Return the status of one version; a query more tells whether another follows it."""
    ends_at = version.effective_to
    signed = AgreementVersion.objects.signed().filter(agreement=version.agreement_id)
    is_followed = ends_at is not None and signed.filter(effective__startswith=ends_at).exists()
    return version.status_at(now, next_from=ends_at if is_followed else None)
