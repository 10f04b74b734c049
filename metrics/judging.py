"""What the versions of an agreement say, in tables of the transaction that counts by them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg2.extras import execute_values

from agreements import criteria
from agreements.models import AgreementVersion
from agreements.terms import Terms
from agreements.terms.commitments import Commitment
from leads.families import ChangeRow, known_at
from leads.records import changes_of, families_of
from metrics.month_counts import CUSTOMER

# Kept by the connection, so that counting again and again leaves no litter in the catalogue.
_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS judging_version
    (version_id bigint PRIMARY KEY, agreement_id bigint, starts_at timestamptz,
     ends_at timestamptz, named_from timestamptz, named_to timestamptz,
     mql text, sal text, sql text, customer text, beyond text);
CREATE TEMPORARY TABLE IF NOT EXISTS funnel_stage (version_id bigint, stage text, position int);
CREATE TEMPORARY TABLE IF NOT EXISTS conversion
    (version_id bigint, clause_key text, from_stage text, to_stage text, days int,
     tiers text[], has_rule boolean);
CREATE TEMPORARY TABLE IF NOT EXISTS uncharged_reason (version_id bigint, reason text);
CREATE TEMPORARY TABLE IF NOT EXISTS exchange_rate
    (version_id bigint, currency text, rate numeric);
CREATE TEMPORARY TABLE IF NOT EXISTS judged
    (lead_id bigint, at timestamptz, version_id bigint, tier text, picks text[]);
TRUNCATE judging_version, funnel_stage, conversion, uncharged_reason, exchange_rate, judged;
"""

_TOLD = " UNION ".join(
    f"""
    SELECT told.lead_id, version.version_id, told.occurred_at
    FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT * FROM {table}
        WHERE agreement_id = %(agreement)s AND is_current AND NOT is_retracted
            AND occurred_at >= day.starts_at AND occurred_at < day.ends_at OFFSET 0
    ) AS told JOIN judging_version AS version
        ON told.occurred_at >= version.starts_at AND told.occurred_at < version.ends_at
    """  # noqa: S608 - composed of constants
    for table in ("leads_deal", "leads_followup", "leads_satisfaction")
)
_TO_JUDGE = f"""
SELECT lead_id, version_id, at FROM (
    SELECT entry.lead_id, entry.version_id, entry.at
    FROM counted_day AS day JOIN first_entry AS entry ON entry.local_date = day.local_date
    UNION
    SELECT handoff.lead_id, handoff.version_id, handoff.offered_at
    FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT * FROM leads_handoff WHERE agreement_id = %(agreement)s
            AND offered_at >= day.starts_at AND offered_at < day.ends_at OFFSET 0
    ) AS handoff
    UNION
    SELECT handoff.lead_id, handoff.version_id, handoff.offered_at
    FROM counted_day AS day CROSS JOIN LATERAL (
        SELECT * FROM leads_clock
        WHERE agreement_id = %(agreement)s AND kind = 'first_follow_up'
            AND started_at >= day.starts_at AND started_at < day.ends_at OFFSET 0
    ) AS clock JOIN leads_handoff AS handoff ON handoff.id = clock.handoff_id
    UNION
    {_TOLD}
) AS item
WHERE version_id = ANY(%(versions)s)
"""  # noqa: S608 - composed of constants

# A handoff's tier is stored with it, and with its clocks.
_OF_HANDOFFS = {
    "accepted_volume", "acceptance_rate", "completeness_rate", "response_median", "response_p90",
}  # fmt: skip


