"""Reading a lead by call."""

from datetime import UTC, timedelta

import pytest

from agreements.models import AgreementVersion
from leads.actions import merges
from leads.ingest import ingest
from leads.models import LeadIdentity
from tests.calls import Caller
from tests.factories import Teller, make_rep
from tests.leads.pages import NOW, offer

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
