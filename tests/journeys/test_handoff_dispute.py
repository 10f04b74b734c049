"""Marketing offers, sales rejects, marketing contests, a director overturns, sales goes on."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.actions import contests, handoffs, outcomes
from leads.before.readiness import judge_leads
from leads.models import Handoff, HandoffEvent, Lead
from leads.rebuild import rebuild
from tests.browser import Complaints, faults
from tests.factories import make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE, WAYS, day_and_night
from tests.journeys.queues import save_follow_up
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LEAD = "Maria Aparecida dos Santos Figueiredo de Albuquerque e Vasconcelos Prates"

# All cards, then one fewer again and again: those whose words reach over their edge.
CUT_CARDS = """() => {
  const place = document.querySelector(".clock-cards");
  const cards = [...place.children];
  const cut = cards.flatMap((_card, without) => {
    place.replaceChildren(...cards.slice(without));
    return [...place.children]
      .filter((card) => card.scrollWidth > card.clientWidth)
      .map((card) => `${place.children.length} cards: ${card.textContent}`);
  });
  place.replaceChildren(...cards);
  return cut;
}"""
# How many pixels lie between the word at the due time and the edge of the picture's own place.
ROOM_OF_DUE_LABEL = """() => {
  const label = document.querySelector(".due-label");
  const right = (element) => element.getBoundingClientRect().right;
  return right(label.closest(".hours")) - right(label);
}"""

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def version(transactional_db: None) -> AgreementVersion:
    """Promises that are counted day and night, so that the hour of the test does not matter."""
    terms = dealing_terms(handoff=CRITERIA, recycle={"returns_to": "owner"})
    return make_version(day_and_night(terms), closures={})


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    return make_user("Júlia", team=version.agreement.marketing_team, role="lead")


@pytest.fixture
def marina(version: AgreementVersion) -> User:
    return make_user("Marina", is_director=True)


@pytest.fixture
def ready(version: AgreementVersion) -> Lead:
    """Ready since an hour ago, with others that are ready and one that is near."""
    at = timezone.now() - timedelta(hours=1)
    for name in ("Bento", "Caetano"):
        tell(version, name, at, **READY)
    tell(version, "Near", at, **(READY | {"visits": 0}))
    lead = tell(version, LEAD, at, **READY)
    judge_leads(now=at)
    return lead


def address(name: str, **about: int) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"} | about)


@WAYS
def test_it_works(
    new_page: Pages,
    sign_in: SignIn,
    ready: Lead,
    julia: User,
    ana: User,
    marina: User,
    device: dict[str, Any],
    scripts: bool,
) -> None:
    marketing, sales, director = (
        new_page(**device, java_script_enabled=scripts) for _each in range(3)
    )
    for page, person in ((marketing, julia), (sales, ana), (director, marina)):
        sign_in(page, person)

    offer_it(marketing)
    reject_it(sales, ready)
    contest_it(marketing)
    overturn_it(director)
    go_on(sales, ready)

    handoff = Handoff.objects.get()
    assert (handoff.status, handoff.contest) == ("accepted", "overturned")
    assert rebuild(now=timezone.now()) == 0


def offer_it(page: Page) -> None:
    page.goto(address("ready"))
    page.get_by_role("checkbox", name=f"Choose {LEAD}").check()
    page.get_by_role("button", name="Offer the chosen leads…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Offer 1 lead to sales?")
    page.get_by_label("Note for sales").fill("Asked for a demo.")
    page.get_by_role("button", name="Offer to sales").click()
    expect(page.locator("#messages")).to_contain_text("1 lead was offered to sales.")
    expect(page.locator("#timeline")).to_contain_text("“Asked for a demo.”")


def reject_it(page: Page, lead: Lead) -> None:
    page.goto(address("detail", pk=lead.pk))
    page.get_by_role("link", name="Reject…").click()
    page.get_by_role("radio", name="Wrong data").check()
    page.get_by_label("Note for marketing").fill("No such number.")
    page.get_by_role("button", name="Reject the handoff").click()
    expect(page.locator("#timeline")).to_contain_text("Ana rejected the handoff: Wrong data")


def contest_it(page: Page) -> None:
    page.goto(address("ready"))
    page.get_by_role("link", name="Rejections").click()
    expect(page.locator("main")).to_contain_text("No such number.")
    page.get_by_role("link", name=f"Contest the rejection of {LEAD}").click()
    page.get_by_label("Why is it wrong?").fill("It rings: extension 32.")
    page.get_by_role("button", name="Contest the rejection", exact=True).click()
    expect(page.locator("#timeline")).to_contain_text("Júlia contested the rejection")
    expect(page.locator("#timeline")).to_contain_text("Message to Marina: decide")


def overturn_it(page: Page) -> None:
    page.goto(address("ready"))
    page.get_by_role("link", name="Look at the rejections").click()
    expect(page.locator("main")).to_contain_text("It rings: extension 32.")
    page.get_by_role("link", name=f"Decide about {LEAD}").click()
    page.get_by_role("radio", name=re.compile("^Overturn")).check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Overturned the rejection of")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("main")).to_contain_text("No contested rejection waits for a decision.")
    page.get_by_role("region", name="Decided by the arbiter").get_by_role("link").first.click()
    expect(page.locator("#timeline")).to_contain_text("Marina overturned the rejection")
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(page.locator("#timeline")).to_contain_text("the rejection was overturned")
    expect(page.locator("#timeline")).not_to_contain_text("No such number.")


@pytest.mark.parametrize("language", ["es", "pt-br"])
def test_the_clocks_of_what_was_overturned_stand_apart(
    page: Page, sign_in: SignIn, version: AgreementVersion, julia: User, ana: User, language: str
) -> None:
    """Those that began anew stand beside those that ended with the rejection."""
    at = timezone.now() - timedelta(hours=1)
    handoff = offer(version, LEAD, at, holder=ana)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=ana, now=at)
    contests.contest(handoff=handoff, note="It rings.", by=julia, now=at)
    contests.decide(handoff=handoff, is_overturned=True, by=julia, now=at)
    sign_in(page, make_user("Marina", is_director=True, language=language))

    page.goto(f"{address('detail', pk=handoff.lead_id)}?clock=S4.1")

    expect(page.locator(".clock-card")).to_have_count(8)
    for width in (1440, 1366, 1024, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert (width, page.evaluate(CUT_CARDS)) == (width, [])
        assert (width, page.evaluate(ROOM_OF_DUE_LABEL) >= 0) == (width, True)
        assert (width, faults(page)) == (width, [])


def go_on(page: Page, lead: Lead) -> None:
    page.goto(address("detail", pk=lead.pk))
    page.get_by_role("radio", name="No answer").check()
    save_follow_up(page)
    expect(page.locator("#messages")).to_contain_text("Logged: call, no answer")


def test_many_are_offered(
    page: Page, sign_in: SignIn, ready: Lead, julia: User, complaints: Complaints
) -> None:
    sign_in(page, julia)
    page.goto(address("ready"))
    page.get_by_role("link", name="Near").click()
    page.get_by_role("checkbox", name="Choose Near").check()
    page.get_by_role("button", name="Offer the chosen leads…").click()
    expect(page.locator("main")).to_contain_text("1 lead does not meet the criteria")
    page.get_by_role("button", name="Offer to sales").click()
    expect(page.locator("main")).to_contain_text("these handoffs are marked")
    page.goto(address("ready"))
    page.get_by_role("link", name="Offer all that are ready…").click()
    page.get_by_role("button", name="Offer to sales").click()
    expect(page.locator("#messages")).to_contain_text("3 leads were offered to sales.")
    expect(page.get_by_role("heading", name="No lead is ready")).to_be_visible()
    assert Handoff.objects.open().count() == 3
    complaints[:] = [each for each in complaints if "422" not in each]


def test_with_the_keyboard_alone(page: Page, sign_in: SignIn, ready: Lead, julia: User) -> None:
    sign_in(page, julia)
    page.goto(address("ready"))
    page.keyboard.press("j")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Offer 1 lead to sales?")
    page.get_by_role("button", name="Offer to sales").press("Enter")
    expect(page.locator("#messages")).to_contain_text("1 lead was offered to sales.")


def test_a_recycled_lead_comes_back_on_its_day(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    handoff = offer(version, "Paulo", long_ago, holder=ana)
    day = (long_ago + timedelta(days=8)).date()
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=long_ago)
    sign_in(page, ana)
    page.goto(address("detail", pk=handoff.lead_id))
    expect(page.locator("#timeline")).to_contain_text("It comes back on")

    call_command("offer_returning")

    page.goto(f"{address('queue')}?view=mine")
    expect(page.locator("main")).to_contain_text("Paulo")
    page.goto(address("detail", pk=handoff.lead_id))
    expect(page.locator("#timeline")).to_contain_text("again by the portal: its day has come")
    expect(page.locator("#about")).to_contain_text("recycled, Not now")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_can_be_used_by_everybody(
    new_page: Pages,
    sign_in: SignIn,
    version: AgreementVersion,
    ready: Lead,
    julia: User,
    ana: User,
    device: dict[str, Any],
) -> None:
    at = timezone.now() - timedelta(minutes=5)
    handoff = offer(version, "Paulo", at, holder=ana, company="Ipê", visits=0)
    page = new_page(**device)
    sign_in(page, julia)
    for view in ("ready", "near", "returning"):
        page.goto(f"{address('ready')}?view={view}")
        assert faults(page) == []
    for name in ("rejections", "paused"):
        page.goto(address(name))
        assert faults(page) == []
    page.goto(f"{address('offer')}?lead={ready.pk}")
    assert faults(page) == []
    page.goto(address("detail", pk=handoff.lead_id))
    expect(page.locator("#lead")).to_contain_text("Offered below the criteria")
    assert faults(page) == []
    sign_in(page, make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    event = HandoffEvent.objects.get(handoff=handoff, kind="assigned")
    page.goto(address("correct-event", pk=event.pk))
    assert faults(page) == []
