"""Record the breaches that pages already show: a page derives what is late, the sweep writes it."""

from datetime import datetime

from django.db import connection, transaction

BATCH = 1000

# The clocks are locked and looked at again in the same statement, so two sweeps at once share
# the work; one that is being settled is left to whoever settles it. Sorting by due time keeps
# the partial index of running clocks the way in; a row that is locked stays in its place, which
# finds it again sooner than its key.
_RECORD = """
WITH due AS (
    SELECT ctid FROM leads_clock
    WHERE due_at < %(now)s
      AND stopped_at IS NULL AND void_at IS NULL AND breached_at IS NULL
    ORDER BY due_at
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
), breached AS (
    UPDATE leads_clock AS clock SET breached_at = clock.due_at
    FROM due WHERE clock.ctid = due.ctid
    RETURNING clock.handoff_id, clock.clause_key, clock.occurrence, clock.agreement_id,
        clock.kind, clock.party, clock.holder_id, clock.due_at, clock.started_at
), recorded AS (
    INSERT INTO leads_breach (handoff_id, clause_key, occurrence, agreement_id, kind, party,
        charged_to_id, breached_at, is_withdrawn)
    SELECT handoff_id, clause_key, occurrence, agreement_id, kind, party, holder_id, due_at, false
    FROM breached
    ON CONFLICT (handoff_id, clause_key, occurrence) DO UPDATE
    SET is_withdrawn = false, breached_at = excluded.breached_at,
        charged_to_id = excluded.charged_to_id
), logged AS (
    INSERT INTO leads_change (agreement_id, local_date)
    SELECT DISTINCT breached.agreement_id,
        (breached.started_at AT TIME ZONE agreement.time_zone)::date
    FROM breached JOIN agreements_agreement AS agreement ON agreement.id = breached.agreement_id
)
SELECT count(*) FROM breached
"""


def record_breaches(*, now: datetime) -> int:
    """Record every breach that is due at ``now`` and not recorded yet; return how many.

    A breach is dated by its due time, however late the sweep was. Safe to run twice, and at the
    same time as others: a breach is recorded once.
    """
    recorded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RECORD, {"now": now, "limit": BATCH})
            found = int(cursor.fetchone()[0])
        recorded += found
        if found < BATCH:
            return recorded
