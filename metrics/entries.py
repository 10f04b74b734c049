"""Which lead first entered which stage when: worked out in tables of the transaction.

A lead's family are the leads merged into one. A stage is entered by a fact that says so, by an
offer (the MQL stage), an acceptance (SAL), a qualification (SQL) or a won deal (customer). A
stage that no fact tells of is passed, implied, when a later one is first entered; a fact about
it, whenever it happened, takes the place of the implication.
"""

from collections.abc import Collection
from datetime import date

from django.db.backends.utils import CursorWrapper

from agreements.models import Agreement
from leads.stages import ENTRIES

# Kept by the connection, so that counting again and again leaves no litter in the catalogue.
_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS counted_day
    (local_date date PRIMARY KEY, starts_at timestamptz, ends_at timestamptz);
CREATE TEMPORARY TABLE IF NOT EXISTS family (lead_id bigint PRIMARY KEY, root_id bigint);
CREATE TEMPORARY TABLE IF NOT EXISTS first_entry
    (root_id bigint, stage text, at timestamptz, lead_id bigint, version_id bigint,
     is_implied boolean, local_date date, PRIMARY KEY (root_id, stage));
CREATE INDEX IF NOT EXISTS family_root ON family (root_id);
TRUNCATE counted_day, family, first_entry;
"""

_DAYS = """
INSERT INTO counted_day
SELECT day, day::timestamp AT TIME ZONE %(zone)s, (day + 1)::timestamp AT TIME ZONE %(zone)s
FROM unnest(%(days)s::date[]) AS day;
ANALYZE counted_day;
"""

# Everyone with a fact on the days that can be an entry, and whoever was merged with them.
_FAMILIES = """
INSERT INTO family (lead_id, root_id)
WITH RECURSIVE touched AS (
    SELECT told.lead_id FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT lead_id FROM leads_stageentry
        WHERE agreement_id = %(agreement)s AND is_current AND NOT is_retracted
            AND occurred_at >= day.starts_at AND occurred_at < day.ends_at
        OFFSET 0
    ) AS told
    UNION
    SELECT told.lead_id FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT lead_id FROM leads_deal
        WHERE agreement_id = %(agreement)s AND is_current AND NOT is_retracted AND status = 'won'
            AND occurred_at >= day.starts_at AND occurred_at < day.ends_at
        OFFSET 0
    ) AS told
    UNION
    SELECT handoff.lead_id FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT lead_id FROM leads_handoff
        WHERE agreement_id = %(agreement)s
            AND offered_at >= day.starts_at AND offered_at < day.ends_at
        OFFSET 0
    ) AS handoff
    UNION
    SELECT handoff.lead_id FROM leads_handoff AS handoff
    JOIN counted_day AS day
        ON day.local_date = (handoff.decided_at AT TIME ZONE %(zone)s)::date
    WHERE handoff.agreement_id = %(agreement)s
        AND handoff.decided_at >= (SELECT min(starts_at) FROM counted_day)
        AND handoff.decided_at < (SELECT max(ends_at) FROM counted_day)
    UNION
    SELECT handoff.lead_id FROM leads_handoff AS handoff
    JOIN counted_day AS day
        ON day.local_date = (handoff.closed_at AT TIME ZONE %(zone)s)::date
    WHERE handoff.agreement_id = %(agreement)s AND handoff.status = 'qualified'
        AND handoff.closed_at >= (SELECT min(starts_at) FROM counted_day)
        AND handoff.closed_at < (SELECT max(ends_at) FROM counted_day)
    UNION
    SELECT handoff.lead_id FROM leads_handoff AS handoff
    JOIN leads_handoffevent AS event ON event.handoff_id = handoff.id AND event.kind = 'decided'
    JOIN counted_day AS day
        ON event.occurred_at >= day.starts_at AND event.occurred_at < day.ends_at
    WHERE handoff.agreement_id = %(agreement)s AND handoff.contest = 'overturned'
), up (lead_id, into_id) AS (
    SELECT lead.id, lead.merged_into_id FROM touched JOIN leads_lead AS lead
        ON lead.id = touched.lead_id
    UNION
    SELECT lead.id, lead.merged_into_id FROM up JOIN leads_lead AS lead ON lead.id = up.into_id
), down (lead_id, root_id) AS (
    SELECT up.lead_id, up.lead_id FROM up WHERE up.into_id IS NULL
    UNION
    SELECT lead.id, down.root_id FROM down JOIN leads_lead AS lead
        ON lead.merged_into_id = down.lead_id
)
SELECT lead_id, root_id FROM down;
ANALYZE family;
"""

_FIRST_ENTRIES = f"""
INSERT INTO first_entry (root_id, stage, at, lead_id, version_id, is_implied, local_date)
WITH told AS MATERIALIZED (
    SELECT DISTINCT ON (root_id, stage) root_id, stage, at, lead_id
    FROM ({ENTRIES}) AS entry WHERE stage IS NOT NULL AND agreement_id = %(agreement)s
    ORDER BY root_id, stage, at, lead_id
), implied AS (
    SELECT DISTINCT ON (told.root_id, before.stage)
        told.root_id, before.stage, told.at, told.lead_id
    FROM told
    JOIN judging_version AS version ON told.at >= version.named_from AND told.at < version.named_to
    JOIN funnel_stage AS later
        ON later.version_id = version.version_id AND later.stage = told.stage
    JOIN funnel_stage AS before
        ON before.version_id = version.version_id AND before.position < later.position
    ORDER BY told.root_id, before.stage, told.at, told.lead_id
), every AS (
    SELECT root_id, stage, at, lead_id, false AS is_implied FROM told
    UNION ALL
    SELECT implied.root_id, implied.stage, implied.at, implied.lead_id, true FROM implied
    LEFT JOIN told USING (root_id, stage) WHERE told.root_id IS NULL
)
SELECT every.root_id, every.stage, every.at, every.lead_id, version.version_id, every.is_implied,
    (every.at AT TIME ZONE %(zone)s)::date
FROM every LEFT JOIN judging_version AS version
    ON every.at >= version.starts_at AND every.at < version.ends_at;
ANALYZE first_entry;
"""  # noqa: S608 - composed of constants


def set_days(cursor: CursorWrapper, agreement: Agreement, days: Collection[date]) -> None:
    """Make these the days that are counted, and forget everything that was worked out before."""
    cursor.execute(_TABLES)
    cursor.execute(_DAYS, {"zone": agreement.time_zone, "days": sorted(days)})


def gather_families(cursor: CursorWrapper, agreement: Agreement) -> None:
    """Fill the table of families: whoever may have entered a stage on one of the days."""
    cursor.execute(_FAMILIES, {"agreement": agreement.pk, "zone": agreement.time_zone})


def find_first_entries(cursor: CursorWrapper, agreement: Agreement) -> None:
    """Fill the table of first entries of the gathered families, on whatever day they lie."""
    cursor.execute(_FIRST_ENTRIES, {"agreement": agreement.pk, "zone": agreement.time_zone})
