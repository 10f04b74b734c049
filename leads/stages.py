"""Which stage each lead is in: the one it entered last, by a fact that says so or by a deed.

Leads that were found to be one are where the one was that had come furthest by then, until either
enters a stage after that.

A lead enters the MQL stage by an offer, the SAL stage by an acceptance (or the decision that
overturns a rejection), the SQL stage by a qualification and the customer's by a won deal.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

from django.db import connection

from agreements.models import AgreementVersion

ENTRIES = """
SELECT family.root_id, family.lead_id, told.agreement_id, told.stage, told.occurred_at AS at
FROM family JOIN leads_stageentry AS told USING (lead_id)
WHERE told.is_current AND NOT told.is_retracted
UNION ALL
SELECT family.root_id, family.lead_id, handoff.agreement_id,
    CASE deed.role WHEN 'mql' THEN version.mql WHEN 'sal' THEN version.sal ELSE version.sql END,
    deed.at
FROM family JOIN leads_handoff AS handoff USING (lead_id)
CROSS JOIN LATERAL (VALUES
    ('mql', handoff.offered_at),
    ('sal', CASE WHEN handoff.status = 'rejected' THEN NULL
        WHEN handoff.contest = 'overturned' THEN (
            SELECT min(event.occurred_at) FROM leads_handoffevent AS event
            WHERE event.handoff_id = handoff.id AND event.kind = 'decided'
                AND event.is_overturned AND event.is_current AND NOT event.is_retracted
        ) ELSE handoff.decided_at END),
    ('sql', CASE WHEN handoff.status = 'qualified' THEN handoff.closed_at END)
) AS deed (role, at)
JOIN judging_version AS version ON version.agreement_id = handoff.agreement_id
    AND deed.at >= version.named_from AND deed.at < version.named_to
WHERE handoff.status NOT IN ('expected', 'repeated')
UNION ALL
SELECT family.root_id, family.lead_id, told.agreement_id, version.customer, told.occurred_at
FROM family JOIN leads_deal AS told USING (lead_id) JOIN judging_version AS version
    ON version.agreement_id = told.agreement_id
        AND told.occurred_at >= version.named_from AND told.occurred_at < version.named_to
WHERE told.is_current AND NOT told.is_retracted AND told.status = 'won'
"""
"""Every entry of the leads of ``family`` (lead_id, root_id) into a stage, at which instant.

