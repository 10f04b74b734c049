"""The statements that count the days of ``counted_day``, one for each kind of cell.

``pick`` is empty for everything, and once for each clause whose rule picks the item.
"""

from metrics.models import (
    ClockCell,
    ConversionCell,
    DayCell,
    DealCell,
    FollowUpCell,
    HandoffCell,
    StageCell,
)

_STAGES = """
SELECT day.local_date, entry.version_id, NULL::bigint AS holder_id, lead.origin AS source,
    COALESCE(judged.tier, '') AS tier, pick AS picked_by, entry.stage,
    count(*) AS entered,
    count(*) FILTER (WHERE entry.is_implied) AS implied,
    count(*) FILTER (WHERE entry.stage = version.beyond AND NOT EXISTS (
        SELECT FROM family AS member JOIN leads_handoff AS handoff USING (lead_id)
        WHERE member.root_id = entry.root_id AND handoff.agreement_id = %(agreement)s
            AND handoff.offered_at <= entry.at
    )) AS unoffered
FROM first_entry AS entry
JOIN counted_day AS day ON entry.at >= day.starts_at AND entry.at < day.ends_at
JOIN leads_lead AS lead ON lead.id = entry.root_id
LEFT JOIN judging_version AS version ON version.version_id = entry.version_id
LEFT JOIN judged ON judged.lead_id = entry.lead_id AND judged.at = entry.at
    AND judged.version_id = entry.version_id
CROSS JOIN LATERAL unnest(array_prepend('', COALESCE(judged.picks, '{}'))) AS pick
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

_CONVERSIONS = """
SELECT day.local_date, entry.version_id, NULL::bigint AS holder_id, lead.origin AS source,
    COALESCE(judged.tier, '') AS tier, '' AS picked_by, promise.clause_key,
    count(*) AS entered,
    count(*) FILTER (WHERE (reached.at AT TIME ZONE %(zone)s)::date - day.local_date
        BETWEEN 0 AND promise.days) AS won
FROM first_entry AS entry
JOIN counted_day AS day ON entry.at >= day.starts_at AND entry.at < day.ends_at
JOIN leads_lead AS lead ON lead.id = entry.root_id
JOIN conversion AS promise
    ON promise.version_id = entry.version_id AND promise.from_stage = entry.stage
LEFT JOIN first_entry AS reached
    ON reached.root_id = entry.root_id AND reached.stage = promise.to_stage
LEFT JOIN judged ON judged.lead_id = entry.lead_id AND judged.at = entry.at
    AND judged.version_id = entry.version_id
WHERE (promise.tiers = '{}' OR judged.tier = ANY(promise.tiers))
    AND (NOT promise.has_rule OR promise.clause_key = ANY(judged.picks))
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

_HANDOFFS = """
SELECT day.local_date, handoff.version_id, handoff.holder_id, handoff.origin AS source,
    handoff.tier, pick AS picked_by,
    count(*) AS offered,
    count(*) FILTER (WHERE decided AND NOT rejected) AS accepted,
    count(*) FILTER (WHERE rejected) AS rejected,
    count(*) FILTER (WHERE undecided AND NOT is_merged) AS undecided,
    count(*) FILTER (WHERE undecided AND is_merged
        OR NOT decided AND handoff.status = 'withdrawn') AS withdrawn,
    count(*) FILTER (WHERE NOT decided AND handoff.status = 'recycled') AS recycled,
    count(*) FILTER (WHERE handoff.contest = 'overturned') AS overturned,
    count(*) FILTER (WHERE handoff.contest = 'upheld') AS upheld,
    count(*) FILTER (WHERE handoff.contest = 'waiting') AS waiting,
    count(*) FILTER (WHERE handoff.status = 'rejected' AND handoff.contest <> 'waiting'
        AND reason.reason IS NOT NULL) AS not_charged,
    count(*) FILTER (WHERE handoff.contest = 'waiting' AND reason.reason IS NOT NULL)
        AS waiting_not_charged,
    count(*) FILTER (WHERE handoff.is_complete) AS complete,
    count(*) FILTER (WHERE NOT handoff.is_complete) AS incomplete
FROM counted_day AS day
JOIN leads_handoff AS handoff
    ON handoff.offered_at >= day.starts_at AND handoff.offered_at < day.ends_at
JOIN leads_lead AS lead ON lead.id = handoff.lead_id
CROSS JOIN LATERAL (SELECT
    handoff.decided_at IS NOT NULL AS decided,
    handoff.decided_at IS NULL AND handoff.status = 'offered' AS undecided,
    handoff.status = 'rejected' OR handoff.contest = 'overturned' AS rejected,
    lead.merged_into_id IS NOT NULL AS is_merged
) AS standing
LEFT JOIN uncharged_reason AS reason
    ON reason.version_id = handoff.version_id AND reason.reason = handoff.reason
LEFT JOIN judged ON judged.lead_id = handoff.lead_id AND judged.at = handoff.offered_at
    AND judged.version_id = handoff.version_id
CROSS JOIN LATERAL unnest(array_prepend('', COALESCE(judged.picks, '{}'))) AS pick
WHERE handoff.agreement_id = %(agreement)s AND handoff.status NOT IN ('expected', 'repeated')
GROUP BY 1, 2, 3, 4, 5, 6
"""

