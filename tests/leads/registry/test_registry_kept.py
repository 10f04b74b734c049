"""The registry lists leads that were merged as the one that is kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import merges
from leads.ingest import ingest
from leads.models import Handoff, Lead
from tests.factories import Teller, make_rep
from tests.leads.pages import NOW, offer, text_of
from tests.leads.registry.listing import LEADS, arrive, found, make_scored, names_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=[100_000, 0], ids=["alone", "few of very many"])
def _very_many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the same leads where each is looked at and where their keys are found first."""
    monkeypatch.setattr("leads.registry.leads.VERY_MANY", request.param)


def merge(*, kept: str, merged: str, by: User, at: datetime = NOW) -> None:
    leads = {each.name: each for each in Lead.objects.filter(name__in=(kept, merged))}
    merges.merge(kept=leads[kept], merged=leads[merged], by=by, now=at)


def test_points_and_merged_leads_cost_no_more(
    client: Client, version: AgreementVersion, rafael: User, django_assert_max_num_queries: Any
) -> None:
    scored = make_scored()
    User.objects.filter(pk=rafael.pk).update(is_admin=True)
    offer(scored, "Paulo", NOW - timedelta(days=2), request="demo")
    offer(scored, "Paul", NOW - timedelta(days=1))
    merge(kept="Paulo", merged="Paul", by=rafael)

    with django_assert_max_num_queries(17):
        page = client.get("/agreements/scored/leads/")

    (row,) = page.context["rows"]
    assert (str(row.lead), row.points, row.merged) == ("Paulo", 40, ("Paul",))


@pytest.fixture
def merged(version: AgreementVersion, rafael: User) -> Handoff:
    """Paul, who was found to be Carla; she was offered before and rejected, he is with sales."""
    ana = make_rep("Ana", version.agreement)
    tell = Teller("Carla")
    offer(version, "Carla", NOW - timedelta(days=5), company="Ipê")
    no = tell.event("rejected", NOW - timedelta(days=4), reason="wrong_data", external_id="no")
    ingest(agreement=version.agreement, facts=[no], by=None, now=NOW)
    arrive(version, "Rita")
    handoff = offer(version, "Paul", NOW - timedelta(days=1), holder=ana, email="paul@x.example")
    Lead.objects.get(name="Paul").identities.create(source="hubspot", external_id="90118443")
    merge(kept="Carla", merged="Paul", by=rafael)
    return handoff


def test_a_merged_lead_stands_in_the_list_as_the_one_that_is_kept(
    client: Client, version: AgreementVersion, merged: Handoff
) -> None:
    page = client.get(LEADS)

    assert names_of(page) == ["Rita", "Carla"]
    carla = page.context["rows"][1]
    assert (carla.handoff, carla.stage, carla.systems) == (merged, "MQL", ("crm", "hubspot"))
    assert "Carla Ipê Merged into it: Paul MQL Mon 10:00 Offered Ana" in text_of(page)
    for query in (
        "q=paul", "q=90118443", "q=carl", "status=offered", f"holder={merged.holder_id}",
        "stage=mql", "source=hubspot", "sort=offered&status=offered", "sort=-stage&q=ca",
        "sort=name&q=ca", "offered_from=2026-09-05", "outcome=rejected",
    ):  # fmt: skip
        assert found(client, query) == ["Carla"], query
    assert found(client, "status=rejected") == []
    assert found(client, "sort=heard") == ["Carla", "Rita"]


def test_what_ended_by_a_merge_is_found_among_what_was_offered(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    offer(version, "Carla", NOW - timedelta(days=2))
    offer(version, "Paul", NOW - timedelta(days=1))
    merge(kept="Paul", merged="Carla", by=rafael)

    (paul,) = client.get(LEADS).context["rows"]
    assert (str(paul.lead), paul.handoff.external_id) == ("Paul", "Carla-H1")
    assert found(client, "sort=-offered") == ["Paul"]
    (paul,) = client.get(f"{LEADS}?offered_from=2026-09-07").context["rows"]
    assert (paul.handoff.external_id, paul.handoff.status) == ("Paul-H1", "merged")


def test_an_open_handoff_is_later_than_any_that_ended(
    client: Client, version: AgreementVersion, rafael: User
) -> None:
    paulo = offer(version, "Paulo", NOW - timedelta(days=3))
    offer(version, "Rita", NOW - timedelta(days=2))
    tell = Teller("Rita")
    no = tell.event("rejected", NOW - timedelta(days=1), reason="wrong_data", external_id="no")
    ingest(agreement=version.agreement, facts=[no], by=None, now=NOW)
    merge(kept="Rita", merged="Paulo", by=rafael)
    (row,) = client.get(LEADS).context["rows"]
    assert row.handoff == paulo
    for query in ("status=offered", "sort=offered", "sort=-offered"):
        assert found(client, query) == ["Rita"], query
    assert found(client, "status=rejected") == []


def test_a_rep_finds_the_kept_lead_of_a_handoff_they_hold(
    client: Client, version: AgreementVersion, merged: Handoff
) -> None:
    assert merged.holder
    client.force_login(merged.holder)
    assert found(client, "") == ["Carla"]


def test_a_lead_is_kept_over_several_merges(
    client: Client, version: AgreementVersion, merged: Handoff, rafael: User
) -> None:
    merge(kept="Rita", merged="Carla", by=rafael, at=NOW + timedelta(minutes=1))
    (rita,) = client.get(LEADS).context["rows"]
    assert (str(rita.lead), rita.handoff, rita.merged) == ("Rita", merged, ("Carla", "Paul"))
    assert found(client, "q=paul") == found(client, "status=offered") == ["Rita"]
