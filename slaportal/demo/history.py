"""The demo's history: leads, handoffs and follow-ups as a seeded generator imagines them.

The same seed and the same ``now`` give the same history on every machine.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random
from zoneinfo import ZoneInfo

from agreements.models import AgreementVersion, User
from leads.assignment.team import absences_of
from leads.ingest import ingest
from leads.rulebooks import rulebook_of
from leads.told import Told
from slaportal.demo.lead import Lead
from slaportal.demo.world import World

_LEADS_A_DAY = 30
_SHARE_QUALIFIED = 0.62
_BATCH = 400


def tell_history(
    version: AgreementVersion,
    *,
    marketers: Sequence[User],
    reps: Sequence[User],
    arbiter: User,
    now: datetime,
    days: int,
) -> int:
    """Tell the facts of the last ``days`` local days up to ``now``; return how many there are."""
    away = absences_of([rep.pk for rep in reps], now - timedelta(days=days))
    random = Random(26)  # noqa: S311 - a believable history, not a secret
    world = World(rulebook_of(version), marketers, reps, arbiter, away, random)
    facts = [fact for fact in _facts(world, now, days) if fact.occurred_at <= now]
    facts.sort(key=lambda fact: (fact.lead, fact.occurred_at))
    for heard in _first_of_each(facts):
        ingest(agreement=version.agreement, facts=heard, by=None, now=heard[-1].occurred_at)
    for batch in _batches(facts):
        ingest(agreement=version.agreement, facts=batch, by=None, now=now)
    return len(facts)


def _facts(world: World, now: datetime, days: int) -> Iterator[Told]:
    """Imagine every lead of the last days, day by day."""
    for number, at in enumerate(_arrivals(world, now, days), start=1):
        lead = Lead(world, number, at)
        is_offered = world.random.random() < _SHARE_QUALIFIED
        lead.arrive(is_offered=is_offered)
        if is_offered:
            lead.qualify_and_offer()
        else:
            lead.be_nurtured()
        yield from lead.told


def _arrivals(world: World, now: datetime, days: int) -> Iterator[datetime]:
    """Say when leads come: fewer at weekends and at night, a few more from week to week."""
    zone = ZoneInfo(world.book.schedule.time_zone)
    today = now.astimezone(zone).date()
    for ago in range(days, -1, -1):
        day = today - timedelta(days=ago)
        busy = 1.0 if day.weekday() < 5 else 0.25
        growth = 1 + 0.15 * (days - ago) / days
        for _ in range(max(0, round(world.random.gauss(_LEADS_A_DAY * busy * growth, 4)))):
            yield datetime.combine(day, _time_of_day(world.random), zone)


def _time_of_day(random: Random) -> time:
    hour = random.choices(range(24), weights=[1] * 7 + [3, 9, 14, 13, 10, 6, 8, 11, 11]
                          + [10, 8, 5, 4, 3, 2, 1, 1])[0]  # fmt: skip
    return time(hour, random.randrange(60), random.randrange(60))


def _first_of_each(facts: list[Told]) -> Iterator[list[Told]]:
    """Give what is told first of each lead, day by day: that is when it is heard of."""
    firsts = [next(told) for _lead, told in groupby(facts, key=attrgetter("lead"))]
    firsts.sort(key=attrgetter("occurred_at"))
    for _day, heard in groupby(firsts, key=lambda fact: fact.occurred_at.date()):
        yield list(heard)


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
