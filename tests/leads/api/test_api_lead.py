"""Reading a lead by call."""

from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from agreements.models import AgreementVersion
from leads.actions import merges
from leads.actions.forgetting import forget
from leads.ingest import ingest
from leads.models import LeadIdentity
from tests.calls import Caller
from tests.factories import Teller, make_rep, make_user
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db


def test_a_lead_is_read_as_it_stands(hubspot: Caller, version: AgreementVersion) -> None:
    ana = make_rep("Ana", version.agreement)
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)

    shown = hubspot.get("/leads/crm/Paulo/").json()

    assert shown["name"] == "Paulo"
    assert shown["attributes"] == {"name": "Paulo"}
    assert shown["identities"] == [{"source": "crm", "external_id": "Paulo"}]
    (standing,) = shown["standings"]
    assert (standing["agreement"], standing["stage"]) == ("acme", "mql")
    assert standing["owner"] == {"name": "Ana", "email": "ana@example.com"}
    assert standing["handoff"]["id"] == handoff.pk
    assert standing["handoff"]["status"] == "offered"
    assert standing["handoff"]["lead"] == {"source": "crm", "external_id": "Paulo"}


def test_what_sales_did_is_its_stage(hubspot: Caller, version: AgreementVersion) -> None:
    offer(version, "Paulo", NOW - timedelta(minutes=22), holder=make_rep("Ana", version.agreement))
    qualified = Teller("Paulo").event("qualified", NOW)
    ingest(agreement=version.agreement, facts=[qualified], by=None, now=NOW)

    (standing,) = hubspot.get("/leads/crm/Paulo/").json()["standings"]

    assert standing["stage"] == "sql"
    assert standing["stage_entered_at"] == NOW.astimezone(UTC).isoformat()


def test_leads_that_are_one_stand_alike_under_either_name(
    hubspot: Caller, version: AgreementVersion
) -> None:
    ana = make_rep("Ana", version.agreement)
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)
    hubspot.put("/leads/hubspot/L1/", {"attributes": {"name": "Paulo"}})
    kept = LeadIdentity.objects.get(external_id="L1").lead
    merges.merge(kept=kept, merged=handoff.lead, by=ana, now=NOW)

    shown = [hubspot.get(f"/leads/{name}/").json() for name in ("crm/Paulo", "hubspot/L1")]

    assert shown[0]["merged_into"] == shown[1]["id"]
    assert shown[0]["standings"] == shown[1]["standings"]
    (standing,) = shown[1]["standings"]
    assert (standing["stage"], standing["owner"]["name"]) == ("mql", "Ana")
    assert standing["handoff"]["id"] == handoff.pk


def test_what_is_told_under_any_name_of_a_lead_is_read_under_every_name(
    hubspot: Caller, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a chain of merges: only the number and what it was merged into are each row's own."""
    names = ("crm/d1", "crm/d2", "hubspot/d3")
    for name in names:
        hubspot.put(f"/leads/{name}/", {"attributes": {"name": f"Ana {name}"}})
    first, middle, last = (LeadIdentity.objects.get(external_id=name[-2:]).lead for name in names)
    rafael = make_user("Rafael")
    merges.merge(kept=middle, merged=last, by=rafael, now=NOW + timedelta(minutes=1))
    merges.merge(kept=first, merged=middle, by=rafael, now=NOW + timedelta(minutes=2))
    stop_time(monkeypatch, NOW + timedelta(minutes=5))

    told = {"attributes": {"do_not_contact": True, "city": "Santos"}}
    assert hubspot.put("/leads/hubspot/d3/", told).json()["facts"]["new"] == 1

    shown = [hubspot.get(f"/leads/{name}/").json() for name in names]
    assert [each.pop("id") for each in shown] == [first.pk, middle.pk, last.pk]
    assert [each.pop("merged_into") for each in shown] == [None, first.pk, first.pk]
    assert shown[0] == shown[1] == shown[2]
    assert shown[2]["do_not_contact"] is True
    assert shown[2]["attributes"] == {"name": "Ana crm/d1", **told["attributes"]}
    known = [f"{each['source']}/{each['external_id']}" for each in shown[2]["identities"]]
    assert known == [*names]


def test_as_many_queries_read_a_lead_whatever_was_merged_into_it(
    hubspot: Caller,
    version: AgreementVersion,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hubspot.put("/leads/crm/kept/", {"attributes": {"name": "Ana"}})
    kept, rafael = LeadIdentity.objects.get().lead, make_user("Rafael")
    with CaptureQueriesContext(connection) as alone:
        hubspot.get("/leads/crm/kept/")
    for name in ("d1", "d2"):
        handoff = offer(version, name, NOW)
        merges.merge(kept=kept, merged=handoff.lead, by=rafael, now=NOW)
    with django_assert_num_queries(len(alone) + 1):  # the names of the lead of the open handoff
        hubspot.get("/leads/crm/d1/")


def test_a_forgotten_person_is_read_alike_under_every_name(
    hubspot: Caller, version: AgreementVersion
) -> None:
    """Also once something was told of them again: the name stays empty."""
    for name in ("d1", "d2"):
        hubspot.put(f"/leads/crm/{name}/", {"attributes": {"name": f"Ana {name}"}})
    kept, merged = (LeadIdentity.objects.get(external_id=name).lead for name in ("d1", "d2"))
    rafael = make_user("Rafael")
    merges.merge(kept=kept, merged=merged, by=rafael, now=NOW)
    forget(lead=kept, reason="Asked by letter.", by=rafael, now=NOW)
    before = [hubspot.get(f"/leads/crm/{name}/").json() for name in ("d1", "d2")]

    hubspot.put("/leads/crm/d2/", {"attributes": {"name": "Ana Silva", "phone": "5555-0101"}})

    after = [hubspot.get(f"/leads/crm/{name}/").json() for name in ("d1", "d2")]
    for shown in (*before, *after):
        assert (shown["name"], shown["attributes"]["name"]) == ("", "[forgotten]")
        assert shown["do_not_contact"] is True
    assert after[0]["attributes"] == after[1]["attributes"]
