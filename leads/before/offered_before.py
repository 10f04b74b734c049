"""What became of leads that are about to be offered: rejected before, or to come back on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agreements.models import Agreement
from agreements.terms import Terms
from leads.actions.contests import contestable_until
from leads.any_of import AnyOf
from leads.before.qualifying import Lacking
from leads.before.rows import latest_offered, past_of
from leads.deeds.reasons import RulebooksFor
from leads.models import Handoff, HandoffEvent, Lead


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


@dataclass(frozen=True, slots=True)
class Resting:
    """Until which local day a lead was recycled, what was said, and whether the day is to come."""

    day: date
    note: str
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class OfferedLead:
    """A lead that is about to be offered: what it lacks, how its latest handoff ended, its rest."""

    lead: Lead
    lacking: Lacking
    past: str
    resting: Resting | None

    @property
    def rests(self) -> bool:
        """Whether it was to come back on a day that has not come yet."""
        return self.resting is not None and self.resting.is_to_come


def offered_leads(
    agreement: Agreement,
    leads: Sequence[Lead],
    lacking: Mapping[int, Lacking],
    terms: Terms | None,
    now: datetime,
) -> dict[int, OfferedLead]:
    """Say of each lead what is to be known before it is offered; three queries."""
    past = past_of(agreement, [lead.pk for lead in leads], terms)
    resting = _resting(agreement, leads, now)
    return {
        lead.pk: OfferedLead(
            lead, lacking.get(lead.pk, Lacking(())), past.get(lead.pk, ""), resting.get(lead.pk)
        )
        for lead in leads
    }


def _resting(agreement: Agreement, leads: Sequence[Lead], now: datetime) -> dict[int, Resting]:
    """Tell which of some leads were recycled until a day; two queries."""
    latest = latest_offered(agreement, [lead.pk for lead in leads])
    recycled = {
        each.pk: each
        for each in latest
        if each.status == Handoff.Status.RECYCLED and each.returns_date
    }
    events = HandoffEvent.objects.holding().filter(
        AnyOf("handoff", recycled.keys()), kind=HandoffEvent.Kind.RECYCLED
    )
    notes = dict(events.order_by("pk").values_list("handoff", "note"))
    today = agreement.local_date(now)
    return {
        each.kept: Resting(each.returns_date, notes.get(pk, ""), each.returns_date > today)
        for pk, each in recycled.items()
    }
