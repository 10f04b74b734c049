"""Read the plain handoffs of a range of leads: their first instants, worked out by the database.

What a lead and a handoff should be is written here once more, for the plain ones only, to see at
once that they are as their facts say; `leads.settle` is the reference, and settles all others.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from numpy.typing import NDArray

from agreements.clock import ClockKind
from agreements.models.contracts import Party
from leads.follow_ups import GRADES
from leads.models import FollowUp
from leads.plain.binary import BIG, FLAG, INSTANT, INTEGER, INTERVAL, read_columns

# What was told of each lead, all of it and since when.
TOLD = """
WITH told AS (
    SELECT lead_id, count(*) AS times, (array_agg(attributes))[1] AS attributes,
        min(occurred_at) AS first_at, max(occurred_at) AS latest_at,
        bool_or(attributes -> 'do_not_contact' = 'true') AS is_barred
    FROM leads_leadchange
    WHERE lead_id {which} AND is_current AND NOT is_retracted
    GROUP BY lead_id
)
"""
KNOWN = """
LEFT JOIN LATERAL (
    SELECT COALESCE(CASE
        WHEN told.times = 1 THEN CASE WHEN told.first_at <= {until} THEN told.attributes END
        WHEN told.times > 1 THEN (
            SELECT jsonb_object_agg(
                key, value ORDER BY change.occurred_at, change.source, change.recorded_at,
                change.external_id)
            FROM leads_leadchange AS change, jsonb_each(change.attributes)
            WHERE change.lead_id = told.lead_id AND change.is_current AND NOT change.is_retracted
                AND change.occurred_at <= {until})
    END, '{{}}') AS attributes
) AS known ON true
"""

_LEADS_APART = (
    TOLD  # noqa: S608
    + """
SELECT lead.id
FROM leads_lead AS lead
LEFT JOIN told ON told.lead_id = lead.id
"""
    + KNOWN.format(until="'infinity'")
    + """
WHERE lead.id {which} AND (
    COALESCE(told.is_barred, false)
    OR lead.merged_into_id IS NOT NULL
    OR EXISTS (SELECT FROM leads_leadmerge WHERE merged_id = lead.id)
    OR EXISTS (SELECT FROM leads_leadmerge WHERE kept_id = lead.id)
    OR (
        lead.attributes, lead.name, lead.company, lead.email, lead.phone, lead.origin,
        lead.is_email_verified, lead.is_contact_barred
    ) IS DISTINCT FROM (
        known.attributes,
        COALESCE(left(known.attributes ->> 'name', 300), ''),
        COALESCE(left(known.attributes ->> 'company', 300), ''),
        COALESCE(left(known.attributes ->> 'email', 320), ''),
        COALESCE(left(known.attributes ->> 'phone', 60), ''),
        left(known.attributes ->> 'origin', 120),
        COALESCE(known.attributes -> 'email_verified' = 'true', false),
        COALESCE(known.attributes -> 'do_not_contact' = 'true', false)
    )
)
"""
)

_KNOWN_AT_OFFER = (
    TOLD
    + """
SELECT handoff.id, handoff.agreement_id, handoff.offered_at, handoff.version_id, handoff.tier,
    handoff.origin, handoff.is_complete, handoff.meets_criteria, known.attributes::text
FROM leads_handoff AS handoff
LEFT JOIN told ON told.lead_id = handoff.lead_id
"""
    + KNOWN.format(until="handoff.offered_at")
    + """
