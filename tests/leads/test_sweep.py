"""Breaches are recorded once, dated by their due time, whoever sweeps and however often."""

import threading
from datetime import UTC

import pytest
from django.db import connection, connections

from leads.ingest import ingest
from leads.models import Breach, Change, Clock
from leads.rebuild import rebuild
from leads.sweep import record_breaches
from tests.factories import Teller, local, make_version

OFFERED_AT = local("2026-09-04 10:00")
LATER = local("2026-09-08 16:00")


def offer_many(count: int) -> None:
    """Offer leads that nobody follows up: three clocks each run out within four hours."""
    version = make_version()
    facts = []
    for number in range(count):
        tell = Teller(f"L{number}")
        facts += [
            tell.event("offered", OFFERED_AT),
            tell.event("assigned", OFFERED_AT, to_queue=True),
        ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=OFFERED_AT)
    Change.objects.all().delete()


@pytest.mark.django_db
def test_it_works() -> None:
    offer_many(2)

    assert record_breaches(now=LATER) == 4

    assert {(b.clause_key, b.breached_at) for b in Breach.objects.all()} == {
        ("S1", local("2026-09-04 15:00").astimezone(UTC)),
        ("S2", local("2026-09-04 15:00").astimezone(UTC)),
    }
    assert [str(change.local_date) for change in Change.objects.all()] == ["2026-09-04"]
    assert record_breaches(now=LATER) == 0
    assert rebuild(now=LATER) == 0


@pytest.mark.django_db
def test_a_clock_that_stops_at_its_due_time_is_met() -> None:
    offer_many(1)

    assert record_breaches(now=local("2026-09-04 15:00")) == 0


@pytest.mark.django_db
def test_it_finds_its_way_by_the_partial_index() -> None:
    offer_many(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM leads_clock WHERE due_at < %s AND stopped_at IS NULL "
            "AND void_at IS NULL AND breached_at IS NULL ORDER BY due_at LIMIT 1000 "
            "FOR NO KEY UPDATE SKIP LOCKED",
            [LATER],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "clock_running_due" in plan
    assert "Sort" not in plan


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_record_each_breach_once() -> None:
    offer_many(600)
    recorded: list[int] = []

    def sweep() -> None:
        try:
            recorded.append(record_breaches(now=LATER))
        finally:
            connections.close_all()

    sweeps = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in sweeps:
        thread.start()
    for thread in sweeps:
        thread.join()

    assert len(recorded) == 4
    record_breaches(now=LATER)
    assert Breach.objects.count() == 1200
    assert not Clock.objects.due(LATER).exists()
    assert rebuild(now=LATER) == 0
