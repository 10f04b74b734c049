"""The demo's history: leads, handoffs and follow-ups as a seeded generator imagines them.

The same seed and the same ``now`` give the same history on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from agreements.business_time import Schedule, add_business
from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.rulebooks import rulebook_of
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldStage,
)
from slaportal.demo.names import ATTRIBUTES, COMPANIES, FIRST_NAMES, SURNAMES

_SOURCE = "demo-crm"
_LEADS_A_DAY = 30
_SHARE_QUALIFIED = 0.62
_BATCH = 400
# How quick each rep is: the median minutes to a first follow-up, and how often they give up early.
_PACES = {"Ana Souza": (9, 0.05), "Bruno Lima": (22, 0.25), "Carla Dias": (14, 0.10)}
_SLOWEST = (34, 0.35)


def tell_history(version: AgreementVersion, reps: list[User], *, now: datetime, days: int) -> int:
    """Tell the facts of the last ``days`` local days up to ``now``; return how many there are."""
    imagined = _Imagined(rulebook_of(version).schedule, reps, now, Random(26))  # noqa: S311 - a believable history, not a secret
    facts = [fact for fact in imagined.facts(days) if fact.occurred_at <= now]
    facts.sort(key=lambda fact: (fact.lead, fact.occurred_at))
    for batch in _batches(facts):
        ingest(agreement=version.agreement, facts=batch, by=None, now=now)
    return len(facts)


def _batches(facts: list[Told]) -> Iterator[list[Told]]:
    """Cut facts sorted by lead into batches that keep a lead's facts together."""
    batch: list[Told] = []
    for fact in facts:
        if len(batch) >= _BATCH and fact.lead != batch[-1].lead:
            yield batch
            batch = []
        batch.append(fact)
    if batch:
        yield batch


@dataclass(slots=True)
class _Imagined:
    schedule: Schedule
    reps: list[User]
    now: datetime
    random: Random
    told: list[Told] = field(default_factory=list)
    leads: int = 0

    def facts(self, days: int) -> list[Told]:
        """Imagine every lead of the last days, day by day."""
        zone = ZoneInfo(self.schedule.time_zone)
        today = self.now.astimezone(zone).date()
        for ago in range(days, -1, -1):
            day = today - timedelta(days=ago)
            busy = 1.0 if day.weekday() < 5 else 0.25
            growth = 1 + 0.15 * (days - ago) / days
            for _ in range(max(0, round(self.random.gauss(_LEADS_A_DAY * busy * growth, 4)))):
                self._lead(datetime.combine(day, self._time_of_day(), zone))
        return self.told

    def _time_of_day(self) -> time:
        hour = self.random.choices(range(24), weights=[1] * 7 + [3, 9, 14, 13, 10, 6, 8, 11, 11]
                                   + [10, 8, 5, 4, 3, 2, 1, 1])[0]  # fmt: skip
        return time(hour, self.random.randrange(60), self.random.randrange(60))

    def _lead(self, at: datetime) -> None:
        self.leads += 1
        lead = _Lead(self, Named(_SOURCE, f"L{self.leads:05d}"), at)
        lead.arrive()
        if self.random.random() < _SHARE_QUALIFIED:
            lead.qualify_and_offer()

    def minutes(self, median: float) -> timedelta:
        """A length of open time around a median, with a long tail."""
        return timedelta(minutes=self.random.lognormvariate(0, 0.9) * median)


