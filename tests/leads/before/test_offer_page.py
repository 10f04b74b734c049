"""The offer of one lead or many: what is said before, what is kept, and what comes of it."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import contests, handoffs, outcomes
from leads.before.readiness import judge_leads
from leads.ingest import ingest
from leads.models import Handoff, HandoffEvent, Lead, LeadChange
from leads.told import Told
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.before.judged import OFFER, PAGE, judged, key_of, offered
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, stop_time, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


def test_offer_works(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, Ready=READY)
    lead = key_of("Ready")
    shown = text_of(client.get(OFFER, {"lead": lead}))
    assert "Offer 1 lead to sales? 1 lead meets the criteria Ready Ipê Meets the criteria" in shown

    response = client.post(OFFER, {"lead": lead, "note": "They asked for a demo."}, follow=True)

    assert "1 lead was offered to sales." in text_of(response)
    event = HandoffEvent.objects.get(kind="offered")
    assert (event.person, event.note) == (marta, "They asked for a demo.")
    assert response.redirect_chain[0][0] == f"/agreements/acme/leads/{lead}/"


def test_what_is_dated_later_does_not_count_yet(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    tell(version, "Ready", NOW + timedelta(hours=5), **READY)
    judge_leads(now=NOW)
    asked = {"lead": key_of("Ready"), "note": ""}

    refused = client.post(OFFER, asked)

    assert refused.status_code == 422
    text = text_of(refused)
    assert "1 lead does not meet the criteria" in text
    assert "it lacks: 65 points, Country is BR, Company" in text
    assert "Some of what was told of it is dated later: all of it counts from 18:00 on." in text
    client.post(OFFER, asked | {"note": "They called."})
    handoff = Handoff.objects.get()
    assert handoff.meets_criteria is False
    about = client.get(handoff.get_absolute_url())
    assert "Why it was offered all the same: They called." in text_of(about)
    assert about.context["judged_then"] is None


def test_what_a_list_sends_is_shown_before_it_is_offered(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, One=READY, Two=READY)
    leads = [key_of(name) for name in ("One", "Two")]
    page = client.post(OFFER, {"lead": leads})
    assert page.status_code == 200
    assert "Offer 2 leads to sales?" in text_of(page)
    assert not Handoff.objects.exists()
    client.post(OFFER, {"lead": leads, "note": ""})
    assert Handoff.objects.count() == 2


def test_many_are_offered_at_once(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, One=READY, Two=READY, Near=READY | {"visits": 0})
    offered(version, "Two", marta)
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
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Free=READY, Held=READY, Queued=READY, Barred=READY | {"do_not_contact": True})
    ana = make_rep("Ana", version.agreement)
    held = offered(version, "Held", marta)
    handoffs.assign(handoff=held, holder=ana, by=marta, now=NOW)
    offered(version, "Queued", marta)
    keys = [key_of(name) for name in ("Free", "Held", "Queued", "Barred")]

    page = client.get(OFFER, {"lead": keys})

    text = text_of(page)
    assert "Offer 1 lead to sales?" in text
    assert "3 leads are not offered" in text
    assert "Held Ipê With sales already: Ana holds it." in text
    assert "Queued Ipê With sales already, in the team's queue." in text
    assert "such a lead is not offered." in text.split("Barred Ipê", 1)[1]
    assert f"/leads/{held.lead_id}/?handoff={held.pk}" in page.content.decode()
    assert page.content.decode().count('name="lead"') == 1

    # Whoever sends more than the page showed offers no more.
    client.post(OFFER, {"lead": keys, "note": "The fair."})
    assert set(Handoff.objects.values_list("lead__name", flat=True)) == {"Free", "Held", "Queued"}


@pytest.fixture
def contested(version: AgreementVersion, marta: User) -> Handoff:
    """Ready, but its rejection waits for the arbiter; of another lead it was upheld."""
    judged(version, Waiting=READY, Upheld=READY)
    for name in ("Upheld", "Waiting"):
        handoff = offered(version, name, marta)
        handoffs.reject(handoff=handoff, reason="wrong_data", by=marta, now=NOW)
        judge_leads(now=NOW)
        contests.contest(handoff=handoff, note="It rings.", by=marta, now=NOW)
        if name == "Upheld":
            contests.decide(handoff=handoff, is_overturned=False, by=marta, now=NOW)
    return handoff


def test_what_waits_for_the_arbiter_is_not_ready(
    client: Client, contested: Handoff, marta: User
) -> None:
    text = text_of(client.get(PAGE))
    assert "Ready 1 Near" in text
    assert "Upheld Ipê" in text
    assert "Waiting Ipê" not in text
    every = text_of(client.get(OFFER, {"which": "ready"}))
    assert "1 lead was rejected before" in every
    assert "Upheld Ipê Offered before" in every
    assert "Waiting" not in every


def test_what_waits_for_the_arbiter_cannot_be_offered(
    client: Client, contested: Handoff, marta: User
) -> None:
    why = "Its rejection waits for the arbiter: offered anew it can only be upheld."
    keys = [key_of("Waiting"), key_of("Upheld")]
    page = client.get(OFFER, {"lead": keys})
    assert "Offer 1 lead to sales?" in text_of(page)
    assert f"1 lead is not offered Waiting Ipê {why}" in text_of(page)
    assert f"?handoff={contested.pk}" in page.content.decode()

    alone = text_of(client.get(OFFER, {"lead": keys[0]}))
    assert "None of them can be offered" in alone
    assert why in alone

    # Whoever sends it all the same is told why nothing was offered.
    text = text_of(client.post(OFFER, {"lead": keys, "note": "The fair."}, follow=True))
    assert "1 lead was offered to sales." in text
    assert "The rejection of Waiting waits for the arbiter" in text
    contested.refresh_from_db()
    assert (contested.status, contested.contest) == ("rejected", "waiting")
    assert not Handoff.objects.open().filter(lead=contested.lead).exists()


def test_while_its_rejection_is_contested_its_page_offers_it_not(
    client: Client, contested: Handoff, marta: User
) -> None:
    page = client.get(f"/agreements/acme/leads/{contested.lead_id}/")
    assert "waits for the arbiter: offered anew it can only be upheld." in text_of(page)
    assert f"{OFFER}?lead=" not in page.content.decode()
    assert page.context["badge"] == {"status": "contested"}
    upheld = client.get(f"/agreements/acme/leads/{key_of('Upheld')}/")
    assert f"{OFFER}?lead={key_of('Upheld')}" in upheld.content.decode()
    assert upheld.context["badge"] == {"status": "rejected", "word": "Rejected"}


def test_none_of_them_can_be_offered(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Held=READY)
    offered(version, "Held", marta)
    text = text_of(client.get(OFFER, {"lead": key_of("Held")}))
    assert "None of them can be offered" in text
    assert "Offer 0 leads" not in text


def test_all_that_are_ready(client: Client, version: AgreementVersion, marta: User) -> None:
    judged(version, One=READY, Two=READY, Near=READY | {"visits": 0})
    assert "Offer 2 leads to sales?" in text_of(client.get(OFFER, {"which": "ready"}))
    assert "No lead is chosen" in text_of(client.get(OFFER, {"lead": "nonsense"}))


def test_the_first_500_are_offered_at_once(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    names = [f"Lead {number}" for number in range(501)]
    facts: list[Told] = []
    for name in names:
        at = Teller(name)
        facts += [at.attributes(NOW, name=name, **READY), at.stage("lead", NOW)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    judge_leads(now=NOW)
    page = client.get(OFFER, {"which": "ready"})
    assert "Offer 500 leads to sales?" in text_of(page)
    assert "At most 500 leads at once: these are the first of them." in text_of(page)

    # Django reads that many fields, and what is wrong is said about all of them.
    keys = list(Lead.objects.values_list("pk", flat=True))
    LeadChange.objects.update(attributes={})
    refused = client.post(OFFER, {"lead": keys, "note": " "})
    assert refused.status_code == 422
    assert "500 leads do not meet the criteria" in text_of(refused)
    assert "At most" not in text_of(client.get(OFFER, {"lead": keys[:499]}))


def test_a_note_is_kept_where_somebody_was_quicker(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY)
    handoff = offered(version, "Ready", make_user("Pedro", team=version.agreement.marketing_team))
    handoffs.assign(handoff=handoff, holder=make_rep("Ana", version.agreement), by=marta, now=NOW)
    page = client.post(OFFER, {"lead": key_of("Ready"), "note": "They asked for a demo."})
    assert page.status_code == 422
    text = text_of(page)
    assert "With sales already: Ana holds it. Offered by Pedro." in text
    assert "Somebody was quicker: your note was not sent." in text
    assert "They asked for a demo.</textarea>" in page.content.decode()


@pytest.fixture
def rejected(version: AgreementVersion, marta: User) -> list[Handoff]:
    """Ready again: one whose rejection can be contested still, and one that was upheld."""
    judged(version, Again=READY, Upheld=READY, Fresh=READY)
    found = []
    for name in ("Again", "Upheld"):
        handoff = offered(version, name, marta)
        handoffs.reject(handoff=handoff, reason="wrong_data", by=marta, now=NOW)
        found.append(handoff)
    contests.contest(handoff=found[1], note="It rings.", by=marta, now=NOW)
    contests.decide(handoff=found[1], is_overturned=False, by=marta, now=NOW)
    judge_leads(now=NOW)
    return found


def test_what_was_rejected_is_offered_with_all_only_where_the_box_is_ticked(
    client: Client, rejected: list[Handoff], marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, NOW + timedelta(minutes=1))
    page = client.get(OFFER, {"which": "ready"})
    text = text_of(page)
    assert "Offer 1 lead to sales? 1 lead meets the criteria Fresh" in text
    assert page.content.decode().count('class="more" open') == 1
    assert "2 leads were rejected before" in text
    assert "1 of these rejections can still be contested: offering the lead anew ends that." in text
    again = [key_of("Again"), key_of("Upheld")]
    sent = {"lead": key_of("Fresh"), "again": again, "note": ""}
    client.post(OFFER, sent)
    assert set(Handoff.objects.open().values_list("lead__name", flat=True)) == {"Fresh"}
    Handoff.objects.open().update(status=Handoff.Status.REJECTED)
    sent = {"again": again, "note": "", "takes_again": "yes"}
    client.post(OFFER, sent)
    assert set(Handoff.objects.open().values_list("lead__name", flat=True)) == {"Again", "Upheld"}


def test_chosen_ones_that_were_rejected_are_said_to_be(
    client: Client, version: AgreementVersion, rejected: list[Handoff]
) -> None:
    page = client.get(OFFER, {"lead": key_of("Upheld")})
    assert "1 lead was rejected before None of these rejections can be contested" in text_of(page)
    assert "Offer these as well" not in text_of(page)
    assert 'class="more" open' in page.content.decode()


def test_whoever_comes_back_later_is_not_offered_unawares(
    client: Client, version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(version, Ready=READY, Early=READY)
    day, note = (NOW + timedelta(days=8)).date(), "After the holidays"
    recycled = offered(version, "Early", marta)
    outcomes.recycle(
        handoff=recycled, reason="not_now", returns_date=day, by=marta, now=NOW, note=note
    )
    asked = {"lead": [key_of("Ready"), key_of("Early")]}
    text = text_of(client.get(OFFER, asked))
    assert "1 lead was to come back on a day that has not come yet." in text
    early = "It comes back Wed 16 Sep: that day has not come yet. “After the holidays”"
    assert f"Early Ipê Offered before. Recycled: Not now {early} Meets the criteria Ready" in text
    stop_time(monkeypatch, NOW + timedelta(days=8))
    text = text_of(client.get(OFFER, asked))
    assert "has not come yet" not in text
    assert "Its day to come back was Wed 16 Sep. “After the holidays”" in text


def test_none_meets_the_criteria_so_there_is_one_note(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY, Near=READY | {"visits": 0})
    offered(version, "Ready", marta)
    text = text_of(client.get(OFFER, {"lead": [key_of("Ready"), key_of("Near")]}))
    assert "Why do you offer what does not meet the criteria?" in text
    assert "Note for sales on those that meet them" not in text


def test_the_reason_goes_with_those_below_the_criteria_alone(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY, Near=READY | {"visits": 0})
    leads = [key_of("Ready"), key_of("Near")]
    assert "Note for sales on those that meet them" in text_of(client.get(OFFER, {"lead": leads}))
    told = {"note": "The fair.", "note_on_ready": "As agreed."}
    client.post(OFFER, {"lead": leads, **told})
    notes = HandoffEvent.objects.filter(kind="offered").values_list("handoff__lead__name", "note")
    assert dict(notes) == {"Ready": "As agreed.", "Near": "The fair."}


def test_who_offers_comes_back_to_the_list_they_came_from(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, One=READY, Two=READY)
    listed = client.get(f"{PAGE}?view=near").content.decode()
    assert "No lead is near" in listed
    back = "/agreements/acme/leads/?stage=lead&sort=name"
    leads = [key_of("One"), key_of("Two")]
    page = client.post(OFFER, {"lead": leads, "back": back}).content.decode()
    assert 'href="/agreements/acme/leads/?stage=lead&amp;sort=name">Cancel' in page
    for told in ("https://evil.example/", "//evil.example/agreements/acme/leads/", "/"):
        page = client.post(OFFER, {"lead": leads, "back": told}).content.decode()
        assert f'href="{PAGE}">Cancel' in page
    done = client.post(OFFER, {"lead": leads, "note": "", "back": back})
    assert done["Location"] == back
    shown = client.get(back).content.decode()
    batch = f"?batch=o{int(NOW.timestamp())}000000.{marta.pk}"
    assert f'<a href="/agreements/acme/leads/{batch}">Look at them</a>' in shown
    rows = client.get(f"/agreements/acme/leads/{batch}").context["rows"]
    assert {str(row.lead) for row in rows} == {"One", "Two"}
    withdraw = f"/agreements/acme/leads/bulk/{batch}&deed=withdraw&which=all"
    assert f'<a href="{html.escape(withdraw)}">Withdraw the offers…</a>' in shown
    asked = text_of(client.get(withdraw))
    assert "Withdraw these offers? They leave the queue of sales" in asked
    assert "It is done to 2 leads" in asked


def test_from_the_registry_one_comes_back_to_it(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, One=READY)
    back = "/agreements/acme/leads/?stage=lead"
    assert f'name="back" value="{back}"' in client.get(back).content.decode()
    sent = {"deed": "offer", "which": "chosen", "lead": key_of("One"), "back": back}
    page = client.post("/agreements/acme/leads/bulk/", sent).content.decode()
    assert f'href="{back}">Cancel' in page
