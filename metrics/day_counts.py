"""What is counted on a day, kind by kind: from which rows, by what, and which of them count.

The same words find the rows behind a figure, so that a figure and its list cannot differ. What
lies on a day is found day by day (LATERAL ... OFFSET 0): joined by range, the planner expects a
ninth of the table on each day and reads all of it.
"""

from dataclasses import dataclass, field
from typing import Any

from agreements.models import Agreement
from leads.follow_ups import GRADES
from metrics.models import (
    ClockCell,
    ConversionCell,
    DayCell,
    DealCell,
    FollowUpCell,
    HandoffCell,
    SatisfactionCell,
    StageCell,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """SQL about one kind of thing that is counted on the days of ``counted_day``.

    ``joins`` and ``where`` find the things. ``version`` to ``tier`` and the ``subjects`` name
    their cell; ``counts`` are conditions and ``sums`` aggregates. ``judged`` is joined where
    rules of commitments can pick them. ``lead`` to ``detail`` tell of a single one.
    """

    joins: str
    where: str = "true"
    version: str
    source: str
    tier: str = "COALESCE(judged.tier, '')"
    holder: str = "NULL::bigint"
    subjects: dict[str, str] = field(default_factory=dict)
    counts: dict[str, str]
    sums: dict[str, str] = field(default_factory=dict)
    is_picked: bool = True
    lead: str
    at: str
    handoff: str = "NULL::bigint"
    clock: str = "NULL::bigint"
    deal: str = "NULL::bigint"
    detail: str = "''"


def _on_days(table: str, at: str, name: str, condition: str = "true") -> str:
    """Find the rows of a table day by day, by an instant of theirs."""
    return f"""
    counted_day AS day
    CROSS JOIN LATERAL (
        SELECT * FROM {table}
        WHERE agreement_id = %(agreement)s AND {condition}
            AND {at} >= day.starts_at AND {at} < day.ends_at
        OFFSET 0
    ) AS {name}
    """  # noqa: S608 - composed of constants


def _judged(lead: str, at: str, version: str) -> str:
    """Join what a version makes of a lead as it was at an instant."""
    return f"""
    LEFT JOIN judged ON judged.lead_id = {lead} AND judged.at = {at}
        AND judged.version_id = {version}
    """


_ENTRIES_ON_DAYS = """
    counted_day AS day
    JOIN first_entry AS entry ON entry.local_date = day.local_date
    JOIN leads_lead AS lead ON lead.id = entry.root_id
"""
_ENTRY_IS_JUDGED = _judged("entry.lead_id", "entry.at", "entry.version_id")

ENTRIES = Counted(
    joins=f"""
    {_ENTRIES_ON_DAYS}
    LEFT JOIN judging_version AS version ON version.version_id = entry.version_id
    {_ENTRY_IS_JUDGED}
    """,
    version="entry.version_id",
    source="lead.origin",
    subjects={"stage": "entry.stage"},
    counts={
        "entered": "true",
        "implied": "entry.is_implied",
        "unoffered": """entry.stage = version.beyond AND NOT EXISTS (
            SELECT FROM family AS member JOIN leads_handoff AS handoff USING (lead_id)
            WHERE member.root_id = entry.root_id AND handoff.agreement_id = %(agreement)s
                AND handoff.offered_at <= entry.at)""",
    },
    lead="entry.root_id",
    at="entry.at",
    detail="CASE WHEN entry.is_implied THEN 'implied' ELSE '' END",
)

CONVERSIONS = Counted(
    joins=f"""
    {_ENTRIES_ON_DAYS}
    JOIN conversion AS promise
        ON promise.version_id = entry.version_id AND promise.from_stage = entry.stage
    LEFT JOIN first_entry AS reached
        ON reached.root_id = entry.root_id AND reached.stage = promise.to_stage
    {_ENTRY_IS_JUDGED}
    """,
    where="""(promise.tiers = '{}' OR judged.tier = ANY(promise.tiers))
        AND (NOT promise.has_rule OR promise.clause_key = ANY(judged.picks))""",
    version="entry.version_id",
    source="lead.origin",
    subjects={"clause_key": "promise.clause_key"},
    counts={
        "entered": "true",
        "won": """COALESCE((reached.at AT TIME ZONE %(zone)s)::date - day.local_date
            BETWEEN 0 AND promise.days, false)""",
    },
    is_picked=False,
    lead="entry.root_id",
    at="entry.at",
)

HANDOFFS = Counted(
    joins=f"""
    {_on_days("leads_handoff", "offered_at", "handoff", "status NOT IN ('expected', 'repeated')")}
    JOIN leads_lead AS lead ON lead.id = handoff.lead_id
    CROSS JOIN LATERAL (SELECT
        handoff.decided_at IS NOT NULL AS decided,
        handoff.decided_at IS NULL AND handoff.status = 'offered' AS undecided,
        handoff.status = 'rejected' OR handoff.contest = 'overturned' AS rejected
    ) AS standing
    LEFT JOIN uncharged_reason AS reason
        ON reason.version_id = handoff.version_id AND reason.reason = handoff.reason
    {_judged("handoff.lead_id", "handoff.offered_at", "handoff.version_id")}
    """,
    version="handoff.version_id",
    source="handoff.origin",
    tier="handoff.tier",
    holder="handoff.holder_id",
    counts={
        "offered": "true",
        "accepted": "standing.decided AND NOT standing.rejected",
        "rejected": "standing.rejected",
        "undecided": "standing.undecided",
        "withdrawn": "NOT standing.decided AND handoff.status IN ('withdrawn', 'merged')",
        "recycled": "NOT standing.decided AND handoff.status = 'recycled'",
        "overturned": "handoff.contest = 'overturned'",
        "upheld": "handoff.contest = 'upheld'",
        "waiting": "handoff.contest = 'waiting'",
        "not_charged": """handoff.status = 'rejected' AND handoff.contest <> 'waiting'
            AND reason.reason IS NOT NULL""",
        "waiting_not_charged": "handoff.contest = 'waiting' AND reason.reason IS NOT NULL",
        "complete": "COALESCE(handoff.is_complete, false)",
        "incomplete": "NOT COALESCE(handoff.is_complete, true)",
    },
    lead="handoff.lead_id",
    at="handoff.offered_at",
    handoff="handoff.id",
    detail="handoff.reason",
)

CLOCKS = Counted(
    joins=f"""
    {_on_days("leads_clock", "started_at", "clock")}
    JOIN leads_handoff AS handoff ON handoff.id = clock.handoff_id
    LEFT JOIN leads_breachexception AS exception ON exception.handoff_id = clock.handoff_id
        AND exception.clause_key = clock.clause_key AND exception.occurrence = clock.occurrence
        AND exception.is_approved
    CROSS JOIN LATERAL (SELECT
        clock.void_at IS NULL AND clock.stopped_at IS NULL AS unanswered,
        clock.void_at IS NULL AND COALESCE(clock.stopped_at <= clock.due_at, false) AS met,
        clock.void_at IS NULL AND COALESCE(clock.stopped_at > clock.due_at, false) AS late,
        COALESCE(clock.stopped_at <= clock.adjusted_due_at, false) AS excused,
        COALESCE(clock.adjusted_due_at, clock.due_at) AS adjusted_due_at,
        CASE WHEN clock.gave_up THEN COALESCE(clock.breached_at, clock.due_at) END AS given_up_at
    ) AS outcome
    {_judged("handoff.lead_id", "handoff.offered_at", "clock.version_id")}
        AND clock.kind = 'first_follow_up'
    """,
    version="clock.version_id",
    source="handoff.origin",
    tier="handoff.tier",
    holder="clock.holder_id",
    subjects={"clause_key": "clock.clause_key", "kind": "clock.kind"},
    counts={
        "met": "outcome.met",
        "late": "outcome.late",
        "void": "clock.void_at IS NOT NULL",
        "back_dated": "outcome.met AND clock.is_back_dated",
        "excused": "outcome.late AND outcome.excused",
        "excepted": "outcome.late AND NOT outcome.excused AND exception.id IS NOT NULL",
    },
    sums={
        "used": """COALESCE(array_agg((extract(epoch FROM clock.used) * 1000000)::bigint
            ORDER BY clock.used) FILTER (WHERE outcome.met OR outcome.late), '{}')""",
        "unanswered": """COALESCE(jsonb_agg(jsonb_build_array(
            (extract(epoch FROM clock.started_at) * 1000000)::bigint,
            (extract(epoch FROM clock.due_at) * 1000000)::bigint,
            (extract(epoch FROM outcome.adjusted_due_at) * 1000000)::bigint,
            (extract(epoch FROM outcome.given_up_at) * 1000000)::bigint,
            exception.id IS NOT NULL,
            clock.pauses
        ) ORDER BY clock.due_at, clock.started_at, clock.handoff_id, clock.occurrence)
            FILTER (WHERE outcome.unanswered), '[]')""",
    },
    lead="handoff.lead_id",
    at="clock.started_at",
    handoff="clock.handoff_id",
    clock="clock.id",
)


def _told(table: str, condition: str = "true") -> str:
    """Join the facts of a kind that hold on the days, their leads, and by what they are judged."""
    holds = f"is_current AND NOT is_retracted AND {condition}"
    return f"""
    {_on_days(table, "occurred_at", "told", holds)}
    JOIN leads_lead AS lead ON lead.id = told.lead_id
    LEFT JOIN judging_version AS version
        ON told.occurred_at >= version.starts_at AND told.occurred_at < version.ends_at
    {_judged("told.lead_id", "told.occurred_at", "version.version_id")}
    """


DEALS = Counted(
    joins=f"""
    {_told("leads_deal")}
    LEFT JOIN exchange_rate AS rate
        ON rate.version_id = version.version_id AND rate.currency = told.currency
    CROSS JOIN LATERAL (SELECT
        CASE WHEN told.currency IN ('', %(currency)s) THEN 1 ELSE rate.rate END AS rate
    ) AS worth
    """,
    version="version.version_id",
    source="lead.origin",
    holder="told.person_id",
    counts={
        "won": "told.status = 'won'",
        "lost": "told.status = 'lost'",
        "refused": "told.status = 'won' AND told.amount IS NOT NULL AND worth.rate IS NULL",
    },
    sums={
        "amount": """COALESCE(sum(told.amount * worth.rate)
            FILTER (WHERE told.status = 'won'), 0)""",
    },
    lead="told.lead_id",
    at="told.occurred_at",
    deal="told.id",
    detail="told.reason",
)

FOLLOW_UPS = Counted(
    joins=_told("leads_followup", "NOT is_automated"),
    version="version.version_id",
    source="lead.origin",
    holder="told.person_id",
    counts={
        "attempts": "told.outcome = ANY(%(attempt)s)",
        "contacts": "told.outcome = ANY(%(contact)s)",
        "conversations": "told.outcome = ANY(%(conversation)s)",
        "by_hand": "told.evidence = 'by_hand'",
    },
    lead="told.lead_id",
    at="told.occurred_at",
    detail="told.outcome",
)

SATISFACTIONS = Counted(
    joins=_told("leads_satisfaction"),
    version="version.version_id",
    source="lead.origin",
    counts={"answers": "true"},
    sums={"total": "sum(told.score)"},
    lead="told.lead_id",
    at="told.occurred_at",
    detail="trim_scale(told.score)::text",
)

COUNTED: dict[type[DayCell], Counted] = {
    StageCell: ENTRIES,
    ConversionCell: CONVERSIONS,
    HandoffCell: HANDOFFS,
    ClockCell: CLOCKS,
    DealCell: DEALS,
    FollowUpCell: FOLLOW_UPS,
    SatisfactionCell: SATISFACTIONS,
}


def parameters(agreement: Agreement) -> dict[str, Any]:
    """Return what the statements ask for."""
    outcomes = {
        grade: [outcome for outcome, of in GRADES.items() if of == grade]
        for grade in ("attempt", "contact", "conversation")
    }
    return {
        "agreement": agreement.pk,
        "zone": agreement.time_zone,
        "currency": agreement.currency,
        **outcomes,
    }
