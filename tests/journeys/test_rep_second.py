"""Two of the team who take the same lead: one gets it, the other is told who."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff
from tests.browser import Complaints, copied_text, faults, wait_until_answered
from tests.factories import make_rep
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.queues import QUEUE, panel_of, save_follow_up
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
FIRST = "Bruno was first and holds this handoff now."


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


@pytest.fixture
def anybodys(version: AgreementVersion) -> list[Handoff]:
    """Three that wait for anybody of the team."""
    now = timezone.now()
    return [
        offer(version, f"Anybody's {place}", now - timedelta(minutes=9 - place))
        for place in range(3)
    ]


@pytest.fixture(autouse=True)
def expected(complaints: Complaints) -> Iterator[None]:
    """Let the console name the answer to whoever comes second."""
    yield
    complaints[:] = [each for each in complaints if "409" not in each]


def open_team(new_page: Pages, sign_in: SignIn, person: User, name: str) -> Page:
    page = new_page(**DESKTOP)
    sign_in(page, person)
    page.goto(f"{QUEUE}?view=team")
    page.get_by_role("link", name=name, exact=True).click()
    panel_of(page, name)
    wait_until_answered(page)
    return page


def expect_lost(page: Page, handoff: Handoff) -> None:
    """Expect the sentence at once, the row gone, and the counts right."""
    expect(page.locator("#panel")).to_contain_text(FIRST)
    expect(page.locator("#panel-title")).to_be_focused()
    row = page.locator(f"#row-{handoff.pk}")
    expect(row).to_contain_text("Taken")
    expect(row.get_by_role("link")).to_have_count(0)
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#queue-tabs").get_by_role("link", name="Team")).to_have_text("Team 2")
    expect(page.locator(".queue-group h2 .count")).to_have_text("2")
    expect(page.locator("#failure")).to_be_hidden()


def test_the_second_to_accept_is_told_who_was_first(
    new_page: Pages, sign_in: SignIn, ana: User, bruno: User, anybodys: list[Handoff]
) -> None:
    name = "Anybody's 1"
    first, second = (open_team(new_page, sign_in, one, name) for one in (bruno, ana))
    first.keyboard.press("a")
    expect(first.locator("#queue-notice")).to_contain_text("Accept")
    second.get_by_label("Note").fill("Wants soap.")
    second.get_by_label("On", exact=True).fill("2090-11-24")
    second.keyboard.press("Escape")
    second.keyboard.press("a")
    expect_lost(second, anybodys[1])
    kept = second.locator("#filled-in")
    expect(kept).to_contain_text("Wants soap.")
    expect(kept).to_contain_text("24 Nov 2090")
    expect(kept.locator("dt")).to_have_text(["How", "Note", "On"])
    assert faults(second) == []
    # No key is for another row.
    for key in "oarl":
        second.keyboard.press(key)
    expect(kept).to_be_visible()
    second.keyboard.press("j")
    panel_of(second, "Anybody's 2")
    assert Handoff.objects.filter(status="accepted").count() == 1


def test_what_was_typed_for_a_lead_that_is_taken_stays(
    new_page: Pages, sign_in: SignIn, ana: User, bruno: User, anybodys: list[Handoff]
) -> None:
    name = "Anybody's 0"
    first, second = (open_team(new_page, sign_in, one, name) for one in (bruno, ana))
    first.keyboard.press("a")
    expect(first.locator("#queue-notice")).to_contain_text("Accept")
    second.locator(".tile", has_text="Conversation").click()
    expect(second.locator("[data-foreseen]")).to_have_text(FIRST)
    second.get_by_label("Note").fill("Wants soap.")
    save_follow_up(second)
    expect_lost(second, anybodys[0])
    expect(second.locator("#panel")).to_contain_text("Wants soap.")
    second.context.grant_permissions(["clipboard-read", "clipboard-write"])
    second.get_by_role("button", name="Copy as text").click()
    expect(second.locator("#live")).to_have_text("It is copied.")
    assert "Wants soap." in copied_text(second)
    assert faults(second) == []
    assert not FollowUp.objects.exists()


def test_without_scripts_what_was_typed_stays_as_well(
    new_page: Pages, sign_in: SignIn, ana: User, bruno: User, anybodys: list[Handoff]
) -> None:
    page = new_page(**PHONE, java_script_enabled=False)
    sign_in(page, ana)
    page.goto(f"{QUEUE}?view=team")
    page.get_by_role("link", name="Anybody's 0", exact=True).click()
    first = open_team(new_page, sign_in, bruno, "Anybody's 0")
    first.keyboard.press("a")
    expect(first.locator("#queue-notice")).to_contain_text("Accept")
    page.locator(".tile", has_text="Conversation").click()
    page.get_by_label("Note").fill("Wants soap.")
    save_follow_up(page)
    expect(page.locator("main")).to_contain_text(FIRST)
    expect(page.locator("main")).to_contain_text("Wants soap.")
