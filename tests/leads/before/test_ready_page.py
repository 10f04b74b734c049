"""Marketing's list before the handoff, and the offer of one lead or many."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agreements.models import AgreementVersion, User
from leads.actions import handoffs, merges, outcomes
from leads.before.readiness import judge_leads
from leads.ingest import ingest
from leads.models import Lead, OfferRule
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.before.judged import OFFER, PAGE, judged, key_of, offered
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


def test_it_works(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Ready=READY | {"email": "a@b.example"}, Near=READY | {"visits": 0})

    text = text_of(client.get(PAGE))

    assert "Ready 1 Near 1 Far 0 Coming back 0" in text
    assert "Ready Ipê 70 of 65" in text
    assert "for 1 month, 1 week" in text
    assert "Ageing: no sign of life for a month never" in text
    near = text_of(client.get(PAGE, {"view": "near"}))
    assert "Near Ipê 40 of 65 25 points" in near
    assert "No e-mail address or telephone" in near


def test_what_a_lead_lacks(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Far={"country": "PT"})
    text = text_of(client.get(PAGE, {"view": "far"}))
    assert "65 points Country is BR Company" in text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (30, "Fresh"),
        (31, "Ageing: no sign of life for a month"),
        (90, "Ageing: no sign of life for a month"),
        (91, "Cold: no sign of life for three months"),
    ],
)
def test_its_health_is_told(
    client: Client,
    version: AgreementVersion,
    marta: User,
    days: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(version, "Ready", NOW, **READY, email="a@b.example")
    judge_leads(now=NOW)
    stop_time(monkeypatch, NOW + timedelta(days=days))
    client.force_login(marta)
    assert f"{said} never" in text_of(client.get(PAGE))


def test_its_past_is_told(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Ready=READY)
    handoff = offered(version, "Ready", marta)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=marta, now=NOW)
    judge_leads(now=NOW)
    past = "Offered before. Rejected: Wrong data"
    assert past in text_of(client.get(PAGE))
    assert past in text_of(client.get(OFFER, {"lead": key_of("Ready")}))

    judged(version, Kept=READY)
    merged = Lead.objects.get(name="Ready")
    later = NOW + timedelta(minutes=5)
    merges.merge(kept=Lead.objects.get(name="Kept"), merged=merged, by=marta, now=later)
    judge_leads(now=later)
    assert f"Kept Ipê {past}" in text_of(client.get(PAGE))


def test_when_it_was_nurtured(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Ready=READY)
    mail = Teller("Ready").follow_up("sent", NOW, channel="email", is_automated=True)
    ingest(agreement=version.agreement, facts=[mail], by=None, now=NOW)
    assert "E-mail 13:00" in text_of(client.get(PAGE))


def test_what_sales_did_while_it_had_the_lead_nurtured_nothing(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY | {"email": "a@b.example"})
    mail = Teller("Ready").follow_up(
        "sent", NOW - timedelta(hours=1), channel="email", is_automated=True
    )
    ingest(agreement=version.agreement, facts=[mail], by=None, now=NOW)
    handoff = offered(version, "Ready", marta)
    call(handoff, make_rep("Ana", version.agreement))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=marta, now=NOW)
    judge_leads(now=NOW)
    (row,) = client.get(PAGE).context["rows"]
    assert row.nurtured.channel == "email"


def test_who_comes_back(client: Client, version: AgreementVersion, marta: User) -> None:
    ana = make_rep("Ana", version.agreement)
    handoff = offer(version, "Paulo", NOW, holder=ana)
    day = (NOW + timedelta(days=8)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    text = text_of(client.get(PAGE, {"view": "returning"}))
    assert "Paulo Wed 16 Sep Ana Marketing" in text


def test_all_who_come_back_are_listed_by_their_day(
    client: Client, marta: User, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = make_rep("Ana", version.agreement)
    for name, days in (("Late", 80), ("Soon", 31), ("Today", 9), ("Over", 8)):
        handoff, day = offer(version, name, NOW, holder=ana), (NOW + timedelta(days=days)).date()
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    stop_time(monkeypatch, NOW + timedelta(days=9))
    page = client.get(PAGE, {"view": "returning"})
    assert "Coming back 4" in text_of(page)
    assert [str(each.lead) for each, _by_itself in page.context["rows"]] == [
        "Over", "Today", "Soon", "Late",
    ]  # fmt: skip
    assert "Over Wed 16 Sep its day is over Ana Marketing" in text_of(page)
    assert text_of(page).count("its day is over") == 1


def test_the_portal_offers_next_where_the_terms_say_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch)
    version = make_version(dealing_terms(recycle={"returns_to": "owner"}))
    ana, day = make_rep("Ana", version.agreement), (NOW + timedelta(days=40)).date()
    handoff = offer(version, "Paulo", NOW, holder=ana)
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    client.force_login(make_user("Marta", team=version.agreement.marketing_team, role="lead"))
    text = text_of(client.get(PAGE, {"view": "returning"}))
    assert "Paulo Sun 18 Oct Ana The portal, on the day" in text


def test_offering_by_rule_is_turned(client: Client, version: AgreementVersion, marta: User) -> None:
    url = "/agreements/acme/leads/offer-rule/"
    text = text_of(client.post(url, {"turn": "on"}, follow=True))
    assert "as soon as they meet the criteria" in text
    assert OfferRule.objects.get().in_use_since == NOW
    assert "Turned on by Marta: 13:00 Stop offering by rule" in text
    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    assert "Stop offering by rule" in text_of(client.get(PAGE))
    client.force_login(marta)
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


def test_empty_lists_say_what_comes(client: Client, version: AgreementVersion, marta: User) -> None:
    assert "No lead is ready" in text_of(client.get(PAGE))
    assert "No lead is near" in text_of(client.get(PAGE, {"view": "near"}))
    assert "No lead waits" in text_of(client.get(PAGE, {"view": "far"}))
    assert "No lead comes back" in text_of(client.get(PAGE, {"view": "returning"}))
    tell(version, "Ready", **READY)
    assert "Leads are being judged" in text_of(client.get(PAGE))


def test_queries(
    client: Client,
    version: AgreementVersion,
    marta: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    judged(version, **{f"Lead {number}": READY for number in range(12)})
    with django_assert_max_num_queries(25):
        page = client.get(PAGE)
    assert "Lead 11" in text_of(page)


def test_queries_about_who_comes_back(
    client: Client,
    version: AgreementVersion,
    marta: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ana, day = make_rep("Ana", version.agreement), (NOW + timedelta(days=8)).date()
    for number in range(12):
        handoff = offer(version, f"Lead {number}", NOW, holder=ana)
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)
    with django_assert_max_num_queries(20):
        assert "Lead 11" in text_of(client.get(PAGE, {"view": "returning"}))


def test_a_lead_is_offered_from_its_page(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY)
    page = f"/agreements/acme/leads/{key_of('Ready')}/"
    assert f"{OFFER}?lead={key_of('Ready')}" in client.get(page).content.decode()
    offered(version, "Ready", marta)
    assert "Offer to sales…" not in text_of(client.get(page))


def test_ready_since_is_when_it_came_to_meet_the_criteria(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    """Not when the portal judged it first."""
    then, teller = NOW - timedelta(days=12), Teller("Ready")
    facts = [
        teller.attributes(NOW - timedelta(days=30), **READY | {"visits": 0}),
        teller.stage("lead", NOW - timedelta(days=30)),
        teller.attributes(then, visits=3),
        teller.attributes(NOW - timedelta(days=3), job_title="CTO"),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    judge_leads(now=NOW)
    (row,) = client.get(PAGE).context["rows"]
    assert row.ready_since == then


def test_who_entered_their_stage_last_is_first(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    for name, days in (("Middle", 2), ("Late", 1), ("Early", 3)):
        tell(version, name, NOW - timedelta(days=days), **READY)
    judge_leads(now=NOW)
    assert [str(row.lead) for row in client.get(PAGE).context["rows"]] == [
        "Late", "Middle", "Early",
    ]  # fmt: skip


def test_who_is_near_and_who_is_far(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Near=READY | {"visits": 0}, Far={"country": "PT"})
    near, far = (client.get(PAGE, {"view": view}) for view in ("near", "far"))
    assert "Ready 0 Near 1 Far 1 Coming back 0" in text_of(near)
    assert [str(row.lead) for row in near.context["rows"]] == ["Near"]
    assert "at most 32 points, half of what is asked for" in text_of(near)
    assert "Near 1 Far 1 Coming" in text_of(far)
    assert [str(row.lead) for row in far.context["rows"]] == ["Far"]
    (row,) = near.context["rows"]
    assert row.lacks == ("25 points",)
    assert row.brings == ("Visits is at least 3: +30",)
    assert "Would bring points: Visits is at least 3: +30" in text_of(near)
