"""A sales lead says who gets what: a rule by turns, an absence, an offer, and a reassignment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, Message, User
from leads.models import Handoff
from leads.rebuild import rebuild
from tests.browser import faults
from tests.factories import make_rep, make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, stop_time

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LEAD = "Maria Aparecida dos Santos Figueiredo de Albuquerque e Vasconcelos Prates"
ZONE = "America/Sao_Paulo"

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def version(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """On a Tuesday at ten, three reps: Ana's turn comes first."""
    stop_time(monkeypatch)
    version = make_version(dealing_terms(handoff=CRITERIA))
    for name in ("Ana", "Bruno", "Carla"):
        make_rep(name, version.agreement)
    User.objects.update(time_zone=ZONE)
    tell(version, LEAD, NOW - timedelta(hours=1), **READY)
    return version


@pytest.fixture
def rafa(version: AgreementVersion) -> User:
    team = version.agreement.sales_team
    return make_user("Rafa", team=team, role="lead", time_zone=ZONE)


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    return make_user("Júlia", team=version.agreement.marketing_team, role="lead", time_zone=ZONE)


def address(name: str, **about: int) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"} | about)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_works(
    new_page: Pages,
    sign_in: SignIn,
    rafa: User,
    julia: User,
    device: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead, marketing = new_page(**device), new_page(**device)
    sign_in(lead, rafa)
    sign_in(marketing, julia)

    write_a_rule(lead)
    record_an_absence(lead)
    use_the_rules(lead)
    offer_the_lead(marketing)
    handoff = Handoff.objects.get()
    assert (handoff.holder, handoff.turns.get().rule_name) == (rep("Bruno"), "Everybody")

    stop_time(monkeypatch, NOW + timedelta(minutes=40))
    reassign_it(lead, handoff)
    see_who_held_it(lead, handoff)

    handoff.refresh_from_db()
    assert handoff.holder == rep("Carla")
    assert set(Message.objects.values_list("recipient__name", flat=True)) == {"Bruno", "Carla"}
    assert rebuild(now=timezone.now()) == 0


def rep(name: str) -> User:
    return User.objects.get(name=name)


def write_a_rule(page: Page) -> None:
    page.goto(address("team"))
    page.get_by_role("link", name="Who gets what").click()
    expect(page.get_by_role("heading", name="There is no rule yet")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Write the first rule").click()
    page.get_by_label("Name", exact=True).fill("Everybody")
    page.get_by_role("radio", name="In turns").check()
    assert faults(page) == []
    page.get_by_role("button", name="Save the rule").click()
    expect(page.locator("#messages")).to_contain_text("“Everybody” is saved.")
    expect(page.locator("main")).to_contain_text("In turns, among all reps")


def record_an_absence(page: Page) -> None:
    page.get_by_role("link", name="Absences").click()
    page.get_by_label("Who", exact=True).select_option("Ana")
    page.get_by_label("From", exact=True).fill("2026-09-08")
    page.get_by_label("Last day").fill("2026-09-09")
    page.get_by_role("button", name="Record the absence").click()
    expect(page.locator("#messages")).to_contain_text("Recorded: Ana is away")
    assert faults(page) == []


def use_the_rules(page: Page) -> None:
    page.get_by_role("link", name="Who gets what").click()
    page.get_by_role("button", name="Use these rules from now on").click()
    expect(page.locator("main")).to_contain_text("what is offered is given to somebody at once")
    assert faults(page) == []


def offer_the_lead(page: Page) -> None:
    page.goto(address("list"))
    page.get_by_role("link", name=LEAD).first.click()
    page.get_by_role("link", name="Offer to sales…").click()
    page.get_by_role("button", name="Offer to sales").click()
    expect(page.locator("#timeline")).to_contain_text("Everybody: next in turn; Ana is away")


def reassign_it(page: Page, handoff: Handoff) -> None:
    page.goto(address("team-member", pk=rep("Bruno").pk))
    page.get_by_role("link", name=LEAD).click()
    page.get_by_role("link", name="reassign…").click()
    expect(page.locator("main")).to_contain_text("Bruno holds it now.")
    expect(page.locator("main")).to_contain_text("First follow-up stays due")
    assert faults(page) == []
    page.get_by_role("radio", name="Carla").check()
    page.get_by_label("Note for the new holder").fill("She speaks German.")
    page.get_by_role("button", name="Give it to them").click()
    expect(page.locator("#messages")).to_contain_text("Carla has it now. No due time moves:")


def see_who_held_it(page: Page, handoff: Handoff) -> None:
    """What Bruno used of the promise stays his; the notice stands in the timeline."""
    expect(page.locator("#timeline")).to_contain_text("“She speaks German.”")
    expect(page.locator("#timeline")).to_contain_text("Message to Carla: the handoff is theirs")
    bruno = page.locator("#holders .facts > div").filter(has_text="Bruno")
    expect(bruno).to_contain_text("40\N{NO-BREAK SPACE}min")
    assert faults(page) == []
