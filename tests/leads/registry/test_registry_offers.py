"""The registry by what was offered: each lead once, in any order, found part by part."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import AgreementVersion, User
from leads.actions import merges
from leads.became.cohort import Cohort
from leads.ingest import ingest
from leads.models import Handoff, Lead
from leads.paging import BoundedPaginator
from leads.queue.handoffs import desk_of
from leads.registry.filters import SORTS, RegistryFilters
from leads.registry.leads import found_in, leads_in
from tests.factories import Teller
from tests.leads.pages import NOW, offer, text_of
from tests.leads.registry.listing import LEADS, arrive, found

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def offered(version: AgreementVersion, rafael: User) -> AgreementVersion:
    """Offers of most of a year; Carla was offered twice, and Paul found to be Paulo."""
    offer(version, "Zoe", NOW - 200 * DAY)
    offer(version, "Carla", NOW - 90 * DAY)
    no = Teller("Carla").event("rejected", NOW - 80 * DAY, reason="wrong_data", external_id="no")
    again = Teller("Carla").event("offered", NOW - 2 * DAY, "H2", external_id="again")
    ingest(agreement=version.agreement, facts=[no, again], by=None, now=NOW - 2 * DAY)
    offer(version, "Paulo", NOW - 30 * DAY)
    offer(version, "Paul", NOW - DAY)
    offer(version, "Ágata", NOW - 5 * DAY)
    arrive(version, "Nobody's")
    paulo, paul = (Lead.objects.get(name=name) for name in ("Paulo", "Paul"))
    merges.merge(kept=paulo, merged=paul, by=rafael, now=NOW)
    return version


ORDERS = {
    "": ["Carla", "Ágata", "Paulo", "Zoe"],
    "offered": ["Zoe", "Paulo", "Ágata", "Carla"],
    "-heard": ["Ágata", "Paulo", "Carla", "Zoe"],
    "heard": ["Zoe", "Carla", "Paulo", "Ágata"],
    "name": ["Ágata", "Carla", "Paulo", "Zoe"],
    "-name": ["Zoe", "Paulo", "Carla", "Ágata"],
    "-stage": ["Paulo", "Carla", "Ágata", "Zoe"],
    "stage": ["Zoe", "Ágata", "Carla", "Paulo"],
}


def test_each_lead_stands_once_in_every_order(
    client: Client, offered: AgreementVersion, rafael: User
) -> None:
    assert set(ORDERS) >= {*SORTS} - {"-offered"}
    for sort, names in ORDERS.items():
        assert found(client, f"offered_from=2020-01-01&sort={sort}") == names, sort
        filters = RegistryFilters(offered_from="2020-01-01", sort=sort)
        everything = found_in(desk_of(rafael, "acme"), filters, NOW)
        assert [str(lead) for lead in leads_in(everything)] == names, sort


@pytest.mark.usefixtures("offered")
def test_of_several_offers_the_latest_that_fits_is_told(client: Client) -> None:
    (row,) = client.get(f"{LEADS}?outcome=rejected").context["rows"]
    assert (str(row.lead), row.handoff.status) == ("Carla", "rejected")
    rows = client.get(f"{LEADS}?outcome=offered").context["rows"]
    told = {str(row.lead): row.handoff.external_id for row in rows}
    assert (told["Carla"], told["Paulo"]) == ("Carla-H2", "Paulo-H1")


@pytest.mark.usefixtures("offered")
def test_one_that_another_goes_on_for_stands_where_only_it_was_offered(client: Client) -> None:
    """Paul's offer of yesterday ended when he was found to be Paulo, whose first one goes on."""
    rows = client.get(f"{LEADS}?offered_from=2026-09-01").context["rows"]
    told = {str(row.lead): row.handoff.external_id for row in rows}
    assert told == {"Carla": "Carla-H2", "Ágata": "Ágata-H1", "Paulo": "Paul-H1"}


