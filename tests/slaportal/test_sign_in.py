"""The way in."""

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_it_works(client: Client) -> None:
    make_user("Ana")
    response = client.post(
        reverse("account_login"), {"login": "ANA@example.com", "password": "a long secret"}
    )
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("home")


def test_a_wrong_password_is_said_aloud(client: Client) -> None:
    make_user("Ana")
    response = client.post(
        reverse("account_login"), {"login": "ana@example.com", "password": "guessed"}
    )
    assert 'role="alert"' in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_somebody_who_may_not_sign_in_does_not(client: Client) -> None:
    make_user("Ana", is_active=False)
    client.post(reverse("account_login"), {"login": "ana@example.com", "password": "a long secret"})
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    client.post(
        reverse("account_signup"), {"email": "eve@example.com", "password1": "another long secret"}
    )
    assert "_auth_user_id" not in client.session


def test_without_an_agreement_one_is_told_what_happens_next(client: Client) -> None:
    client.force_login(make_user("Ana"))
    response = client.get(reverse("home"))
    assert "An administrator adds you to a team" in response.content.decode()


def test_without_mail_a_lost_password_is_asked_for_elsewhere(
    client: Client, settings: Settings
) -> None:
    settings.SENDS_EMAIL = False
    page = client.get(reverse("account_reset_password")).content.decode()
    assert "This portal sends no mail" in page
    assert "Send the link" not in page


def test_with_mail_a_lost_password_is_chosen_anew_by_a_link(
    client: Client, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.SENDS_EMAIL = True
    make_user("Ana")
    address = reverse("account_reset_password")
    assert "Send the link" in client.get(address).content.decode()
    client.post(address, {"email": "ana@example.com"})
    assert [mail.to for mail in mailoutbox] == [["ana@example.com"]]