class _Lead:
    """One lead and what becomes of it."""

    def __init__(self, imagined: _Imagined, name: Named, at: datetime) -> None:
        self._of, self._random = imagined, imagined.random
        self._name, self._at, self._count = name, at, 0
        self._handoff = Named(_SOURCE, f"{name.external_id}-H1")
        self._rep = self._random.choice(imagined.reps)
        self._median, self._gives_up = _PACES.get(self._rep.name, _SLOWEST)

    def _tell(self, kind: type[Told], at: datetime, **details: Any) -> None:
        self._count += 1
        self._of.told.append(
            kind(
                lead=self._name,
                source=_SOURCE,
                external_id=f"{self._name.external_id}-{self._count}",
                occurred_at=at,
                **details,
            )
        )

    def _event(self, event: str, at: datetime, **details: Any) -> None:
        self._tell(ToldEvent, at, event=event, handoff=self._handoff, **details)

    def _later(self, median: float) -> None:
        self._at = add_business(self._of.schedule, self._at, self._of.minutes(median))

    def arrive(self) -> None:
        """Become known, with attributes and now and then a gap in them."""
        first, last = self._random.choice(FIRST_NAMES), self._random.choice(SURNAMES)
        company = self._random.choice(COMPANIES)
        attributes = {key: self._random.choice(values) for key, values in ATTRIBUTES.items()}
        attributes |= {
            "name": f"{first} {last}",
            "company": company,
            "email": f"{first}.{last}@{company.split()[-1]}.example".lower(),
            "phone": f"+55 11 9{self._random.randrange(10**7):07d}",
            "country": "BR",
            "employees": int(self._random.lognormvariate(4.6, 0.8)) + 8,
        }
        if self._random.random() < 0.015:
            attributes["phone"] = "n/a"
        self._is_request = attributes["request"] in {"demonstração", "preço", "contato"}
        self._tell(ToldAttributes, self._at, attributes=attributes)
        self._tell(ToldStage, self._at, stage="lead")

    def qualify_and_offer(self) -> None:
        """Reach the MQL stage, be offered and assigned, mostly within minutes."""
        self._tell(ToldStage, self._at, stage="mql")
        self._at += timedelta(minutes=self._random.choices([1, 3, 25], [80, 15, 5])[0])
        self._event("offered", self._at)
        self._at += timedelta(minutes=self._random.choices([1, 3, 40], [85, 12, 3])[0])
        self._event("assigned", self._at, person_id=self._rep.pk)
        self._decide()

    def _decide(self) -> None:
        if self._random.random() < 0.11:
            self._later(70)
            reasons = ["outside_market", "wrong_data", "duplicate", "wrong_territory"]
            reason = self._random.choices(reasons, [6, 2, 2, 1])[0]
            self._event("rejected", self._at, person_id=self._rep.pk, reason=reason)
            return
        slow = 3.5 if self._at.weekday() == 0 and self._at.hour < 11 else 1.0
        self._later(self._median * slow * (1 if self._is_request else 3))
        self._event("accepted", self._at, person_id=self._rep.pk)
        self._tell(ToldStage, self._at, stage="sal")
        self._follow_up()

    def _follow_up(self) -> None:
        for attempt in range(6):
            channel = "email" if attempt % 3 == 2 else "call"
            if self._random.random() < 0.34:
                self._touch(channel, "conversation")
                self._conclude()
                return
            self._touch(channel, "sent" if channel == "email" else "no_answer")
            if attempt >= 2 and self._random.random() < self._gives_up:
                break
            self._later(8 * 60)
        self._later(30)
        until = self._at + timedelta(days=60)
        self._event("recycled", self._at, person_id=self._rep.pk, reason="not_reached", until=until)

    def _touch(self, channel: str, outcome: str) -> None:
        self._tell(
            ToldFollowUp,
            self._at,
            channel=channel,
            outcome=outcome,
            evidence="system",
            person_id=self._rep.pk,
        )

    def _conclude(self) -> None:
        self._later(18 * 60)
        if self._random.random() < 0.42:
            reasons = ["no_need", "no_budget", "no_fit"]
            reason = self._random.choice(reasons)
            self._event("disqualified", self._at, person_id=self._rep.pk, reason=reason)
            return
        self._event("qualified", self._at, person_id=self._rep.pk)
        self._tell(ToldStage, self._at, stage="sql")
        if self._random.random() < 0.6:
            self._later(3 * 8 * 60)
            self._tell(ToldStage, self._at, stage="opportunity")
            self._win()

    def _win(self) -> None:
        self._later(6 * 8 * 60)
        amount = Decimal(self._random.randrange(9_000, 46_000, 500))
        if self._random.random() < 0.28:
            self._tell(ToldStage, self._at, stage="customer")
            self._tell(ToldDeal, self._at, status="won", amount=amount, currency="BRL")
        else:
            self._tell(ToldDeal, self._at, status="lost", amount=amount, currency="BRL")
