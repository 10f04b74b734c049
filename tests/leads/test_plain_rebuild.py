"""Rebuilding plain leads at once ends where settling each lead does, whatever was wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.models import Breach, Clock, Handoff, Lead
from leads.plain.rebuilding import rebuild_plain
from leads.rebuild import rebuild
from leads.told import Told
from tests.factories import Teller, example_terms, local, make_rep, make_version
from tests.leads.state import state

pytestmark = pytest.mark.django_db

START = local("2026-09-01 08:00")
NOW = local("2026-10-01 09:00")
LEADS = 300
OUTCOMES = ("no_answer", "left_message", "sent", "answered", "inbound_reply", "conversation")
ENDS = ("rejected", "qualified", "disqualified", "recycled", "withdrawn")
COMMITMENTS: list[dict[str, Any]] = [
    {"key": "M1", "party": "marketing", "measure": "handover", "within": "2h"},
    {"key": "S1", "party": "sales", "measure": "acceptance", "within": "4h"},
    {"key": "S2", "party": "sales", "measure": "first_follow_up", "within": "4h"},
    {
        "key": "S3",
        "party": "sales",
        "measure": "persistence",
        "within": "5bd",
        "count": 3,
        "channels": 2,
    },
    {"key": "S4", "party": "sales", "measure": "disposition", "within": "9d"},
]


class Chance(Random):
    """Makes leads that mostly are plain, with instants that often are equal."""

    def after(self, at: datetime) -> datetime:
        return at + timedelta(minutes=30 * self.randrange(self.choice([1, 3, 60])))

    def is_one_in(self, count: int) -> bool:
        return self.randrange(count) == 0

    def facts(self, number: int, reps: list[User]) -> Iterator[Told]:
        tell = Teller(f"L{number}")
        at = START + timedelta(minutes=30 * self.randrange(900))
        yield tell.attributes(at, name=f"Ana {number}", email=f"{number}@example.com", size=number)
        if self.is_one_in(3):
            yield tell.attributes(self.after(at), company="Náutica", origin="event", verified=1.5)
        if self.is_one_in(20):
            yield tell.attributes(self.after(at), do_not_contact=True)
        yield tell.stage("mql", at)
        if self.is_one_in(9):
            return
        offered = at = self.after(at)
        yield tell.event("offered", at)
        if not self.is_one_in(4):
            at = self.after(at)
            to = {"to_queue": True} if self.is_one_in(5) else {"person_id": self.choice(reps).pk}
            yield tell.event("assigned", at, **to)
        for _ in range(self.randrange(5)):
            at = self.after(at)
            yield self.follow_up(tell, at)
        if self.is_one_in(3):
            yield tell.event("accepted", self.after(offered))
        for _ in range(self.choice([0, 1, 1, 1, 2])):
            at = self.after(at)
            yield self.end(tell, at)
        if self.is_one_in(12):
            yield tell.event("paused", offered, until=self.after(offered))
        if self.is_one_in(8):
            yield tell.event("offered", self.after(at), "H2")

    def follow_up(self, tell: Teller, at: datetime) -> Told:
        return tell.follow_up(
            self.choice(OUTCOMES),
            at,
            channel=self.choice(["call", "email"]),
            is_automated=self.is_one_in(6),
            evidence="by_hand" if self.is_one_in(15) else "system",
        )

    def end(self, tell: Teller, at: datetime) -> Told:
        kind = self.choice(ENDS)
        if kind == "recycled":
            reason = self.choice(["not_reached", "not_now"])
            return tell.event(kind, at, reason=reason, until=at + timedelta(days=20))
        return tell.event(kind, at)


@pytest.fixture
def version() -> AgreementVersion:
    terms = example_terms(late_logging="60d")
    terms["commitments"] = [each | {"target": "0.9"} for each in COMMITMENTS]
    return make_version(terms)


@pytest.fixture(params=[1, 2, 3])
def told(request: pytest.FixtureRequest, version: AgreementVersion) -> AgreementVersion:
    """Hundreds of leads, settled as they were told."""
    chance = Chance(request.param)
    reps = [make_rep(name, version.agreement) for name in ("Ana", "Bruno")]
    facts = [fact for number in range(LEADS) for fact in chance.facts(number, reps)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    # What later facts withdrew, only their order could tell.
    Breach.objects.filter(is_withdrawn=True).delete()
    let_the_planner_know()
    return version


def let_the_planner_know() -> None:
    """Have plans that suit so many rows, as a portal has: for empty tables they take seconds."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plain_leads() -> set[int]:
    lead_ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    rebuilt = rebuild_plain(first=lead_ids[0], last=lead_ids[-1], now=NOW)
    assert rebuilt.written == 0
    return set(lead_ids) - rebuilt.leads_apart


