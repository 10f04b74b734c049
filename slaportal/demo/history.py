"""The demo's history: leads, handoffs and follow-ups as a seeded generator imagines them.

The same seed and the same ``now`` give the same history on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from agreements.business_time import add_business
from agreements.clock import Interval
from agreements.models import AgreementVersion, User
from agreements.rulebook import Rulebook
from leads.ingest import ingest
from leads.rulebooks import rulebook_of
from leads.team import absences_of
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldStage,
)
from slaportal.demo.names import ATTRIBUTES, COMPANIES, FIRST_NAMES, FITTING, SURNAMES

_SOURCE = "demo-crm"
_LEADS_A_DAY = 30
_SHARE_QUALIFIED = 0.62
# How often marketing goes by the criteria: offers who meets them, and does not offer who lacks
# something. The others are what people talk about in a review.
_SHARE_BY_CRITERIA = {True: 0.94, False: 0.98}
_MOST_DRAWS = 40
_SHARE_OF_GAPS = 0.015
_WHY_BELOW = ("Pediu uma ligação na feira.", "Indicação de um cliente.", "Já conhece o produto.")
_BATCH = 400
# How quick each rep is: the median minutes to a first follow-up, and how often they give up early.
_PACES = {"Ana Souza": (9, 0.05), "Bruno Lima": (22, 0.25), "Carla Dias": (14, 0.10)}
_SLOWEST = (34, 0.35)


def tell_history(version: AgreementVersion, reps: list[User], *, now: datetime, days: int) -> int:
    """Tell the facts of the last ``days`` local days up to ``now``; return how many there are."""
    away = absences_of([rep.pk for rep in reps], now - timedelta(days=days))
    random = Random(26)  # noqa: S311 - a believable history, not a secret
    imagined = _Imagined(rulebook_of(version), reps, away, now, random)
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
    book: Rulebook
    reps: list[User]
    away: Mapping[int, Sequence[Interval]]
    now: datetime
    random: Random
    told: list[Told] = field(default_factory=list)
    leads: int = 0

    def facts(self, days: int) -> list[Told]:
        """Imagine every lead of the last days, day by day."""
        zone = ZoneInfo(self.book.schedule.time_zone)
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
        is_offered = self.random.random() < _SHARE_QUALIFIED
        lead.arrive(is_offered=is_offered)
        if is_offered:
            lead.qualify_and_offer()

    def meets_criteria(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a lead with these attributes has all that the agreement asks for."""
        is_complete, meets = self.book.judge(attributes)
        return is_complete is not False and meets is not False

    def back(self, rep: User, at: datetime) -> datetime:
        """Return the instant itself, or the end of the absence in which it lies."""
        for start, end in self.away.get(rep.pk, ()):
            if start <= at < end:
                return end
        return at

    def minutes(self, median: float) -> timedelta:
        """A length of open time around a median, with a long tail."""
        return timedelta(minutes=self.random.lognormvariate(0, 0.9) * median)


class _Lead:
    """One lead and what becomes of it."""

    def __init__(self, imagined: _Imagined, name: Named, at: datetime) -> None:
        self._of, self._random = imagined, imagined.random
        self._name, self._at, self._count = name, at, 0
        self._handoff = Named(_SOURCE, f"{name.external_id}-H1")
        there = [rep for rep in imagined.reps if imagined.back(rep, at) == at]
        self._rep = self._random.choice(there)
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
        start = self._of.back(self._rep, self._at)
        at = add_business(self._of.book.schedule, start, self._of.minutes(median))
        self._at = self._of.back(self._rep, at)

    def arrive(self, *, is_offered: bool) -> None:
        """Become known, with attributes that mostly fit what becomes of it."""
        goes_by = self._random.random() < _SHARE_BY_CRITERIA[is_offered]
        is_meant = is_offered if goes_by else not is_offered
        person, values = self._person(), ATTRIBUTES
        if is_meant:
            # Who asks for a talk always meets the criteria: those who do not must ask for less.
            person |= self._drawn({"request": ATTRIBUTES["request"]})
            values = ATTRIBUTES | FITTING
        for _draw in range(_MOST_DRAWS):
            attributes = self._drawn(values) | person
            self._meets = self._of.meets_criteria(attributes)
            if self._meets == is_meant:
                break
        self._is_request = attributes["request"] in {"demonstração", "preço", "contato"}
        self._tell(ToldAttributes, self._at, attributes=attributes)
        self._tell(ToldStage, self._at, stage="lead")

    def _person(self) -> dict[str, Any]:
        """Return who it is, now and then with a gap."""
        first, last = self._random.choice(FIRST_NAMES), self._random.choice(SURNAMES)
        company = self._random.choice(COMPANIES)
        phone = f"+55 11 9{self._random.randrange(10**7):07d}"
        return {
            "name": f"{first} {last}",
            "company": company,
            "email": f"{first}.{last}@{company.split()[-1]}.example".lower(),
            "phone": "n/a" if self._random.random() < _SHARE_OF_GAPS else phone,
            "country": "BR",
            "employees": int(self._random.lognormvariate(4.6, 0.8)) + 8,
        }

    def _drawn(self, values: Mapping[str, Sequence[object]]) -> dict[str, Any]:
        return {key: self._random.choice(each) for key, each in values.items()}

    def qualify_and_offer(self) -> None:
        """Reach the MQL stage, be offered and assigned, mostly within minutes."""
        self._tell(ToldStage, self._at, stage="mql")
        self._at += timedelta(minutes=self._random.choices([1, 3, 25], [80, 15, 5])[0])
        self._event("offered", self._at, note="" if self._meets else self._why_below())
        self._at += timedelta(minutes=self._random.choices([1, 3, 40], [85, 12, 3])[0])
        self._event("assigned", self._at, person_id=self._rep.pk)
        self._decide()

    def _why_below(self) -> str:
        return self._random.choice(_WHY_BELOW)

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