What stages are called is asked of ``judging_version`` (agreement_id, named_from, named_to, mql,
sal, sql, customer); an entry into a stage that has no name then is one without a stage.
"""

# At one instant a lead is in the later of two stages. Each lead of a family has its own last one;
# it was left again where another of them, since they were one, entered a stage after it.
_WRITE = f"""
WITH RECURSIVE root AS MATERIALIZED (
    SELECT DISTINCT COALESCE(merged_into_id, id) AS id FROM leads_lead WHERE id = ANY(%(leads)s)
), family AS MATERIALIZED (
    SELECT id AS lead_id, id AS root_id FROM root
    UNION ALL
    SELECT lead.id, lead.merged_into_id FROM root
    JOIN leads_lead AS lead ON lead.merged_into_id = root.id
), judging_version AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(named)s::jsonb) AS version(
        agreement_id bigint, named_from timestamptz, named_to timestamptz,
        mql text, sal text, sql text, customer text, stages text[]
    )
), own AS MATERIALIZED (
    SELECT DISTINCT ON (entry.agreement_id, entry.root_id, entry.lead_id)
        entry.agreement_id, entry.root_id, entry.lead_id, entry.stage, entry.at
    FROM ({ENTRIES}) AS entry LEFT JOIN judging_version AS version
        ON version.agreement_id = entry.agreement_id
            AND entry.at >= version.named_from AND entry.at < version.named_to
    WHERE entry.stage IS NOT NULL
    ORDER BY entry.agreement_id, entry.root_id, entry.lead_id, entry.at DESC,
        array_position(version.stages, entry.stage) DESC NULLS LAST, entry.stage
), tie AS (
    SELECT lead_id, lead_id AS up_id, '-infinity'::timestamptz AS since FROM family
    WHERE root_id IN (SELECT root_id FROM family WHERE lead_id <> root_id)
    UNION
    SELECT tie.lead_id, told.kept_id, greatest(tie.since, told.occurred_at)
    FROM tie JOIN leads_leadmerge AS told ON told.merged_id = tie.up_id
    WHERE told.is_current AND NOT told.is_retracted
), left_again AS (
    SELECT own.agreement_id, own.lead_id FROM tie AS one JOIN tie AS other USING (up_id)
    JOIN own ON own.lead_id = one.lead_id
    JOIN own AS later ON later.lead_id = other.lead_id AND later.agreement_id = own.agreement_id
    WHERE later.at > own.at AND later.at > greatest(one.since, other.since)
), reached AS (
    SELECT own.*, max(at) OVER (PARTITION BY agreement_id, root_id) AS last_at FROM own
    WHERE (agreement_id, lead_id) NOT IN (SELECT agreement_id, lead_id FROM left_again)
), latest AS MATERIALIZED (
    SELECT DISTINCT ON (reached.agreement_id, reached.root_id)
        reached.agreement_id, reached.root_id AS lead_id, reached.stage, reached.at
    FROM reached LEFT JOIN judging_version AS version
        ON version.agreement_id = reached.agreement_id
            AND reached.last_at >= version.named_from AND reached.last_at < version.named_to
    ORDER BY reached.agreement_id, reached.root_id,
        array_position(version.stages, reached.stage) DESC NULLS LAST, reached.at DESC,
        reached.stage
), gone AS (
    DELETE FROM leads_leadstage AS stored USING family
    WHERE stored.lead_id = family.lead_id AND NOT EXISTS (SELECT FROM latest
        WHERE latest.agreement_id = stored.agreement_id AND latest.lead_id = stored.lead_id)
    RETURNING stored.id
), written AS (
    INSERT INTO leads_leadstage AS stored (agreement_id, lead_id, stage, entered_at)
    SELECT agreement_id, lead_id, stage, at FROM latest
    ON CONFLICT (agreement_id, lead_id) DO UPDATE
        SET stage = excluded.stage, entered_at = excluded.entered_at
        WHERE (stored.stage, stored.entered_at) <> (excluded.stage, excluded.entered_at)
    RETURNING stored.id
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 - composed of constants
_ROLES = ("mql", "sal", "sql", "customer")


def write_stages(lead_ids: Collection[int]) -> int:
    """Write the stages that leads, and those that are one with them, are in; two queries.

    Whoever calls it has written their handoffs in the same transaction. Returns how many rows
    differed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"leads": list(lead_ids), "named": json.dumps(list(_named()))})
        (written,) = cursor.fetchone()
    return int(written)


def _named() -> Iterator[dict[str, Any]]:
    """Give what each signed version calls the stages, and from when to when it does.

    Stages have names at any instant: a gap takes those of the version before it, the time before
    all those of the first.
    """
    signed = AgreementVersion.objects.signed().order_by("agreement", "effective", "number")
    rows = list(signed.values_list("agreement_id", "terms_hash", "effective__startswith"))
    names = _names_of({terms_hash for _, terms_hash, _ in rows})
    for agreement_id, group in groupby(rows, key=lambda row: row[0]):
        versions = list(group)
        starts = [at.isoformat() if at else "-infinity" for *_, at in versions]
        spans = zip(["-infinity", *starts[1:]], [*starts[1:], "infinity"], strict=True)
        for (_, terms_hash, _), (start, end) in zip(versions, spans, strict=True):
            named = {"agreement_id": agreement_id, "named_from": start, "named_to": end}
            yield named | names[terms_hash]


# A signed text never changes, so that each is read once, and all that are new in one query.
_read: dict[str, dict[str, Any]] = {}


def _names_of(terms_hashes: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """Return which stage plays each role in signed texts, and all of them, by the text's hash."""
    if new := set(terms_hashes) - _read.keys():
        for version in AgreementVersion.objects.signed().filter(terms_hash__in=new):
            terms = version.parsed_terms()
            stages = {role: terms.stage_with_role(role) for role in _ROLES}
            names = {role: stage.key if stage else None for role, stage in stages.items()}
            _read[version.terms_hash] = names | {"stages": [stage.key for stage in terms.stages]}
    return _read