@pytest.mark.usefixtures("told")
def test_it_works() -> None:
    before = state()

    assert rebuild(now=NOW) == 0
    assert state() == before
    # Otherwise the quick way would not have been tried at all.
    assert len(plain_leads()) > LEADS / 3

    rows = Clock.objects.count() + Breach.objects.count()
    Breach.objects.all().delete()
    Clock.objects.all().delete()
    assert rebuild(now=NOW) == rows
    assert state() == before
    assert rebuild(now=NOW) == 0


@pytest.mark.usefixtures("told")
def test_half_of_the_clocks_are_gone() -> None:
    before = state()
    Breach.objects.filter(pk__in=list(Breach.objects.values_list("pk", flat=True))[::2]).delete()
    Clock.objects.filter(pk__in=list(Clock.objects.values_list("pk", flat=True))[1::2]).delete()

    rebuild(now=NOW)

    assert state() == before


WRONG = {
    "lead": [
        "name = 'Nobody'",
        "attributes = attributes || '{\"size\": -1}'",
        "origin = 'elsewhere'",
        "is_email_verified = NOT is_email_verified",
        "is_contact_barred = NOT is_contact_barred",
    ],
    "handoff": [
        "offered_at = offered_at + interval '1 second'",
        "decided_at = now()",
        "received_at = now()",
        "closed_at = now()",
        "status = 'withdrawn'",
        "reason = 'because'",
        "contest = 'waiting'",
        "tier = 'gold'",
        "origin = 'elsewhere'",
        "holder_id = NULL",
        "version_id = NULL",
        "is_complete = NOT COALESCE(is_complete, false)",
        "meets_criteria = NOT COALESCE(meets_criteria, false)",
        "returns_date = '2026-11-11'",
    ],
    "clock": [
        "started_at = started_at - interval '1 second'",
        "due_at = due_at + interval '1 microsecond'",
        "stopped_at = now()",
        "void_at = now()",
        "breached_at = NULL",
        "gave_up = NOT gave_up",
        "is_back_dated = true",
        "used = interval '1 day'",
        "attempts = attempts + 1",
        "adjusted_due_at = now()",
        "holder_id = NULL",
        "holder_split = '[]'",
        "pauses = '[]'",
        "kind = 'routing'",
        "party = 'marketing'",
        "clause_key = clause_key || 'x'",
        "occurrence = 3",
    ],
    "breach": [
        "breached_at = now()",
        "is_withdrawn = true",
        "charged_to_id = NULL",
        "kind = 'routing'",
        "party = 'marketing'",
    ],
}
LEAD_OF = {
    "lead": "id",
    "handoff": "lead_id",
    "clock": "(SELECT lead_id FROM leads_handoff WHERE id = handoff_id)",
    "breach": "(SELECT lead_id FROM leads_handoff WHERE id = handoff_id)",
}


@pytest.mark.parametrize("table", WRONG)
def test_a_wrong_cell_is_put_right(version: AgreementVersion, table: str) -> None:
    chance = Chance(9)
    reps = [make_rep(name, version.agreement) for name in ("Ana", "Bruno")]
    facts = [fact for number in range(60) for fact in chance.facts(number, reps)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    Breach.objects.filter(is_withdrawn=True).delete()
    let_the_planner_know()
    before = state()
    plain = plain_leads()
    for wrong in WRONG[table]:
        with transaction.atomic():
            put_wrong(table, wrong, plain)

            assert rebuild(now=NOW), wrong

            assert lasting(before) == lasting(state()), wrong
            assert rebuild(now=NOW) == 0, wrong
            transaction.set_rollback(True)


def put_wrong(table: str, wrong: str, leads: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE leads_{table} SET {wrong} WHERE {LEAD_OF[table]} = ANY(%s) AND id %% 3 = 0",
            [list(leads)],
        )
        assert cursor.rowcount, wrong


def lasting(found: dict[str, str]) -> dict[str, str]:
    """The state without the breaches, of which a wrong key leaves one that is withdrawn."""
    return {table: rows for table, rows in found.items() if table != "breach"}


def test_a_handoff_offered_before_any_version(version: AgreementVersion) -> None:
    tell = Teller("L1")
    facts = [tell.attributes(START, name="Ana"), tell.event("offered", local("2019-01-02 10:00"))]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)

    assert plain_leads() == {Lead.objects.get().pk}
    assert Handoff.objects.get().version_id is None
    assert rebuild(now=NOW) == 0
