"""Rules and promises are written in the browser: by keyboard, and each error in its place."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from tests.browser import faults
from tests.factories import make_user, make_version

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
DRAFT = "/agreements/acme/draft/"


@pytest.fixture
def draft(transactional_db: None) -> AgreementVersion:
    terms = load_starter("inbound-en")
    version = make_version(terms)
    helena = make_user("Helena", team=version.agreement.marketing_team, role="lead")
    return drafts.start(
        agreement=version.agreement,
        terms=terms,
        by=helena,
        now=timezone.now(),
        copied_from=version,
    )


def helena() -> User:
    return User.objects.get(name="Helena")


def test_a_promise_is_changed_in_its_sentence(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    sign_in(page, helena())
    page.goto(f"{DRAFT}commitments/")
    promise = page.get_by_role("group", name="S1", exact=True)
    target = promise.get_by_label("Target", exact=True)

    target.fill("120")
    target.blur()
    expect(promise).to_contain_text("“120%” is not a rate")
    expect(target).to_have_attribute("aria-invalid", "true")
    expect(promise.locator(".promise-said")).to_contain_text("90%")

    target.fill("90")
    target.blur()
    expect(promise).not_to_contain_text("is not a rate")
    expect(target).to_have_attribute("aria-invalid", "false")
    expect(promise.locator(".promise-said")).to_contain_text("same")


def test_a_promise_is_added_from_the_catalogue(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    sign_in(page, helena())
    page.goto(f"{DRAFT}commitments/")
    page.get_by_text("Add from the catalogue").click()
    offer = page.get_by_role("listitem").filter(has_text="Satisfaction")
    offer.get_by_role("button", name="Sales promises it").click()

    added = page.get_by_role("group", name="S9", exact=True)
    expect(added.get_by_label("Target", exact=True)).to_be_focused()
    expect(added.locator(".promise-said")).to_contain_text("new")
    expect(added).to_contain_text("“target” is missing")
    page.keyboard.type("8.5")
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_contain_text("None.")
    draft.refresh_from_db()
    assert draft.terms["commitments"][-1]["target"] == "8.5"


def test_rules_are_written_by_keyboard(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    sign_in(page, helena())
    page.goto(f"{DRAFT}tiers/")
    scope = page.get_by_role("group", name="Leads of this agreement")
    scope.get_by_role("button", name="Condition", exact=True).focus()
    page.keyboard.press("Enter")
    expect(scope.get_by_label("What of the lead").nth(1)).to_be_focused()

    page.keyboard.type("employees")
    page.keyboard.press("Tab")
    page.keyboard.type("is at least")
    page.keyboard.press("Tab")
    page.keyboard.type("many")
    page.keyboard.press("Tab")
    expect(scope).to_contain_text("needs a number; “many” is none")

    value = scope.get_by_label("With which value").nth(1)
    value.fill("1,000")
    value.blur()
    expect(scope).to_contain_text("origin is not partner and employees is at least 1,000")
    expect(scope).not_to_contain_text("needs a number")

    scope.get_by_role("button", name="Remove").nth(1).press("Enter")
    expect(scope.get_by_label("What of the lead")).to_have_count(1)
    draft.refresh_from_db()
    assert draft.terms == load_starter("inbound-en")


@pytest.mark.parametrize("section", ["tiers", "handoff", "commitments"])
def test_nobody_is_shut_out(
    phone: Page, page: Page, sign_in: SignIn, draft: AgreementVersion, section: str
) -> None:
    for screen in (phone, page):
        sign_in(screen, helena())
        screen.goto(f"{DRAFT}{section}/")
        # What is fetched is dimmed until it is there.
        screen.wait_for_load_state("networkidle")
        expect(screen.locator("[aria-busy=true]")).to_have_count(0)
        screen.evaluate(
            "document.querySelectorAll('details').forEach((each) => (each.open = true))"
        )
        assert faults(screen) == []
    assert draft.status == "draft"
