"""The handoffs that were offered on some days, and what became of each.

The same words count them and find the leads behind a count, so that the two cannot differ. What
is accepted, rejected or undecided is what the dashboard counts as that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q
from django.db.models.expressions import RawSQL

from agreements.models import Agreement
from leads.follow_ups import GRADES
from leads.models import Handoff

_DAY = timedelta(days=1)
# So many days, or a few of these parts, usually fill the pages that anybody leafs through.
_DAYS_OF_PART = 8
_CONTACTS = [outcome for outcome, grade in GRADES.items() if grade != "attempt"]

WITHOUT = "-"
"""Stands in addresses for what has no origin, no campaign, no batch and the like."""

_STANDS = "handoff.status = 'rejected' AND handoff.contest <> 'overturned'"
_UNDECIDED = "handoff.decided_at IS NULL AND handoff.status = 'offered'"

OUTCOMES: Mapping[str, str] = {
    "offered": "true",
    "accepted": f"handoff.decided_at IS NOT NULL AND NOT ({_STANDS})",
    "rejected": f"handoff.decided_at IS NOT NULL AND {_STANDS}",
    "waiting": _UNDECIDED,
    "ended": f"handoff.decided_at IS NULL AND NOT ({_UNDECIDED})",
    "contested": "handoff.contest <> ''",
    "upheld": "handoff.contest = 'upheld'",
    "overturned": "handoff.contest = 'overturned'",
    "contacted": "touch.contact_at IS NOT NULL",
    "qualified": "handoff.status = 'qualified'",
    "won": "deal.won_at IS NOT NULL",
}
"""What became of a handoff; accepted to ended are all there is, each handoff being one of them."""

_BATCH = """CASE
    WHEN delivery.id IS NOT NULL THEN 'i' || delivery.id
    WHEN offer.source = 'portal' AND count(*) OVER (PARTITION BY offer.person_id, offer.recorded_at)
        > 1 THEN 'o' || (extract(epoch FROM offer.recorded_at) * 1000000)::bigint
            || '.' || offer.person_id
    ELSE '' END"""

GROUPS: Mapping[str, str] = {
    "batch": f"COALESCE({_BATCH}, '')",
    "campaign": "COALESCE(lead.attributes ->> 'campaign', '')",
    "origin": "COALESCE(handoff.origin, '')",
    "offered_by": "COALESCE(offer.person_id::text, '')",
    "tier": "handoff.tier",
}
"""By what handoffs are put together; a batch is a file, or what somebody offered at one go."""

_OF_COHORT = """handoff.agreement_id = %(agreement)s
    AND handoff.status NOT IN ('expected', 'repeated', 'taken_back')
    AND handoff.offered_at >= %(from)s::timestamptz AND handoff.offered_at < %(to)s::timestamptz"""

# Few leads were ever merged: only for these it is asked which are one with a handoff's.
_FAMILY = """family AS MATERIALIZED (
    SELECT id AS lead_id, merged_into_id AS kept_id
    FROM leads_lead WHERE merged_into_id IS NOT NULL
    UNION SELECT merged_into_id, merged_into_id
    FROM leads_lead WHERE merged_into_id IS NOT NULL
)"""
_KIN = """family AS mine JOIN family AS kin
    ON kin.kept_id = mine.kept_id AND kin.lead_id <> mine.lead_id"""
_AMONG_KIN = f"JOIN ({_KIN}) ON mine.lead_id = handoff.lead_id"

_TOUCHES = f"""
    SELECT handoff.id, min(told.occurred_at) AS first_at,
        min(told.occurred_at) FILTER (WHERE told.outcome = ANY(%(contacts)s)) AS contact_at
    FROM leads_handoff AS handoff {{among}}
    JOIN leads_followup AS told ON told.lead_id = {{of}}.lead_id
    WHERE {_OF_COHORT}
        AND told.agreement_id = %(agreement)s
        AND told.is_current AND NOT told.is_retracted AND NOT told.is_automated
        AND told.occurred_at >= %(from)s::timestamptz
        AND told.occurred_at >= handoff.offered_at
        AND told.occurred_at <= COALESCE(handoff.closed_at, 'infinity')
    GROUP BY handoff.id"""  # noqa: S608 - composed of constants

_OFFERED_LATER = """later.agreement_id = %(agreement)s
    AND later.offered_at > handoff.offered_at AND later.offered_at <= told.occurred_at
    AND later.status NOT IN ('repeated', 'merged')"""
_DEALS = f"""
    SELECT handoff.id, min(told.occurred_at) AS won_at, sum(told.amount * worth.rate) AS amount
    FROM leads_handoff AS handoff {{among}}
    JOIN leads_deal AS told ON told.lead_id = {{of}}.lead_id
    LEFT JOIN jsonb_to_recordset(%(rates)s::jsonb) AS known(
        from_at timestamptz, to_at timestamptz, currency text, rate numeric
    ) ON told.currency = known.currency
        AND told.occurred_at >= COALESCE(known.from_at, '-infinity')
        AND told.occurred_at < COALESCE(known.to_at, 'infinity')
    CROSS JOIN LATERAL (SELECT
        CASE WHEN told.currency IN ('', %(currency)s) THEN 1 ELSE known.rate END AS rate
    ) AS worth
    WHERE {_OF_COHORT} AND handoff.status <> 'merged'
        AND told.agreement_id = %(agreement)s AND told.status = 'won'
        AND told.is_current AND NOT told.is_retracted
        AND told.occurred_at >= %(from)s::timestamptz
        AND told.occurred_at >= handoff.offered_at
        AND NOT EXISTS (SELECT FROM leads_handoff AS later
            WHERE later.lead_id = handoff.lead_id AND {_OFFERED_LATER})
        AND NOT EXISTS (SELECT FROM {_KIN}
            JOIN leads_handoff AS later ON later.lead_id = kin.lead_id
            WHERE mine.lead_id = handoff.lead_id AND {_OFFERED_LATER})
    GROUP BY handoff.id"""  # noqa: S608 - composed of constants


def _joined_both(name: str, told: str, together: str) -> str:
    """Join what is told of handoffs' own leads, and of those that are one with them.

    Two by two, for of leads that are the same column the planner knows how many rows fit.
    """
    own = told.format(among="", of="handoff")
    others = told.format(among=_AMONG_KIN, of="kin")
    return f"""
    LEFT JOIN ({own}) AS own_{name} ON own_{name}.id = handoff.id
    LEFT JOIN ({others}) AS kin_{name} ON kin_{name}.id = handoff.id
    CROSS JOIN LATERAL (SELECT {together}) AS {name}"""


# Joined where a statement speaks of them, in this order. Each finds its rows for the whole cohort:
# one handoff at a time takes several times as long for a year of them.
_JOINS = {
    "lead": "JOIN leads_lead AS lead ON lead.id = handoff.lead_id",
    "offer": f"""
    LEFT JOIN (
        SELECT DISTINCT ON (handoff.id) handoff.id,
            event.person_id, event.recorded_at, event.source, event.delivery_id
        FROM leads_handoff AS handoff
        JOIN leads_handoffevent AS event ON event.handoff_id = handoff.id
        WHERE {_OF_COHORT}
            AND event.kind = 'offered' AND event.is_current AND NOT event.is_retracted
        ORDER BY handoff.id, event.occurred_at, event.id
    ) AS offer ON offer.id = handoff.id""",  # noqa: S608 - composed of constants
    "delivery": """
    LEFT JOIN leads_delivery AS delivery
        ON delivery.id = offer.delivery_id AND delivery.kind = 'file'""",
    "touch": _joined_both(
        "touch",
        _TOUCHES,
        """LEAST(own_touch.first_at, kin_touch.first_at) AS first_at,
        LEAST(own_touch.contact_at, kin_touch.contact_at) AS contact_at""",
    ),
    "deal": _joined_both(
        "deal",
        _DEALS,
        """LEAST(own_deal.won_at, kin_deal.won_at) AS won_at,
        COALESCE(own_deal.amount + kin_deal.amount, own_deal.amount, kin_deal.amount) AS amount""",
    ),
}
_OF_PERSON = "offer.person_id = %(offered_by)s"
_NAMED = re.compile(r"%\((\w+)\)s", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cohort:
    """What was offered under an agreement from a local day to another, both included.

    Without a day it is open on that side. ``offered_by`` narrows it to the offers of a person,
    ``groups`` the ``condition`` to one of some groups, of each kind named.
    ``rates`` are the exchange rates that amounts are counted by, as JSON.
    """

    agreement: Agreement
    first_day: date | None = None
    last_day: date | None = None
    offered_by: int | None = None
    rates: str = "[]"
    groups: Mapping[str, list[str]] = field(default_factory=dict)

    def statement(self, **columns: str) -> str:
        """Write the statement that gives these columns of each handoff."""
        where = [_OF_COHORT] + ([_OF_PERSON] if self.offered_by is not None else [])
        given = ", ".join(f"{said} AS {name}" for name, said in columns.items())
        return f"""
        WITH {_FAMILY}
        SELECT {given} FROM leads_handoff AS handoff {_joined(" ".join((given, *where)))}
        WHERE {" AND ".join(where)}
        """  # noqa: S608 - composed of constants

    @property
    def asked(self) -> dict[str, Any]:
        """What its statements ask for."""
        return {
            "agreement": self.agreement.pk,
            "currency": self.agreement.currency,
            "from": self._start or "-infinity",
            "to": self._end or "infinity",
            "contacts": _CONTACTS,
            "offered_by": self.offered_by,
            "rates": self.rates,
        }

    @property
    def _start(self) -> datetime | None:
        return self._start_of(self.first_day)

    @property
    def _end(self) -> datetime | None:
        """The instant that ends it, which is not part of it."""
        return self._start_of(self.last_day and self.last_day + _DAY)

    def _start_of(self, day: date | None) -> datetime | None:
        zone = ZoneInfo(self.agreement.time_zone)
        return None if day is None else datetime.combine(day, time(), zone)

    def parts(self) -> Iterator["Cohort"]:
        """Give it in parts, the latest days first, each part twice as long as the one before.

        Whoever wants the latest of what was offered reads no more than it takes to find them.
        """
        offered = Handoff.objects.filter(self.period(), agreement=self.agreement)
        known = offered.aggregate(first=Min("offered_at"), last=Max("offered_at"))
        if known["first"] is None:
            return
        first, last = (self.agreement.local_date(known[name]) for name in ("first", "last"))
        days = _DAYS_OF_PART
        while last >= first:
            start = max(first, last - (days - 1) * _DAY)
            yield replace(self, first_day=start, last_day=last)
            last, days = start - _DAY, 2 * days

    def condition(self, outcome: str = "offered") -> Q:
        """Return what handoffs of it fit that have an outcome, in the groups asked for."""
        columns = {each: GROUPS[each] for each in self.groups}
        of_each = self.statement(id="handoff.id", fits=OUTCOMES[outcome], **columns)
        where = " ".join(f"AND {each} = ANY(%({each})s)" for each in self.groups)
        named = f"SELECT id FROM ({of_each}) AS offered WHERE fits {where}"  # noqa: S608
        asked = {**self.asked, **self.groups}
        parameters = [asked[name] for name in _NAMED.findall(named)]
        # The period once more, so that the planner looks for no others.
        return self.period() & Q(pk__in=RawSQL(_NAMED.sub("%s", named), parameters))  # noqa: S611

    def period(self) -> Q:
        """Return what handoffs fit that were offered in its days."""
        ends = {"offered_at__gte": self._start, "offered_at__lt": self._end}
        return Q(**{name: end for name, end in ends.items() if end is not None})


def _joined(said: str) -> str:
    needed = {name for name in _JOINS if f"{name}." in said}
    if "delivery" in needed:
        needed.add("offer")
    return " ".join(join for name, join in _JOINS.items() if name in needed)
