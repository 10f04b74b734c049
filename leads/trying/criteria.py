"""Criteria tried on the leads of some days: how many would pass, and which are near the line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agreements.criteria import Attributes, Verdict, evaluate
from agreements.criteria.arrays import (
    Integers,
    Judged,
    ManyLeads,
    evaluate_many,
    fields_of_handoff,
    holds_many,
)
from agreements.terms.handoff import Handoff
from leads.plain.facts import KNOWN, TOLD, Leads
from leads.trying.attributes import AskedFields
from leads.trying.merged import MergedLeads
from leads.trying.offers import MERGED, Window

NEAREST = 20
_BARS = 30
_WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)

_ENTERED = """SELECT lead_id, NULL::timestamptz AS offered_at FROM leads_stageentry
    WHERE agreement_id = %(agreement)s AND is_current AND NOT is_retracted
        AND occurred_at >= %(starts_at)s AND occurred_at < %(ends_at)s"""
_OFFERED = """SELECT lead_id, offered_at FROM leads_handoff
    WHERE agreement_id = %(agreement)s AND status NOT IN ('expected', 'repeated')
        AND offered_at >= %(starts_at)s AND offered_at < %(ends_at)s"""
_EITHER = f"{_ENTERED} UNION ALL {_OFFERED}"

_LEADS = f"""
{TOLD}, chosen AS (
    SELECT lead_id, max(offered_at) AS offered_at FROM ({_EITHER}) AS either GROUP BY lead_id
)
SELECT lead.id, chosen.offered_at, {MERGED} {{cells}}
FROM chosen
JOIN leads_lead AS lead ON lead.id = chosen.lead_id
LEFT JOIN told ON told.lead_id = chosen.lead_id
{KNOWN.format(until="COALESCE(chosen.offered_at, 'infinity')")}
ORDER BY lead.id
"""  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class LeadsOfDays:
    """The leads that entered a stage or were handed over on some days, a row each, by key.

    ``known`` is what was known of them at the latest offer of these days, else what is known now.
    Those that were found to be one have one row.
    """

    lead_ids: Integers
    is_offered: NDArray[np.bool_]
    known: ManyLeads


def read_leads(window: Window, every: Sequence[Handoff]) -> LeadsOfDays:
    """Read what criteria ask of the leads of a window; one query, some more for merged leads."""
    fields = AskedFields(name for handoff in every for name in fields_of_handoff(handoff))
    which = f"IN (SELECT lead_id FROM ({_EITHER}) AS either)"  # noqa: S608
    leads = Leads(which, **window.parameters)
    found = leads.rows_of(_LEADS.replace("{cells}", fields.cells), **fields.parameters)
    found = sorted([*_alone(found), *_as_one(found, fields)], key=lambda row: row[0])
    columns: list[Any] = list(zip(*found, strict=True)) if found else [(), ()]
    return LeadsOfDays(
        lead_ids=np.array(columns[0], dtype=np.int64),
        is_offered=np.array([at is not None for at in columns[1]], dtype=bool),
        known=fields.read(columns[2:], len(found)),
    )


def _alone(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Give the leads that were never merged: key, instant of the offer, cells."""
    return ((lead_id, at, *cells) for lead_id, at, is_merged, *cells in rows if not is_merged)


def _as_one(rows: Sequence[tuple[Any, ...]], fields: AskedFields) -> Iterator[tuple[Any, ...]]:
    """Give one row for leads that are one, judged by the latest offer of any of them."""
    found = [(lead_id, at) for lead_id, at, is_merged, *_ in rows if is_merged]
    leads = MergedLeads([lead_id for lead_id, _ in found])
    offered: dict[int, tuple[datetime, int]] = {}
    for lead_id, at in found:
        kept = leads.kept(lead_id)
        if at is not None:
            offered[kept] = max(offered.get(kept, (at, lead_id)), (at, lead_id))
    for kept in {leads.kept(lead_id) for lead_id, _ in found}:
        at, judged = offered.get(kept, (None, kept))
        yield kept, at, *fields.texts(leads.known(judged, at))


@dataclass(frozen=True, slots=True)
class Bar:
    """How many leads have from so many points to so many, both included."""

    first: int
    last: int
    number: int