_CLOCKS = """
SELECT day.local_date, clock.version_id, clock.holder_id, handoff.origin AS source,
    handoff.tier, pick AS picked_by, clock.clause_key, clock.kind,
    count(*) FILTER (WHERE met) AS met,
    count(*) FILTER (WHERE late) AS late,
    count(*) FILTER (WHERE clock.void_at IS NOT NULL) AS void,
    count(*) FILTER (WHERE met AND clock.is_back_dated) AS back_dated,
    count(*) FILTER (WHERE late AND excused) AS excused,
    count(*) FILTER (WHERE late AND NOT excused AND exception.id IS NOT NULL) AS excepted,
    COALESCE(array_agg((extract(epoch FROM clock.used) * 1000000)::bigint ORDER BY clock.used)
        FILTER (WHERE met OR late), '{}') AS used,
    COALESCE(jsonb_agg(jsonb_build_array(
        (extract(epoch FROM clock.started_at) * 1000000)::bigint,
        (extract(epoch FROM clock.due_at) * 1000000)::bigint,
        (extract(epoch FROM COALESCE(clock.adjusted_due_at, clock.due_at)) * 1000000)::bigint,
        CASE WHEN clock.gave_up THEN
            (extract(epoch FROM COALESCE(clock.breached_at, clock.due_at)) * 1000000)::bigint END,
        exception.id IS NOT NULL,
        clock.pauses
    ) ORDER BY clock.due_at, clock.started_at, clock.handoff_id, clock.occurrence)
        FILTER (WHERE unanswered), '[]') AS unanswered
FROM counted_day AS day
JOIN leads_clock AS clock
    ON clock.started_at >= day.starts_at AND clock.started_at < day.ends_at
JOIN leads_handoff AS handoff ON handoff.id = clock.handoff_id
LEFT JOIN leads_breachexception AS exception ON exception.handoff_id = clock.handoff_id
    AND exception.clause_key = clock.clause_key AND exception.occurrence = clock.occurrence
    AND exception.is_approved
CROSS JOIN LATERAL (SELECT
    clock.void_at IS NULL AND clock.stopped_at <= clock.due_at AS met,
    clock.void_at IS NULL AND clock.stopped_at > clock.due_at AS late,
    clock.void_at IS NULL AND clock.stopped_at IS NULL AS unanswered,
    COALESCE(clock.stopped_at <= clock.adjusted_due_at, false) AS excused
) AS outcome
LEFT JOIN judged ON clock.kind = 'first_follow_up' AND judged.lead_id = handoff.lead_id
    AND judged.at = handoff.offered_at AND judged.version_id = clock.version_id
CROSS JOIN LATERAL unnest(array_prepend('', COALESCE(judged.picks, '{}'))) AS pick
WHERE clock.agreement_id = %(agreement)s
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""

_DEALS = """
SELECT day.local_date, version.version_id, told.person_id AS holder_id, lead.origin AS source,
    COALESCE(judged.tier, '') AS tier, pick AS picked_by,
    count(*) FILTER (WHERE told.status = 'won') AS won,
    count(*) FILTER (WHERE told.status = 'lost') AS lost,
    count(*) FILTER (WHERE told.status = 'won' AND told.amount IS NOT NULL
        AND worth.rate IS NULL) AS refused,
    COALESCE(sum(told.amount * worth.rate) FILTER (WHERE told.status = 'won'), 0) AS amount
FROM counted_day AS day
JOIN leads_deal AS told ON told.occurred_at >= day.starts_at AND told.occurred_at < day.ends_at
JOIN leads_lead AS lead ON lead.id = told.lead_id
LEFT JOIN judging_version AS version
    ON told.occurred_at >= version.starts_at AND told.occurred_at < version.ends_at
LEFT JOIN exchange_rate AS rate
    ON rate.version_id = version.version_id AND rate.currency = told.currency
CROSS JOIN LATERAL (SELECT
    CASE WHEN told.currency IN ('', %(currency)s) THEN 1 ELSE rate.rate END AS rate
) AS worth
LEFT JOIN judged ON judged.lead_id = told.lead_id AND judged.at = told.occurred_at
    AND judged.version_id = version.version_id
CROSS JOIN LATERAL unnest(array_prepend('', COALESCE(judged.picks, '{}'))) AS pick
WHERE told.agreement_id = %(agreement)s AND told.is_current AND NOT told.is_retracted
GROUP BY 1, 2, 3, 4, 5, 6
"""

_FOLLOW_UPS = """
SELECT day.local_date, version.version_id, told.person_id AS holder_id, lead.origin AS source,
    COALESCE(judged.tier, '') AS tier, pick AS picked_by,
    count(*) FILTER (WHERE told.outcome = ANY(%(attempt)s)) AS attempts,
    count(*) FILTER (WHERE told.outcome = ANY(%(contact)s)) AS contacts,
    count(*) FILTER (WHERE told.outcome = ANY(%(conversation)s)) AS conversations,
    count(*) FILTER (WHERE told.evidence = 'by_hand') AS by_hand
FROM counted_day AS day
JOIN leads_followup AS told ON told.occurred_at >= day.starts_at AND told.occurred_at < day.ends_at
JOIN leads_lead AS lead ON lead.id = told.lead_id
LEFT JOIN judging_version AS version
    ON told.occurred_at >= version.starts_at AND told.occurred_at < version.ends_at
LEFT JOIN judged ON judged.lead_id = told.lead_id AND judged.at = told.occurred_at
    AND judged.version_id = version.version_id
CROSS JOIN LATERAL unnest(array_prepend('', COALESCE(judged.picks, '{}'))) AS pick
WHERE told.agreement_id = %(agreement)s AND told.is_current AND NOT told.is_retracted
    AND NOT told.is_automated
GROUP BY 1, 2, 3, 4, 5, 6
"""

COUNTS: dict[type[DayCell], str] = {
    StageCell: _STAGES,
    ConversionCell: _CONVERSIONS,
    HandoffCell: _HANDOFFS,
    ClockCell: _CLOCKS,
    DealCell: _DEALS,
    FollowUpCell: _FOLLOW_UPS,
}
