"""Facts at random: leads that wander through a funnel, are handed off, answered, corrected."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from leads.told import Named, Told, ToldDeal, ToldSatisfaction
from tests.factories import Teller, local

SOURCES = (None, "webinar", "organic", "")
FIRST = local("2026-08-27 08:00")


def random_facts(seed: int, leads: int = 25) -> list[Told]:
    """Two months of a few leads, with revisions and retractions among them."""
    chance = random.Random(seed)
    facts: list[Told] = []
    for number in range(leads):
        facts += _of_one_lead(chance, Teller(f"R{seed}-{number}"))
    return [*facts, *_revisions(chance, facts)]


def _of_one_lead(chance: random.Random, tell: Teller) -> list[Told]:
    start = FIRST + timedelta(minutes=chance.randrange(50 * 24 * 60))
    facts: list[Told] = []
    if chance.random() < 0.7:
        facts.append(tell.attributes(start, origin=chance.choice(SOURCES), name="A lead"))
    if chance.random() < 0.7:
        facts.append(tell.stage("mql", _later(chance, start)))
    if chance.random() < 0.8:
        facts += _handoff(chance, tell, _later(chance, start))
    if chance.random() < 0.3:
        facts.append(tell.stage("customer", _later(chance, start, days=20)))
    if chance.random() < 0.3:
        facts.append(_deal(chance, tell, _later(chance, start, days=30)))
    if chance.random() < 0.3:
        facts.append(_satisfaction(chance, tell, _later(chance, start, days=30)))
    return facts


def _later(chance: random.Random, at: datetime, days: int = 3) -> datetime:
    return at + timedelta(minutes=chance.randrange(days * 24 * 60))


def _handoff(chance: random.Random, tell: Teller, offered: datetime) -> list[Told]:
    facts: list[Told] = [tell.event("offered", offered)]
    if chance.random() < 0.8:
        facts.append(tell.event("assigned", _later(chance, offered, 1), to_queue=True))
    for _ in range(chance.randrange(3)):
        outcome = chance.choice(["no_answer", "answered", "conversation"])
        facts.append(tell.follow_up(outcome, _later(chance, offered)))
    decision = _later(chance, offered)
    match chance.randrange(4):
        case 0:
            facts.append(tell.event("accepted", decision))
            facts.append(tell.event("qualified", _later(chance, decision, 10)))
        case 1:
            facts.append(tell.event("rejected", decision, reason="wrong_data"))
            if chance.random() < 0.5:
                facts.append(tell.event("contested", decision + timedelta(hours=1)))
                overturned = chance.random() < 0.5
                decided = decision + timedelta(days=2)
                facts.append(tell.event("decided", decided, is_overturned=overturned))
        case 2:
            facts.append(tell.event("recycled", decision, reason="not_reached"))
    return facts


def _satisfaction(chance: random.Random, tell: Teller, at: datetime) -> ToldSatisfaction:
    return ToldSatisfaction(
        lead=tell.lead,
        source=tell.source,
        external_id=f"{tell.lead.external_id}-answer",
        occurred_at=at,
        score=Decimal(chance.randrange(1, 51)) / 10,
    )


def _deal(chance: random.Random, tell: Teller, at: datetime) -> ToldDeal:
    return ToldDeal(
        lead=tell.lead,
        source=tell.source,
        external_id=f"{tell.lead.external_id}-deal",
        occurred_at=at,
        status=chance.choice(["won", "lost"]),
        amount=None,
        currency=chance.choice(["BRL", ""]),
    )


def _revisions(chance: random.Random, facts: list[Told]) -> list[Told]:
    """Correct some facts: another instant, or taken back."""
    chosen = chance.sample(facts, k=len(facts) // 8)
    revised_at = local("2026-11-01 00:00")
    return [
        replace(fact, revised_at=revised_at, is_retracted=True)
        if chance.random() < 0.3
        else replace(fact, revised_at=revised_at, occurred_at=_later(chance, fact.occurred_at))
        for fact in chosen
    ]


def named(number: int, seed: int) -> Named:
    """The name of a lead told at random."""
    return Named("crm", f"R{seed}-{number}")