@dataclass(frozen=True, slots=True)
class NearLead:
    """A lead near the line, and what the criteria say of it."""

    lead_id: int
    verdict: Verdict


class CriteriaTest:
    """Criteria on the leads of some days, beside those in force if there are any."""

    def __init__(self, leads: LeadsOfDays, tried: Handoff, in_force: Handoff | None) -> None:
        self._leads, self.handoff, self.in_force = leads, tried, in_force
        self._judged = evaluate_many(tried, leads.known)
        self._former = None if in_force is None else evaluate_many(in_force, leads.known)

    @property
    def number(self) -> int:
        """How many leads there are."""
        return self._leads.known.size

    @property
    def offered(self) -> int:
        """How many of them were handed over on these days."""
        return int(self._leads.is_offered.sum())

    @property
    def passing(self) -> int:
        return _passing(self._judged)

    @property
    def passing_in_force(self) -> int | None:
        """How many pass the criteria in force; None where there are none."""
        return None if self._former is None else _passing(self._former)

    @property
    def bypassed(self) -> int:
        """How many pass without the points that they lack."""
        judged, threshold = self._judged, self.handoff.threshold
        lacks = judged.score < threshold if threshold is not None else judged.qualifies & False
        return int((judged.qualifies & lacks).sum())

    @property
    def failing_rules(self) -> int:
        """How many fail by a rule, whatever their points."""
        return int((~self._judged.rules_hold).sum())

    def bars(self) -> list[Bar]:
        """Return how the points are spread; nothing where no points are given."""
        if not self.handoff.scoring or not self.number:
            return []
        score = self._judged.score
        lines = [each.threshold for each in (self.handoff, self.in_force) if each]
        known = [line for line in lines if line is not None]
        low, high = min(0, int(score.min())), max([int(score.max()), *known])
        width = _width(low, high, known)
        low = low // width * width
        counts = np.bincount((score - low) // width, minlength=(high - low) // width + 1)
        return [
            Bar(low + place * width, low + (place + 1) * width - 1, number)
            for place, number in enumerate(counts.tolist())
        ]

    def nearest(self) -> Iterator[NearLead]:
        """Give the leads nearest to the line on either side of it, the most points first.

        Where points do not fill the list, those that fail by one rule only come after.
        """
        for row in self._near_rows()[:NEAREST].tolist():
            yield NearLead(
                int(self._leads.lead_ids[row]), evaluate(self.handoff, self._attributes(row))
            )

    def _near_rows(self) -> NDArray[np.intp]:
        judged, threshold = self._judged, self.handoff.threshold
        failed = np.zeros(self.number, dtype=np.int64)
        for rule in self.handoff.rules:
            failed += ~holds_many(rule, self._leads.known)
        reaches = judged.is_bypassed
        by_points = np.empty(0, dtype=np.intp)
        if threshold is not None:
            by_points = self._by_points(threshold)
            reaches = reaches | (judged.score >= threshold)
        by_rule = np.flatnonzero((failed == 1) & (reaches | (threshold is None)))
        return np.concatenate([by_points, by_rule[::-1]])

    def _by_points(self, threshold: int) -> NDArray[np.intp]:
        """Return as many leads on either side of the line as there are, and fit in the list."""
        judged = self._judged
        near = np.flatnonzero(judged.rules_hold & ~judged.is_bypassed)[::-1]
        score = judged.score[near]
        order = near[np.argsort(np.abs(score - threshold), kind="stable")]
        passes = judged.score[order] >= threshold
        above, under = order[passes], order[~passes]
        half = NEAREST // 2
        above = above[: max(half, NEAREST - under.size)]
        chosen = np.concatenate([above, under[: NEAREST - above.size]])
        return chosen[np.argsort(-judged.score[chosen], kind="stable")]

    def _attributes(self, row: int) -> Attributes:
        return {
            name: field.values[field.places[row]]
            for name, field in self._leads.known.fields.items()
        }


def _passing(judged: Judged) -> int:
    return int(judged.qualifies.sum())


def _width(low: int, high: int, lines: Sequence[int]) -> int:
    """Return how many points a bar spans: few bars, with the lines between two if that can be."""
    fitting = [width for width in _WIDTHS if (high - low) // width < _BARS]
    between = [width for width in fitting if all(line % width == 0 for line in lines)]
    return next(iter(between or fitting), _WIDTHS[-1])
