"""The handoffs of some days as they were offered: where they stand, and what was known by then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agreements.criteria.arrays import ManyLeads, fields_of, fields_of_handoff
from agreements.models import Agreement
from agreements.terms import Terms
from leads.plain.clocks import Integers
from leads.plain.facts import KNOWN, TOLD, Leads
from leads.trying.attributes import AskedFields
from leads.trying.merged import MergedLeads

_WITHIN = """agreement_id = %(agreement)s AND status NOT IN ('expected', 'repeated')
    AND offered_at >= %(starts_at)s AND offered_at < %(ends_at)s"""

MERGED = """(EXISTS (SELECT FROM leads_leadmerge WHERE merged_id = lead.id)
    OR EXISTS (SELECT FROM leads_leadmerge WHERE kept_id = lead.id))"""

_OFFERS = f"""
{TOLD}
SELECT handoff.id, handoff.lead_id, COALESCE(handoff.holder_id, 0), handoff.status,
    handoff.contest, handoff.reason, handoff.decided_at IS NOT NULL,
    COALESCE(told.is_barred, false), {MERGED}, handoff.offered_at {{cells}}
FROM leads_handoff AS handoff
JOIN leads_lead AS lead ON lead.id = handoff.lead_id
LEFT JOIN told ON told.lead_id = handoff.lead_id
{KNOWN.format(until="handoff.offered_at")}
WHERE handoff.{_WITHIN}
ORDER BY handoff.id
"""  # noqa: S608 - composed of constants
_CELLS = 10


@dataclass(frozen=True, slots=True)
class Window:
    """The local days [from_date, to_date) of an agreement, and the instants they begin and end."""

    agreement: Agreement
    from_date: date
    to_date: date

    @property
    def days(self) -> int:
        return (self.to_date - self.from_date).days

    @property
    def last_date(self) -> date:
        return self.to_date - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        return self._midnight(self.from_date)

    @property
    def ends_at(self) -> datetime:
        return self._midnight(self.to_date)

    @property
    def parameters(self) -> dict[str, Any]:
        """What queries about the window ask for."""
        return {
            "agreement": self.agreement.pk,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.agreement.time_zone))


def latest_days(agreement: Agreement, days: int, now: datetime) -> Window:
    """Return so many whole local days, the last of them yesterday."""
    today = agreement.local_date(now)
    return Window(agreement, today - timedelta(days=days), today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The handoffs offered, a row each, by key; ``known`` are their leads' attributes by then.

    ``is_apart`` are those of leads that were ever merged or must not be contacted.
    ``holder_ids`` is 0 where nobody has it.
    """

    handoff_ids: Integers
    lead_ids: Integers
    holder_ids: Integers
    statuses: NDArray[np.str_]
    contests: NDArray[np.str_]
    reasons: NDArray[np.str_]
    is_decided: NDArray[np.bool_]
    is_apart: NDArray[np.bool_]
    known: ManyLeads


class LeadsOffered(Leads):
    """The leads of the handoffs offered in a window."""

    def __init__(self, window: Window) -> None:
        which = f"IN (SELECT lead_id FROM leads_handoff WHERE {_WITHIN})"  # noqa: S608
        super().__init__(which, **window.parameters)

    def offers(self, fields: AskedFields) -> Offers:
        """Return the handoffs with the attributes asked for; some more queries for merged leads."""
        found = self.rows_of(_OFFERS.replace("{cells}", fields.cells), **fields.parameters)
        found = _with_known(found, fields)
        columns: list[Any] = list(zip(*found, strict=True)) if found else [()] * _CELLS
        pks, leads, holders, statuses, contests, reasons, decided, barred, merged = columns[:9]
        return Offers(
            handoff_ids=np.array(pks, dtype=np.int64),
            lead_ids=np.array(leads, dtype=np.int64),
            holder_ids=np.array(holders, dtype=np.int64),
            statuses=np.array(statuses, dtype=np.str_),
            contests=np.array(contests, dtype=np.str_),
            reasons=np.array(reasons, dtype=np.str_),
            is_decided=np.array(decided, dtype=bool),
            is_apart=np.array(barred, dtype=bool) | np.array(merged, dtype=bool),
            known=fields.read(columns[_CELLS:], len(found)),
        )


def _with_known(rows: Iterable[tuple[Any, ...]], fields: AskedFields) -> list[tuple[Any, ...]]:
    """Say of leads that were ever merged what was known of all that are one with them."""
    rows = list(rows)
    leads = MergedLeads({row[1] for row in rows if row[8]})
    return [
        (*row[:_CELLS], *fields.texts(leads.known(row[1], row[9]))) if row[8] else row
        for row in rows
    ]


def fields_of_terms(terms: Terms) -> set[str]:
    """Return the attributes that the terms ask about to judge a handoff."""
    rules = (
        terms.scope.rule,
        *(tier.when for tier in terms.tiers),
        *(commitment.where for commitment in terms.commitments),
    )
    return fields_of_handoff(terms.handoff).union(*map(set, map(fields_of, rules)))


def asked_by(every: Iterable[Terms]) -> AskedFields:
    """Return all attributes that some terms ask about."""
    return AskedFields(name for terms in every for name in fields_of_terms(terms))