@pytest.mark.usefixtures("offered")
def test_what_a_row_tells_is_what_is_opened_and_done(client: Client) -> None:
    rejected = Handoff.objects.get(external_id="Carla-H1")
    page = client.get(f"{LEADS}?outcome=rejected")
    assert f'href="{LEADS}{rejected.lead_id}/?handoff={rejected.pk}"' in page.content.decode()

    bulk = f"{LEADS}bulk/?outcome=rejected&deed=recycle"
    for chosen in (f"lead={rejected.lead_id}", "which=all"):
        (refused,) = client.get(f"{bulk}&{chosen}").context["refused"]
        assert refused.handoff == rejected


def test_days_nobody_was_offered_on_are_no_filter(client: Client, rafael: User) -> None:
    for day in ("9999-12-31", "0001-01-01"):
        page = client.get(f"{LEADS}?offered_to={day}")
        assert page.context["filters"].chosen == {}


@pytest.mark.usefixtures("offered")
def test_other_filters_narrow_it(client: Client, rafael: User) -> None:
    desk = desk_of(rafael, "acme")
    for query, names in (
        ("q=paul", ["Paulo"]),
        ("stage=mql&tier=-", ["Carla", "Ágata", "Paulo", "Zoe"]),
        ("stage=customer", []),
        ("source=crm", ["Carla", "Ágata", "Paulo", "Zoe"]),
        ("source=nowhere", []),
        ("status=rejected", ["Carla"]),
    ):
        for sort in SORTS:
            asked = QueryDict(f"offered_from=2020-01-01&sort={sort}&{query}").dict()
            leads = leads_in(found_in(desk, RegistryFilters.read(asked), NOW))
            assert sorted(map(str, leads)) == sorted(names), (query, sort)
        assert found(client, f"offered_from=2020-01-01&{query}") == names, query


def test_a_cohort_comes_in_parts(offered: AgreementVersion) -> None:
    """Every day of it once, the latest first, and no day on which nothing was offered before."""
    cohort = Cohort(offered.agreement)
    parts = list(cohort.parts())
    last = NOW.date() - DAY
    assert [(each.first_day, each.last_day) for each in parts] == [
        (last - 7 * DAY, last),
        (last - 23 * DAY, last - 8 * DAY),
        (last - 55 * DAY, last - 24 * DAY),
        (last - 119 * DAY, last - 56 * DAY),
        (last - 199 * DAY, last - 120 * DAY),
    ]
    number = sum(Handoff.objects.filter(each.condition()).count() for each in parts)
    assert number == Handoff.objects.filter(cohort.condition()).count() == 6

    (only,) = Cohort(offered.agreement, date(2026, 9, 1), date(2026, 12, 31)).parts()
    assert (only.first_day, only.last_day) == (date(2026, 9, 3), last)
    assert list(Cohort(offered.agreement, date(2027, 1, 1)).parts()) == []


@pytest.mark.usefixtures("offered")
def test_no_part_is_read_beyond_what_anybody_leafs_to(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(**_: Any) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{LEADS}?outcome=waiting")
        return len(queries), text_of(page)

    whole, text = asked()
    assert "more than" not in text
    monkeypatch.setattr(BoundedPaginator, "LIMIT", 1)
    first, text = asked()
    assert "more than 1" in text
    # Four of five parts, and how many handoffs those of all of them are.
    assert whole - first == 5


@pytest.mark.usefixtures("offered")
def test_a_list_of_offers_says_how_many_they_are(client: Client) -> None:
    """A number of handoffs led here, and one lead was offered twice."""
    text = text_of(client.get(f"{LEADS}?offered_from=2020-01-01"))
    assert "handoffs of 4 leads" in text
    number = len(Handoff.objects.filter(offered_at__isnull=False).exclude(status="merged"))
    assert f"{number} handoffs of 4 leads" in text
    assert "1 found" in text_of(client.get(f"{LEADS}?outcome=rejected&q=carla"))
