"""Read what happened to the handoffs of some days once, to try any rules on it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from agreements.clock import ClockKind
from agreements.models import Absence
from agreements.rulebook import Rulebook
from leads.any_of import AnyOf
from leads.fold import OfferRow, Row, fold
from leads.models import Handoff
from leads.plain.binary import instants, integers
from leads.plain.clocks import Attempts, Instants, PlainHandoffs
from leads.plain.facts import ENDS
from leads.plain.from_facts import AttemptsOf, EntriesOf, firsts_of, places_in
from leads.plain.from_marks import rows_of_plain
from leads.records import InForce, LeadAndAgreement, Records, RulesOf, Versions, read_records
from leads.replaying import clock_row, clock_states
from leads.trying.offers import LeadsOffered, Offers, Window, asked_by

# No version has this key: the rules that are tried judge under it.
TRIED = 0

_RECYCLED = ENDS.index("recycled") + 1
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Past:
    """The handoffs offered in a window: the plain ones in columns, the records of all others."""

    window: Window
    offers: Offers
    plain: "PlainPast"
    others: "OtherPast"


def read_past(window: Window, books: Sequence[Rulebook]) -> Past:
    """Read what any of these rules, with whatever times they promise, ask of the handoffs."""
    leads = LeadsOffered(window)
    offers = leads.offers(asked_by(book.terms for book in books))
    plain = PlainPast(offers, leads, books)
    is_other = np.ones(offers.handoff_ids.size, dtype=bool)
    is_other[plain.rows] = False
    return Past(window, offers, plain, OtherPast(window, offers, is_other))


class PlainPast:
    """The plain ones of some offers; ``rows`` says which of the offers they are."""

    def __init__(self, offers: Offers, leads: LeadsOffered, books: Sequence[Rulebook]) -> None:
        found = leads.handoffs()
        place, is_offered = places_in(offers.handoff_ids, integers(found["handoff_id"]))
        found = found[is_offered]
        handoff_ids = integers(found["handoff_id"])
        attempts = AttemptsOf(leads, handoff_ids, found)
        aged = leads.entries(_stages(books, ClockKind.STAGE_AGE))
        is_apart = np.isin(handoff_ids, integers(aged["handoff_id"])) | offers.is_apart[place]
        self._places = np.flatnonzero(~(attempts.is_unclear | is_apart | _is_away(found)))
        self._found, self._attempts = found[self._places], attempts
        self._entered = EntriesOf(leads, handoff_ids, _stages(books, ClockKind.HANDOVER))
        self.rows = place[self._places]

    def firsts(self, gave_up: NDArray[np.bool_]) -> dict[str, Instants]:
        """Return the first instants of each; ``gave_up`` are offers that reached nobody."""
        is_recycled = integers(self._found["ended_by"]) == _RECYCLED
        return firsts_of(self._found, is_recycled & gave_up[self.rows])

    def handoffs(
        self, firsts: dict[str, Instants], chosen: NDArray[np.bool_], kind: ClockKind
    ) -> PlainHandoffs:
        """Return the chosen ones of the offers with what a kind of clock asks for."""
        mine = np.flatnonzero(chosen[self.rows])
        is_all = mine.size == self.rows.size
        return PlainHandoffs(
            handoff_ids=integers(self._found["handoff_id"])[mine],
            agreement_id=0,
            version_id=TRIED,
            holder_ids=integers(self._found["holder_id"])[mine],
            firsts=firsts if is_all else {name: at[mine] for name, at in firsts.items()},
            entered_at=self._entered.at(self._places[mine]) if kind is ClockKind.HANDOVER else {},
            attempts=self._attempts.at(self._places[mine])
            if kind is ClockKind.PERSISTENCE
            else _NO_ATTEMPTS,
        )


_NO_ATTEMPTS = Attempts(
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype="datetime64[us]"),
    np.empty(0, dtype=np.int64),
)


def _stages(books: Iterable[Rulebook], kind: ClockKind) -> list[str]:
    promises = (promise for book in books for promise in book.terms.promises().values())
    return sorted({each.stage for each in promises if each.kind is kind and each.stage is not None})


def _is_away(found: NDArray[np.void]) -> NDArray[np.bool_]:
    """Whether the holder was away at any time from the offer to the end."""
    holder_ids = integers(found["holder_id"])
    starts, ends = instants(found["offered_at"]), instants(found["ended_at"])
    is_away = np.zeros(holder_ids.size, dtype=bool)
    for holder_id, *span in Absence.objects.values_list("user_id", "starts_at", "ends_at"):
        from_, until = ((at - _EPOCH) // _MICROSECOND for at in span)
        is_away |= (holder_ids == holder_id) & (starts < until) & (from_ < ends)
    return is_away


class OtherPast:
    """The handoffs that are not plain, with all records about their leads."""

    def __init__(self, window: Window, offers: Offers, is_other: NDArray[np.bool_]) -> None:
        self._agreement_id, self._starts_at = window.agreement.pk, window.starts_at
        self._asked = frozenset(offers.handoff_ids[is_other].tolist())
        lead_ids = np.unique(offers.lead_ids[is_other]).tolist()
        self._records = [
            _records_of(self._agreement_id, lead_ids[first : first + _BATCH])
            for first in range(0, len(lead_ids), _BATCH)
        ]

    def rows(self, book: Rulebook, now: datetime) -> Iterator[Row]:
        """Give the rows of their clocks under rules that came into force with the window.

        What was offered before keeps the version it was offered under.
        """
        for records in self._records:
            tried = replace(records, versions=self._versions(records, book))
            settled = [
                (key, standing)
                for key, offers in tried.offers.items()
                for standing in fold(
                    offers,
                    [event for offer in offers for event in tried.events.get(offer.pk, ())],
                    tried.follow_ups.get(key, ()),
                    RulesOf(tried, key[1]),
                )
                if standing.pk in self._asked
            ]
            rows, others = rows_of_plain(tried, settled, now)
            yield from rows
            for key, standing in others:
                for state, twin, version_id in clock_states(tried, key, standing):
                    yield clock_row(key, standing, state, twin, version_id, now)

    def _versions(self, records: Records, book: Rulebook) -> Versions:
        starts_at = self._starts_at
        before = [
            replace(version, effective_to=min(version.effective_to or starts_at, starts_at))
            for version in records.versions.get(self._agreement_id, ())
            if version.effective_from < starts_at
        ]
        return Versions({self._agreement_id: [*before, InForce(starts_at, None, TRIED, book)]})


def _records_of(agreement_id: int, lead_ids: list[int]) -> Records:
    """Read the records of some leads under one agreement; raw figures know no blackouts."""
    offers: dict[LeadAndAgreement, list[OfferRow]] = {}
    rows = Handoff.objects.filter(AnyOf("lead", lead_ids), agreement=agreement_id).order_by("pk")
    for lead_id, pk, source, name in rows.values_list("lead_id", "pk", "source", "external_id"):
        offers.setdefault((lead_id, agreement_id), []).append(OfferRow(pk, source, name))
    return replace(read_records(lead_ids, offers), blackouts={})
