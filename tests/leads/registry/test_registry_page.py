"""The registry: every lead somebody may read, found by word and narrowed by address."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import AgreementVersion, User
from leads.before.readiness import judge_leads
from leads.ingest import ingest
from leads.models import Lead, SavedView
from leads.paging import BoundedPaginator
from leads.registry.searching import fitting
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time, text_of
from tests.leads.registry.listing import LEADS, arrive, found, make_scored, names_of

pytestmark = pytest.mark.django_db

TIERS = [
    {"key": "vip", "name": "VIP", "when": {"field": "request", "operator": "present"}},
    {"key": "basic", "name": "Basic"},
]


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(example_terms(tiers=TIERS))


def test_it_works(client: Client, version: AgreementVersion, rafael: User) -> None:
    arrive(version, "Carla", company="Ipê", origin="fair")
    offer(
        version,
        "Paulo",
        NOW - timedelta(hours=1),
        holder=make_rep("Ana", version.agreement),
        company="Mantiqueira",
        origin="webinar",
        request="demo",
    )

    response = client.get(LEADS)

    assert names_of(response) == ["Paulo", "Carla"]
    text = text_of(response)
    assert "Leads 2 found" in text
    assert "Paulo Mantiqueira MQL 09:00 Offered Ana VIP webinar crm 09:00 09:00" in text
    assert "Carla Ipê Lead 10:00 fair crm 10:00" in text


def test_search(client: Client, version: AgreementVersion, rafael: User) -> None:
    arrive(version, "Paulo", company="Mantiqueira", email="pv@mantiqueira.example")
    arrive(version, "Carla", company="Óptica (Central)")

    assert found(client, "q=paul") == ["Paulo"]
    assert found(client, "q=OPTICA") == ["Carla"]
    assert found(client, "q=ÓPTICA (cen") == ["Carla"]
    assert found(client, "q=PV@mantiq") == ["Paulo"]
    assert found(client, "q=Carla") == ["Carla"]
    assert found(client, "q=ma") == ["Paulo"]
    assert found(client, "q=ce") == ["Carla"]
    assert found(client, "q=Óp") == ["Carla"]
    assert found(client, "q=ar") == []
    assert found(client, "q=.*") == []
    assert found(client, "q=%00") == ["Carla", "Paulo"]
    Lead.objects.get(name="Carla").identities.create(source="hubspot", external_id="90118443")
    assert found(client, "q=90118443") == found(client, "q=901") == ["Carla"]
    assert found(client, "q=90") == []
    Lead.objects.get(name="Paulo").identities.create(source="erp", external_id="90")
    assert found(client, "q=90") == ["Paulo"]
    arrive(version, "王小明")
    assert found(client, "q=小明") == ["王小明"]


def test_filters(client: Client, version: AgreementVersion, rafael: User) -> None:
    ana = make_rep("Ana", version.agreement)
    arrive(version, "Only a lead", origin="fair")
    offer(version, "Anas", NOW, holder=ana, request="demo")
    offer(version, "Anybodys", NOW)

    assert found(client, "stage=mql") == ["Anybodys", "Anas"]
    assert found(client, "stage=lead") == ["Only a lead"]
    assert found(client, "status=offered") == ["Anybodys", "Anas"]
    assert found(client, "status=rejected") == []
    assert found(client, f"holder={ana.pk}") == ["Anas"]
    assert found(client, "holder=none") == ["Anybodys"]
    assert found(client, "tier=vip") == ["Anas"]
    assert found(client, "origin=fair") == ["Only a lead"]
    assert found(client, f"holder={ana.pk}&tier=basic") == []
    assert len(found(client, "holder=x&stage=&status=&tier=&origin=")) == 3
    response = client.get(f"{LEADS}?tier=basic&holder={ana.pk}")
    assert [chip["value"] for chip in response.context["chips"]] == ["Ana", "Basic"]
    assert "No lead fits these filters" in text_of(response)


def test_campaigns_systems_and_days(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "Carla", campaign="Spring")
    offer(version, "Paulo", NOW - timedelta(days=3), campaign="Autumn", origin="fair")
    offer(version, "Rita", NOW)
    Lead.objects.get(name="Rita").identities.create(source="hubspot", external_id="1")

    assert found(client, "campaign=Spring") == ["Carla"]
    assert found(client, "campaign=-") == ["Rita"]
    assert found(client, "origin=-") == ["Rita", "Carla"]
    assert found(client, "source=hubspot") == ["Rita"]
    assert found(client, "offered_from=2026-09-06") == ["Rita"]
    assert found(client, "offered_to=2026-09-05") == ["Paulo"]
    assert found(client, "offered_from=2026-09-05&offered_to=2026-09-05") == ["Paulo"]
    assert found(client, "offered_to=2026-09-30&campaign=Autumn&origin=fair") == ["Paulo"]
    assert found(client, "outcome=waiting&campaign=-") == ["Rita"]
    assert len(found(client, "offered_from=soon&outcome=nonsense&sort=x&attention=x")) == 3


def test_origins_and_campaigns_are_found_by_their_letters(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "Carla", origin="Feira", campaign="Março")
    arrive(version, "Paulo", origin="feira", campaign="Feira de março")
    offer(version, "Rita", NOW, origin="feira de outubro", campaign="Outubro")
    arrive(make_version(example_terms(), slug="other"), "Nobody", origin="FEIRA")

    assert found(client, "origin=feira") == ["Paulo"]
    assert found(client, "origin=FÉIRA") == found(client, "origin=FEIRA") == ["Paulo", "Carla"]
    assert found(client, "origin=outubro fei") == ["Rita"]
    assert found(client, "origin=ei") == found(client, "origin=web") == []
    assert found(client, "campaign=marco") == ["Carla"]
    assert found(client, "campaign=mar") == ["Paulo", "Carla"]
    assert found(client, "campaign=MAR&origin=FE") == ["Paulo", "Carla"]
    assert found(client, "offered_to=2026-09-30&origin=Outubro&campaign=outubro") == ["Rita"]
    assert found(client, "offered_to=2026-09-30&origin=outubro&campaign=-") == []

    assert client.get(LEADS).context["known"] == {
        "origin": ["feira de outubro", "feira", "Feira"],
        "campaign": ["Outubro", "Feira de março", "Março"],
    }
    page = client.get(LEADS).content.decode()
    assert 'list="known-origin"' in page
    assert '<option value="feira de outubro">' in page


def test_with_days_any_handoff_offered_then_is_looked_at(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Carla", NOW - timedelta(days=5))
    tell = Teller("Carla")
    again = [
        tell.event("rejected", NOW - timedelta(days=4), reason="wrong_data", external_id="no"),
        tell.event("offered", NOW - timedelta(days=1), "H2", external_id="again"),
    ]
    ingest(agreement=version.agreement, facts=again, by=None, now=NOW)

    page = client.get(f"{LEADS}?status=rejected&offered_to=2026-09-04")

    assert names_of(page) == ["Carla"]
    (row,) = page.context["rows"]
    assert (row.handoff.status, row.reason) == ("rejected", "Wrong data")
    assert "Rejected Wrong data" in text_of(page)
    assert found(client, "status=rejected&offered_from=2026-09-05") == []


def test_views_are_saved_by_name(client: Client, version: AgreementVersion, rafael: User) -> None:
    own: dict[str, Any] = {"agreement": version.agreement, "user": rafael}
    SavedView.objects.create(name="Fair", page="queue", address="view=team", **own)
    views, told = (
        "/agreements/acme/views/",
        {"name": "Fair", "address": "origin=fair&sort=name&x=1"},
    )

    saved = client.post(f"{views}registry/", told, follow=True)

    assert saved.redirect_chain == [(f"{LEADS}?origin=fair&sort=name", 303)]
    (kept,) = saved.context["saved_views"]
    assert (kept["name"], kept["address"]) == ("Fair", "origin=fair&sort=name")
    assert 'aria-current="true">Fair</a>' in saved.text
    gone = client.post(f"{views}{kept['pk']}/remove/", {"address": "origin=web"})
    assert gone["Location"] == f"{LEADS}?origin=web"
    assert SavedView.objects.get().page == "queue"
    assert client.post(f"{views}nowhere/", told).status_code == 404


def test_what_is_typed_loosely_is_looked_up_once(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Rita", NOW, origin="feira")
    with CaptureQueriesContext(connection) as asked:
        assert found(client, "offered_to=2026-09-30&origin=FEIRA") == ["Rita"]
    assert len([each for each in asked if "DISTINCT" in each["sql"] and "said" in each["sql"]]) == 1


def test_who_is_not_to_be_contacted(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "Carla")
    offer(version, "Paulo", NOW)
    Lead.objects.filter(name="Carla").update(is_contact_barred=True)
    assert "Carla not to be contacted" in text_of(client.get(LEADS))
    assert found(client, "contact=barred") == ["Carla"]
    assert found(client, "contact=free") == ["Paulo"]
    assert found(client, "contact=nonsense") == ["Paulo", "Carla"]
    assert found(client, "contact=barred&offered_from=2026-09-01") == []
    assert found(client, "contact=free&offered_from=2026-09-01") == ["Paulo"]
    Lead.objects.update(is_contact_barred=True)
    assert found(client, "contact=barred&offered_from=2026-09-01") == ["Paulo"]


def test_what_needs_attention(client: Client, version: AgreementVersion, rafael: User) -> None:
    ana = make_rep("Ana", version.agreement)
    offer(version, "Calm", NOW, holder=ana)
    offer(version, "Nobodys", NOW)
    offer(version, "Late", NOW - timedelta(days=6), holder=ana)
    assert found(client, "attention=yes") == ["Nobodys", "Late"]


def test_points(
    client: Client, version: AgreementVersion, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored = make_scored()
    User.objects.filter(pk=rafael.pk).update(is_admin=True)
    offer(scored, "Paulo", NOW - timedelta(days=2), request="demo")
    told = Teller("Paulo").attributes(NOW - timedelta(days=1), request=None)
    ingest(agreement=scored.agreement, facts=[replace(told, external_id="x")], by=None, now=NOW)
    arrive(scored, "Rita", "mql", request="demo")
    judge_leads(now=NOW)

    rows = client.get("/agreements/scored/leads/").context["rows"]

    # Paulo has those of his offer, Rita those of today.
    assert [(str(row.lead), row.points) for row in rows] == [("Rita", 40), ("Paulo", 40)]
    assert Lead.objects.get(name="Paulo").attributes["request"] is None


def test_filters_look_at_the_latest_handoff(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Carla", NOW - timedelta(days=5))
    tell = Teller("Carla")
    again = [
        tell.event("rejected", NOW - timedelta(days=4), reason="wrong_data", external_id="no"),
        tell.event("offered", NOW - timedelta(days=1), "H2", external_id="again"),
    ]
    ingest(agreement=version.agreement, facts=again, by=None, now=NOW)

    assert found(client, "status=offered") == ["Carla"]
    assert found(client, "status=rejected") == []


def test_a_rep_finds_what_they_may_read(client: Client, version: AgreementVersion) -> None:
    ana = make_rep("Ana", version.agreement)
    client.force_login(ana)
    arrive(version, "Only a lead")
    offer(version, "Anas", NOW, holder=ana)
    offer(version, "Anybodys", NOW)
    offer(version, "Brunos", NOW, holder=make_rep("Bruno", version.agreement))

    response = client.get(LEADS)

    assert names_of(response) == ["Anybodys", "Anas"]
    assert "Bruno" not in text_of(response)


def test_another_agreements_leads_are_not_found(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    other = make_version(slug="other")
    arrive(other, "Elsewhere")
    assert names_of(client.get(LEADS)) == []
    assert "No lead yet" in text_of(client.get(LEADS))
    assert client.get("/agreements/other/leads/").status_code == 404


def test_pages_cost_the_same_however_many_leads(
    client: Client,
    version: AgreementVersion,
    rafael: User,
    django_assert_max_num_queries: Any,
) -> None:
    offer(version, "L0", NOW)
    with django_assert_max_num_queries(16) as few:
        client.get(LEADS)
    for number in range(1, 61):
        arrive(version, f"L{number}")
    with django_assert_max_num_queries(16) as many:
        first = client.get(LEADS)

    assert len(few) == len(many)
    assert len(names_of(first)) == 50
    assert names_of(client.get(f"{LEADS}?page=2"))[-1] == "L0"
    assert "page=2" in first.content.decode()


def test_what_was_taken_back_hides_no_earlier_handoff(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Carla", NOW - timedelta(days=5))
    tell = Teller("Carla")
    no = tell.event("rejected", NOW - timedelta(days=4), reason="wrong_data", external_id="no")
    again = tell.event("offered", NOW - timedelta(days=1), "H2", external_id="again")
    gone = replace(again, is_retracted=True, revised_at=NOW)
    ingest(agreement=version.agreement, facts=[no, again], by=None, now=NOW)
    ingest(agreement=version.agreement, facts=[gone], by=None, now=NOW)
    assert found(client, "status=rejected") == found(client, "sort=offered") == ["Carla"]


def test_long_lists_are_counted_no_further_than_anybody_leafs(
    client: Client, version: AgreementVersion, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedPaginator, "LIMIT", 3)
    for number in range(5):
        arrive(version, f"L{number}")
    assert "more than 3" in text_of(client.get(LEADS))


def test_a_swap_gets_only_the_list(client: Client, version: AgreementVersion, rafael: User) -> None:
    response = client.get(LEADS, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="list"')
    assert "HX-Request" in response.headers["Vary"]


def test_search_uses_the_index(version: AgreementVersion, rafael: User) -> None:
    """With so few rows a scan is as cheap: the planner is told that it is not.

    Of what no lead has the index gives nothing: it knows two letters at the beginning of words.
    """
    arrive(version, "Paulo Souza")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for q in ("paulo", "pa", "souza paulo", "s paulo", "so pa"):
        plan = Lead.objects.filter(fitting(q)).explain(analyze=True)
        assert "lead_search" in plan
        assert "Seq Scan" not in plan
    for q in ("zz", "paulo zz"):
        plan = Lead.objects.filter(fitting(q)).explain(analyze=True)
        assert "Rows Removed by Index Recheck" not in plan
    assert "lead_search" not in Lead.objects.filter(name__icontains="paulo").explain()


@pytest.mark.parametrize(
    "q", ["sergio", "SÉRGIO", "Sèrgio  vasconcelos", "optica", "óp", "zürich", "ZURICH"]
)
def test_accents_capitals_and_spaces_do_not_count(
    client: Client, version: AgreementVersion, rafael: User, q: str
) -> None:
    arrive(version, "S", name="Sérgio Vasconcelos", company="Óptica  Zürich")
    assert found(client, f"q={q}") == ["Sérgio Vasconcelos"]


def test_what_is_chosen_is_of_one_page(
    client: Client, version: AgreementVersion, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(version, "Paulo", NOW)
    offer(version, "Rita", NOW)
    assert "chosen ones of this page" not in text_of(client.get(LEADS))
    monkeypatch.setattr("leads.views.registry.PER_PAGE", 1)
    assert "With the chosen ones of this page" in text_of(client.get(LEADS))


def test_strangers_find_nothing(client: Client, version: AgreementVersion) -> None:
    assert client.get(LEADS).status_code == 302
    client.force_login(make_user("Stranger"))
    assert client.get(LEADS).status_code == 404


def test_a_day_that_is_none_is_said_to_be(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "Carla")
    page = client.get(f"{LEADS}?offered_from=0202-05-01")
    said = "“0202-05-01” is no day on which something can have been offered: it is left out."
    assert said in text_of(page)
    assert names_of(page) == ["Carla"]
    assert 'value="0202-05-01"' in page.content.decode()
    assert "is no day" not in text_of(client.get(f"{LEADS}?offered_to=2026-05-01"))


def test_the_address_says_only_what_is_asked(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    """A form sends what is not filled in, too."""
    arrive(version, "Carla")
    sent = f"{LEADS}?q=&stage=lead&holder=&offered_from="
    assert client.get(sent)["Location"] == f"{LEADS}?stage=lead"
    assert client.get(f"{LEADS}?q=&stage=")["Location"] == LEADS
    swapped = client.get(sent, headers={"HX-Request": "true"})
    assert swapped["HX-Push-Url"] == f"{LEADS}?stage=lead"
    assert names_of(swapped) == ["Carla"]
    assert "HX-Push-Url" not in client.get(f"{LEADS}?stage=lead")
