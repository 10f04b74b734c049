"""Facts told in any order, however often, end in the same state."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from agreements.models import User
from leads.ingest import Ingested, ingest, rows_of_facts
from leads.models import (
    Breach,
    Change,
    Clock,
    Deal,
    FollowUp,
    Handoff,
    HandoffEvent,
    Lead,
    LeadChange,
    LeadIdentity,
    StageEntry,
)
from leads.rebuild import rebuild
from leads.told import Named, Told, ToldEvent
from tests.factories import Teller, example_terms, local, make_rep, make_version

pytestmark = pytest.mark.django_db

NOW = local("2026-10-01 09:00")


def example_facts(ana: User, bruno: User) -> list[Told]:
    """The first worked example."""
    tell = Teller()
    return [
        tell.stage("mql", local("2026-09-04 17:40")),
        tell.attributes(local("2026-09-04 17:40"), name="Paulo", company="Mantiqueira"),
        tell.event("offered", local("2026-09-04 17:40")),
        tell.event("assigned", local("2026-09-04 17:43"), person_id=ana.pk),
        tell.follow_up("sent", local("2026-09-08 09:01"), channel="email", is_automated=True),
        tell.event("accepted", local("2026-09-08 09:10")),
        tell.event("paused", local("2026-09-08 10:00"), until=local("2026-09-08 11:30")),
        tell.event("assigned", local("2026-09-08 11:45"), person_id=bruno.pk),
        tell.follow_up("no_answer", local("2026-09-08 14:20")),
        tell.follow_up("answered", local("2026-09-09 10:05")),
        tell.event("qualified", local("2026-09-17 16:00")),
    ]


def clocks() -> dict[str, tuple[datetime, datetime | None, timedelta | None]]:
    rows = Clock.objects.order_by("clause_key", "occurrence")
    return {clock.clause_key: (clock.due_at, clock.stopped_at, clock.used) for clock in rows}


def test_it_works() -> None:
    version = make_version()
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))

    ingested = ingest(
        agreement=version.agreement, facts=example_facts(ana, bruno), by=None, now=NOW
    )

    assert ingested == Ingested(new=11)
    lead = Lead.objects.get()
    assert (lead.name, lead.company) == ("Paulo", "Mantiqueira")
    handoff = Handoff.objects.get()
    assert (handoff.status, handoff.holder, handoff.version) == ("qualified", bruno, version)
    assert clocks() == {
        "M4": (local("2026-09-04 17:45"), local("2026-09-04 17:43"), timedelta(minutes=3)),
        "S1": (local("2026-09-08 13:43"), local("2026-09-08 09:10"), timedelta(minutes=27)),
        "S2": (local("2026-09-08 15:13"), local("2026-09-08 14:20"), timedelta(minutes=187)),
        "S3": (local("2026-09-21 18:00"), local("2026-09-09 10:05"), timedelta(minutes=472)),
        "S4": (
            local("2026-09-28 18:00"),
            local("2026-09-17 16:00"),
            timedelta(minutes=3647),
        ),
    }
    assert not Breach.objects.exists()
    assert Change.objects.count() == 4


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_repeated_and_one_at_a_time_end_alike(seed: int) -> None:
    version = make_version()
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))
    facts = example_facts(ana, bruno)
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    expected = clocks()
    Clock.objects.all().delete()
    tell_again = facts + facts[:5]
    random.Random(seed).shuffle(tell_again)

    ingest(agreement=version.agreement, facts=tell_again, by=None, now=NOW)
    assert rebuild(now=NOW) == 5
    assert clocks() == expected

    other = make_version(slug="other")
    for fact in tell_again:
        ingest(agreement=other.agreement, facts=[_elsewhere(fact)], by=None, now=NOW)
    twins = Clock.objects.filter(agreement=other.agreement)
    assert {c.clause_key: (c.due_at, c.stopped_at, c.used) for c in twins} == expected
    assert rebuild(now=NOW) == 0


def _elsewhere(fact: Told) -> Told:
    """The same fact about another lead."""
    changes: dict[str, Any] = {
        "external_id": f"x{fact.external_id}",
        "lead": Named("crm", f"x{fact.lead.external_id}"),
    }
    if isinstance(fact, ToldEvent):
        changes["handoff"] = Named("crm", f"x{fact.handoff.external_id}")
    return replace(fact, **changes)


def test_the_same_again_changes_nothing() -> None:
    version = make_version()
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))
    facts = example_facts(ana, bruno)
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    Change.objects.all().delete()

    ingested = ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)

    assert ingested == Ingested(repeated=11)
    assert not Change.objects.exists()
    assert LeadIdentity.objects.count() == 1
    assert rebuild(now=NOW) == 0


def test_a_breach_is_dated_when_it_happened_and_withdrawn_by_a_late_fact() -> None:
    version = make_version()
    tell = Teller()
    offered = [
        tell.event("offered", local("2026-09-04 17:40")),
        tell.event("assigned", local("2026-09-04 17:43"), to_queue=True),
    ]
    ingest(agreement=version.agreement, facts=offered, by=None, now=local("2026-09-08 16:00"))
    breach = Breach.objects.get(clause_key="S2")
    assert breach.breached_at == local("2026-09-08 13:43").astimezone(UTC)

    late = tell.follow_up("no_answer", local("2026-09-08 13:00"))
    ingest(agreement=version.agreement, facts=[late], by=None, now=local("2026-09-08 17:00"))

    breach.refresh_from_db()
    assert breach.is_withdrawn
    assert Clock.objects.get(clause_key="S2").stopped_at == local("2026-09-08 13:00")


def test_a_name_with_the_same_verified_address_joins_the_lead() -> None:
    agreement = make_version().agreement
    form, chat = Teller("F1", "form"), Teller("C1", "chat")
    same = {"email": "paulo@example.com", "email_verified": True}
    facts = [
        form.attributes(local("2026-09-04 10:00"), **same),
        Teller("X1", "list").attributes(local("2026-09-04 10:00"), email="paulo@example.com"),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)

    later = [chat.attributes(local("2026-09-05 10:00"), **same | {"email": "PAULO@example.com"})]
    ingest(agreement=agreement, facts=later, by=None, now=NOW)

    leads = dict(LeadIdentity.objects.values_list("source", "lead"))
    assert leads["form"] == leads["chat"]
    assert leads["list"] != leads["form"]


def test_names_told_together_join_too() -> None:
    agreement = make_version().agreement
    same = {"email": "paulo@example.com", "email_verified": True}
    facts = [Teller(name).attributes(local("2026-09-04 10:00"), **same) for name in ("L1", "L2")]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    assert Lead.objects.count() == 1


def test_the_terms_may_keep_them_apart() -> None:
    agreement = make_version(example_terms(scope={"join_by_email": False})).agreement
    same = {"email": "paulo@example.com", "email_verified": True}
    facts = [Teller(name).attributes(local("2026-09-04 10:00"), **same) for name in ("L1", "L2")]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    assert Lead.objects.count() == 2


def test_a_revision_of_the_offer_moves_the_handoff() -> None:
    version = make_version()
    tell = Teller()
    offered = tell.event("offered", local("2026-09-04 10:00"))
    ingest(agreement=version.agreement, facts=[offered], by=None, now=local("2026-09-04 10:01"))

    corrected = replace(offered, occurred_at=local("2026-09-03 10:00"))
    told = ingest(
        agreement=version.agreement, facts=[corrected], by=None, now=local("2026-09-04 10:02")
    )

    assert told == Ingested(revised=1)
    assert Handoff.objects.get().offered_at == local("2026-09-03 10:00")
    assert Clock.objects.get(clause_key="M4").started_at == local("2026-09-03 10:00")
    days = set(Change.objects.values_list("local_date", flat=True))
    assert {str(day) for day in days} == {"2026-09-03", "2026-09-04"}


def test_the_source_says_which_revision_is_the_latest() -> None:
    version = make_version()
    first = replace(
        Teller().event("offered", local("2026-09-04 10:00")),
        revised_at=local("2026-09-04 12:00"),
    )
    older = replace(
        first, occurred_at=local("2026-09-01 10:00"), revised_at=local("2026-09-04 11:00")
    )
    for fact in (first, older):
        ingest(agreement=version.agreement, facts=[fact], by=None, now=NOW)
    assert Handoff.objects.get().offered_at == local("2026-09-04 10:00")


def test_a_retracted_fact_counts_no_more() -> None:
    version = make_version()
    tell = Teller()
    touch = tell.follow_up("no_answer", local("2026-09-04 11:00"))
    facts = [
        tell.event("offered", local("2026-09-04 10:00")),
        tell.event("assigned", local("2026-09-04 10:00"), to_queue=True),
        touch,
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)

    taken_back = replace(touch, is_retracted=True, correction_reason="It was another lead.")
    ingest(agreement=version.agreement, facts=[taken_back], by=None, now=NOW + timedelta(minutes=1))

    assert Clock.objects.get(clause_key="S2").stopped_at is None
    assert FollowUp.objects.count() == 2


def test_a_handoff_outside_any_version_has_no_clocks() -> None:
    version = make_version(effective_date=date(2026, 10, 1))
    facts = [Teller().event("offered", local("2026-09-04 10:00"))]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    assert Handoff.objects.get().version is None
    assert not Clock.objects.exists()


def test_the_number_of_queries_does_not_depend_on_the_number_of_leads(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    agreement = make_version().agreement

    def facts(first: int, last: int) -> list[Told]:
        return [
            fact
            for number in range(first, last)
            for tell in [Teller(f"L{number}")]
            for fact in (
                tell.attributes(local("2026-09-04 10:00"), name="Paulo"),
                tell.event("offered", local("2026-09-04 10:00")),
                tell.follow_up("no_answer", local("2026-09-04 11:00")),
            )
        ]

    for first, last in ((0, 2), (2, 60)):
        with django_assert_max_num_queries(39):
            ingest(agreement=agreement, facts=facts(first, last), by=None, now=NOW)


def test_what_is_kept_of_a_fact_is_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for model in (StageEntry, HandoffEvent, FollowUp, Deal, LeadChange):
        assert "Seq Scan" not in rows_of_facts(model, "crm", ["a", "b"]).explain()
