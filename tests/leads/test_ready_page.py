"""Marketing's list before the handoff, and the offer of one lead or many."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agreements.models import AgreementVersion, User
from leads.actions import handoffs, merges, outcomes
from leads.ingest import ingest
from leads.models import Handoff, HandoffEvent, Lead, OfferRule
from leads.readiness import judge_leads
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of
from tests.leads.test_readiness import CRITERIA, READY, tell

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/leads/before/"
OFFER = "/agreements/acme/leads/offer/"


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


@pytest.fixture
def julia(version: AgreementVersion, client: Client) -> User:
    """The marketing lead, signed in."""
    julia = make_user("Júlia", team=version.agreement.marketing_team, role="lead")
    client.force_login(julia)
    return julia


def judged(version: AgreementVersion, **leads: dict[str, object]) -> None:
    for name, attributes in leads.items():
        tell(version, name, NOW - timedelta(days=40), **attributes)
    judge_leads(now=NOW)


def offered(version: AgreementVersion, name: str, by: User) -> Handoff:
    lead = Lead.objects.get(name=name)
    return handoffs.offer(lead=lead, agreement=version.agreement, by=by, now=NOW)


def key_of(name: str) -> int:
    return Lead.objects.get(name=name).pk


def test_it_works(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, Ready=READY | {"email": "a@b.example"}, Near=READY | {"visits": 0})

    text = text_of(client.get(PAGE))

    assert "Ready 1 Near Coming back 0" in text
    assert "Ready Ipê 70 of 65" in text
    assert "for 1 month, 1 week" in text
    assert "Ageing: no sign of life for a month never" in text
    near = text_of(client.get(PAGE, {"view": "near"}))
    assert "Near Ipê 40 of 65 25 points" in near
    assert "No e-mail address or telephone" in near


def test_what_a_lead_lacks(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, Far={"country": "PT"})
    text = text_of(client.get(PAGE, {"view": "near"}))
    assert "65 points Country is BR Company" in text


def test_its_past_is_told(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, Ready=READY)
    handoff = offered(version, "Ready", julia)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=julia, now=NOW)
    judge_leads(now=NOW)
    past = "Offered before. Rejected: Wrong data"
    assert past in text_of(client.get(PAGE))
    assert past in text_of(client.get(OFFER, {"lead": key_of("Ready")}))

    judged(version, Kept=READY)
    merged = Lead.objects.get(name="Ready")
    later = NOW + timedelta(minutes=5)
    merges.merge(kept=Lead.objects.get(name="Kept"), merged=merged, by=julia, now=later)
    judge_leads(now=later)
    assert f"Kept Ipê {past}" in text_of(client.get(PAGE))


def test_when_it_was_nurtured(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, Ready=READY)
    mail = Teller("Ready").follow_up("sent", NOW, channel="email", is_automated=True)
    ingest(agreement=version.agreement, facts=[mail], by=None, now=NOW)
    assert "E-mail 13:00" in text_of(client.get(PAGE))


def test_who_comes_back(client: Client, version: AgreementVersion, julia: User) -> None:
    ana = make_rep("Ana", version.agreement)
    handoff = offer(version, "Paulo", NOW, holder=ana)
    day = (NOW + timedelta(days=8)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    text = text_of(client.get(PAGE, {"view": "returning"}))
    assert "Paulo Wed 16 Sep Ana Marketing" in text


def test_offer_works(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, Ready=READY)
    lead = key_of("Ready")
    shown = text_of(client.get(OFFER, {"lead": lead}))
    assert "Offer 1 lead to sales? 1 lead meets the criteria Ready Ipê Meets the criteria" in shown

    response = client.post(OFFER, {"lead": lead, "note": "They asked for a demo."}, follow=True)

    assert "1 lead was offered to sales." in text_of(response)
    event = HandoffEvent.objects.get(kind="offered")
    assert (event.person, event.note) == (julia, "They asked for a demo.")
    assert response.redirect_chain[0][0] == f"/agreements/acme/leads/{lead}/"


def test_many_are_offered_at_once(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, One=READY, Two=READY, Near=READY | {"visits": 0})
    offered(version, "Two", julia)
    leads = [key_of(name) for name in ("One", "Two", "Near")]
    refused = client.post(OFFER, {"lead": leads, "note": " "})
    assert refused.status_code == 422
    assert "these handoffs are marked, and sales reads the reason" in text_of(refused)

    text = text_of(client.post(OFFER, {"lead": leads, "note": "The fair."}, follow=True))

    assert "2 leads were offered to sales." in text
    assert "Two is with sales already" in text
    assert set(Handoff.objects.open().values_list("lead__name", "meets_criteria")) == {
        ("One", True), ("Two", True), ("Near", False),
    }  # fmt: skip


def test_what_cannot_be_offered_is_said_before(
    client: Client, version: AgreementVersion, julia: User
) -> None:
    judged(version, Free=READY, Held=READY, Queued=READY, Barred=READY | {"do_not_contact": True})
    ana = make_rep("Ana", version.agreement)
    held = offered(version, "Held", julia)
    handoffs.assign(handoff=held, holder=ana, by=julia, now=NOW)
    offered(version, "Queued", julia)
    keys = [key_of(name) for name in ("Free", "Held", "Queued", "Barred")]

    page = client.get(OFFER, {"lead": keys})

    text = text_of(page)
    assert "Offer 1 lead to sales?" in text
    assert "3 leads are not offered" in text
    assert "Held Ipê With sales already: Ana holds it." in text
    assert "Queued Ipê With sales already, in the team's queue." in text
    assert "Barred Ipê Asked not to be contacted: such a lead is not offered." in text
    assert f"/leads/{held.lead_id}/?handoff={held.pk}" in page.content.decode()
    assert page.content.decode().count('name="lead"') == 1

    # Whoever sends more than the page showed offers no more.
    client.post(OFFER, {"lead": keys, "note": "The fair."})
    assert set(Handoff.objects.values_list("lead__name", flat=True)) == {"Free", "Held", "Queued"}


def test_none_of_them_can_be_offered(
    client: Client, version: AgreementVersion, julia: User
) -> None:
    judged(version, Held=READY)
    offered(version, "Held", julia)
    text = text_of(client.get(OFFER, {"lead": key_of("Held")}))
    assert "None of them can be offered" in text
    assert "Offer 0 leads" not in text


def test_all_that_are_ready(client: Client, version: AgreementVersion, julia: User) -> None:
    judged(version, One=READY, Two=READY, Near=READY | {"visits": 0})
    assert "Offer 2 leads to sales?" in text_of(client.get(OFFER, {"which": "ready"}))
    assert "No lead is chosen" in text_of(client.get(OFFER, {"lead": "nonsense"}))


def test_offering_by_rule_is_turned(client: Client, version: AgreementVersion, julia: User) -> None:
    url = "/agreements/acme/leads/offer-rule/"
    text = text_of(client.post(url, {"turn": "on"}, follow=True))
    assert "as soon as they meet the criteria" in text
    assert OfferRule.objects.get().in_use_since == NOW
    client.post(url, {"turn": "off"})
    assert OfferRule.objects.get().in_use_since is None


def test_who_may_not(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_rep("Ana", version.agreement))
    assert client.get(PAGE).status_code == 403
    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    judged(version, Ready=READY)
    text = text_of(client.get(PAGE))
    assert "Only the marketing team of this agreement offers leads" in text
    assert client.post(OFFER, {"lead": key_of("Ready")}).status_code == 403
    assert client.post("/agreements/acme/leads/offer-rule/", {"turn": "on"}).status_code == 403


def test_empty_lists_say_what_comes(client: Client, version: AgreementVersion, julia: User) -> None:
    assert "No lead is ready" in text_of(client.get(PAGE))
    assert "No lead waits" in text_of(client.get(PAGE, {"view": "near"}))
    assert "No lead comes back" in text_of(client.get(PAGE, {"view": "returning"}))
    tell(version, "Ready", **READY)
    assert "Leads are being judged" in text_of(client.get(PAGE))


def test_queries(
    client: Client,
    version: AgreementVersion,
    julia: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    judged(version, **{f"Lead {number}": READY for number in range(12)})
    with django_assert_max_num_queries(21):
        page = client.get(PAGE)
    assert "Lead 11" in text_of(page)


def test_queries_about_who_comes_back(
    client: Client,
    version: AgreementVersion,
    julia: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ana, day = make_rep("Ana", version.agreement), (NOW + timedelta(days=8)).date()
    for number in range(12):
        handoff = offer(version, f"Lead {number}", NOW, holder=ana)
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    with django_assert_max_num_queries(18):
        assert "Lead 11" in text_of(client.get(PAGE, {"view": "returning"}))


def test_a_lead_is_offered_from_its_page(
    client: Client, version: AgreementVersion, julia: User
) -> None:
    judged(version, Ready=READY)
    page = f"/agreements/acme/leads/{key_of('Ready')}/"
    assert f"{OFFER}?lead={key_of('Ready')}" in client.get(page).content.decode()
    offered(version, "Ready", julia)
    assert "Offer to sales…" not in text_of(client.get(page))
