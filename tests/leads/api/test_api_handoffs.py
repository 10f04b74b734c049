"""Offering handoffs, deciding them and following up by call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, AgreementVersion, Audit, OwnerName, User
from leads.actions import corrections, handoffs
from leads.models import Clock, Delivery, Handoff, HandoffEvent
from tests.at_once import run_together
from tests.calls import CALLED, Caller, errors
from tests.factories import make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

HANDOFFS = "/agreements/acme/handoffs/"
FOLLOW_UPS = "/agreements/acme/follow-ups/"
OFFER = {
    "source": "crm",
    "external_id": "H1",
    "lead": {"source": "crm", "external_id": "L1"},
    "occurred_at": "2026-09-08T12:38:00Z",
}
ACCEPTED = {"event": "accepted", "source": "crm", "external_id": "E1"}
REJECTED = {"event": "rejected", "source": "crm", "external_id": "E1", "reason": "wrong_data"}


def events_of(handoff: Handoff) -> str:
    return f"{HANDOFFS}{handoff.source}/{handoff.external_id}/events/"


def test_offer_works(crm: Caller) -> None:
    crm.put("/leads/crm/L1/", {"attributes": {"name": "Paulo"}})

    response = crm.post(HANDOFFS, OFFER)

    assert response.status_code == 201
    handoff = Handoff.objects.get()
    shown = response.json()
    assert shown == crm.get(f"{HANDOFFS}crm/H1/").json()
    assert (shown["id"], shown["status"], shown["holder"]) == (handoff.pk, "offered", None)
    assert (shown["source"], shown["external_id"], shown["lead_name"]) == ("crm", "H1", "Paulo")
    assert shown["lead"] == {"source": "crm", "external_id": "L1"}
    assert shown["offered_at"] == "2026-09-08T12:38:00+00:00"
    assert Clock.objects.filter(clause_key="M4").exists()
    audit = Audit.objects.get(action="leads.handoff.offered")
    assert audit.actor_name == "CRM"
    assert HandoffEvent.objects.get().delivery == Delivery.objects.latest("pk")


def test_the_same_offer_again_is_a_repeat(crm: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.put("/leads/crm/L1/", {})
    undated = {name: value for name, value in OFFER.items() if name != "occurred_at"}
    assert crm.post(HANDOFFS, undated).status_code == 201
    stop_time(monkeypatch, NOW + timedelta(hours=1))
    response = crm.post(HANDOFFS, undated)
    assert response.status_code == 200
    assert response.json()["offered_at"] == "2026-09-08T13:00:00+00:00"
    assert HandoffEvent.objects.count() == 1
    assert Audit.objects.filter(action="leads.handoff.offered").count() == 1


def test_an_open_handoff_is_not_offered_again(crm: Caller) -> None:
    crm.put("/leads/crm/L1/", {})
    crm.put("/leads/crm/L2/", {})
    crm.post(HANDOFFS, OFFER)

    other = crm.post(HANDOFFS, OFFER | {"external_id": "H2"})
    assert other.status_code == 409
    assert other.json()["type"] == "urn:slaportal:problem:already_open"
    assert "is with sales already" in other.json()["detail"]

    taken = crm.post(HANDOFFS, OFFER | {"lead": {"source": "crm", "external_id": "L2"}})
    assert taken.status_code == 409
    assert taken.json()["type"] == "urn:slaportal:problem:id_taken"


def test_an_unknown_lead_is_to_be_told_first(crm: Caller) -> None:
    assert "tell of the lead first" in errors(crm.post(HANDOFFS, OFFER))["lead"]


def test_accept_works(crm: Caller, handoff: Handoff, ana: User) -> None:
    told = ACCEPTED | {"on_behalf_of": "ana@example.com", "occurred_at": "2026-09-08T09:50-03:00"}

    response = crm.post(events_of(handoff), told)

    assert response.status_code == 201
    assert response.json()["status"] == "accepted"
    assert response.json()["decided_at"] == "2026-09-08T12:50:00+00:00"
    event = HandoffEvent.objects.get(kind="accepted")
    assert (event.person, event.recorded_by) == (ana, crm.user)
    assert (event.source, event.external_id) == ("crm", "E1")
    audit = Audit.objects.get(action="leads.handoff.accepted")
    assert (audit.actor_name, audit.data) == ("CRM", {"on_behalf_of": "Ana"})
    stopped = Clock.objects.get(clause_key="S1").stopped_at
    assert stopped is not None
    assert stopped.isoformat() == "2026-09-08T12:50:00+00:00"


def test_a_deed_told_again_is_a_repeat_and_corrected_a_revision(
    crm: Caller, version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    told = ACCEPTED | {"on_behalf_of": "ana@example.com"}
    assert crm.post(events_of(handoff), told).status_code == 201
    assert crm.post(events_of(handoff), told).status_code == 200
    assert HandoffEvent.objects.filter(kind="accepted").count() == 1

    stop_time(monkeypatch, NOW + timedelta(minutes=1))
    corrected = told | {"occurred_at": "2026-09-08T12:45:00Z"}
    response = crm.post(events_of(handoff), corrected)

    assert response.json()["decided_at"] == "2026-09-08T12:45:00+00:00"
    assert response.json()["holder"]["name"] == "Ana"
    assert set(
        HandoffEvent.objects.holding()
        .filter(source="crm", external_id__startswith="E1")
        .values_list("kind", "occurred_at")
    ) == {(kind, NOW - timedelta(minutes=15)) for kind in ("assigned", "accepted")}


def test_reject_works(crm: Caller, handoff: Handoff, ana: User) -> None:
    told = REJECTED | {"on_behalf_of": "ANA@example.com", "note": "No such company."}
    shown = crm.post(events_of(handoff), told).json()
    assert (shown["status"], shown["reason"]) == ("rejected", "wrong_data")
    event = HandoffEvent.objects.get(kind="rejected")
    assert (event.person, event.note) == (ana, "No such company.")


@pytest.mark.parametrize("reason", [{"reason": "mood"}, {"reason": None}])
def test_a_reason_is_one_the_terms_have(
    crm: Caller, handoff: Handoff, reason: dict[str, Any]
) -> None:
    told = REJECTED | {"on_behalf_of": "ana@example.com"} | reason
    assert "Choose one of the reasons" in errors(crm.post(events_of(handoff), told))["reason"]


def test_after_a_talk_it_is_not_rejected(crm: Caller, handoff: Handoff) -> None:
    talk = CALLED | {"outcome": "conversation", "on_behalf_of": "ana@example.com"}
    assert crm.post(FOLLOW_UPS, talk).status_code == 201
    response = crm.post(events_of(handoff), REJECTED | {"on_behalf_of": "ana@example.com"})
    assert response.status_code == 409
    assert "is accepted already" in response.json()["detail"]


def test_assign_works(crm: Caller, version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    told = {"event": "assigned", "source": "crm", "external_id": "E0", "to": "ana@example.com"}
    response = crm.post(events_of(handoff), told)
    assert response.status_code == 201
    assert response.json()["holder"] == {"name": "Ana", "email": "ana@example.com"}

    again = crm.post(events_of(handoff), told)
    assert again.status_code == 200
    assert HandoffEvent.objects.filter(source="crm", external_id="E0").count() == 1
    make_rep("Bruno", version.agreement)
    for other in ({"external_id": "E2"}, {"to": "bruno@example.com"}):
        refused = crm.post(events_of(handoff), told | other)
        assert refused.status_code == 403
        assert "reassigns a handoff" in refused.json()["detail"]

    lead = Caller(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    to_queue = {"event": "assigned", "source": "script", "external_id": "E3"}
    assert lead.post(events_of(handoff), to_queue).json()["holder"] is None


def test_whoever_may_not_assign_brings_back_no_assignment(
    crm: Caller, version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    told = {"event": "assigned", "source": "crm", "external_id": "E0", "to": "ana@example.com"}
    crm.post(events_of(handoff), told)
    rafa = make_user("Rafa", team=version.agreement.sales_team, role="lead")
    wrong = HandoffEvent.objects.get(source="crm", external_id="E0")
    corrections.retract(fact=wrong, reason="Wrong person.", by=rafa, now=NOW)
    bruno = make_rep("Bruno", version.agreement)
    handoffs.assign(handoff=handoff, holder=bruno, by=rafa, now=NOW)
    stop_time(monkeypatch, NOW + timedelta(minutes=1))

    assert crm.post(events_of(handoff), told).status_code == 200
    anew = told | {"revised_at": "2026-09-08T13:00:30Z"}
    assert crm.post(events_of(handoff), anew).status_code == 403

    assert not HandoffEvent.objects.holding().filter(external_id="E0").exists()


def test_a_person_goes_by_the_name_the_source_has(crm: Caller, handoff: Handoff, ana: User) -> None:
    OwnerName.objects.create(source="crm", external_name="0051x", user=ana)
    response = crm.post(events_of(handoff), ACCEPTED | {"on_behalf_of": "0051x"})
    assert response.status_code == 201
    assert HandoffEvent.objects.get(kind="accepted").person == ana


def test_without_a_name_an_integration_does_nothing(crm: Caller, handoff: Handoff) -> None:
    for path, told in ((events_of(handoff), ACCEPTED), (FOLLOW_UPS, CALLED)):
        response = crm.post(path, told)
        assert response.status_code == 403
        assert response.json()["detail"] == (
            "Name the person who accepted, rejected or followed up in the other system."
        )


@pytest.mark.parametrize("name", ["nobody@example.com", "0051x"])
def test_a_name_is_somebodys(crm: Caller, handoff: Handoff, name: str) -> None:
    response = crm.post(events_of(handoff), ACCEPTED | {"on_behalf_of": name})
    assert f"Nobody is known here as “{name}”" in errors(response)["on_behalf_of"]


def test_who_is_named_is_of_sales(crm: Caller, handoff: Handoff, version: AgreementVersion) -> None:
    make_user("Julia", team=version.agreement.marketing_team)
    response = crm.post(events_of(handoff), ACCEPTED | {"on_behalf_of": "julia@example.com"})
    assert response.status_code == 403
    assert "Julia is not in the sales team" in response.json()["detail"]
    told = {"event": "assigned", "source": "crm", "external_id": "E0", "to": "julia@example.com"}
    open_one = offer(version, "Carla", NOW)
    assert "is not in the sales team" in errors(crm.post(events_of(open_one), told))["to"]


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-09-08T13:00:01Z", "This is yet to come"),
        ("2026-09-08T12:37:59Z", "The handoff was offered Tue 8 Sep"),
    ],
)
def test_a_deed_happened_after_the_offer_and_before_now(
    crm: Caller, handoff: Handoff, at: str, sentence: str
) -> None:
    told = ACCEPTED | {"on_behalf_of": "ana@example.com", "occurred_at": at}
    assert sentence in errors(crm.post(events_of(handoff), told))["occurred_at"].replace(
        "\xa0", " "
    )
    assert (
        "yet to come"
        in errors(crm.post(HANDOFFS, OFFER | {"occurred_at": "2026-09-08T13:00:01Z"}))[
            "occurred_at"
        ]
    )


def test_an_id_names_one_thing(crm: Caller, handoff: Handoff, version: AgreementVersion) -> None:
    named = {"on_behalf_of": "ana@example.com"}
    crm.post(events_of(handoff), ACCEPTED | named)
    other = offer(version, "Carla", NOW - timedelta(minutes=22))
    for path, told in (
        (events_of(other), ACCEPTED | named),
        (events_of(handoff), REJECTED | named),
    ):
        response = crm.post(path, told)
        assert response.status_code == 409
        assert response.json()["type"] == "urn:slaportal:problem:id_taken"


def test_handoffs_are_listed_page_by_page(crm: Caller, version: AgreementVersion) -> None:
    handoffs = [offer(version, f"L{n}", NOW - timedelta(minutes=n)) for n in range(1, 6)]
    first = crm.get(HANDOFFS, limit=2).json()
    assert [each["id"] for each in first["results"]] == [handoffs[4].pk, handoffs[3].pk]
    second = crm.client.get(first["next"]).json()
    assert [each["id"] for each in second["results"]] == [handoffs[2].pk, handoffs[1].pk]
    lead = crm.get(HANDOFFS, lead=handoffs[0].lead_id, status="offered").json()
    assert [each["id"] for each in lead["results"]] == [handoffs[0].pk]
    assert crm.get(HANDOFFS, status="accepted").json()["results"] == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"status": "x"}, 422),
        ({"lead": "²"}, 422),
        ({"lead": "9" * 20}, 422),
        ({"cursor": "x"}, 422),
    ],
)
def test_filters_that_make_no_sense(crm: Caller, asked: dict[str, str], status: int) -> None:
    assert crm.get(HANDOFFS, **asked).status_code == status


def test_a_list_takes_as_many_queries_however_long_it_is(
    crm: Caller, version: AgreementVersion, ana: User
) -> None:
    counts = []
    for number in range(1, 8):
        offer(version, f"L{number}", NOW - timedelta(minutes=number), holder=ana)
        with CaptureQueriesContext(connection) as captured:
            crm.get(HANDOFFS)
        counts.append(len(captured))
    assert set(counts) == {counts[0]}
    assert counts[0] <= 5


Make = Callable[[Agreement], User]


def of(team: str, role: str) -> Make:
    return lambda agreement: make_user("Eva", team=getattr(agreement, f"{team}_team"), role=role)


def elsewhere(_: Agreement) -> User:
    return make_user("Eva", team=make_version(slug="elsewhere").agreement.sales_team, role="lead")


# What each role gets: offering a lead they know, any deed on Ana's handoff, on one in the queue,
# logging a follow-up of Ana's lead, and what of the two handoffs they read.
TRUTH: dict[str, tuple[Make, int, int, int, int, tuple[str, ...]]] = {
    "admin": (lambda _: make_user("Otto", is_admin=True), 201, 201, 201, 201, ("Carla", "Paulo")),
    "director": (
        lambda _: make_user("Marina", is_director=True), 403, 403, 403, 403, ("Carla", "Paulo"),
    ),
    "marketing lead": (of("marketing", "lead"), 201, 403, 403, 403, ("Carla", "Paulo")),
    "marketing member": (of("marketing", "member"), 201, 403, 403, 403, ("Carla", "Paulo")),
    "sales lead": (of("sales", "lead"), 403, 201, 201, 201, ("Carla", "Paulo")),
    "rep": (of("sales", "member"), 403, 404, 201, 422, ("Carla",)),
    "marketing integration": (
        of("marketing", "integration"), 201, 201, 201, 201, ("Carla", "Paulo"),
    ),
    "sales integration": (of("sales", "integration"), 201, 201, 201, 201, ("Carla", "Paulo")),
    "stranger": (elsewhere, 404, 404, 404, 404, ()),
}  # fmt: skip


@pytest.mark.parametrize("told", [ACCEPTED, REJECTED], ids=["accept", "reject"])
@pytest.mark.parametrize(
    ("make", "offers", "held", "queued", "logs", "reads"), TRUTH.values(), ids=TRUTH
)
def test_who_may_do_what(
    version: AgreementVersion,
    ana: User,
    told: dict[str, Any],
    make: Make,
    offers: int,
    held: int,
    queued: int,
    logs: int,
    reads: tuple[str, ...],
) -> None:
    anas = offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)
    anybodys = offer(version, "Carla", NOW - timedelta(minutes=22))
    ingested = Caller(make_user("Root", is_admin=True))
    ingested.put("/leads/crm/L1/", {"stages": [{"stage": "mql"}]})
    user = make(version.agreement)
    caller = Caller(user)
    is_integration = user.memberships.filter(role="integration").exists()
    named = {"on_behalf_of": "ana@example.com"} if is_integration else {}

    listed = caller.get(HANDOFFS)
    if reads:
        assert sorted(each["lead_name"] for each in listed.json()["results"]) == [*reads]
    else:
        assert listed.status_code == 404
    one = caller.get(f"{HANDOFFS}crm/Paulo-H1/").status_code
    assert one == (200 if "Paulo" in reads else 404)
    assert caller.post(FOLLOW_UPS, CALLED | named).status_code == logs
    assert caller.post(events_of(anas), told | named).status_code == held
    other = told | named | {"external_id": "E2"}
    assert caller.post(events_of(anybodys), other).status_code == queued
    assert caller.post(HANDOFFS, OFFER).status_code == offers


def test_only_an_integration_acts_for_another(handoff: Handoff, ana: User) -> None:
    told = ACCEPTED | {"on_behalf_of": "ana@example.com"}
    response = Caller(ana).post(events_of(handoff), told)
    assert response.status_code == 403
    assert "Only a system that is linked acts for somebody else." in response.json()["detail"]


def test_whoever_comes_second_is_told_who_was_first(version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    bruno = Caller(make_rep("Bruno", version.agreement))
    assert Caller(ana).post(events_of(handoff), ACCEPTED).status_code == 201
    response = bruno.post(events_of(handoff), ACCEPTED | {"external_id": "E2"})
    assert response.status_code == 409
    assert response.json()["type"] == "urn:slaportal:problem:already_decided"
    assert response.json()["detail"] == "Ana was first and holds this handoff now."


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_who_was_first(version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    callers = {"E1": Caller(ana), "E2": Caller(make_rep("Bruno", version.agreement))}
    found: dict[int, Any] = {}

    def accept(name: str) -> None:
        response = callers[name].post(events_of(handoff), ACCEPTED | {"external_id": name})
        found[response.status_code] = response.json()

    assert run_together(lambda: accept("E1"), lambda: accept("E2")) == []

    assert set(found) == {201, 409}
    handoff.refresh_from_db()
    assert handoff.holder is not None
    assert found[409]["detail"].startswith(f"{handoff.holder.name} was first")
    assert HandoffEvent.objects.filter(kind="accepted").count() == 1
