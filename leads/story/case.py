"""One lead as its page tells it: its handoffs and their clocks, replayed from the records."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from agreements.business_time import Schedule
from agreements.clock import ClockState, History, Mark, replay_all
from agreements.models import Agreement
from agreements.rulebook import Rulebook
from agreements.terms import Commitment
from leads.deeds.effects import Effect, effects_between, repetitions
from leads.fold import EventRow, FollowUpRow, OfferRow, Standing
from leads.models import Handoff, Lead
from leads.queue.countdown import counted_until
from leads.records import InForce, LeadAndAgreement, Records, families_of, read_records
from leads.replaying import clock_states, judgement_of, marks_of_lead
from leads.standings import standings_of


class FactName(NamedTuple):
    """What tells a fact of a lead from every other one."""

    kind: str
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class LiveClock:
    """A clock as the records have it now, with what it promises and the hours it counts in.

    ``closed_at`` is when its handoff was closed, None while it is open.
    """

    state: ClockState
    commitment: Commitment
    schedule: Schedule
    version_id: int
    closed_at: datetime | None = None

    @property
    def name(self) -> str:
        """How an address names the clock: clause key and occurrence."""
        return f"{self.state.clause_key}.{self.state.occurrence}"

    def until(self, now: datetime) -> datetime:
        """Return until when it counts as long as nobody ended it."""
        due_at = self.state.due_at
        return now if due_at is None else counted_until(due_at, self.closed_at, now)


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
        return self.records.versions.in_force(self.key[1], handoff.offered_at)

    def rulebook_of(self, handoff: Handoff) -> Rulebook | None:
        """Return the rules that judge a handoff."""
        version = self.version_of(handoff)
        return version.rulebook if version else None

    def _key_of(self, handoff: Handoff) -> LeadAndAgreement:
        """Return whose facts judge a handoff; it may be that of a lead that was merged."""
        return handoff.lead_id, self.key[1]

    def clocks(self, handoff: Handoff) -> list[LiveClock]:
        """Return every clock of a handoff, replayed: those of sales first, by clause."""
        version = self.version_of(handoff)
        if version is None:
            return []
        terms = version.rulebook.terms
        clocks = [
            LiveClock(
                state,
                terms.commitment(state.clause_key),
                state.schedule,
                version_id,
                handoff.closed_at,
            )
            for state, _twin, version_id in clock_states(
                self.records, self._key_of(handoff), self.standings[handoff.pk]
            )
        ]
        return sorted(clocks, key=lambda clock: clock.state.charged_party != "sales")

    def states(self, handoff: Handoff) -> list[ClockState]:
        """Return every clock of a handoff, replayed."""
        return [clock.state for clock in self.clocks(handoff)]

    def counts(self, handoff: Handoff, fact: FactName) -> bool:
        """Whether a follow-up belongs to a handoff and was told in time to count for it."""
        return self._heeding(fact).get(handoff.pk, False)

    def counts_for_any(self, fact: FactName) -> bool:
        """Whether a follow-up counts for any handoff of the leads that are one."""
        return any(self._heeding(fact).values())

    def heeding(self, handoff: Handoff, fact: FactName) -> Handoff:
        """Return the handoff that a follow-up about a handoff belongs to.

        Where this one was closed by then, another one may have been open, also under the name of a
        lead that is one with this one's: one query then. This one where there is none.
        """
        found = self._heeding(fact)
        if handoff.pk in found or not found:
            return handoff
        handoffs = handoff.agreement.handoffs.select_related("lead__merged_into", "holder")
        return handoffs.filter(pk__in=found).latest("offered_at", "pk")

    def _heeding(self, fact: FactName) -> dict[int, bool]:
        """Return the keys of the handoffs a follow-up belongs to, and whether it counts there."""
        return {
            pk: mark.counts
            for pk, standing in self.standings.items()
            for mark in standing.marks
            if FactName("follow_up", mark.source, mark.external_id) == fact
        }

    def with_follow_up(self, handoff: Handoff, row: FollowUpRow) -> "Case":
        """Return what the records would say with one more follow-up about a handoff.

        It is told of the leads, too, that were one with the handoff's by then; writes nothing.
        """
        joined = self.records.families.joined_since(handoff.lead_id)
        since = [lead_id for lead_id, at in joined.items() if row.occurred_at > at]
        follow_ups = dict(self.records.follow_ups)
        for lead_id in (handoff.lead_id, *since):
            key = lead_id, self.key[1]
            follow_ups[key] = [*follow_ups.get(key, ()), row]
        return _folded(self.key, replace(self.records, follow_ups=follow_ups))

    def with_event(self, row: EventRow) -> "Case":
        """Return what the records would say with one more event of a handoff; writes nothing."""
        events = dict(self.records.events)
        events[row.handoff_id] = [*events.get(row.handoff_id, ()), row]
        return _folded(self.key, replace(self.records, events=events))

    def effects(self, handoff: Handoff) -> dict[FactName, list[Effect]]:
        """Return what each fact did to the clocks of a handoff, in the order they happened.

        Every clock is replayed up to each fact, so that this is what the clocks say themselves.
        """
        found: dict[FactName, list[Effect]] = {}
        before: list[ClockState] = []
        for mark, after in self._states_after_each(handoff):
            done = effects_between(before, after) + repetitions(before, after, mark)
            if done:
                found[FactName(str(mark.kind), mark.source, mark.external_id)] = done
            before = after
        return found

    def _states_after_each(self, handoff: Handoff) -> Iterator[tuple[Mark, list[ClockState]]]:
        standing, key = self.standings[handoff.pk], self._key_of(handoff)
        judgement = judgement_of(self.records, key, standing)
        if judgement is None:
            return
        marks = sorted([*standing.marks, *marks_of_lead(self.records, key, standing)])
        for place, mark in enumerate(marks, start=1):
            history = History(marks[:place])
            states = [
                state
                for promise, schedule in judgement.promises
                for state in replay_all(promise, schedule, history)
            ]
            yield mark, states


def read_case(lead: Lead, agreement: Agreement, handoffs: Sequence[Handoff]) -> Case:
    """Read the records of a lead and fold its handoffs under an agreement; writes nothing.

    The handoffs of leads it is one with are read here, as they stand by each other.
    """
    families = families_of([lead.pk])
    lead_ids = families.all([lead.pk])
    whole = set(handoffs)
    if len(lead_ids) > 1:
        whole.update(agreement.handoffs.filter(lead__in=lead_ids))
    offers: defaultdict[LeadAndAgreement, list[OfferRow]] = defaultdict(list)
    for each in whole:
        offer = OfferRow(each.pk, each.source, each.external_id)
        offers[each.lead_id, agreement.pk].append(offer)
    return _folded((lead.pk, agreement.pk), read_records(lead_ids, offers, families))


def case_of(handoff: Handoff) -> Case:
    """Read the records of a handoff's lead and fold all its handoffs; writes nothing."""
    siblings = handoff.agreement.handoffs.filter(lead=handoff.lead_id)
    return read_case(handoff.lead, handoff.agreement, list(siblings))


def _folded(key: LeadAndAgreement, records: Records) -> Case:
    """Fold the handoffs of a lead under an agreement from what was read."""
    standings = standings_of(records)
    return Case(key, records, {standing.pk: standing for _key, standing in standings})


def shown_status(state: ClockState, now: datetime) -> str:
    """Return the status a page shows: an open clock is running, due soon, overdue or paused."""
    status = str(state.status_at(now))
    if status == "breached" and state.ended_at is None:
        return "overdue"
    return {"not_started": "pending", "at_risk": "due_soon"}.get(status, status)
