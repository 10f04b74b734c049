"""One lead as its page tells it: its handoffs and their clocks, replayed from the records."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agreements.business_time import Schedule
from agreements.clock import ClockState
from agreements.models import Agreement
from agreements.terms import Commitment
from leads.fold import OfferRow, Standing, fold
from leads.models import Handoff, Lead
from leads.records import InForce, LeadAndAgreement, Records, RulesOf, read_records
from leads.replaying import clock_states


@dataclass(frozen=True, slots=True)
class LiveClock:
    """A clock as the records have it now, with what it promises and the hours it counts in."""

    state: ClockState
    commitment: Commitment
    schedule: Schedule
    version_id: int

    @property
    def name(self) -> str:
        """How an address names the clock: clause key and occurrence."""
        return f"{self.state.clause_key}.{self.state.occurrence}"


@dataclass(frozen=True, slots=True)
class Case:
    """What the records say of one lead under one agreement."""

    key: LeadAndAgreement
    records: Records
    standings: Mapping[int, Standing]

    def version_of(self, handoff: Handoff) -> InForce | None:
        """Return the version that judges a handoff."""
        if handoff.offered_at is None:
            return None
        return self.records.in_force(self.key[1], handoff.offered_at)

    def clocks(self, handoff: Handoff) -> list[LiveClock]:
        """Return every clock of a handoff, in the order of the clauses, replayed."""
        version = self.version_of(handoff)
        if version is None:
            return []
        terms = version.rulebook.terms
        return [
            LiveClock(state, terms.commitment(state.clause_key), state.schedule, version_id)
            for state, _twin, version_id in clock_states(
                self.records, self.key, self.standings[handoff.pk]
            )
        ]


def read_case(lead: Lead, agreement: Agreement, handoffs: Sequence[Handoff]) -> Case:
    """Read the records of a lead and fold its handoffs under an agreement; writes nothing."""
    key = (lead.pk, agreement.pk)
    offers: defaultdict[LeadAndAgreement, list[OfferRow]] = defaultdict(list)
    offers[key] = [OfferRow(each.pk, each.source, each.external_id) for each in handoffs]
    records = read_records([lead.pk], offers)
    standings = fold(
        offers[key],
        [event for offer in offers[key] for event in records.events.get(offer.pk, ())],
        records.follow_ups.get(key, ()),
        RulesOf(records, agreement.pk),
    )
    return Case(key, records, {standing.pk: standing for standing in standings})


def shown_status(state: ClockState, now: datetime) -> str:
    """Return the status a page shows: an open clock is running, due soon, overdue or paused."""
    status = str(state.status_at(now))
    if status == "breached" and state.ended_at is None:
        return "overdue"
    return {"not_started": "pending", "at_risk": "due_soon"}.get(status, status)
