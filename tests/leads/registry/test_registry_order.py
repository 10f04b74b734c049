"""The registry: in which order leads stand, asked for or by what is asked of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import merges
from leads.ingest import ingest
from leads.models import Lead
from leads.queue.handoffs import desk_of
from leads.registry.filters import RegistryFilters
from leads.registry.leads import found_in
from tests.factories import Teller
from tests.leads.pages import NOW, offer, text_of
from tests.leads.registry.listing import LEADS, arrive, found

pytestmark = pytest.mark.django_db


def test_order(client: Client, version: AgreementVersion, rafael: User) -> None:
    offer(version, "Late", NOW)
    arrive(version, "Only a lead")
    offer(version, "Early", NOW - timedelta(days=1))

    assert found(client, "sort=heard") == ["Late", "Only a lead", "Early"]
    assert found(client, "sort=-offered") == ["Late", "Early", "Only a lead"]
    assert found(client, "sort=offered") == ["Early", "Late", "Only a lead"]
    page = client.get(f"{LEADS}?sort=offered&page=2")
    assert page.context["sorts"]["offered"]["direction"] == "ascending"
    assert page.context["sorts"]["offered"]["href"] == "?sort=-offered"
    assert page.context["sorts"]["heard"] == {"direction": "", "href": "?sort=-heard"}


def test_without_an_order_the_latest_of_what_is_asked_for_is_first(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Offered last", NOW)
    offer(version, "Heard last", NOW - timedelta(days=1))
    by_heard, by_moment = ["Heard last", "Offered last"], ["Offered last", "Heard last"]

    assert found(client, "") == found(client, "q=last&stage=mql") == by_heard
    assert found(client, "holder=none") == found(client, "status=offered&sort=-heard") == by_heard
    assert found(client, "stage=mql") == found(client, "status=offered") == by_moment
    sorts = client.get(f"{LEADS}?stage=mql").context["sorts"]
    assert (sorts["stage"]["direction"], sorts["heard"]["direction"]) == ("descending", "")
    assert sorts["stage"]["href"] == "?stage=mql&sort=stage"


@pytest.mark.parametrize("sort", ["heard", "name", "-stage", "offered"])
def test_every_order_has_the_same_leads(
    client: Client, version: AgreementVersion, rafael: User, sort: str
) -> None:
    offer(version, "Carla", NOW - timedelta(days=5))
    rejecting = Teller("Carla").event("rejected", NOW, reason="wrong_data", external_id="no")
    ingest(agreement=version.agreement, facts=[rejecting], by=None, now=NOW)
    offer(version, "Paulo", NOW - timedelta(days=1))
    offer(version, "Paul", NOW - timedelta(days=2))
    paulo, paul = (Lead.objects.get(name=name) for name in ("Paulo", "Paul"))
    merges.merge(kept=paulo, merged=paul, by=rafael, now=NOW)
    arrive(version, "Nobody's")

    assert set(found(client, f"stage=mql&status=offered&sort={sort}")) == {"Paulo"}
    assert set(found(client, f"stage=mql&q=paul&sort={sort}")) == {"Paulo"}
    assert set(found(client, f"status=rejected&q=ca&sort={sort}")) == {"Carla"}
    offered = found(client, f"offered_from=2026-09-01&stage=mql&sort={sort}")
    assert set(offered) == {"Carla", "Paulo"}
    assert found(client, f"stage=customer&status=offered&sort={sort}") == []


def test_what_few_want_attention_is_found_before_leads_are_put_in_order(
    client: Client, version: AgreementVersion, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the planner looks at every lead in its order: a minute for a million."""
    for name in ("Carla", "Paulo", "Rita"):
        offer(version, name, NOW)
    filters = RegistryFilters(attention="yes", source="crm", sort="heard")
    desk = desk_of(rafael, "acme")

    def asked() -> str:
        (part,) = found_in(desk, filters, NOW).parts
        assert [str(lead) for lead in part] == ["Carla", "Paulo", "Rita"]
        return str(part.query)

    assert "leads_clock" not in asked()
    assert "leads_leadidentity" not in asked()
    monkeypatch.setattr("leads.registry.narrowed.FEW", 2)
    assert "leads_clock" in asked()
    assert "leads_leadidentity" in asked()