def write_versions(cursor: CursorWrapper, versions: Sequence[AgreementVersion]) -> None:
    """Fill the tables of what the signed versions, in their order, say.

    Stages have names at any instant: a gap takes those of the version before it, the time before
    all those of the first.
    """
    cursor.execute(_TABLES)
    rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for place, version in enumerate(versions):
        terms = version.parsed_terms()
        follower = versions[place + 1].effective_from if place + 1 < len(versions) else None
        rows["judging_version"].append(
            (
                version.pk,
                version.agreement_id,
                version.effective_from or "-infinity",
                version.effective_to or "infinity",
                version.effective_from if place else "-infinity",
                follower or "infinity",
                *(_stage_of(terms, role) for role in ("mql", "sal", "sql")),
                _stage_of(terms, "customer") or CUSTOMER,
                stage_beyond_handoff(terms),
            )
        )
        for table, cells in _details(terms):
            rows[table].append((version.pk, *cells))
    for table, told in rows.items():
        execute_values(cursor.cursor, f"INSERT INTO {table} VALUES %s", told)  # noqa: S608


def _stage_of(terms: Terms, role: str) -> str | None:
    stage = terms.stage_with_role(role)
    return stage.key if stage else None


def stage_beyond_handoff(terms: Terms) -> str | None:
    """Return the stage no lead should reach without a handoff: SQL, or else the customer's."""
    return _stage_of(terms, "sql") or _stage_of(terms, "customer")


def _details(terms: Terms) -> Iterable[tuple[str, tuple[Any, ...]]]:
    """Give (table, cells) of what one version says."""
    for position, stage in enumerate(terms.stages):
        yield "funnel_stage", (stage.key, position)
    for reason in terms.reasons.rejection:
        if reason.charged_to != "marketing":
            yield "uncharged_reason", (reason.key,)
    for currency, rate in terms.exchange_rates.items():
        yield "exchange_rate", (currency, rate)
    if terms.currency:
        yield "exchange_rate", (terms.currency, 1)
    for commitment in terms.commitments:
        if commitment.measure == "conversion_rate" and commitment.within is not None:
            yield (
                "conversion",
                (
                    commitment.key,
                    commitment.from_stage,
                    terms.conversion_stage(commitment),
                    commitment.within.amount,
                    list(commitment.tiers),
                    commitment.where is not None,
                ),
            )


def judge_leads(
    cursor: CursorWrapper, agreement_id: int, versions: Sequence[AgreementVersion]
) -> None:
    """Note tier and rules that pick a lead, as of each item, where a commitment asks for them.

    Terms whose commitments ask for no rule, and for tiers of handoffs only, cost nothing here:
    the ordinary case.
    """
    terms_of = {
        version.pk: terms
        for version in versions
        if _asks_for_judgement(terms := version.parsed_terms())
    }
    if not terms_of:
        return
    cursor.execute(_TO_JUDGE, {"agreement": agreement_id, "versions": list(terms_of)})
    items: list[tuple[int, int, datetime]] = cursor.fetchall()
    told = _told_of({lead_id for lead_id, _, _ in items})
    rows = []
    for lead_id, version_id, at in items:
        terms, known = terms_of[version_id], known_at(told.get(lead_id, ()), at)
        tier = terms.tier_for(known)
        picks = [
            commitment.key
            for commitment in terms.commitments
            if commitment.where is not None and criteria.holds(commitment.where, known)
        ]
        rows.append((lead_id, at, version_id, tier.key if tier else "", picks))
    execute_values(cursor.cursor, "INSERT INTO judged VALUES %s", rows, page_size=1000)
    cursor.execute("ANALYZE judged")


def _asks_for_judgement(terms: Terms) -> bool:
    return any(_asks(commitment) for commitment in terms.commitments if not commitment.is_clock)


def _asks(commitment: Commitment) -> bool:
    if commitment.where is not None:
        return True
    if commitment.measure in _OF_HANDOFFS:
        return False
    by_tier = commitment.values is not None and commitment.values.by == "tier"
    return bool(commitment.tiers) or by_tier


def _told_of(lead_ids: set[int]) -> Mapping[int, Sequence[ChangeRow]]:
    families = families_of(lead_ids)
    return changes_of(families.all(lead_ids), families)
