"""What comes into a page by itself can be read and followed before it is there, however slow."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from agreements.actions import drafts
from agreements.models import User
from agreements.starters import load_starter
from leads.models import Lead
from tests.browser import accessibility_faults, wait_until_answered
from tests.factories import make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
DRAFT = "/agreements/acme/draft/"
COMES = '[aria-busy="true"][hx-trigger^="load"]'
# A region that a person made wait from now on: when it is dimmed, all that waited before it are.
WAIT_FROM_NOW_ON = """() => {
    const region = document.createElement("div");
    region.id = "waits";
    document.body.append(region);
    region.setAttribute("aria-busy", "true");
}"""


@pytest.fixture
def helena(transactional_db: None) -> User:
    """Somebody who reads leads and writes a draft."""
    terms = load_starter("inbound-en")
    version = make_version(terms)
    helena = make_user("Helena", team=version.agreement.marketing_team, role="lead")
    now = timezone.now()
    offer(version, "Paulo", now, email="paulo@example.com", country="BR")
    drafts.start(agreement=version.agreement, terms=terms, by=helena, now=now, copied_from=version)
    return helena


def hold_answers(page: Page) -> list[Route]:
    """Leave every request of a region unanswered, and return them as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "hx-request" in route.request.headers:
            held.append(route)
        else:
            route.continue_()

    page.route("**/*", hold)
    return held


@pytest.mark.parametrize(
    ("device", "scheme"),
    [(DESKTOP, "light"), (PHONE, "dark")],
    ids=["desktop-light", "phone-dark"],
)
def test_what_has_not_come_yet_can_be_read(
    new_page: Pages, sign_in: SignIn, helena: User, device: dict[str, Any], scheme: str
) -> None:
    page = new_page(**device, color_scheme=scheme)
    sign_in(page, helena)
    held = hold_answers(page)
    lead = Lead.objects.get()
    for address in (
        f"/agreements/acme/leads/{lead.pk}/",
        f"{DRAFT}parties/",
        f"{DRAFT}funnel/",
        f"{DRAFT}handoff/",
        f"{DRAFT}commitments/",
    ):
        page.goto(address)
        expect(page.locator(COMES).filter(has=page.locator("a")).first).to_be_visible()
        page.evaluate(WAIT_FROM_NOW_ON)
        expect(page.locator("#waits")).to_have_css("opacity", "0.6")
        assert accessibility_faults(page, complete=False) == [], address
        page.evaluate("document.getElementById('waits').remove()")
        for route in held:
            route.continue_()
        held.clear()
        wait_until_answered(page)
