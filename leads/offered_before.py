"""Which of some leads were rejected before, and what offering them anew would end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.models import Agreement
from leads.actions.contests import contestable_until
from leads.models import Handoff, Lead
from leads.ready_rows import latest_offered
from leads.reasons import RulebooksFor


@dataclass(frozen=True, slots=True)
class RejectedBefore:
    """The leads whose latest handoff was rejected, and of how many that can be contested still."""

    lead_ids: frozenset[int]
    contestable: int


def rejected_before(agreement: Agreement, leads: Sequence[Lead], now: datetime) -> RejectedBefore:
    """Tell which of some leads were rejected; one query, and one for each version."""
    latest = latest_offered(agreement, [lead.pk for lead in leads])
    rejected = [
        each
        for each in latest.select_related("agreement", "version")
        if each.status == Handoff.Status.REJECTED
    ]
    books = RulebooksFor()
    untils = [contestable_until(each, books[each]) for each in rejected if not each.contest]
    return RejectedBefore(
        frozenset(each.kept for each in rejected),
        sum(until is not None and now <= until for until in untils),
    )
