"""Clocks by call: as they stand, and why they are due when they are."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import AgreementVersion, User
from leads.clock_statuses import STATUSES, having, status_of
from leads.ingest import ingest
from leads.models import Clock, Handoff
from leads.story.case import read_case, shown_status
from tests.calls import Caller
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

CLOCKS = "/agreements/acme/clocks/"


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana before the long weekend."""
    return offer(version, "Paulo", local("2026-09-04 17:00"), holder=ana)


@pytest.fixture
def crm(version: AgreementVersion) -> Caller:
    return Caller(make_user("CRM", team=version.agreement.sales_team, role="integration"))


def test_it_works(crm: Caller, handoff: Handoff) -> None:
    answer = crm.get(CLOCKS, handoff=handoff.pk, clause="S2").json()

    (clock,) = answer["results"]
    stored = Clock.objects.get(clause_key="S2")
    assert answer["next"] is None
    assert clock == {
        "id": stored.pk,
        "handoff": {
            "id": handoff.pk,
            "source": "crm",
            "external_id": "Paulo-H1",
            "lead": handoff.lead_id,
        },
        "clause": "S2",
        "kind": "first_follow_up",
        "party": "sales",
        "occurrence": 0,
        "status": "running",
        "started_at": "2026-09-04T20:00:00+00:00",
        "due_at": "2026-09-08T15:00:00+00:00",
        "stopped_at": None,
        "void_at": None,
        "breached_at": None,
        "gave_up": False,
        "back_dated": False,
        "attempts": 0,
        "used_s": None,
        "adjusted_due_at": None,
        "holder": None,
    }


def bare(text: str) -> str:
    """Return words without the spaces that tags leave."""
    return re.sub(r"\s", "", html.unescape(text))


def test_a_clock_explains_itself_as_the_page_does(
    crm: Caller, handoff: Handoff, client: Client
) -> None:
    pk = Clock.objects.get(clause_key="S2").pk
    shown = crm.get(f"{CLOCKS}{pk}/").json()
    explanation = shown["explanation"]

    assert shown["clause"] == "S2"
    client.force_login(make_user("Otto", is_admin=True))
    page = client.get(f"/agreements/acme/leads/{handoff.lead_id}/?clock=S2.0")
    for sentence in [explanation["question"], *explanation["sentences"]]:
        assert bare(sentence) in bare(text_of(page)), sentence
    assert any("Independence" in sentence for sentence in explanation["sentences"])
    assert explanation["version"] == 1
    assert (explanation["time_zone"], explanation["within"]) == ("America/Sao_Paulo", "4h")
    assert (explanation["counted_s"], explanation["left_s"]) == (7200, 7200)
    days = {day["date"]: day for day in explanation["days"]}
    assert days["2026-09-04"]["counted_s"] == 3600
    assert (days["2026-09-05"]["skipped"], days["2026-09-05"]["closure"]) == ("weekend", None)
    assert (days["2026-09-07"]["skipped"], days["2026-09-07"]["closure"]) == (
        "closure",
        "Independence",
    )
    assert days["2026-09-08"]["left_s"] == 7200


def test_it_is_explained_in_the_language_of_who_calls(handoff: Handoff) -> None:
    caller = Caller(make_user("Otto", is_admin=True, language="es"))
    pk = Clock.objects.get(clause_key="S2").pk
    assert caller.get(f"{CLOCKS}{pk}/").json()["explanation"]["question"].startswith("¿Por qué")


def scenario(version: AgreementVersion, ana: User) -> None:
    """Clocks of every status."""
    offer(version, "Running", NOW - timedelta(minutes=22), holder=ana)
    offer(version, "Overdue", local("2026-09-01 10:00"), holder=ana)
    for lead, at, facts in (
        ("Met", "2026-09-08 09:10", [("follow_up", "no_answer", "2026-09-08 09:20")]),
        ("Late", "2026-09-01 10:00", [("follow_up", "answered", "2026-09-03 10:00")]),
        ("Rejected", "2026-09-08 09:10", [("event", "rejected", "2026-09-08 09:20")]),
        ("Given up", "2026-09-01 10:00", [("event", "recycled", "2026-09-02 10:00")]),
    ):
        offer(version, lead, local(at), holder=ana)
        tell = Teller(lead)
        for kind, what, when in facts:
            reason = {"recycled": "not_reached", "rejected": "wrong_data"}.get(what)
            more = {"reason": reason} if reason else {}
            fact = getattr(tell, kind)(what, local(when), external_id=f"{lead}-{what}", **more)
            ingest(agreement=version.agreement, facts=[fact], by=None, now=NOW)


