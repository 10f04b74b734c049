"""Propose, sign, decline and take back in the browser."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from agreements.actions import signing
from agreements.models import AgreementVersion, User
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_draft, make_user, propose
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

PROPOSE = "/agreements/acme/draft/propose/"
SIGN = "/agreements/acme/versions/2/sign/"
PASSWORD = "a long secret"


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return make_draft(in_force, helena, wanted_from_date=date(2199, 7, 1))


@pytest.fixture
def proposed(draft: AgreementVersion, helena: User) -> AgreementVersion:
    return propose(draft, helena)


def signing_form(version: AgreementVersion, **typed: str) -> dict[str, str]:
    return {"seen": version.terms_hash, "party": "marketing", "password": PASSWORD} | typed


def test_it_works(draft: AgreementVersion, helena: User, rafael: User) -> None:
    hers, his = signed_in(helena), signed_in(rafael)
    sent: dict[str, Any] = form_values(hers.get(PROPOSE).content.decode(), "propose")
    response = hers.post(PROPOSE, sent | {"do": "propose", "note": "As agreed on Monday"})
    assert response["Location"] == reverse("agreements:version", args=["acme", 2])

    page = hers.get(SIGN).content.decode()
    assert draft.terms_hash[:12] in page
    assert draft.terms_hash[:8] + " " + draft.terms_hash[8:16] in page
    sent = form_values(page, "sign") | {"password": [PASSWORD]}
    assert "other party" in text_of(hers.post(SIGN, sent, follow=True))
    sent = form_values(his.get(SIGN).content.decode(), "sign") | {"password": [PASSWORD]}
    text = text_of(his.post(SIGN, sent, follow=True))

    draft.refresh_from_db()
    assert draft.status == "signed"
    assert "In force from 1 July 2199" in text
    assert set(draft.signatures.values_list("party", "signer_name", "method")) == {
        ("marketing", "Helena", "password"),
        ("sales", "Rafael", "password"),
    }
    assert draft.steps.get(step="propose").note == "As agreed on Monday"


# -- propose


def test_the_dates_are_kept(draft: AgreementVersion, helena: User) -> None:
    client = signed_in(helena)
    sent = {"seen": draft.terms_hash, "from_date": "2199-08-01", "to_date": "2199-12-31"}
    kept = client.post(PROPOSE, sent | {"do": "dates", "note": "As on Monday"})
    assert kept.status_code == 200
    assert "As on Monday" in text_of(kept)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert (draft.wanted_from_date, draft.wanted_to_date) == (date(2199, 8, 1), date(2200, 1, 1))
    text = text_at(client, PROPOSE)
    assert "It comes into force on 1 August 2199" in text
    assert "Version 1 ends at that instant, without a gap." in text
    assert "It ends on 31 December 2199 unless both renew it" in text
    assert 'value="2199-12-31"' in text


def test_dates_in_the_wrong_order_stay_typed(draft: AgreementVersion, helena: User) -> None:
    sent = {"seen": draft.terms_hash, "from_date": "2199-08-01", "to_date": "2199-07-01"}
    response = signed_in(helena).post(PROPOSE, sent | {"do": "propose", "note": "Please"})

    assert response.status_code == 422
    assert "choose a later end" in text_of(response)
    assert 'value="2199-07-01"' in text_of(response)
    assert "Please" in text_of(response)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_gap_is_said(draft: AgreementVersion, in_force: AgreementVersion, helena: User) -> None:
    signing.end(
        agreement=in_force.agreement,
        to_date=date(2199, 5, 1),
        reason="",
        by=helena,
        now=NOW,
    )
    assert "From 1 May 2199 to 1 July 2199 no version is in force" in text_at(
        signed_in(helena), PROPOSE
    )


def test_warnings_are_plain(draft: AgreementVersion, helena: User) -> None:
    one_sided = [each for each in example_terms()["commitments"] if each["party"] == "marketing"]
    terms = example_terms(commitments=one_sided)
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=terms)

    text = text_at(signed_in(helena), PROPOSE)
    assert "Marketing promises something, sales nothing yet" in text
    assert 'value="propose"' in text


def test_problems_disable_it_with_the_reason(draft: AgreementVersion, helena: User) -> None:
    terms = example_terms(currency="real")
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=terms)
    client = signed_in(helena)

    text = text_at(client, PROPOSE)
    assert "is not a currency" in text
    assert "Solve the problems first" in text
    assert 'value="propose"' not in text
    response = client.post(PROPOSE, {"seen": draft.terms_hash, "do": "propose"})
    assert response.status_code == 422
    assert "1 problem" in text_of(response)


def test_what_cannot_be_proposed_is_said_before(draft: AgreementVersion, helena: User) -> None:
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=example_terms(currency="EUR"))
    text = text_at(signed_in(helena), PROPOSE)
    assert "Zone and currency are the same in every version" in text
    assert 'value="propose"' not in text


def test_a_text_that_changed_meanwhile_is_not_proposed(
    draft: AgreementVersion, helena: User
) -> None:
    response = signed_in(helena).post(PROPOSE, {"seen": "0" * 64, "do": "propose"})
    assert response.status_code == 422
    assert "Somebody changed the draft meanwhile" in text_of(response)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_administrator_proposes_for_nobody(draft: AgreementVersion) -> None:
    admin = make_user("Admin", is_admin=True)
    signed_in(admin).post(PROPOSE, {"seen": draft.terms_hash, "do": "propose"})
    assert draft.steps.get().party == ""
    assert signed_in(admin).get(SIGN).status_code == 403


def test_without_a_draft_there_is_nothing_to_propose(
    proposed: AgreementVersion, helena: User
) -> None:
    assert proposed.status == "proposed"
    assert signed_in(helena).get(PROPOSE)["Location"] == "/agreements/acme/draft/"


def test_discard(draft: AgreementVersion, helena: User, rafael: User) -> None:
    address = "/agreements/acme/draft/discard/"
    client = signed_in(helena)
    assert f'href="{address}"' in text_at(client, PROPOSE)
    assert "Discard draft 2?" in text_at(client, address)
    assert draft.agreement.versions.open().exists()

    assert client.post(address)["Location"] == "/agreements/acme/document/2/"

    draft.refresh_from_db()
    assert draft.status == "withdrawn"
    assert rafael.messages.get().kind == "draft_discarded"
    assert client.get(address)["Location"] == "/agreements/acme/draft/"


# -- sign


def test_a_wrong_password_signs_nothing(proposed: AgreementVersion, helena: User) -> None:
    response = signed_in(helena).post(SIGN, signing_form(proposed, password="guessed"))
    assert response.status_code == 422
    assert "This is not your password" in text_of(response)
    assert not proposed.signatures.exists()


def test_guesses_are_slowed_down(
    proposed: AgreementVersion, helena: User, settings: Settings
) -> None:
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "guesses at signing"}}
    client = signed_in(helena)
    for _ in range(5):
        client.post(SIGN, signing_form(proposed, password="guessed"))
    response = client.post(SIGN, signing_form(proposed))

    assert response.status_code == 429
    assert not proposed.signatures.exists()
    # They are the guesses that sign-in counts.
    login = Client().post(reverse("account_login"), {"login": helena.email, "password": PASSWORD})
    assert "Too many failed login attempts" in text_of(login)


def test_a_session_alone_signs_nothing(proposed: AgreementVersion, helena: User) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": helena.email, "password": PASSWORD})
    sent = signing_form(proposed)
    del sent["password"]
    assert client.post(SIGN, sent).status_code == 422
    assert not proposed.signatures.exists()


def test_another_text_is_refused_with_a_sentence(proposed: AgreementVersion, helena: User) -> None:
    response = signed_in(helena).post(SIGN, signing_form(proposed, seen="0" * 64))
    assert response.status_code == 422
    assert "This is not the text you were shown" in text_of(response)
    assert not proposed.signatures.exists()


def test_nobody_signs_for_the_other_side(proposed: AgreementVersion, rafael: User) -> None:
    response = signed_in(rafael).post(SIGN, signing_form(proposed, party="marketing"))
    assert response.status_code == 422
    assert not proposed.signatures.exists()


def test_who_leads_both_signs_for_each(
    proposed: AgreementVersion, helena: User, in_force: AgreementVersion
) -> None:
    in_force.agreement.sales_team.memberships.create(user=helena, role="lead")
    client = signed_in(helena)
    assert "<select" in client.get(SIGN).content.decode()
    client.post(SIGN, signing_form(proposed, party="sales"))
    client.post(SIGN, signing_form(proposed, party="marketing"))
    proposed.refresh_from_db()
    assert proposed.status == "signed"


def test_who_has_signed_is_told(proposed: AgreementVersion, helena: User) -> None:
    client = signed_in(helena)
    client.post(SIGN, signing_form(proposed))
    text = text_of(client.get(SIGN, follow=True))
    assert "Your party has signed this version already." in text


def test_a_declined_version_is_not_signed(
    proposed: AgreementVersion, helena: User, rafael: User
) -> None:
    signing.decline(version=proposed, party="sales", reason="No", by=rafael, now=NOW)
    response = signed_in(helena).post(SIGN, signing_form(proposed), follow=True)
    assert "Version 2 is declined" in text_of(response)
    assert not proposed.signatures.exists()


# -- decline and take back


def test_decline(proposed: AgreementVersion, rafael: User) -> None:
    client = signed_in(rafael)
    address = "/agreements/acme/versions/2/decline/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422

    assert client.post(address, {"reason": "Too fast"})["Location"] == "/agreements/acme/draft/"

    proposed.refresh_from_db()
    assert proposed.status == "declined"
    assert proposed.steps.get(step="decline").note == "Too fast"
    assert proposed.agreement.versions.open().get().number == 3


def test_a_reason_outlives_the_session(proposed: AgreementVersion, rafael: User) -> None:
    client = Client()
    address = "/agreements/acme/versions/2/decline/"
    login = client.post(address, {"reason": "Too fast for us"})
    client.post(login["Location"], {"login": rafael.email, "password": PASSWORD})
    assert "Too fast for us" in text_at(client, address)
    proposed.refresh_from_db()
    assert proposed.status == "proposed"


def test_a_password_is_never_kept(proposed: AgreementVersion, helena: User) -> None:
    client = Client()
    client.post(SIGN, signing_form(proposed))
    assert PASSWORD not in str(dict(client.session))


def test_take_back(proposed: AgreementVersion, helena: User, rafael: User) -> None:
    address = "/agreements/acme/versions/2/withdraw/"
    assert signed_in(rafael).get(address).status_code == 403
    hers = signed_in(helena)
    assert hers.get(address).status_code == 200
    assert hers.post(address, {"note": ""})["Location"] == "/agreements/acme/draft/"
    proposed.refresh_from_db()
    assert proposed.status == "withdrawn"


def test_an_administrator_takes_back_what_they_proposed(draft: AgreementVersion) -> None:
    admin = make_user("Admin", is_admin=True)
    signing.propose(version=draft, party=None, by=admin, now=NOW)
    signed_in(admin).post("/agreements/acme/versions/2/withdraw/", {})
    draft.refresh_from_db()
    assert draft.status == "withdrawn"


# -- who may do what, where it is read


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        ("helena", []),
        ("rafael", ["Only the party that proposed the text withdraws it; you can decline it."]),
        (
            "director",
            [
                "Only the leads of the two parties sign or decline.",
                "The text is written by the leads of marketing and of sales, and administrators.",
            ],
        ),
    ],
)
def test_the_document_says_what_each_may_do(
    proposed: AgreementVersion, helena: User, rafael: User, role: str, refused: list[str]
) -> None:
    people = {"helena": helena, "rafael": rafael}
    reader = people.get(role) or make_user("Director", is_director=True)
    text = text_at(signed_in(reader), f"/agreements/acme/document/{proposed.number}/")
    for sentence in refused:
        assert sentence in text
    assert ('href="/agreements/acme/versions/2/sign/"' in text) == (role != "director")
    assert ('aria-disabled="true"' in text) == bool(refused)
    assert "in force only once both parties have signed it" in text