WHERE handoff.lead_id {which} AND handoff.offered_at IS NOT NULL
ORDER BY handoff.id
"""
)

_HANDOFFS = """
WITH handoff AS MATERIALIZED (
    SELECT handoff.*, count(*) OVER (PARTITION BY lead_id, agreement_id) AS offers
    FROM leads_handoff AS handoff
    WHERE lead_id {which}
), done AS (
    SELECT handoff_id,
        min(occurred_at) FILTER (WHERE kind = 'offered') AS offered_at,
        min(occurred_at) FILTER (WHERE kind = 'assigned') AS assigned_at,
        min(person_id) FILTER (WHERE kind = 'assigned') AS holder_id,
        bool_or(to_queue) FILTER (WHERE kind = 'assigned') AS is_to_queue,
        min(occurred_at) FILTER (WHERE kind = 'accepted') AS accepted_at,
        min(occurred_at) FILTER (WHERE kind = ANY(%(ends)s)) AS ended_at,
        COALESCE(min(kind) FILTER (WHERE kind = ANY(%(ends)s)), '') AS ended_by,
        COALESCE(min(event.reason) FILTER (WHERE kind = ANY(%(ends)s)), '') AS reason,
        min(until) FILTER (WHERE kind = 'recycled') AS until,
        count(*) FILTER (WHERE kind = 'offered') = 1
            AND count(*) FILTER (WHERE kind = 'assigned') <= 1
            AND count(*) FILTER (WHERE kind = 'accepted') <= 1
            AND count(*) FILTER (WHERE kind = ANY(%(ends)s)) <= 1
            AND bool_and(kind = ANY(%(plain)s))
            AND NOT bool_or(event.source = 'portal' AND recorded_at > occurred_at)
            AND min(occurred_at) = min(occurred_at) FILTER (WHERE kind = 'offered')
            AND max(occurred_at) <= COALESCE(
                min(occurred_at) FILTER (WHERE kind = ANY(%(ends)s)), 'infinity') AS is_plain
    FROM handoff JOIN leads_handoffevent AS event ON event.handoff_id = handoff.id
    WHERE is_current AND NOT is_retracted
    GROUP BY handoff_id
), touched AS (
    SELECT handoff_id, min(occurred_at) AS attempt_at,
        min(occurred_at) FILTER (WHERE outcome = ANY(%(contacts)s)) AS contact_at,
        min(occurred_at) FILTER (WHERE outcome = ANY(%(conversations)s)) AS conversation_at,
        bool_or(evidence = 'by_hand' AND recorded_at > occurred_at) AS is_back_dated
    FROM handoff
    JOIN done ON done.handoff_id = handoff.id
    JOIN leads_followup AS touch USING (lead_id, agreement_id)
    WHERE is_current AND NOT is_retracted AND NOT is_automated
        AND occurred_at BETWEEN done.offered_at AND COALESCE(ended_at, 'infinity')
    GROUP BY handoff_id
)
SELECT handoff.id, lead_id, agreement_id, COALESCE(done.holder_id, 0)::bigint,
    done.offered_at, COALESCE(done.assigned_at, 'infinity'),
    COALESCE(done.holder_id IS NOT NULL OR done.is_to_queue, false),
    COALESCE(done.accepted_at, 'infinity'),
    COALESCE(attempt_at, 'infinity'), COALESCE(contact_at, 'infinity'),
    COALESCE(conversation_at, 'infinity'), COALESCE(done.ended_at, 'infinity'),
    COALESCE(array_position(%(ends)s, done.ended_by::text), 0),
    done.ended_by = 'recycled' AND EXISTS (
        SELECT FROM unnest(%(versions)s::bigint[], %(reasons)s::text[]) AS given (version, reason)
        WHERE given.version = handoff.version_id AND given.reason = done.reason),
    COALESCE(handoff.version_id, 0)::bigint
