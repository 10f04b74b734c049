"""Log which local days of which agreement have to be counted again."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import connection

from agreements.models import Agreement
from leads.models import Change

_FACTS_OF_LEADS = ("leads_stageentry", "leads_deal", "leads_followup", "leads_satisfaction")


def _facts(condition: str) -> str:
    return " UNION ALL ".join(
        f"SELECT agreement_id, occurred_at FROM {table} WHERE {condition}"  # noqa: S608
        for table in _FACTS_OF_LEADS
    )


# Every revision of a fact counts, so that the day a corrected fact left is counted again too, and
# leads that were parted count as one family for once more.
_FAMILY = """
WITH RECURSIVE family (lead_id) AS (
    SELECT unnest(%(leads)s::bigint[])
    UNION
    SELECT other.lead_id FROM family CROSS JOIN LATERAL (
        SELECT merged_id AS lead_id FROM leads_leadmerge WHERE kept_id = family.lead_id
        UNION ALL
        SELECT kept_id FROM leads_leadmerge WHERE merged_id = family.lead_id
    ) AS other
)
"""
_DAYS_OF_LEADS = f"""{_FAMILY}
INSERT INTO leads_change (agreement_id, local_date)
SELECT DISTINCT fact.agreement_id, (fact.occurred_at AT TIME ZONE agreement.time_zone)::date
FROM (
    {_facts("lead_id = ANY(ARRAY(SELECT lead_id FROM family))")}
    UNION ALL
    SELECT handoff.agreement_id, event.occurred_at
    FROM leads_handoff AS handoff
    JOIN leads_handoffevent AS event ON event.handoff_id = handoff.id
    WHERE handoff.lead_id = ANY(ARRAY(SELECT lead_id FROM family))
) AS fact
JOIN agreements_agreement AS agreement ON agreement.id = fact.agreement_id
"""  # noqa: S608 - composed of constants


def log_days_of(lead_ids: Collection[int]) -> None:
    """Log every local day on which something happened to these leads, agreement by agreement.

    What is told of one lead can move what is counted of those it was merged with, so their days
    are logged as well.
    """
    if lead_ids:
        with connection.cursor() as cursor:
            cursor.execute(_DAYS_OF_LEADS, {"leads": list(lead_ids)})


def log_days(agreement: Agreement, days: Iterable[date]) -> None:
    """Log these local days of an agreement."""
    Change.objects.bulk_create(
        Change(agreement=agreement, local_date=day) for day in sorted(set(days))
    )


_DAYS_FROM = f"""
INSERT INTO leads_change (agreement_id, local_date)
SELECT %(agreement)s, (fact.occurred_at AT TIME ZONE %(zone)s)::date
FROM (
    {_facts("agreement_id = %(agreement)s AND occurred_at >= %(from)s")}
    UNION ALL
    SELECT agreement_id, offered_at FROM leads_handoff
    WHERE agreement_id = %(agreement)s AND offered_at >= %(from)s
    UNION ALL
    SELECT agreement_id, started_at FROM leads_clock
    WHERE agreement_id = %(agreement)s AND started_at >= %(from)s
) AS fact
GROUP BY 2
"""  # noqa: S608 - composed of constants


def log_days_from(agreement: Agreement, at: datetime) -> None:
    """Log every local day of an agreement from an instant on, on which something happened."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS_FROM, {"agreement": agreement.pk, "zone": agreement.time_zone, "from": at}
        )