def test_order_of_names(client: Client, version: AgreementVersion, rafael: User) -> None:
    """As lists show them: accents and capitals do not count, who has no name is last."""
    arrive(version, "carla")
    arrive(version, "Ágata")
    arrive(version, "X", name="", company="Bela Vista")
    arrive(version, "Y", name="")
    arrive(version, "Zoe")
    arrive(version, "CARLA 2", name="Carla")
    in_order = found(client, "sort=name")
    assert in_order[:5] == ["Ágata", "Bela Vista", "carla", "Carla", "Zoe"]
    assert found(client, "sort=-name") == in_order[::-1]
    page = client.get(f"{LEADS}?sort=name&q=vista")
    assert page.context["sorts"]["name"] == {
        "direction": "ascending",
        "href": "?sort=-name&q=vista",
    }
    assert 'aria-sort="ascending"' in page.content.decode()
    assert page.context["sorts"]["stage"]["href"] == "?sort=-stage&q=vista"


def test_order_of_stages(client: Client, version: AgreementVersion, rafael: User) -> None:
    arrive(version, "Late")
    offer(version, "Early", NOW - timedelta(days=2))
    offer(version, "Middle", NOW - timedelta(days=1))
    assert found(client, "sort=-stage") == ["Late", "Middle", "Early"]
    assert found(client, "sort=stage&status=offered") == ["Early", "Middle"]
    assert "MQL Sun 6 Sep 10:00" in text_of(client.get(f"{LEADS}?q=early"))


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("-offered", ["B", "A", "New 2", "Expected", "New 1"]),
        ("offered", ["A", "B", "New 1", "Expected", "New 2"]),
        ("-stage", ["New 2", "New 1", "B", "A", "Expected"]),
        ("stage", ["A", "B", "New 1", "New 2", "Expected"]),
    ],
)
def test_no_order_leaves_a_lead_out(
    client: Client,
    version: AgreementVersion,
    rafael: User,
    sort: str,
    names: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who was never offered, or reached no stage, is last, whichever page shows it."""
    offer(version, "A", NOW - timedelta(days=2))
    arrive(version, "New 1")
    tell = Teller("Expected")
    facts = [tell.attributes(NOW, name="Expected"), tell.event("accepted", NOW)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    arrive(version, "New 2")
    offer(version, "B", NOW - timedelta(days=1))
    assert found(client, f"sort={sort}") == names
    assert client.get(f"{LEADS}?sort={sort}").context["paginator"].count == 5
    lines = client.get(f"{LEADS}export.csv?sort={sort}").getvalue().decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == names

    monkeypatch.setattr("leads.views.registry.PER_PAGE", 2)
    pages = [found(client, f"sort={sort}&page={page}") for page in (1, 2, 3)]
    assert pages == [names[:2], names[2:4], names[4:]]
    monkeypatch.setattr("leads.views.registry.BoundedPaginator.LIMIT", 3)
    bounded = client.get(f"{LEADS}?sort={sort}")
    assert (bounded.context["paginator"].count, bounded.context["paginator"].has_more) == (3, True)


def test_the_order_of_offers_keeps_to_the_filters(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Offered", NOW, holder=rafael)
    arrive(version, "New")
    assert found(client, "sort=offered&status=offered") == ["Offered"]
    assert found(client, "sort=offered&stage=lead") == ["New"]
    assert found(client, "sort=stage&q=new") == ["New"]
    assert found(client, "sort=stage&status=rejected") == []


def test_a_page_by_name_is_read_from_the_index(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    arrive(version, "Paulo")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
    for sort in ("name", "-name"):
        filters = RegistryFilters(sort=sort)
        (part,) = found_in(desk_of(rafael, "acme"), filters, NOW).parts
        plan = part[:50].explain()
        assert "lead_by_name" in plan
        assert "Sort" not in plan
