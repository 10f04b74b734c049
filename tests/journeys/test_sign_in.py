"""A person comes to the portal, signs in with what an administrator gave them, and leaves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from agreements.models import User
from tests.browser import Complaints, faults

PASSWORD = "clear water 42"


@pytest.fixture
def ana(transactional_db: None) -> User:
    return User.objects.create_user("ana@acme.example", PASSWORD, name="Ana Sousa")


def fill_in(page: Page, password: str) -> None:
    page.goto("/")
    page.get_by_label("Email").fill("ana@acme.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_it_works(page: Page, ana: User) -> None:
    fill_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="You are in no agreement yet")).to_be_visible()


def test_a_wrong_password(page: Page, ana: User) -> None:
    fill_in(page, "muddy water")
    expect(page.get_by_text("are not correct")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_everyone_can_read_the_way_in(kind: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(kind)
    page.goto("/accounts/login/")
    assert faults(page) == []


def test_who_is_signed_in_needs_no_form(
    page: Page, ana: User, sign_in: Callable[[Page, User], None]
) -> None:
    sign_in(page, ana)
    page.goto("/")
    expect(page.get_by_role("heading", name="You are in no agreement yet")).to_be_visible()


def test_complaints_of_a_page_are_heard(page: Page, complaints: Complaints) -> None:
    page.goto("/accounts/login/")
    with page.expect_event("pageerror"):
        page.evaluate("console.error('broken'); setTimeout(() => { throw new Error('thrown') })")
    heard = list(complaints)
    complaints.clear()
    assert heard[0] == "error: broken"
    assert "thrown" in heard[1]
