"""A lead turns on an authenticator app, signs in and signs an agreement with its codes."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts, signing
from agreements.models import AgreementVersion, User
from tests.browser import Complaints, accessibility_faults, faults
from tests.factories import example_terms, make_user, make_version
from tests.second_factors import code_of, turn_on, wrong_code

ACCOUNT = "/accounts/second-factor/"
PASSWORD = "a long secret"
SIGN = "/agreements/acme/versions/2/sign/"


@pytest.fixture
def helena(transactional_db: None) -> User:
    """Lead marketing, and have version 2 before both parties."""
    agreement = make_version().agreement
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    now = timezone.now()
    version = drafts.start(agreement=agreement, terms=example_terms(), by=helena, now=now)
    signing.propose(version=version, party="marketing", by=helena, now=now)
    return helena


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def by_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("helena@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def test_it_works(page: Page, helena: User) -> None:
    by_password(page)
    page.locator("summary", has_text=helena.initials).click()
    go(page, "Your account")
    go(page, "Turn it on")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    key = page.locator(".totp-secret").inner_text().replace(" ", "")
    expect(page.get_by_role("img", name="The key as a QR code")).to_be_visible()
    page.get_by_label("The code the app shows now").fill(code_of(key))
    press(page, "Turn it on")
    expect(page.get_by_role("heading", name="10 of 10 are left")).to_be_visible()
    with page.expect_download() as download:
        go(page, "Download them")
    assert "Each is good once." in download.value.path().read_text()

    page.context.clear_cookies()
    by_password(page)
    expect(page.get_by_role("heading", name="And the code of your app")).to_be_visible()
    page.get_by_label("Code").fill(code_of(key))
    press(page, "Sign in")
    expect(page).not_to_have_url(re.compile("/accounts/"))

    page.goto(SIGN)
    expect(page.get_by_label("Your password", exact=True)).to_be_hidden()
    page.get_by_label("The code the app shows now").fill(code_of(key, later=1))
    press(page, "Sign this text")
    expect(page.get_by_text("with second factor").first).to_be_visible()
    signature = AgreementVersion.objects.get(number=2).signatures.get()
    assert (signature.party, signature.method) == ("marketing", "second_factor")


def test_without_javascript(new_page: Callable[..., Page], helena: User) -> None:
    codes = turn_on(helena)
    page = new_page(java_script_enabled=False)
    by_password(page)
    page.get_by_label("Code").fill(codes[0])
    press(page, "Sign in")
    expect(page).not_to_have_url(re.compile("/accounts/"))
    page.goto(SIGN)
    expect(page.get_by_label("The code the app shows now")).to_be_visible()
    page.get_by_label("With your password").check()
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    expect(page.get_by_label("The code the app shows now")).to_be_hidden()
    press(page, "Sign this text")
    expect(page.get_by_text("with password").first).to_be_visible()


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_everyone_can_read_it(
    kind: str, request: pytest.FixtureRequest, helena: User, complaints: Complaints
) -> None:
    page = request.getfixturevalue(kind)
    by_password(page)
    expect(page).not_to_have_url(re.compile("/accounts/"))
    for address in (ACCOUNT, f"{ACCOUNT}totp/activate/"):
        page.goto(address)
        assert faults(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    assert faults(page) == []
    page.get_by_label("The code the app shows now").fill("000 000 000")
    press(page, "Turn it on")
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    assert faults(page) == []
    turn_on(helena)
    for path in ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"):
        page.goto(f"{ACCOUNT}{path}")
        assert faults(page) == []
    page.goto(SIGN)
    page.get_by_label("The code the app shows now").fill(wrong_code())
    press(page, "Sign this text")
    assert faults(page) == []
    field, form = page.locator("#id_code").bounding_box(), page.locator("#sign").bounding_box()
    assert field
    assert form
    assert field["x"] + field["width"] < form["x"] + form["width"]
    assert all("422" in refused_code for refused_code in complaints)
    complaints.clear()


def test_the_code_after_the_password_is_readable(phone: Page, helena: User) -> None:
    turn_on(helena)
    by_password(phone)
    assert accessibility_faults(phone) == []
    phone.get_by_label("Code").fill(wrong_code())
    press(phone, "Sign in")
    expect(phone.get_by_text("This code is wrong")).to_be_visible()
    assert accessibility_faults(phone) == []
    press(phone, "Back to sign in")
    expect(phone.get_by_label("Password")).to_be_visible()
