"""An administrator lets somebody in, who signs in with what they were given."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from tests.browser import Complaints, faults
from tests.factories import make_user

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


def test_it_works(
    new_page: Callable[..., Page], sign_in: SignIn, version: AgreementVersion
) -> None:
    page = new_page()
    sign_in(page, make_user("Otto", is_admin=True))
    page.goto("/agreements/acme/queue/")
    page.get_by_label("O, menu of Otto").click()
    page.get_by_role("link", name="People").click()
    assert faults(page) == []
    page.get_by_label("Name", exact=True).fill("Bia Ramos")
    page.get_by_label("E-mail address").fill("bia@acme.example")
    page.get_by_label("Team", exact=True).select_option(label=version.agreement.sales_team.name)
    page.get_by_role("button", name="Add the person").click()
    expect(page.get_by_role("heading", name="Bia Ramos may sign in now")).to_be_visible()
    password = page.locator("code").inner_text()
    assert faults(page) == []
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("button", name=re.compile("Take out"))).to_be_visible()
    assert faults(page) == []

    hers = new_page()
    hers.goto("/agreements/acme/queue/")
    hers.get_by_label("Email").fill("bia@acme.example")
    hers.get_by_label("Password").fill(password)
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.get_by_role("heading", name="No handoff yet")).to_be_visible()


def test_on_a_phone(
    phone: Page, sign_in: SignIn, version: AgreementVersion, complaints: Complaints
) -> None:
    otto = make_user("Otto", is_admin=True)
    sign_in(phone, otto)
    for address in ("/people/", f"/people/{otto.pk}/"):
        phone.goto(address)
        assert faults(phone) == [], address
    phone.goto("/agreements/acme/assignment/deeds/")
    expect(phone.get_by_role("heading", name="This address is not a page")).to_be_visible()
    assert faults(phone) == []
    # The browser itself says that the status is that of a refusal.
    complaints.clear()
