"""The leads behind a figure: found by the same words by which they were counted."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.functional import cached_property
from psycopg2.extras import execute_values

from agreements.models import Agreement, AgreementVersion
from leads.models import Clock, Deal, Lead
from metrics.day_counts import (
    CLOCKS,
    CONVERSIONS,
    DEALS,
    ENTRIES,
    FOLLOW_UPS,
    HANDOFFS,
    SATISFACTIONS,
    Counted,
    parameters,
)
from metrics.entries import find_first_entries, gather_families, set_days
from metrics.figures import Promised, promised_in
from metrics.judging import judge_leads, write_versions
from metrics.ledger import InForce, Ledger
from metrics.month_counts import RESPONSES, stage_of
from metrics.month_figures import ledger_of
from metrics.periods import Period

_OVERDUE = """(outcome.unanswered
    AND (clock.due_at < %(now)s OR COALESCE(outcome.given_up_at <= %(now)s, false)))"""
_GIVEN_UP = f"({_OVERDUE} AND outcome.given_up_at IS NOT NULL)"
_EXCUSED = f"""(outcome.late AND outcome.excused OR {_OVERDUE}
    AND outcome.given_up_at IS NULL AND %(now)s <= outcome.adjusted_due_at)"""
_BREACHED = f"(outcome.late OR {_OVERDUE})"

_PARTS_OF_CLOCKS = {
    "": f"(outcome.met OR {_BREACHED})",
    "met": "outcome.met",
    "breached": _BREACHED,
    "late": "outcome.late",
    "unanswered": f"({_OVERDUE} AND outcome.given_up_at IS NULL)",
    "given_up": _GIVEN_UP,
    "pending": f"(outcome.unanswered AND NOT {_OVERDUE})",
    "void": CLOCKS.counts["void"],
    "back_dated": CLOCKS.counts["back_dated"],
    "excused": _EXCUSED,
    "excepted": f"({_BREACHED} AND NOT {_EXCUSED} AND exception.id IS NOT NULL)",
}
# What took no open time at all is within the first span.
_USED = """(outcome.met OR outcome.late)
    AND (%(over)s = interval '0' OR clock.used > %(over)s)
    AND (%(up_to)s::interval IS NULL OR clock.used <= %(up_to)s::interval)"""
_SPAN = re.compile(r"(\d{1,9})-(\d{0,9})", re.ASCII)
_PARTS_OF_HANDOFFS = {"": "true", **HANDOFFS.counts}
_STANDS = "standing.rejected AND handoff.contest <> 'overturned'"
_CHARGED = "reason.reason IS NULL"
_OPEN_HANDOFFS = f"({HANDOFFS.counts['undecided']} OR {HANDOFFS.counts['waiting']})"
_PARTS_OF_VOLUME = {
    "": f"NOT ({_STANDS}) AND NOT ({HANDOFFS.counts['withdrawn']})",
    "rejected": _STANDS,
    "undecided": HANDOFFS.counts["undecided"],
    "pending": _OPEN_HANDOFFS,
}
_PARTS_OF_ACCEPTANCE = {
    "": f"standing.decided AND NOT ({_STANDS} AND NOT {_CHARGED})",
    "accepted": f"standing.decided AND NOT ({_STANDS})",
    "rejected": f"{_STANDS} AND {_CHARGED}",
    "undecided": HANDOFFS.counts["undecided"],
    "pending": _OPEN_HANDOFFS,
}
_PARTS_OF_COMPLETENESS = {
    "": "handoff.is_complete IS NOT NULL",
    "complete": HANDOFFS.counts["complete"],
    "incomplete": HANDOFFS.counts["incomplete"],
}
_ENDED = "day.local_date + promise.days < %(today)s"
_PARTS_OF_CONVERSIONS = {
    "": _ENDED,
    "converted": f"{_ENDED} AND {CONVERSIONS.counts['won']}",
    "pending": f"NOT ({_ENDED})",
    "pending_converted": f"NOT ({_ENDED}) AND {CONVERSIONS.counts['won']}",
}
_PARTS_OF_ENTRIES = {
    "": "true",
    "implied": ENTRIES.counts["implied"],
    "without_handoff": ENTRIES.counts["unoffered"],
}
_GRADES = ("attempts", "contacts", "conversations")


class UnknownFigure(LookupError):
    """There is no such figure in the month; the text names it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A lead behind a figure, when it came to count, and what it was: a clock, a deal or neither.

    ``detail`` is a key: the reason of a rejection or of a lost deal, the outcome of a follow-up,
    or ``implied`` for a stage that was passed; of an answer it is the score.
    """

    lead: Lead
    at: datetime
    handoff_id: int | None
    clock: Clock | None
    deal: Deal | None
    detail: str


class _Row(NamedTuple):
    lead_id: int
    at: datetime
    handoff_id: int | None
    clock_id: int | None
    deal_id: int | None
    detail: str


class _Part(NamedTuple):
    """What a version counts: of a clause, a stage or a kind (the subject), tiers and rules."""

    version_id: int
    clause_key: str
    subject: str
    tiers: list[str]
    has_rule: bool


@dataclass(frozen=True)
class _Figure:
    """Which things a figure counts: of which kind, under which versions and on which days."""

    counted: Counted
    subject: str
    parts: Sequence[_Part]
    conditions: Mapping[str, str]
    periods: Sequence[Period]
    asked: dict[str, Any] = field(default_factory=dict)


class LeadsBehind:
    """The leads behind a figure, the latest first; ``count`` and slices, as a paginator asks.

    ``ledger`` is the one the figure is in.
    """

    def __init__(self, ledger: Ledger, figure: _Figure, which: str, days: Sequence[date]) -> None:
        self.ledger, self._figure, self._which, self._days = ledger, figure, which, days

    def count(self) -> int:
        """Return how many there are: the number that the figure shows."""
        return len(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: slice) -> list[Behind]:
        rows = self._rows[place]
        leads = Lead.objects.in_bulk({row.lead_id for row in rows})
        clocks = Clock.objects.select_related("holder").in_bulk({row.clock_id for row in rows})
        deals = Deal.objects.select_related("person").in_bulk({row.deal_id for row in rows})
        return [
            Behind(
                lead=leads[row.lead_id],
                at=row.at,
                handoff_id=row.handoff_id,
                clock=clocks.get(row.clock_id),
                deal=deals.get(row.deal_id),
                detail=row.detail,
            )
            for row in rows
        ]

    def __iter__(self) -> Iterator[Behind]:
        return iter(self[:])

    @cached_property
    def _rows(self) -> list[_Row]:
        agreement = self.ledger.agreement
        known = parameters(agreement) | {
            "now": self.ledger.now,
            "today": self.ledger.today,
            **self._figure.asked,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            self._prepare(cursor)
            cursor.execute(self._statement(), known)
            return [_Row(*row) for row in cursor.fetchall()]

    def _prepare(self, cursor: CursorWrapper) -> None:
        """Fill the tables that the statement joins."""
        agreement, figure = self.ledger.agreement, self._figure
        versions = list(
            AgreementVersion.objects.signed().filter(agreement=agreement).order_by("effective")
        )
        write_versions(cursor, versions)
        set_days(cursor, agreement, self._days)
        if figure.counted in (ENTRIES, CONVERSIONS):
            gather_families(cursor, agreement)
            find_first_entries(cursor, agreement)
        if any(part.tiers or part.has_rule for part in figure.parts):
            judge_leads(cursor, agreement.pk, versions)
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS figure_part (version_id bigint, "
            "clause_key text, subject text, tiers text[], has_rule boolean); TRUNCATE figure_part"
        )
        execute_values(cursor.cursor, "INSERT INTO figure_part VALUES %s", list(figure.parts))

    def _statement(self) -> str:
        counted = self._figure.counted
        of = ", ".join(
            (counted.lead, counted.at, counted.handoff, counted.clock, counted.deal, counted.detail)
        )
        return f"""
        SELECT {of} FROM {counted.joins}
        JOIN figure_part AS part ON part.version_id = COALESCE({counted.version}, 0)
            AND part.subject = {self._figure.subject}
        WHERE {counted.where}
            AND (part.tiers = '{{}}' OR {counted.tier} = ANY(part.tiers))
            AND (NOT part.has_rule OR part.clause_key = ANY(judged.picks))
            AND ({self._figure.conditions[self._which]})
        ORDER BY {counted.at} DESC, {counted.lead} DESC
        """  # noqa: S608 - composed of constants


def leads_behind(
    agreement: Agreement,
    month: Period,
    key: str,
    *,
    now: datetime,
    part: str = "",
    from_date: date | None = None,
    to_date: date | None = None,
) -> LeadsBehind:
    """Return the leads behind a figure of a month; raises UnknownFigure.

    ``key`` is a clause key, or one of ``stage.KEY``, ``clock.KIND``, ``handoffs``, ``deals``,
    ``follow_ups`` and, for what no version judges, ``outside.stage.KEY``, ``outside.handoffs``,
    ``outside.deals``. ``part`` narrows it: to the ``late`` of a clock, the ``implied`` of a
    stage, the ``rejected`` of handoffs, or as ``reason.KEY`` to one reason, or as
    ``used.OVER-UPTO`` to the clocks that stopped after so many seconds of open time; what counts
    in all is without one. ``from_date`` and ``to_date``, both included, narrow it to days.
    """
    ledger = ledger_of(agreement, month, now)
    figure = _figure(ledger, month, key, part)
    which = "" if figure.asked else part
    if which not in figure.conditions:
        raise UnknownFigure(f"The figure {key!r} has no part {part!r}.")
    days = [
        day
        for period in figure.periods
        for day in period.days()
        if (from_date is None or day >= from_date) and (to_date is None or day <= to_date)
    ]
    return LeadsBehind(ledger, figure, which, days)


def _figure(ledger: Ledger, month: Period, key: str, part: str) -> _Figure:
    first, _, rest = key.partition(".")
    versions: list[int] = [int(version.key) for version in ledger.in_force(month)]
    if first == "outside":
        versions, (first, _, rest) = [0], rest.partition(".")
    if first == "stage" and rest:
        parts = [_Part(version, "", rest, [], False) for version in versions]
        return _Figure(ENTRIES, "entry.stage", parts, _PARTS_OF_ENTRIES, [month])
    if first == "clock" and rest:
        judging = [int(version.key) for version in ledger.judging([month])]
        parts = [_Part(version, "", rest, [], False) for version in judging]
        of_kind = _Figure(CLOCKS, "clock.kind", parts, _PARTS_OF_CLOCKS, [month])
        return _narrowed(of_kind, part)
    plain = _PLAIN.get(key.removeprefix("outside."))
    if plain is not None:
        parts = [_Part(version, "", "", [], False) for version in versions]
        return _narrowed(replace(plain, parts=parts, periods=[month]), part)
    for promised in promised_in(ledger, month):
        if promised.commitment.key == key:
            return _narrowed(_of_commitment(promised), part)
    raise UnknownFigure(f"There is no figure {key!r} in {month.label}.")


_PLAIN = {
    "handoffs": _Figure(HANDOFFS, "''", (), _PARTS_OF_HANDOFFS, ()),
    "deals": _Figure(DEALS, "''", (), {"": "true", **DEALS.counts}, ()),
    "follow_ups": _Figure(FOLLOW_UPS, "''", (), {"": "true", **FOLLOW_UPS.counts}, ()),
}


def _narrowed(figure: _Figure, part: str) -> _Figure:
    """Narrow handoffs to the rejections of one reason that stand, or clocks to a time."""
    name, _, asked = part.partition(".")
    if name == "reason" and figure.counted is HANDOFFS:
        condition = "handoff.status = 'rejected' AND handoff.reason = %(reason)s"
        return replace(figure, conditions={"": condition}, asked={"reason": asked})
    span = _SPAN.fullmatch(asked)
    if name == "used" and span and figure.counted is CLOCKS:
        over, up_to = (timedelta(seconds=int(told)) if told else None for told in span.groups())
        return replace(figure, conditions={"": _USED}, asked={"over": over, "up_to": up_to})
    if name in ("reason", "used"):
        raise UnknownFigure(f"The figure has no part {part!r}.")
    return figure


def _of_commitment(promised: Promised) -> _Figure:
    commitment = promised.commitment
    measure = commitment.measure
    if commitment.is_clock:
        parts = [_Part(int(version.key), "", of.key, [], False) for version, of in promised.parts]
        return _Figure(CLOCKS, "clock.clause_key", parts, _PARTS_OF_CLOCKS, promised.periods)
    shape = _OF_MEASURE[measure]
    parts = [
        _Part(
            int(version.key),
            of.key,
            shape.subject_of(version, of),
            list(of.tiers),
            of.where is not None,
        )
        for version, of in promised.parts
    ]
    conditions = shape.conditions
    if measure == "follow_up_volume":
        grades = [FOLLOW_UPS.counts[name] for name in _GRADES[commitment.grade.rank - 1 :]]
        conditions = {"": " OR ".join(grades)}
    return _Figure(shape.counted, shape.subject, parts, conditions, promised.periods)


class _Shape(NamedTuple):
    """How a measure counts: which things, by which subject, and what parts there are."""

    counted: Counted
    conditions: Mapping[str, str]
    subject: str = "''"
    subject_of: Callable[[InForce, Any], str] = lambda _version, _commitment: ""


def _stage(version: InForce, commitment: Any) -> str:
    return stage_of(version.terms, commitment) or ""


def _own_key(_version: InForce, commitment: Any) -> str:
    return str(commitment.key)


def _first_follow_up(_version: InForce, _commitment: Any) -> str:
    return "first_follow_up"


_OF_MEASURE: dict[str, _Shape] = {
    **dict.fromkeys(
        ("stage_volume", "stage_value", "customers"),
        _Shape(ENTRIES, _PARTS_OF_ENTRIES, "entry.stage", _stage),
    ),
    "accepted_volume": _Shape(HANDOFFS, _PARTS_OF_VOLUME),
    "acceptance_rate": _Shape(HANDOFFS, _PARTS_OF_ACCEPTANCE),
    "completeness_rate": _Shape(HANDOFFS, _PARTS_OF_COMPLETENESS),
    "conversion_rate": _Shape(CONVERSIONS, _PARTS_OF_CONVERSIONS, "promise.clause_key", _own_key),
    "revenue": _Shape(DEALS, {"": DEALS.counts["won"], "refused": DEALS.counts["refused"]}),
    "follow_up_volume": _Shape(FOLLOW_UPS, {}),
    "satisfaction": _Shape(SATISFACTIONS, {"": "true"}),
    **dict.fromkeys(RESPONSES, _Shape(CLOCKS, _PARTS_OF_CLOCKS, "clock.kind", _first_follow_up)),
}

__all__ = ["Behind", "LeadsBehind", "UnknownFigure", "leads_behind"]
