"""Settle leads: compute every projection about them from the records and write what differs.

The one path by which a lead's columns, handoffs, clocks and breaches come about, whether a
follow-up was logged, a file imported, a closure added or everything rebuilt.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction

from agreements.rules_lock import judge_by_rules
from leads.any_of import AnyOf
from leads.changes import log_days_of
from leads.copying import copy_rows
from leads.fold import OfferRow, Row
from leads.models import Breach, Clock, Handoff, Lead, Unjudged
from leads.models.leads import HandoffQuerySet
from leads.plain.from_marks import rows_of_plain
from leads.projections import update_rows, write_differences
from leads.records import LeadAndAgreement, families_of, read_records
from leads.replaying import (
    BREACH_COLUMNS,
    CLOCK_COLUMNS,
    HANDOFF_COLUMNS,
    LEAD_COLUMNS,
    breach_row,
    clock_row,
    clock_states,
    handoff_row,
    lead_row,
)
from leads.stages import write_stages
from leads.standings import standings_of
from leads.told import Named

ClockKey = tuple[int, str, int]
BATCH = 1000
_BREACHED_AT = CLOCK_COLUMNS.index("breached_at")
_STATUS = HANDOFF_COLUMNS.index("status")


@dataclass(frozen=True, slots=True)
class Born:
    """Leads and handoffs just heard of: their keys are taken, their rows are not written yet.

    ``handoffs`` maps a key to (lead, agreement) and the name the source gave it.
    """

    leads: frozenset[int] = frozenset()
    handoffs: Mapping[int, tuple[LeadAndAgreement, Named]] = field(default_factory=dict)


@transaction.atomic
def settle(
    *,
    lead_ids: Collection[int],
    now: datetime,
    facts_changed: bool = True,
    born: Born | None = None,
) -> int:
    """Bring the projections about these leads up to date; return how many rows were written.

    Leads that were found to be one are settled together.

    1. Lock their handoffs in primary-key order, then read the records.
    2. Fold the facts into handoffs and replay the clocks of each under its version.
    3. Write the differences, then the stages that follow from them; of the leads whose facts or
       projections changed, log the days and have them judged again.
    """
    judge_by_rules()
    settling = _Settling(lead_ids, now, born or Born())
    settling.write_leads()
    settling.write_handoffs()
    settling.write_clocks_and_breaches()
    settling.written += write_stages(settling.lead_ids)
    changed = settling.lead_ids if facts_changed else settling.changed_leads
    log_days_of(changed)
    copy_rows(Unjudged, ("lead_id",), [(lead_id,) for lead_id in changed])
    return settling.written


def settle_leads_of(
    handoffs: HandoffQuerySet, *, now: datetime, facts_changed: bool = False
) -> int:
    """Settle the leads of these handoffs, a batch a transaction; return how many leads they are."""
    settled, latest = 0, 0
    while lead_ids := list(
        handoffs.filter(lead__gt=latest)
        .order_by("lead")
        .values_list("lead", flat=True)
        .distinct()[:BATCH]
    ):
        settle(lead_ids=lead_ids, now=now, facts_changed=facts_changed)
        settled += len(lead_ids)
        latest = lead_ids[-1]
    return settled


class _Settling:
    """One run over some leads, inside a transaction."""

    def __init__(self, lead_ids: Collection[int], now: datetime, born: Born) -> None:
        families = families_of(lead_ids)
        self.lead_ids = lead_ids = families.all(lead_ids)
        self._now, self._born = now, born
        self.written = 0
        self.changed_leads: set[int] = set()
        self._stored_handoffs: dict[int, Row] = {
            pk: tuple(row)
            for pk, *row in Handoff.objects.filter(AnyOf("lead", lead_ids))
            .locked()
            .values_list("pk", *HANDOFF_COLUMNS)
        }
        self._names = {pk: row[2:4] for pk, row in self._stored_handoffs.items()}
        self._names |= {pk: tuple(name) for pk, (_, name) in born.handoffs.items()}
        self._records = read_records(lead_ids, self._offers(), families)
        self._standings = standings_of(self._records)

    def _offers(self) -> dict[LeadAndAgreement, list[OfferRow]]:
        offers: defaultdict[LeadAndAgreement, list[OfferRow]] = defaultdict(list)
        for pk, row in self._stored_handoffs.items():
            offers[row[1], row[0]].append(OfferRow(pk, *row[2:4]))
        for pk, (key, name) in self._born.handoffs.items():
            offers[key].append(OfferRow(pk, *name))
        return offers

    def write_leads(self) -> None:
        """Write what is known of each lead."""
        stored: dict[int, Row] = {
            pk: tuple(row)
            for pk, *row in Lead.objects.filter(AnyOf("pk", self.lead_ids)).values_list(
                "pk", *LEAD_COLUMNS
            )
        }
        first_heard_at = LEAD_COLUMNS.index("first_heard_at")
        computed = {
            pk: lead_row(
                self._records, pk, stored[pk][first_heard_at] if pk in stored else self._now
            )
            for pk in stored.keys() | self._born.leads
        }
        self._note_leads(pk for pk in computed if pk in stored and stored[pk] != computed[pk])
        self.written += write_differences(Lead, LEAD_COLUMNS, stored, computed)

    def write_handoffs(self) -> None:
        """Write where each handoff stands; those that close first, as only one may be open."""
        computed = {
            standing.pk: handoff_row(self._records, key, self._names[standing.pk], standing)
            for key, standing in self._standings
        }
        stored = self._stored_handoffs
        self._note_leads(
            row[1] for pk, row in computed.items() if pk in stored and stored[pk] != row
        )
        closed = {pk: row for pk, row in computed.items() if row[_STATUS] not in Handoff.OPEN}
        opened = {pk: row for pk, row in computed.items() if row[_STATUS] in Handoff.OPEN}
        for rows in (closed, opened):
            self.written += write_differences(Handoff, HANDOFF_COLUMNS, stored, rows)

    def write_clocks_and_breaches(self) -> None:
        """Write every clock, remove those that are no more, and record or withdraw breaches."""
        leads: dict[int, int] = {standing.pk: key[0] for key, standing in self._standings}
        computed = {row[:3]: row for row in self._clock_rows()}
        stored = _stored_by_key(Clock, CLOCK_COLUMNS, self._stored_handoffs)
        gone = [pk for clock_key, (pk, _) in stored.items() if clock_key not in computed]
        Clock.objects.filter(pk__in=gone).delete()
        self.written += len(gone)
        self._note_leads(leads[clock_key[0]] for clock_key in stored.keys() - computed.keys())
        self._write_keyed(Clock, CLOCK_COLUMNS, stored, computed, leads)
        self._write_breaches(computed, leads)

    def _clock_rows(self) -> Iterator[Row]:
        rows, others = rows_of_plain(self._records, self._standings, self._now)
        yield from rows
        for key, standing in others:
            for state, twin, version_id in clock_states(self._records, key, standing):
                yield clock_row(key, standing, state, twin, version_id, self._now)

    def _write_breaches(self, clocks: dict[ClockKey, Row], leads: dict[int, int]) -> None:
        stored = _stored_by_key(Breach, BREACH_COLUMNS, self._stored_handoffs)
        computed = {
            key: breach_row(row, is_withdrawn=False)
            for key, row in clocks.items()
            if row[_BREACHED_AT] is not None
        }
        for key, (_, row) in stored.items():
            if key not in computed:
                computed[key] = (*row[:-1], True)
        self._write_keyed(Breach, BREACH_COLUMNS, stored, computed, leads)

    def _write_keyed(
        self,
        model: type[models.Model],
        columns: tuple[str, ...],
        stored: dict[ClockKey, tuple[int, Row]],
        computed: dict[ClockKey, Row],
        leads: dict[int, int],
    ) -> None:
        """Write rows that a key other than the primary key names."""
        changed = [
            (stored[key][0], row)
            for key, row in computed.items()
            if key in stored and stored[key][1] != row
        ]
        new = [row for key, row in computed.items() if key not in stored]
        update_rows(model, columns, changed)
        copy_rows(model, columns, new)
        self.written += len(changed) + len(new)
        self._note_leads(leads[row[0]] for row in (*new, *(row for _, row in changed)))

    def _note_leads(self, lead_ids: Iterable[int]) -> None:
        self.changed_leads.update(lead_ids)


def _stored_by_key(
    model: type[models.Model], columns: tuple[str, ...], handoff_ids: Collection[int]
) -> dict[ClockKey, tuple[int, Row]]:
    if not handoff_ids:
        return {}
    rows = model._default_manager.filter(AnyOf("handoff", handoff_ids))
    return {
        (row[0], row[1], row[2]): (pk, tuple(row))
        for pk, *row in rows.order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", *columns)
    }
