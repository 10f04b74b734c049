"""Telling of leads by call, one or many, and reading one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from agreements.models import Agreement, AgreementVersion, Membership, User
from leads.models import Delivery, Lead, LeadChange, LeadIdentity, StageEntry
from tests.at_once import run_together
from tests.calls import Caller
from tests.factories import make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

PAULO = {
    "attributes": {"name": "Paulo", "company": "Acme", "employees": 40},
    "stages": [{"stage": "mql", "occurred_at": "2026-09-08T09:00:00-03:00"}],
}


def facts(response: Any) -> tuple[int, int, int]:
    counted = response.json()["facts"]
    return counted["new"], counted["revised"], counted["repeated"]


def test_it_works(hubspot: Caller) -> None:
    response = hubspot.put("/leads/hubspot/L1/", PAULO)

    assert response.status_code == 201
    assert response.json() == {
        "source": "hubspot",
        "external_id": "L1",
        "facts": {"new": 2, "revised": 0, "repeated": 0, "new_leads": 1},
    }
    lead = Lead.objects.get()
    assert (lead.name, lead.attributes["employees"]) == ("Paulo", 40)
    change, entry = LeadChange.objects.get(), StageEntry.objects.get()
    assert (change.occurred_at, change.recorded_at) == (NOW, NOW)
    assert entry.occurred_at.isoformat() == "2026-09-08T12:00:00+00:00"
    assert change.recorded_by == entry.recorded_by == hubspot.user
    delivery = Delivery.objects.get()
    assert change.delivery == entry.delivery == delivery
    assert (delivery.kind, delivery.source, delivery.received_by) == (
        "call",
        "hubspot",
        hubspot.user,
    )
    assert delivery.payload is not None
    assert '"employees": 40' in delivery.payload["body"]
    assert (delivery.processed_at, delivery.error) == (NOW, "")
    assert delivery.summary == {"status": 201}


def test_the_same_again_is_a_repeat(hubspot: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    hubspot.put("/leads/hubspot/L1/", PAULO)
    stop_time(monkeypatch, NOW + timedelta(hours=1))

    response = hubspot.put("/leads/hubspot/L1/", PAULO)

    assert response.status_code == 200
    assert facts(response) == (0, 0, 1)
    assert (LeadChange.objects.count(), StageEntry.objects.count()) == (1, 1)


def test_undated_attributes_that_differ_are_so_from_now_on(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubspot.put("/leads/hubspot/L1/", PAULO)
    stop_time(monkeypatch, NOW + timedelta(hours=1))
    changed = {"attributes": {"employees": 90}}

    assert facts(hubspot.put("/leads/hubspot/L1/", changed)) == (1, 0, 0)
    assert facts(hubspot.put("/leads/hubspot/L1/", changed)) == (0, 0, 0)

    lead = Lead.objects.get()
    assert lead.attributes == {"name": "Paulo", "company": "Acme", "employees": 90}
    assert list(LeadChange.objects.order_by("pk").values_list("occurred_at", flat=True)) == [
        NOW,
        NOW + timedelta(hours=1),
    ]
    stop_time(monkeypatch, NOW + timedelta(hours=2))
    assert facts(hubspot.put("/leads/hubspot/L1/", {"attributes": {"employees": 40}})) == (1, 0, 0)
    assert Lead.objects.get().attributes["employees"] == 40


def test_of_two_revisions_the_later_one_holds_in_whatever_order(hubspot: Caller) -> None:
    at = {"occurred_at": "2026-09-08T08:00:00Z"}
    late = at | {"attributes": {"name": "B"}, "revised_at": "2026-09-08T11:00:00Z"}
    early = at | {"attributes": {"name": "A"}, "revised_at": "2026-09-08T10:00:00Z"}

    assert facts(hubspot.put("/leads/hubspot/L1/", late)) == (1, 0, 0)
    assert facts(hubspot.put("/leads/hubspot/L1/", early)) == (0, 1, 0)
    assert facts(hubspot.put("/leads/hubspot/L1/", early)) == (0, 0, 1)
    assert Lead.objects.get().name == "B"


def test_a_revision_without_a_time_is_so_since_it_was_made(hubspot: Caller) -> None:
    late = {"attributes": {"name": "B"}, "revised_at": "2026-09-08T11:00:00Z"}
    early = {"attributes": {"name": "A"}, "revised_at": "2026-09-08T10:00:00Z"}
    for told in (late, early, late):
        hubspot.put("/leads/hubspot/L1/", told)
    assert Lead.objects.get().name == "B"
    assert LeadChange.objects.count() == 2


def test_an_undated_stage_is_entered_once(hubspot: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"stages": [{"stage": "mql"}]}
    assert facts(hubspot.put("/leads/hubspot/L1/", told)) == (2, 0, 0)
    stop_time(monkeypatch, NOW + timedelta(hours=1))
    assert facts(hubspot.put("/leads/hubspot/L1/", told)) == (0, 0, 1)
    assert StageEntry.objects.get().occurred_at == NOW


def test_a_stage_can_be_taken_back(hubspot: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    hubspot.put("/leads/hubspot/L1/", PAULO)
    stop_time(monkeypatch, NOW + timedelta(minutes=1))
    stage = PAULO["stages"][0]  # type: ignore[index]
    response = hubspot.put("/leads/hubspot/L1/", {"stages": [stage | {"retracted": True}]})
    assert facts(response) == (0, 1, 0)
    assert not StageEntry.objects.holding().exists()


def test_ids_may_be_anything_a_source_has(hubspot: Caller) -> None:
    for name in ("a/b c", "é%2F", "17", "x" * 160):
        response = hubspot.put(f"/leads/hub spot/{name.replace('%', '%25')}/", PAULO)
        assert response.status_code == 201, response.json()
        assert LeadIdentity.objects.filter(source="hub spot", external_id=name).exists()


@pytest.mark.parametrize("path", ["/leads/crm/a%00b/", "/leads/c%00/a/", "/leads/crm/unheard/"])
def test_there_is_no_such_lead(hubspot: Caller, path: str) -> None:
    assert hubspot.get(path).status_code == 404


def test_what_is_wrong_with_the_whole_call_names_no_field(hubspot: Caller) -> None:
    told = hubspot.post("/leads/", [{"attributes": {}}]).json()
    assert (told["detail"], told["errors"][0]["field"]) == ("An object belongs here.", "")


def test_whoever_told_of_a_lead_reads_it(hubspot: Caller, version: AgreementVersion) -> None:
    hubspot.put("/leads/hubspot/L1/", {"attributes": {"name": "Paulo"}})
    assert hubspot.get("/leads/hubspot/L1/").json()["standings"] == []
    other = Caller(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    assert other.get("/leads/hubspot/L1/").status_code == 404


def errors(response: Any) -> dict[str, str]:
    return {each["field"]: each["detail"] for each in response.json()["errors"]}


@pytest.mark.parametrize(
    ("told", "field", "sentence"),
    [
        ({"attributes": {"tags": {"a": 1}}}, "attributes", "“tags” is neither a text"),
        ({"attributes": {"a": "x\0"}}, "attributes", "zero character"),
        ({"attributes": {"a": "x" * 5000}}, "attributes", "longer than the 4000"),
        ({"attributes": {"": 1}}, "attributes", "1 to 60 characters"),
        ({"attributes": {"email_verified": "yes"}}, "attributes", "true or false"),
        ({"attributes": []}, "attributes", "An object belongs here."),
        ({"atributes": {}}, "atributes", "There is no such field"),
        ({"stages": [{}]}, "stages.0.stage", "This is missing"),
        ({"stages": [{"stage": "mqll"}]}, "stages.0.stage", "choose one of lead, mql, sql"),
        (
            {"stages": [{"stage": "mql", "occurred_at": "2026-09-08T10:00:01-03:00"}]},
            "stages.0.occurred_at",
            "This is yet to come",
        ),
        ({"occurred_at": "2026-09-08 10:00"}, "occurred_at", "does not say its zone"),
        ({"occurred_at": "tomorrow"}, "occurred_at", "is not a time"),
        ({"occurred_at": 1757332800}, "occurred_at", "is not a time"),
        ({"revised_at": "2026-09-09T10:00Z"}, "revised_at", "This is yet to come"),
        ({"occurred_at": "1969-12-31T00:00Z"}, "occurred_at", "before 1970"),
        ({"agreement": "nowhere"}, "agreement", "There is no agreement “nowhere”"),
    ],
)
def test_what_is_wrong_is_said_field_by_field(
    hubspot: Caller, told: dict[str, Any], field: str, sentence: str
) -> None:
    response = hubspot.put("/leads/hubspot/L1/", told)

    assert response.status_code == 422
    assert sentence in errors(response)[field]
    assert not Lead.objects.exists()
    delivery = Delivery.objects.get()
    assert (delivery.processed_at, delivery.error) == (NOW, response.json()["detail"])
    assert delivery.summary == {"status": 422, "problem": response.json()}


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"attributes": {"a": NaN}}', b"\0"])
def test_what_cannot_be_read_is_kept_with_its_error(hubspot: Caller, body: bytes) -> None:
    response = hubspot.client.put("/api/v1/leads/hubspot/L1/", body, "application/json")

    assert response.status_code == 400
    assert response.json()["type"] == "urn:slaportal:problem:unreadable"
    delivery = Delivery.objects.get()
    assert "The body is not JSON" in delivery.error
    assert delivery.payload is not None
    assert len(delivery.payload["body"]) == len(body)


def test_what_is_no_number_is_refused(hubspot: Caller) -> None:
    body = b'{"attributes": {"a": 1e999}}'
    response = hubspot.client.put("/api/v1/leads/hubspot/L1/", body, "application/json")
    assert "“a” is neither a text, a number" in errors(response)["attributes"]


def test_another_form_is_not_read(hubspot: Caller) -> None:
    response = hubspot.client.put("/api/v1/leads/hubspot/L1/", "a=1", "text/plain")
    assert response.status_code == 415
    assert response.json()["detail"] == "Send JSON, with “Content-Type: application/json”."


def test_too_large_a_body_is_refused(hubspot: Caller) -> None:
    response = hubspot.put("/leads/hubspot/L1/", {"attributes": {"a": "x" * 9_000_000}})
    assert response.status_code == 413
    assert response.json()["type"] == "urn:slaportal:problem:too_large"


def test_nobody_speaks_as_the_portal(hubspot: Caller) -> None:
    response = hubspot.put("/leads/portal/L1/", PAULO)
    assert response.status_code == 422
    assert "name the system that tells" in errors(response)["source"]


def test_with_several_agreements_one_is_named(hubspot: Caller) -> None:
    other = make_version(slug="other").agreement
    Membership.objects.create(team=other.sales_team, user=hubspot.user, role="integration")

    response = hubspot.put("/leads/hubspot/L1/", PAULO)
    assert errors(response) == {"agreement": "Say under which agreement: acme, other."}
    assert hubspot.put("/leads/hubspot/L1/", PAULO | {"agreement": "other"}).status_code == 201
    assert StageEntry.objects.get().agreement == other


def test_many_at_once(hubspot: Caller) -> None:
    told = [
        PAULO | {"source": "hubspot", "external_id": "L1"},
        {"source": "hubspot", "external_id": "L2", "stages": [{"stage": "nonsense"}]},
        {"source": "hubspot"},
        "a text",
        {"source": "hubspot", "external_id": "L3", "attributes": {"name": "Carla"}},
    ]

    response = hubspot.post("/leads/", {"leads": told})

    answer = response.json()
    assert response.status_code == 200
    assert (answer["taken"], answer["rejected"]) == (2, 3)
    assert answer["facts"] == {"new": 3, "revised": 0, "repeated": 0, "new_leads": 2}
    rows = answer["leads"]
    assert [row["status"] for row in rows] == ["taken", *["rejected"] * 3, "taken"]
    assert rows[1]["problem"]["errors"][0]["field"] == "stages.0.stage"
    assert rows[1]["problem"]["status"] == 422
    assert rows[2]["problem"]["errors"] == [
        {"field": "external_id", "detail": "This is missing; add it."}
    ]
    assert set(Lead.objects.values_list("name", flat=True)) == {"Paulo", "Carla"}
    assert Delivery.objects.get().processed_at == NOW


@pytest.mark.parametrize(
    "told", [{"leads": []}, {"leads": [{}] * 1001}, {"leads": {}}, {}, [], '"x"']
)
def test_many_that_are_none_or_too_many(hubspot: Caller, told: Any) -> None:
    assert hubspot.post("/leads/", told).status_code == 422


def queries(deed: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert deed().status_code in {200, 201}
    return len(captured)


def test_a_thousand_need_no_more_queries_than_two(hubspot: Caller) -> None:
    def many(count: int, name: str) -> dict[str, Any]:
        row = PAULO | {"source": "hubspot"}
        return {"leads": [row | {"external_id": f"{name}{n}"} for n in range(count)]}

    # What the version calls its stages is read once.
    hubspot.post("/leads/", many(1, "first"))
    few = queries(lambda: hubspot.post("/leads/", many(2, "few")))
    assert queries(lambda: hubspot.post("/leads/", many(200, "many"))) == few
    again = queries(lambda: hubspot.post("/leads/", many(200, "many")))
    assert again <= few


def test_reading_a_lead_takes_few_queries(
    hubspot: Caller,
    version: AgreementVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    offer(version, "Paulo", NOW - timedelta(minutes=22))
    with django_assert_max_num_queries(8):
        assert hubspot.get("/leads/crm/Paulo/").json()["name"] == "Paulo"


Make = Callable[[Agreement], User]


def of(team: str, role: str) -> Make:
    return lambda agreement: make_user("Eva", team=getattr(agreement, f"{team}_team"), role=role)


def elsewhere(_: Agreement) -> User:
    return make_user("Eva", team=make_version(slug="elsewhere").agreement.sales_team, role="lead")


# What each role gets: telling of a lead that is known, of a new one, reading a known one that
# another rep holds.
TRUTH: dict[str, tuple[Make, int, int, int]] = {
    "admin": (lambda _: make_user("Otto", is_admin=True), 200, 201, 200),
    "director": (lambda _: make_user("Marina", is_director=True), 403, 403, 200),
    "marketing lead": (of("marketing", "lead"), 200, 201, 200),
    "marketing member": (of("marketing", "member"), 403, 403, 200),
    "marketing integration": (of("marketing", "integration"), 200, 201, 200),
    "sales lead": (of("sales", "lead"), 200, 201, 200),
    "rep": (of("sales", "member"), 403, 403, 404),
    "sales integration": (of("sales", "integration"), 200, 201, 200),
    "stranger who leads elsewhere": (elsewhere, 404, 201, 404),
    "stranger": (lambda _: make_user("Eva"), 403, 403, 404),
}


@pytest.mark.parametrize(("make", "known", "new", "read"), TRUTH.values(), ids=TRUTH)
def test_who_may_do_what(
    version: AgreementVersion, make: Make, known: int, new: int, read: int
) -> None:
    offer(version, "Paulo", NOW, holder=make_rep("Ana", version.agreement))
    caller = Caller(make(version.agreement))
    told = {"attributes": {"name": "Somebody"}}

    assert caller.put("/leads/crm/Paulo/", told).status_code == known
    assert caller.put("/leads/crm/New/", told).status_code == new
    assert caller.get("/leads/crm/Paulo/").status_code == read
    assert (Lead.objects.filter(name="Paulo").exists()) == (known != 200)
    row = told | {"source": "crm", "external_id": "Paulo"}
    answer = caller.post("/leads/", {"leads": [row]}).json()["leads"][0]
    assert answer.get("problem", {"status": 200})["status"] == known


def test_who_may_not_tell_is_told_who_may(version: AgreementVersion) -> None:
    rep = Caller(make_rep("Ana", version.agreement))
    response = rep.put("/leads/crm/L1/", PAULO)
    assert response.json()["detail"] == (
        "Only a system that is linked, the leads of the two parties and administrators tell of "
        "leads."
    )


@pytest.mark.django_db(transaction=True)
def test_two_tell_of_the_same_new_lead_at_once(hubspot: Caller) -> None:
    other = Caller(hubspot.user)
    codes: list[int] = []

    def tell(caller: Caller) -> None:
        codes.append(caller.put("/leads/hubspot/L1/", PAULO).status_code)

    assert run_together(lambda: tell(hubspot), lambda: tell(other)) == []
    assert sorted(codes) == [200, 201]
    assert Lead.objects.count() == LeadIdentity.objects.count() == 1
    assert StageEntry.objects.count() == 1
    assert Delivery.objects.filter(processed_at__isnull=False, error="").count() == 2