def test_statuses_are_those_of_the_pages(crm: Caller, version: AgreementVersion, ana: User) -> None:
    scenario(version, ana)
    handoffs = list(Handoff.objects.select_related("lead"))
    plain = {"due_soon": "running", "paused": "running", "pending": "running"}
    for at in (NOW, NOW + timedelta(hours=5), NOW + timedelta(days=30)):
        shown = {}
        for handoff in handoffs:
            case = read_case(handoff.lead, version.agreement, [handoff])
            for state in case.states(handoff):
                status = shown_status(state, at)
                shown[handoff.pk, state.clause_key] = plain.get(status, status)
        stored = {(clock.handoff_id, clock.clause_key): clock for clock in Clock.objects.all()}
        assert {key: status_of(clock, at) for key, clock in stored.items()} == shown
        for status in STATUSES:
            found = Clock.objects.filter(having(status, at))
            keys = {(clock.handoff_id, clock.clause_key) for clock in found}
            assert keys == {key for key, is_ in shown.items() if is_ == status}, status
    assert {status_of(clock, NOW) for clock in stored.values()} == set(STATUSES)


def test_clocks_are_found_by_status_and_lead(
    crm: Caller, version: AgreementVersion, ana: User
) -> None:
    scenario(version, ana)
    for status in STATUSES:
        found = crm.get(CLOCKS, status=status, limit=200).json()["results"]
        assert {each["status"] for each in found} == {status}
    late = Handoff.objects.get(external_id="Late-H1")
    (clock,) = crm.get(CLOCKS, lead=late.lead_id, clause="S2").json()["results"]
    assert clock["breached_at"] == clock["due_at"] < clock["stopped_at"]
    overdue = Handoff.objects.get(external_id="Overdue-H1")
    (clock,) = crm.get(CLOCKS, handoff=overdue.pk, clause="S2").json()["results"]
    assert (clock["status"], clock["breached_at"]) == ("overdue", clock["due_at"])


def test_pages_follow_one_another(crm: Caller, version: AgreementVersion, ana: User) -> None:
    scenario(version, ana)
    found: list[dict[str, Any]] = []
    answer = crm.get(CLOCKS, limit=4).json()
    while True:
        found += answer["results"]
        if answer["next"] is None:
            break
        answer = crm.client.get(answer["next"]).json()
    assert len(found) == Clock.objects.count()
    assert len({each["id"] for each in found}) == len(found)
    assert [(each["started_at"], each["id"]) for each in found] == sorted(
        ((each["started_at"], each["id"]) for each in found), reverse=True
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "late"}, {"handoff": "x"}, {"lead": "-1"}, {"limit": "many"},
        {"cursor": "x"}, {"cursor": "WzEsIDJd"}, {"cursor": "é"}, {"cursor": "W10"},
    ],
)  # fmt: skip
def test_filters_that_make_no_sense_are_refused(crm: Caller, asked: dict[str, str]) -> None:
    response = crm.get(CLOCKS, **asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] in asked


def test_a_page_takes_as_many_queries_however_long_it_is(
    crm: Caller, version: AgreementVersion, ana: User
) -> None:
    counts = set()
    for number in range(1, 5):
        offer(version, f"L{number}", NOW - timedelta(minutes=number), holder=ana)
        with CaptureQueriesContext(connection) as captured:
            crm.get(CLOCKS)
        counts.add(len(captured))
    assert len(counts) == 1
    assert max(counts) <= 5


def test_who_may_read_what(version: AgreementVersion, handoff: Handoff, ana: User) -> None:
    agreement = version.agreement
    elsewhere = make_version(slug="elsewhere").agreement.sales_team
    pk = Clock.objects.get(clause_key="S2").pk
    # Whether somebody reads the clocks of Ana's handoff, and whose figure it is.
    people = [
        (make_user("Otto", is_admin=True), True, True),
        (make_user("Marina", is_director=True), True, True),
        (make_user("Helena", team=agreement.marketing_team, role="lead"), True, False),
        (make_user("Julia", team=agreement.marketing_team), True, False),
        (make_user("Rafael", team=agreement.sales_team, role="lead"), True, True),
        (make_user("CRM", team=agreement.sales_team, role="integration"), True, False),
        (make_rep("Bruno", agreement), False, False),
        (ana, True, True),
    ]
    for person, reads, knows in people:
        caller = Caller(person)
        clock = caller.get(f"{CLOCKS}{pk}/")
        assert clock.status_code == (200 if reads else 404), person
        assert bool(caller.get(CLOCKS).json()["results"]) == reads
        if reads:
            holder = {"name": "Ana", "email": "ana@example.com"} if knows else None
            assert clock.json()["holder"] == holder, person
    stranger = Caller(make_user("Eva", team=elsewhere, role="lead"))
    assert stranger.get(CLOCKS).status_code == 404
    assert stranger.get(f"{CLOCKS}{pk}/").status_code == 404
    assert stranger.get(f"/agreements/elsewhere/clocks/{pk}/").status_code == 404
