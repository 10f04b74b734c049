"""Sign a version with a second factor instead of the password."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings

from agreements.models import AgreementVersion, User
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import make_draft, propose
from tests.page_forms import form_values
from tests.second_factors import code_of, turn_on, wrong_code

pytestmark = pytest.mark.django_db

SIGN = "/agreements/acme/versions/2/sign/"


@pytest.fixture
def proposed(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return propose(make_draft(in_force, helena, wanted_from_date=date(2199, 7, 1)), helena)


@pytest.fixture
def recovery_codes(helena: User) -> list[str]:
    """Helena has an authenticator app, and these codes for the day she does not."""
    return turn_on(helena)


def with_code(version: AgreementVersion, code: str, **typed: str) -> dict[str, str]:
    sent = {"seen": version.terms_hash, "party": "marketing", "password": ""}
    return sent | {"method": "second_factor", "code": code} | typed


def test_it_works(proposed: AgreementVersion, helena: User, recovery_codes: list[str]) -> None:
    client = signed_in(helena)
    page = client.get(SIGN).content.decode()
    assert "With a code of the authenticator app" in page
    assert "With your password" in page

    sent = form_values(page, "sign") | {"code": [code_of()]}
    text = text_of(client.post(SIGN, sent, follow=True))

    assert "with second factor" in text
    assert proposed.signatures.get().method == "second_factor"
    assert Authenticator.objects.get(type="totp").last_used_at is not None
    history = text_at(client, "/agreements/acme/history/")
    assert "signed version 2 for marketing, with second factor" in history


def test_the_password_signs_too(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    sent = with_code(proposed, "", method="password", password="a long secret")
    signed_in(helena).post(SIGN, sent)
    assert proposed.signatures.get().method == "password"


def test_a_recovery_code_signs_once(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    proposed.agreement.sales_team.memberships.create(user=helena, role="lead")
    client = signed_in(helena)
    client.post(SIGN, with_code(proposed, recovery_codes[0]))
    again = client.post(SIGN, with_code(proposed, recovery_codes[0], party="sales"))
    assert again.status_code == 422
    assert proposed.signatures.get().method == "second_factor"


def test_a_code_of_the_app_signs_once(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    proposed.agreement.sales_team.memberships.create(user=helena, role="lead")
    client, code = signed_in(helena), code_of()
    client.post(SIGN, with_code(proposed, code))
    again = client.post(SIGN, with_code(proposed, code, party="sales"))
    assert again.status_code == 422
    assert "This code is wrong or was used already" in text_of(again)
    client.post(SIGN, with_code(proposed, code_of(later=1), party="sales"))
    assert proposed.signatures.count() == 2


def test_the_code_of_sign_in_does_not_sign(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    client, code = signed_in(helena), code_of()
    client.post("/accounts/second-factor/reauthenticate/", {"code": code})
    assert client.post(SIGN, with_code(proposed, code)).status_code == 422
    assert not proposed.signatures.exists()


@pytest.mark.parametrize("typed", ["", "abc def", "１２３４５６", "0" * 41])
def test_what_is_no_code_signs_nothing(
    typed: str, proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    answer = signed_in(helena).post(SIGN, with_code(proposed, typed))
    assert answer.status_code == 422
    assert 'id="id_code_error"' in text_of(answer)
    assert not proposed.signatures.exists()


def test_a_wrong_code_leaves_the_choice(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    answer = signed_in(helena).post(SIGN, with_code(proposed, wrong_code()))
    assert "type the next one that the app shows" in text_of(answer)
    assert form_values(answer.content.decode(), "sign")["method"] == ["second_factor"]
    sent = with_code(proposed, "", method="password", password="guessed")
    answer = signed_in(helena).post(SIGN, sent)
    assert "This is not your password" in text_of(answer)
    assert form_values(answer.content.decode(), "sign")["method"] == ["password"]
    assert not proposed.signatures.exists()


def test_guesses_are_slowed_down(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str], settings: Settings
) -> None:
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "guesses of codes at signing"}}
    client = signed_in(helena)
    for _ in range(5):
        client.post(SIGN, with_code(proposed, wrong_code()))
    assert client.post(SIGN, with_code(proposed, code_of())).status_code == 429
    assert not proposed.signatures.exists()


def test_a_code_with_which_nothing_was_signed_stays_good(
    proposed: AgreementVersion, helena: User, recovery_codes: list[str]
) -> None:
    client = signed_in(helena)
    answer = client.post(SIGN, with_code(proposed, recovery_codes[0], seen="0" * 64))
    assert "This is not the text you were shown" in text_of(answer)
    assert (
        client.post(SIGN, with_code(proposed, recovery_codes[0], party="sales")).status_code == 422
    )
    assert not proposed.signatures.exists()

    client.post(SIGN, with_code(proposed, recovery_codes[0]))
    assert proposed.signatures.exists()


def test_without_an_app_there_is_only_the_password(
    proposed: AgreementVersion, helena: User
) -> None:
    client = signed_in(helena)
    text = text_at(client, SIGN)
    assert 'name="code"' not in text
    assert 'href="/accounts/second-factor/"' in text
    assert client.post(SIGN, with_code(proposed, code_of())).status_code == 422
    assert not proposed.signatures.exists()


def test_the_app_of_another_does_not_sign(
    proposed: AgreementVersion, rafael: User, recovery_codes: list[str]
) -> None:
    sent = with_code(proposed, recovery_codes[0], party="sales")
    assert signed_in(rafael).post(SIGN, sent).status_code == 422
    assert not proposed.signatures.exists()
