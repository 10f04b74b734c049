"""An agreement with a year of leads, written by SQL: as many as a benchmark asks for."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from agreements.models import Agreement
from tests.factories import example_terms, make_version

# A handoff for each lead, offered in office hours; one of nine is rejected, one of fifty is never
# followed up, some are followed up late, and the youngest still have time. After twenty days a
# handoff is qualified.
_LEADS = """
INSERT INTO leads_lead (name, company, email, phone, attributes, origin, is_email_verified,
    is_contact_barred, first_heard_at)
SELECT (ARRAY['Ana', 'Bruno', 'Carla', 'Diego', 'Elisa', 'João'])[1 + n %% 6]
        || ' ' || (ARRAY['Silva', 'Souza', 'Costa', 'Lima', 'Rocha'])[1 + n %% 5],
    (ARRAY['Foods', 'Motors', 'Steel'])[1 + n %% 3] || ' ' || n %% 5000,
    %(slug)s || n || '@example.com', '', '{}',
    (ARRAY['organic', 'webinar', 'event', NULL])[1 + n %% 4], false, false, %(now)s
FROM generate_series(1, %(leads)s) AS n;
INSERT INTO leads_leadidentity (lead_id, source, external_id)
SELECT id, 'bench', 'C-' || id FROM leads_lead WHERE id >= %(first)s;
INSERT INTO leads_handoff (agreement_id, lead_id, source, external_id, status, tier, contest,
    reason, origin, version_id, holder_id, offered_at, decided_at, closed_at)
SELECT %(agreement)s, lead.id, 'bench', 'H' || lead.id,
    CASE WHEN lead.id %% 9 = 0 THEN 'rejected'
        WHEN at < %(now)s - interval '20 days' THEN 'qualified' ELSE 'accepted' END, '', '',
    CASE WHEN lead.id %% 9 = 0 THEN 'wrong_data' ELSE '' END, lead.origin, %(version)s,
    %(first_rep)s + lead.id %% %(reps)s, at, at + interval '20 minutes',
    CASE WHEN lead.id %% 9 = 0 THEN at + interval '20 minutes'
        WHEN at < %(now)s - interval '20 days' THEN at + interval '20 days' END
FROM (
    SELECT id, origin,
        date_trunc('day', %(now)s - interval '364 days' * (id - %(first)s) / %(leads)s)
        + interval '12 hours' + interval '8 hours' * ((id * 7919) %% 1000) / 1000 AS at
    FROM leads_lead WHERE id >= %(first)s
) AS lead
WHERE at < %(now)s;
INSERT INTO leads_clock (handoff_id, agreement_id, version_id, clause_key, occurrence, kind, party,
    started_at, due_at, stopped_at, used, holder_id, gave_up, is_back_dated, attempts)
SELECT handoff.id, %(agreement)s, %(version)s, clause.key, 0, clause.kind, 'sales', offered_at,
    offered_at + clause.within, CASE WHEN stopped_at < %(now)s THEN stopped_at END,
    CASE WHEN stopped_at < %(now)s THEN stopped_at - offered_at END, holder_id, false, false, 1
FROM leads_handoff AS handoff
CROSS JOIN (VALUES
    ('S1', 'acceptance', interval '4 hours'), ('S2', 'first_follow_up', interval '4 hours'),
    ('S3', 'persistence', interval '10 days'), ('S4', 'disposition', interval '15 days')
) AS clause (key, kind, within)
CROSS JOIN LATERAL (SELECT CASE WHEN handoff.id %% 50 = 0 THEN NULL
    ELSE offered_at + clause.within * (0.1 + (handoff.id * 31 %% 997) / 997.0) END AS stopped_at
) AS outcome
WHERE handoff.agreement_id = %(agreement)s;
INSERT INTO leads_stageentry (agreement_id, lead_id, stage, occurred_at, recorded_at, source,
    external_id, content_hash, is_current, is_retracted, correction_reason)
SELECT %(agreement)s, lead_id, 'customer', offered_at + interval '9 days', %(now)s, 'bench',
    'C' || lead_id, '', true, false, ''
FROM leads_handoff
WHERE agreement_id = %(agreement)s AND lead_id %% 12 = 0
    AND offered_at + interval '9 days' < %(now)s;
"""


def year_of(slug: str, leads: int, first_rep: int, now: datetime, *, reps: int = 20) -> Agreement:
    """Make an agreement with so many leads, held by so many people from a first one on.

    People find a lead by its name, company, address or id.
    """
    effective_date = now.date() - timedelta(days=500)
    version = make_version(_terms(), slug=slug, effective_date=effective_date)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) + 1 FROM leads_lead")
        (first,) = cursor.fetchone()
        known = {"agreement": version.agreement_id, "version": version.pk, "first": first}
        asked = {"slug": slug, "leads": leads, "first_rep": first_rep, "reps": reps, "now": now}
        cursor.execute(_LEADS, known | asked)
    vacuum()
    return version.agreement


def _terms() -> dict[str, Any]:
    """Promises of every kind: a volume, a rate, clocks, customers."""
    terms = example_terms()
    more: list[dict[str, Any]] = [
        {"key": "M1", "measure": "stage_volume", "stage": "mql", "target": 900},
        {"key": "M2", "measure": "acceptance_rate", "target": "0.90"},
        {"key": "S8", "party": "sales", "measure": "customers", "target": 75},
        {
            "key": "S9",
            "party": "sales",
            "measure": "conversion_rate",
            "from": "mql",
            "within": "30d",
            "target": "0.08",
        },
    ]
    terms["commitments"] += [{"party": "marketing"} | commitment for commitment in more]
    return terms


def vacuum() -> None:
    """Tell the planner how many rows there are."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
