"""Where somebody is led whose session ended, and what is kept of what they sent."""

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions.follow_ups import log
from leads.models import Handoff
from tests.factories import make_user
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/?view=team"
SIGN_IN = "/accounts/login/?next=/agreements/acme/queue/%3Fview%3Dteam"


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_user("Ana", team=version.agreement.sales_team)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch) -> Handoff:
    stop_time(monkeypatch)
    return offer(version, "Maria", NOW, holder=ana)


def asked_on(page: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Current-URL": page}


def test_it_works(client: Client, handoff: Handoff) -> None:
    panel = f"/agreements/acme/handoffs/{handoff.pk}/panel/"
    response = client.get(panel, headers=asked_on(f"http://testserver{QUEUE}"))
    assert response.headers["HX-Redirect"] == SIGN_IN
    assert not response.content


def test_a_form_leads_back_to_its_page(client: Client, handoff: Handoff) -> None:
    accept = f"/agreements/acme/handoffs/{handoff.pk}/accept/"
    response = client.post(accept, headers={"Referer": f"http://testserver{QUEUE}"})
    assert response.headers["Location"] == SIGN_IN


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "", "javascript:alert(1)"])
def test_a_page_that_is_not_ours_is_not_gone_back_to(
    client: Client, handoff: Handoff, page: str
) -> None:
    accept = f"/agreements/acme/handoffs/{handoff.pk}/accept/"
    response = client.post(accept, headers={"Referer": page})
    assert response.headers["Location"] == "/accounts/login/?next=/"


def test_what_asks_by_itself_is_told_in_place(client: Client, handoff: Handoff) -> None:
    headers = asked_on(f"http://testserver{QUEUE}") | {"Asked-By-Itself": "true"}
    response = client.get("/agreements/acme/queue/arrivals/", headers=headers)
    assert response.status_code == 286
    assert SIGN_IN in response.content.decode()
    assert "<html" not in response.content.decode()


def test_a_visit_leads_back_to_its_own_address(client: Client, handoff: Handoff) -> None:
    assert client.get(QUEUE).headers["Location"] == SIGN_IN


@pytest.mark.parametrize("key", ["reject", "snooze", "follow-ups"])
def test_what_was_typed_is_seen_once_on_the_page_of_the_handoff(
    client: Client, version: AgreementVersion, handoff: Handoff, ana: User, key: str
) -> None:
    other = offer(version, "Joana", NOW, holder=ana)
    form = {"reject": "reject-note", "snooze": "snooze-day", "follow-ups": "log-note"}[key]
    typed = {"snooze": "2026-09-30"}.get(key, "Wrong region, says the assistant")
    client.post(f"/agreements/acme/handoffs/{handoff.pk}/{key}/", {form: typed})
    client.force_login(ana)

    for page in ("leads/{lead}/", "handoffs/{handoff}/panel/"):
        address = page.format(lead=other.lead_id, handoff=other.pk)
        others = client.get(f"/agreements/acme/{address}", headers=asked_on("/"))
        assert typed not in others.content.decode()
    lead = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"
    shown = client.get(lead).content.decode()
    assert typed in shown
    assert "It is not saved yet." in shown
    assert typed not in client.get(lead).content.decode()


FORMS = {
    "absences/": {"first_day": "2026-09-21"},
    "handoffs/{handoff}/reassign/": {"reassign-note": "Knows the customer"},
    "follow-ups/{follow_up}/": {"correct-note": "Spoke to the assistant"},
    "assignment/rules/new/": {"name": "The south is for Ana"},
}


@pytest.mark.parametrize("page", FORMS)
def test_what_was_typed_is_seen_on_the_page_it_was_sent_to(
    client: Client, version: AgreementVersion, handoff: Handoff, ana: User, page: str
) -> None:
    touch = log(
        handoff=handoff, by=ana, now=NOW, channel="call", outcome="no_answer", occurred_at=NOW
    )
    address = f"/agreements/acme/{page.format(handoff=handoff.pk, follow_up=touch.pk)}"
    typed = FORMS[page]
    response = client.post(address, typed, headers={"Referer": f"http://testserver{QUEUE}"})
    assert response.headers["Location"] == f"/accounts/login/?next={address}"

    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    shown = client.get(address).content.decode()
    assert all(text in shown for text in typed.values())
    assert "It is not saved yet." in shown
    assert not any(text in client.get(address).content.decode() for text in typed.values())


def test_secrets_are_not_kept(client: Client, handoff: Handoff) -> None:
    client.post("/agreements/acme/versions/1/sign/", {"password": "a long secret", "note": "Yes"})
    assert client.session["typed_before"]["typed"] == "note=Yes"
    client.post("/accounts/password/change/", {"oldpassword": "a long secret"})
    assert "long" not in client.session["typed_before"]["typed"]


def test_the_address_of_a_deed_says_that_it_is_no_page(
    client: Client, handoff: Handoff, ana: User
) -> None:
    client.force_login(ana)
    response = client.get(f"/agreements/acme/handoffs/{handoff.pk}/accept/")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "This address is not a page" in response.content.decode()