FROM handoff
JOIN agreements_agreement AS agreement ON agreement.id = agreement_id
JOIN done ON done.handoff_id = handoff.id
LEFT JOIN touched ON touched.handoff_id = handoff.id
WHERE offers = 1 AND done.is_plain AND NOT COALESCE(is_back_dated, false)
    -- What is spoken to or accepted cannot be rejected any more.
    AND (done.ended_by <> 'rejected' OR num_nonnulls(done.accepted_at, contact_at) = 0)
    AND (
        handoff.offered_at, handoff.status, handoff.holder_id, handoff.received_at,
        handoff.decided_at, handoff.closed_at, handoff.contest, handoff.reason,
        handoff.returns_date
    ) IS NOT DISTINCT FROM (
        done.offered_at,
        CASE WHEN done.ended_by <> '' THEN done.ended_by
            WHEN COALESCE(done.accepted_at, contact_at) IS NULL THEN 'offered' ELSE 'accepted' END,
        done.holder_id,
        CASE WHEN done.holder_id IS NOT NULL OR done.is_to_queue THEN done.assigned_at END,
        COALESCE(LEAST(done.accepted_at, contact_at),
            CASE WHEN done.ended_by = ANY(%(decisions)s) THEN done.ended_at END),
        done.ended_at, '', done.reason,
        CASE WHEN handoff.version_id IS NOT NULL
            THEN (until AT TIME ZONE agreement.time_zone)::date END
    )
ORDER BY handoff.id
"""
ENDS = ["rejected", "qualified", "disqualified", "recycled", "withdrawn"]

_ATTEMPTS = """
SELECT handoff.id, occurred_at, array_position(%(channels)s, channel::text)
FROM leads_handoff AS handoff
JOIN leads_followup AS touch USING (lead_id, agreement_id)
WHERE lead_id {which} AND is_current AND NOT is_retracted
    AND NOT is_automated AND outcome = ANY(%(attempts)s) AND occurred_at >= offered_at
ORDER BY handoff.id, occurred_at, touch.source, touch.external_id
"""

_ENTRIES = """
SELECT handoff.id, array_position(%(stages)s, stage::text), min(occurred_at)
FROM leads_handoff AS handoff
JOIN leads_stageentry AS entry USING (lead_id, agreement_id)
WHERE lead_id {which} AND is_current AND NOT is_retracted
    AND stage = ANY(%(stages)s)
GROUP BY handoff.id, stage
"""


_CLOCKS = """
SELECT handoff_id, COALESCE(array_position(%(clauses)s, clause_key::text), 0),
    COALESCE(array_position(%(labels)s, clock.kind || '/' || clock.party), 0),
    clock.agreement_id, clock.version_id, started_at, due_at, COALESCE(stopped_at, 'infinity'),
    COALESCE(void_at, 'infinity'), COALESCE(breached_at, 'infinity'), gave_up,
    COALESCE(used, '-1 microseconds'), attempts::integer, COALESCE(clock.holder_id, 0)::bigint,
    occurrence = 0 AND NOT is_back_dated
        AND num_nonnulls(adjusted_due_at, holder_split, pauses) = 0
FROM leads_handoff AS handoff JOIN leads_clock AS clock ON handoff_id = handoff.id
WHERE lead_id {which}
"""

_BREACHES = """
SELECT handoff_id, COALESCE(array_position(%(clauses)s, clause_key::text), 0),
    COALESCE(array_position(%(labels)s, breach.kind || '/' || breach.party), 0),
    breach.agreement_id, breached_at, COALESCE(charged_to_id, 0)::bigint,
    occurrence = 0 AND NOT is_withdrawn
