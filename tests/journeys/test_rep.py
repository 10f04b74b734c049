"""A rep's work: from the queue to a lead, to why it is urgent, to a follow-up that meets it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff
from tests.browser import Complaints, copied_text, faults
from tests.journeys.conftest import DESKTOP, PHONE, WAYS
from tests.journeys.queues import save_follow_up
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LONG_NAME = "Maria Aparecida dos Santos Figueiredo de Albuquerque e Vasconcelos Prates"
LONG_COMPANY = "Instituto de Pesquisas e Desenvolvimento Tecnológico do Vale do Paraíba Paulista"
PASSWORD = "a long secret"

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago, beside one that is late."""
    now = timezone.now()
    offer(version, "Late", now - timedelta(days=2), holder=ana, company="Ipê")
    return offer(
        version,
        "Paulo",
        now - timedelta(minutes=22),
        holder=ana,
        name=LONG_NAME,
        company=LONG_COMPANY,
        email="maria.aparecida.dos.santos@instituto-de-pesquisas.example",
    )


def minutes_since(handoff: Handoff) -> int:
    """How many whole minutes ago a handoff was offered."""
    assert handoff.offered_at is not None
    return (timezone.now() - handoff.offered_at) // timedelta(minutes=1)


def expect_met(page: Page, said: str, handoff: Handoff, before: int) -> None:
    """Expect a promise to be met in the minutes since the offer: of a deed after ``before``."""
    expect(page.locator("#messages")).to_contain_text(said)
    minutes = "|".join(map(str, range(before, minutes_since(handoff) + 1)))
    expect(page.locator("#messages")).to_contain_text(re.compile(rf"{said} ({minutes})\b"))


def work_a_handoff(page: Page, handoff: Handoff, *, scripts: bool = True) -> None:
    """Do what a rep does: open the lead, see why, accept, log a call."""
    page.get_by_role("link", name=LONG_NAME).click()
    if scripts:
        expect(page.locator("#panel-title")).to_have_text(LONG_NAME)
        page.get_by_role("link", name="Open lead").click()
    expect(page.get_by_role("heading", level=1, name=LONG_NAME)).to_be_visible()
    page.get_by_role("link", name=re.compile("First follow-up")).click()
    expect(page).to_have_url(re.compile(r"clock=S2\.0"))
    expect(page.locator("#explanation")).to_contain_text("A first follow-up is promised within")
    before = minutes_since(handoff)
    assert before >= 22
    page.get_by_role("button", name="Accept").click()
    expect_met(page, f"Accepted {LONG_NAME}. Acceptance met,", handoff, before)
    expect(page.get_by_role("button", name=re.compile("^Accepted"))).to_have_attribute(
        "aria-disabled", "true"
    )
    page.get_by_role("radio", name="No answer").check()
    page.get_by_label("Note").fill("Rang twice.")
    before = minutes_since(handoff)
    save_follow_up(page)
    expect_met(page, f"Logged: call, no answer, {LONG_NAME}. First follow-up met,", handoff, before)
    card = page.get_by_role("link", name=re.compile("First follow-up"))
    expect(card).to_contain_text("Met")
    expect(page.locator("#timeline")).to_contain_text("Ana called: no answer")
    expect(page.locator("#timeline")).to_contain_text("“Rang twice.”")


def test_it_works(page: Page, ana: User, handoff: Handoff) -> None:
    page.goto("/accounts/login/?next=/agreements/acme/queue/")
    page.get_by_label("Email").fill(str(ana.email))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your queue")
    rows = page.locator(".queue-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Late")
    expect(rows.nth(1)).to_contain_text("3 h")

    work_a_handoff(page, handoff)

    assert FollowUp.objects.get().note == "Rang twice."
    page.get_by_role("link", name="Queue").first.click()
    expect(page.locator(".queue-row").nth(1)).to_contain_text("attempt 2 of 6")


@WAYS
def test_wherever_and_however(
    new_page: Pages,
    sign_in: SignIn,
    ana: User,
    handoff: Handoff,
    device: dict[str, Any],
    scripts: bool,
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, ana)
    page.goto("/agreements/acme/queue/")
    work_a_handoff(page, handoff, scripts=scripts)


