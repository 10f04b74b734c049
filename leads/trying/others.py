"""The handoffs that are not plain, replayed one by one: what happened is gathered once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from agreements.business_time import Schedule
from agreements.clock import Absence, History, Promise, replay_all
from agreements.rulebook import Rulebook
from leads.any_of import AnyOf
from leads.fold import Row, Standing
from leads.models import Handoff
from leads.plain.clocks import Integers
from leads.records import (
    InForce,
    LeadAndAgreement,
    Records,
    Versions,
    families_of,
    offers_of,
    read_records,
)
from leads.replaying import clock_row, history_of
from leads.standings import standings_of
from leads.trying.offers import Offers, Window

# No version has this key: the rules that are tried judge under it.
TRIED = 0

_BATCH = 5000


class Replayable(NamedTuple):
    """A handoff ready to be replayed; ``row`` is its row among the offers."""

    row: int
    key: LeadAndAgreement
    standing: Standing
    history: History
    absences: Sequence[Absence]

    def rows(self, promise: Promise, schedule: Schedule, now: datetime) -> Iterator[Row]:
        """Give the rows of the clocks that a promise starts on it."""
        for state in replay_all(promise, schedule, self.history, absences=self.absences):
            yield clock_row(self.key, self.standing, state, None, TRIED, now)


class OtherPast:
    """Some of the offers with all records about their leads; raw figures know no blackouts."""

    def __init__(self, window: Window, offers: Offers, rows: Integers) -> None:
        self._agreement_id, self._starts_at = window.agreement.pk, window.starts_at
        self._row_of = dict(zip(offers.handoff_ids[rows].tolist(), rows.tolist(), strict=True))
        lead_ids = sorted(set(offers.lead_ids[rows].tolist()))
        self._records = [
            _records_of(self._agreement_id, lead_ids[first : first + _BATCH])
            for first in range(0, len(lead_ids), _BATCH)
        ]
        self._gathered: dict[tuple[object, ...], list[Replayable]] = {}

    def under(self, book: Rulebook) -> list[Replayable]:
        """Return each as rules see it that came into force with the window.

        What was offered before keeps the version it was offered under. Rules that take late
        entries and reasons alike see the same.
        """
        name = self.seen_by(book)
        if name not in self._gathered:
            self._gathered[name] = list(self._gather(book))
        return self._gathered[name]

    def seen_by(self, book: Rulebook) -> tuple[object, ...]:
        """Return what names the way in which rules see what happened."""
        reasons = [reason.key for reason in book.terms.reasons.recycling]
        gives_up = tuple(sorted(key for key in reasons if book.terms.gives_up(key)))
        return book.schedule, book.terms.late_logging, gives_up

    def _gather(self, book: Rulebook) -> Iterator[Replayable]:
        for told in self._records:
            records = replace(told, versions=self._versions(told, book))
            for key, standing in standings_of(records):
                row = self._row_of.get(standing.pk)
                if row is not None and standing.status != "repeated":
                    history, absences = history_of(records, key, standing)
                    yield Replayable(row, key, standing, history, absences)

    def _versions(self, records: Records, book: Rulebook) -> Versions:
        starts_at = self._starts_at
        before = [
            replace(version, effective_to=min(version.effective_to or starts_at, starts_at))
            for version in records.versions.get(self._agreement_id, ())
            if version.effective_from < starts_at
        ]
        return Versions({self._agreement_id: [*before, InForce(starts_at, None, TRIED, book)]})


def _records_of(agreement_id: int, lead_ids: list[int]) -> Records:
    families = families_of(lead_ids)
    whole = families.all(lead_ids)
    handoffs = Handoff.objects.filter(AnyOf("lead", whole), agreement=agreement_id)
    return read_records(whole, offers_of(handoffs), families)