FROM leads_handoff AS handoff JOIN leads_breach AS breach ON handoff_id = handoff.id
WHERE lead_id {which}
"""

# What is promised and by whom, as one word.
LABELS = [f"{kind}/{party}" for kind in ClockKind for party in Party]


def _of_grade(*grades: str) -> list[str]:
    return [outcome for outcome, grade in GRADES.items() if grade in grades]


_WORDS: dict[str, Any] = {
    "ends": ENDS,
    "plain": ["offered", "assigned", "accepted", *ENDS],
    "decisions": ["rejected", "qualified", "disqualified"],
    "attempts": _of_grade("attempt"),
    "contacts": _of_grade("contact", "conversation"),
    "conversations": _of_grade("conversation"),
    "labels": LABELS,
    "channels": FollowUp.Channel.values,
}


class Leads:
    """Some leads, told by a condition on their keys in SQL, and what it asks for."""

    def __init__(self, which: str, **asked: Any) -> None:
        self._which, self._parameters = which, _WORDS | asked

    def rows_of(self, query: str, **asked: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query that says ``{which}`` where it asks for these leads."""
        with connection.cursor() as cursor:
            cursor.execute(self._about(query), self._parameters | asked)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def _columns_of(self, query: str, columns: dict[str, Any], **asked: Any) -> NDArray[Any]:
        return read_columns(self._about(query), self._parameters | asked, columns)

    def _about(self, query: str) -> str:
        return query.replace("{which}", self._which)

    def leads_apart(self) -> list[int]:
        """Return the leads that are not as was told, ever merged or not to be contacted."""
        return [row[0] for row in self.rows_of(_LEADS_APART)]

    def known_at_offer(self) -> list[tuple[Any, ...]]:
        """Return each offered handoff as it was judged, and what was known of its lead by then."""
        return self.rows_of(_KNOWN_AT_OFFER)

    def handoffs(self, not_reached: Sequence[tuple[int, str]] = ()) -> NDArray[Any]:
        """Return the plain handoffs that stand as their events and follow-ups say, by key.

        ``not_reached`` are each (version, reason for recycling) that says so.
        """
        columns = {
            "handoff_id": BIG, "lead_id": BIG, "agreement_id": BIG, "holder_id": BIG,
            "offered_at": INSTANT, "assigned_at": INSTANT, "is_received": FLAG,
            "accepted_at": INSTANT, "attempt_at": INSTANT, "contact_at": INSTANT,
            "conversation_at": INSTANT, "ended_at": INSTANT, "ended_by": INTEGER,
            "gave_up": FLAG, "version_id": BIG,
        }  # fmt: skip
        given = {
            "versions": [version_id for version_id, _ in not_reached],
            "reasons": [reason for _, reason in not_reached],
        }
        return self._columns_of(_HANDOFFS, columns, **given)

    def attempts(self) -> NDArray[Any]:
        """Return the attempts of persons since the offer, in the order of their marks."""
        columns = {"handoff_id": BIG, "at": INSTANT, "channel": INTEGER}
        return self._columns_of(_ATTEMPTS, columns)

    def entries(self, stages: list[str]) -> NDArray[Any]:
        """Return when a lead with a handoff first entered each of these stages; 1 is the first."""
        columns = {"handoff_id": BIG, "stage": INTEGER, "at": INSTANT}
        return self._columns_of(_ENTRIES, columns, stages=stages)

    def clocks(self, clauses: list[str]) -> NDArray[Any]:
        """Return the clocks as stored; a clause that is not among these is 0.

        A clock is bare that has no split, pauses, other due time or second occurrence.
        """
        columns = {
            "handoff_id": BIG, "clause": INTEGER, "label": INTEGER, "agreement_id": BIG,
            "version_id": BIG, "started_at": INSTANT, "due_at": INSTANT, "stopped_at": INSTANT,
            "void_at": INSTANT, "breached_at": INSTANT, "gave_up": FLAG, "used": INTERVAL,
            "attempts": INTEGER, "holder_id": BIG, "is_bare": FLAG,
        }  # fmt: skip
        return self._columns_of(_CLOCKS, columns, clauses=clauses)

    def breaches(self, clauses: list[str]) -> NDArray[Any]:
        """Return the breaches as stored, withdrawn ones too; those are not bare."""
        columns = {
            "handoff_id": BIG, "clause": INTEGER, "label": INTEGER, "agreement_id": BIG,
            "breached_at": INSTANT, "holder_id": BIG, "is_bare": FLAG,
        }  # fmt: skip
        return self._columns_of(_BREACHES, columns, clauses=clauses)


class LeadRange(Leads):
    """Leads whose keys lie from ``first`` to ``last``, both included."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__("BETWEEN %(first)s AND %(last)s", first=first, last=last)
