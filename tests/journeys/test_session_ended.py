"""The session ends while somebody works: they sign in and go on where they were."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff
from tests.browser import accessibility_faults
from tests.journeys.queues import QUEUE, look, offer_many, panel_of
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
PASSWORD = "a long secret"


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def sign_in_again(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("#queue")).to_have_count(0)
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_follow_up_is_there_again(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.locator("[data-row-link]").nth(1).click()
    panel_of(page, "Lead 02")
    deed = page.locator("#deed")
    deed.get_by_role("radio", name="Call").check()
    end_session(page)
    deed.get_by_label("Note").fill("Call back on Thursday")
    deed.get_by_role("radio", name="No answer").check()
    expect(deed.get_by_text("You are signed out.")).to_be_visible()
    assert accessibility_faults(page) == []
    deed.get_by_role("button", name="Save follow-up").click()

    sign_in_again(page)
    panel_of(page, "Lead 02")
    expect(deed.get_by_text("It is not saved yet.")).to_be_visible()
    expect(deed.get_by_label("Note")).to_have_value("Call back on Thursday")
    assert accessibility_faults(page) == []
    assert not FollowUp.objects.exists()
    deed.get_by_role("button", name="Save follow-up").click()
    expect(page.get_by_text("Logged: call")).to_be_visible()
    assert FollowUp.objects.get().note == "Call back on Thursday"


def test_a_row_leads_to_the_way_in_and_back(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(f"{QUEUE}?sort=offered")
    panel_of(page, "Lead 01")
    end_session(page)
    page.locator("[data-row-link]").nth(2).click()

    sign_in_again(page)
    expect(page).to_have_url(re.compile(rf"{QUEUE}\?.*open={three[0].pk}"))
    panel_of(page, "Lead 01")


def test_what_asks_by_itself_tears_nobody_away(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.get_by_label("Note").fill("Half a sentence")
    end_session(page)
    page.locator("h1").hover()
    look(page)

    told = page.locator("#arrivals")
    expect(told).to_contain_text("You are signed out.")
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_value("Half a sentence")
    assert accessibility_faults(page) == []
    told.get_by_role("link", name="Sign in").click()
    sign_in_again(page)
    panel_of(page, "Lead 01")


def test_without_scripts(
    new_page: Callable[..., Page], sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Fernanda", timezone.now() - timedelta(minutes=5), holder=ana)
    page = new_page(java_script_enabled=False)
    sign_in(page, ana)
    page.goto(f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}")
    end_session(page)
    page.get_by_role("button", name="Accept").click()

    sign_in_again(page)
    expect(page.get_by_role("heading", name="Fernanda")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted Fernanda.").first).to_be_visible()