def test_with_the_keyboard_alone(page: Page, sign_in: SignIn, ana: User, handoff: Handoff) -> None:
    sign_in(page, ana)
    page.goto("/agreements/acme/queue/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name=LONG_NAME)).to_be_visible()
    page.wait_for_load_state()  # from here on its keys are listened to
    page.keyboard.press("a")
    expect(page.locator("#messages")).to_contain_text("Accepted ")
    page.wait_for_load_state()
    page.keyboard.press("l")
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Logged: call")
    assert (FollowUp.objects.get().channel, FollowUp.objects.get().outcome) == ("call", "no_answer")


def test_what_is_wrong_is_told_next_to_the_field(
    page: Page, sign_in: SignIn, ana: User, handoff: Handoff, complaints: Complaints
) -> None:
    sign_in(page, ana)
    address = f"/agreements/acme/leads/{handoff.lead_id}/"
    page.goto(address)
    page.get_by_label("Note").fill("Rang twice.")
    save_follow_up(page)
    expect(page.locator("#id_log-outcome_error")).to_have_text("Say what came of it.")
    expect(page.get_by_label("Note")).to_have_value("Rang twice.")
    expect(page).to_have_url(re.compile(address))
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    complaints[:] = [each for each in complaints if "422" not in each]


def test_an_explanation_can_be_copied(
    page: Page, sign_in: SignIn, ana: User, handoff: Handoff
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, ana)
    page.goto(f"/agreements/acme/leads/{handoff.lead_id}/?clock=S2.0")
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("#live")).to_have_text("The explanation is copied.")
    copied = copied_text(page)
    assert copied.startswith("A first follow-up is promised within 4")
    assert "under clause S2 of version 1." in copied


def test_an_explanation_is_selected_where_the_browser_does_not_copy(
    page: Page, sign_in: SignIn, ana: User, handoff: Handoff
) -> None:
    page.add_init_script("delete Navigator.prototype.clipboard")
    sign_in(page, ana)
    page.goto(f"/agreements/acme/leads/{handoff.lead_id}/?clock=S2.0")
    page.get_by_role("button", name="Copy as text").click()
    selected = str(page.evaluate("getSelection().toString()")).strip()
    assert selected.startswith("A first follow-up is promised within 4")


def test_reject_asks_first(page: Page, sign_in: SignIn, ana: User, handoff: Handoff) -> None:
    sign_in(page, ana)
    page.goto(f"/agreements/acme/leads/{handoff.lead_id}/")
    page.get_by_role("link", name="Reject…").click()
    expect(page.get_by_role("heading", name="Reject the handoff of")).to_be_focused()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Log a follow-up")).to_be_visible()
    page.get_by_role("link", name="Reject…").click()
    page.get_by_label("Wrong data").check()
    page.get_by_role("button", name="Reject the handoff").click()
    expect(page.locator("#messages")).to_contain_text("Rejected ")
    expect(page.get_by_text("This handoff is closed: it is rejected.")).to_be_visible()


def test_filters_tabs_and_pages_swap_the_list(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    now = timezone.now()
    for number in range(27):
        offer(version, f"Fair {number}", now - timedelta(minutes=number), holder=ana, origin="fair")
    offer(version, "Web", now, holder=ana, origin="web")
    sign_in(page, ana)
    page.goto("/agreements/acme/queue/")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".queue-row")).to_have_count(3)
    expect(page).to_have_url(re.compile("page=2"))
    page.locator("summary", has_text="Search, clause, tier").click()
    page.get_by_label("Origin").select_option("web")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".queue-row")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Origin").click()
    expect(page.locator(".queue-row")).to_have_count(25)
    page.get_by_role("link", name="Team").click()
    expect(page.get_by_role("heading", name="Nobody waits")).to_be_visible()
    assert page.evaluate("window.stays") is True
    page.go_back()
    expect(page.locator(".queue-row")).to_have_count(25)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_read_the_pages(
    new_page: Pages,
    sign_in: SignIn,
    ana: User,
    handoff: Handoff,
    device: dict[str, Any],
) -> None:
    page = new_page(**device)
    sign_in(page, ana)
    lead = f"/agreements/acme/leads/{handoff.lead_id}/"
    for address in (
        "/agreements/acme/queue/",
        "/agreements/acme/queue/?view=team",
        "/agreements/acme/leads/",
        f"{lead}?clock=S3.0",
        f"{lead}?deed=reject",
    ):
        page.goto(address)
        assert faults(page) == [], address
