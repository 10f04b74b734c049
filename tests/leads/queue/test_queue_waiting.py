"""What runs is shown: until somebody holds a handoff, and beside a clause that is done."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.models import Handoff
from tests.factories import Teller, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
SWAP = {"HX-Request": "true", "HX-Target": "panel"}
TIERS = [
    {"key": "vip", "name": "VIP", "when": {"field": "size", "operator": "is", "value": "large"}},
    {"key": "basic", "name": "Basic"},
]


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(tiers=TIERS))


def offer_to_nobody(version: AgreementVersion, lead: str, at: datetime, **told: Any) -> Handoff:
    """Offer a lead that nobody holds, neither a person nor the team's queue by name."""
    tell = Teller(lead)
    facts = [
        tell.attributes(at, name=lead, **told),
        tell.stage("mql", at),
        tell.event("offered", at),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=at)
    return Handoff.objects.get(external_id=f"{lead}-H1")


def names(response: Any) -> list[str]:
    return [str(row.handoff.lead) for group in response.context["groups"] for row in group.rows]


def panel(client: Client, handoff: Handoff, asked: str) -> Any:
    address = reverse("leads:panel", kwargs={"slug": "acme", "pk": handoff.pk})
    return client.get(f"{address}?{asked}", headers=SWAP)


def test_what_nobody_holds_counts_down_until_somebody_does(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    fresh = offer_to_nobody(version, "Fresh", NOW - timedelta(minutes=2))
    offer_to_nobody(version, "Late", NOW - timedelta(minutes=10))

    response = client.get(f"{QUEUE}?view=team")

    text = text_of(response)
    assert names(response) == ["Late", "Fresh"]
    assert "nothing is due" not in text.lower()
    assert "M4 assign 5 min" in text
    assert "3 min" in text
    assert response.context["summary"].overdue["team"] == 1
    assert "M4 assign 5 min" in text_of(panel(client, fresh, "view=team"))


def test_what_waits_as_long_is_sorted_by_tier(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    for lead, size in (("Basic", "small"), ("Top", "large"), ("Also basic", "small")):
        offer_to_nobody(version, lead, NOW, size=size)
    assert names(client.get(f"{QUEUE}?view=team")) == ["Top", "Basic", "Also basic"]


def test_who_holds_it_is_asked_for_what_sales_promised(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW, holder=ana)
    assert "M4" not in text_of(client.get(QUEUE))
    assert "M4" not in text_of(panel(client, handoff, "view=mine"))


def test_a_clause_that_is_done_says_so_and_what_runs_next(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=5), holder=ana)
    call(handoff, ana)

    text = text_of(panel(client, handoff, f"view=mine&clause=S2&after={handoff.pk}"))

    assert "Done S2 Paulo S1 accept or reject 4 h" in text
    assert "nothing is due" not in text


def test_what_left_the_view_but_goes_on_is_not_called_done(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=5))
    accept = reverse("leads:accept", kwargs={"slug": "acme", "pk": handoff.pk})
    address = reverse("leads:panel", kwargs={"slug": "acme", "pk": handoff.pk})
    back = {"back": f"{address}?view=team&after={handoff.pk}"}
    text = text_of(client.post(accept, back, headers=SWAP, follow=True))
    assert "Taken it is yours now Paulo" in text
    assert "Done" not in text
