"""Rebuild the clocks and breaches of plain handoffs, thousands at once.

What is as it should be is left alone, a missing clock or breach is written; a lead of which
anything else differs, or that has a handoff that is not plain, is left for `leads.settle`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leads.models import Breach, Clock, Handoff
from leads.plain.binary import instants, integers, write_columns
from leads.plain.clocks import NEVER, Integers, PlainClocks, plain_clocks
from leads.plain.comparing import Compared, compare, keys_of
from leads.plain.facts import LABELS, LeadRange
from leads.plain.from_facts import plain_handoffs
from leads.plain.judging import Judging
from leads.plain.writing import breach_cells, clock_cells
from leads.records import blackouts_of, versions_of

_Cells = dict[str, NDArray[Any]]

_INSTANTS = ("started_at", "due_at", "stopped_at", "void_at", "breached_at")
_COMPUTED = (*_INSTANTS, "gave_up", "used", "attempts", "holder_id")
_IN_COMMON = ("label", "agreement_id", "version_id", "is_bare")
_OF_BREACHES = ("label", "agreement_id", "is_bare", "breached_at", "holder_id")
_DAY = 86_400_000_000


class Rebuilt(NamedTuple):
    """How many rows were written, of which leads, and which leads are left to be settled."""

    written: int
    changed_leads: set[int]
    leads_apart: set[int]


def rebuild_plain(*, first: int, last: int, now: datetime) -> Rebuilt:
    """Rebuild leads whose keys lie from ``first`` to ``last``, inside a transaction.

    Whoever calls it holds the rules still; the handoffs are locked here, in key order.
    """
    locked = Handoff.objects.filter(lead__gte=first, lead__lte=last).locked()
    rows = list(locked.values_list("pk", "lead_id", "agreement_id"))
    lead_of = {pk: lead_id for pk, lead_id, _ in rows}
    versions = versions_of({agreement_id for *_, agreement_id in rows})
    judging = Judging(versions, blackouts_of(list(versions)).keys())
    leads = LeadRange(first, last)
    groups = list(plain_handoffs(leads, judging))
    clocks = _Clocks(
        plain_clocks(promise, schedule, handoffs, now)
        for group, handoffs in groups
        for promise, schedule in group.promises
    )
    by_clock, by_breach = clocks.compared(leads)
    plain_ids = {pk for _, handoffs in groups for pk in handoffs.handoff_ids.tolist()}
    handoffs_apart = (lead_of.keys() - plain_ids).union(
        by_clock.apart.tolist(), by_breach.apart.tolist()
    )
    leads_apart = {*leads.leads_apart(), *(lead_of[pk] for pk in handoffs_apart)}
    left = [pk for pk, lead_id in lead_of.items() if lead_id in leads_apart]
    new_clocks, new_breaches = (
        clocks.without(left, places) for places in (by_clock.missing, by_breach.missing)
    )
    write_columns(Clock, (clock_cells(*part) for part in clocks.parts(new_clocks)))
    write_columns(Breach, (breach_cells(*part) for part in clocks.parts(new_breaches)))
    new = np.concatenate([new_clocks, new_breaches])
    changed_leads = {lead_of[pk] for pk in clocks.handoff_ids[new].tolist()}
    return Rebuilt(new.size, changed_leads, leads_apart)


class _Clocks:
    """The clocks of several promises, one after the other."""

    def __init__(self, blocks: Iterator[PlainClocks]) -> None:
        self._blocks = list(blocks)
        self._clauses = sorted({block.promise.clause_key for block in self._blocks})
        self._ends = np.cumsum([block.handoff_ids.size for block in self._blocks])
        self.handoff_ids = _joined([block.handoff_ids for block in self._blocks])

    def compared(self, leads: LeadRange) -> tuple[Compared, Compared]:
        """Hold them against the stored clocks, and the breached ones against the breaches."""
        keys, cells = self._keys(), self._cells()
        stored = leads.clocks(self._clauses)
        by_clock = compare(
            keys, cells, _stored_keys(stored), _stored_cells(stored, (*_IN_COMMON, *_COMPUTED))
        )
        places = np.flatnonzero(cells["breached_at"] != NEVER)
        stored = leads.breaches(self._clauses)
        by_breach = compare(
            keys[places],
            {name: column[places] for name, column in cells.items()},
            _stored_keys(stored),
            _stored_cells(stored, _OF_BREACHES),
        )
        return by_clock, by_breach._replace(missing=places[by_breach.missing])

    def without(self, handoff_ids: list[int], places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the places of those of other handoffs."""
        return places[~np.isin(self.handoff_ids[places], handoff_ids)]

    def parts(self, places: NDArray[np.intp]) -> Iterator[tuple[PlainClocks, NDArray[np.intp]]]:
        """Give the promises that have clocks at these places, and the places among theirs."""
        start = 0
        for block, end in zip(self._blocks, self._ends.tolist(), strict=True):
            part = places[(start <= places) & (places < end)] - start
            if part.size:
                yield block, part
            start = end

    def _keys(self) -> Integers:
        numbers = {clause: number for number, clause in enumerate(self._clauses, start=1)}
        return _joined(
            [keys_of(each.handoff_ids, numbers[each.promise.clause_key]) for each in self._blocks]
        )

    def _cells(self) -> _Cells:
        cells = {
            name: _joined([getattr(block, name) for block in self._blocks]) for name in _COMPUTED
        }
        for name in _IN_COMMON:
            cells[name] = _joined(
                [np.full(block.handoff_ids.size, _fixed(block, name)) for block in self._blocks]
            )
        return cells


def _fixed(clocks: PlainClocks, name: str) -> int:
    """Return what all clocks of a promise have in common."""
    match name:
        case "label":
            return LABELS.index(f"{clocks.promise.kind}/{clocks.promise.party}") + 1
        case "is_bare":
            return 1
        case _:
            return int(getattr(clocks.handoffs, name))


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, dtype=np.int64), *columns])


def _stored_keys(stored: NDArray[Any]) -> Integers:
    return keys_of(integers(stored["handoff_id"]), integers(stored["clause"]))


def _stored_cells(stored: NDArray[Any], names: Sequence[str]) -> _Cells:
    """Return what was read in the form in which it is computed."""
    return {name: _read(stored, name) for name in names}


def _read(stored: NDArray[Any], name: str) -> NDArray[Any]:
    if name in _INSTANTS:
        return instants(stored[name])
    if name == "used":
        return integers(stored["used"]["microseconds"]) + integers(stored["used"]["days"]) * _DAY
    return integers(stored[name])
