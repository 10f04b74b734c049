"""Choosing leads in the lists of marketing: what can be done with them stays in sight."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.before.readiness import judge_leads
from tests.browser import faults, pixels_too_wide
from tests.factories import make_rep, make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE
from tests.leads.before.test_readiness import CRITERIA, READY
from tests.leads.dealing import dealing_terms
from tests.leads.pages import offer
from tests.leads.registry.listing import arrive

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
# How far what can be done with those chosen reaches, and where the bar of pages begins.
REACH = """(bar) => [
  bar.getBoundingClientRect().top,
  bar.getBoundingClientRect().bottom,
  document.querySelector(".bottombar").getBoundingClientRect().top,
]"""
SMALL = """() => [...document.querySelectorAll("[data-row] .lead-name")]
  .filter((link) => Math.min(link.offsetWidth, link.offsetHeight) < 44).length"""
# How wide and how high what a finger chooses a row with is.
AREA = "(box) => [box.labels[0].offsetWidth, box.labels[0].offsetHeight]"


@pytest.fixture
def version() -> AgreementVersion:
    """Twelve leads that are ready, and twelve that were offered."""
    version = make_version(dealing_terms(handoff=CRITERIA))
    for number in range(12):
        arrive(version, f"Ready {number}", "lead", **READY)
        offer(version, f"Offered {number}", timezone.now() - timedelta(days=1))
    judge_leads(now=timezone.now())
    return version


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    make_rep("Ana", version.agreement)
    return make_user("Júlia", team=version.agreement.marketing_team, role="lead")


@pytest.mark.parametrize(("name", "bar"), [("list", "fieldset.bulk-foot"), ("ready", ".card-foot")])
def test_on_a_phone_what_can_be_done_is_in_sight(
    new_page: Callable[..., Page], sign_in: SignIn, julia: User, name: str, bar: str
) -> None:
    page = new_page(**PHONE)
    sign_in(page, julia)
    page.goto(reverse(f"leads:{name}", kwargs={"slug": "acme"}))
    assert page.evaluate(SMALL) == 0
    box = page.locator("[data-row] input[type=checkbox]").first
    assert min(box.evaluate(AREA)) >= 44
    box.check()
    top, bottom, bar_of_pages = page.locator(bar).evaluate(REACH)
    assert 0 < top < bottom <= bar_of_pages + 1
    expect(page.locator("[data-chosen]")).to_have_text("1 chosen on this page")
    assert pixels_too_wide(page) == 0
    assert faults(page) == []


def test_filters_fold_on_a_phone_alone(
    new_page: Callable[..., Page], sign_in: SignIn, julia: User
) -> None:
    for screen, folds in ((DESKTOP, False), (PHONE, True)):
        page = new_page(**screen)
        sign_in(page, julia)
        page.goto(reverse("leads:list", kwargs={"slug": "acme"}))
        stage = page.get_by_label("Stage", exact=True)
        expect(stage).to_be_visible(visible=not folds)
        if folds:
            page.get_by_text("Filters", exact=True).click()
        stage.select_option("lead")
        page.get_by_role("button", name="Filter", exact=True).click()
        expect(page.locator("[data-row]")).to_have_count(12)
