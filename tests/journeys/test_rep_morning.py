"""A rep's morning: ten handoffs, worked beside the list, by the keyboard alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agreements.models import AgreementVersion, User
from leads.models import Handoff
from tests.browser import Complaints, accessibility_faults, faults, hold, wait_until_answered
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.queues import (
    PASSWORD,
    QUEUE,
    became,
    focused_row,
    look,
    offer_many,
    open_with_clock_stopped,
    panel_of,
    save_follow_up,
)
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def ten(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 10)


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus."""
    for _step in range(60):
        if control.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not come to {control}.")


def expect_told(page: Page, *parts: str) -> None:
    for part in parts:
        expect(page.locator("#queue-notice")).to_contain_text(part)


def sign_in_by_keys(page: Page, person: User) -> None:
    page.goto(f"/accounts/login/?next={QUEUE}")
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(str(person.email))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def choose_by_keys(page: Page, channel: str, outcome: str) -> None:
    """Press l and the two digits, and wait until the clocks were foreseen."""
    for key in ("l", channel, outcome):
        page.keyboard.press(key)
    expect(page.locator("[data-foreseen]")).to_contain_text("This will do to the clocks")


def log_by_keys(page: Page, number: int, channel: str, outcome: str, step: str = "") -> None:
    """Log what became of a lead, with a next step if any; the next row has the focus then."""
    name = f"Lead {number:02}"
    panel_of(page, name)
    choose_by_keys(page, channel, outcome)
    if step:
        tab_to(page, page.get_by_label("Next step"))
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(step)
    page.keyboard.press("Enter")
    expect_told(page, "Logged: ", f", {name}.")
    focused_row(page, f"Lead {number + 1:02}")


def put_aside_by_keys(page: Page, name: str) -> None:
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name=f"Put {name} aside until when?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_told(page, f"{name} is put aside until")


def end_by_keys(page: Page, link: str, asked: str) -> None:
    """Go to what has no letter of its own, below the form of the log, and wait until it asks."""
    page.keyboard.press("l")
    tab_to(page, page.get_by_role("link", name=link, exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=asked)).to_be_focused()


def put_aside_in_the_end(page: Page, number: int, handoff: Handoff) -> None:
    """Log it, take that back, put it aside, bring it back, and put it aside again."""
    name, following = f"Lead {number:02}", f"Lead {number + 1:02}"
    log_by_keys(page, number, "1", "4")
    page.keyboard.press("u")
    expect(page.get_by_text(f"Taken back: {name}.")).to_be_visible()
    focused_row(page, name)
    put_aside_by_keys(page, name)
    focused_row(page, following)
    page.keyboard.press("u")
    expect_told(page, f"{name} is back in your queue.")
    focused_row(page, name)
    put_aside_by_keys(page, name)
    focused_row(page, following)
    expect(page.locator(f"#row-{handoff.pk}")).to_contain_text("Put aside")


def reject_by_keys(page: Page, name: str) -> None:
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name=f"Reject the handoff of {name}")).to_be_focused()
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="Wrong data")).to_be_checked()
    page.keyboard.press("Enter")
    expect_told(page, f"Rejected {name}.")


def qualify_on_its_page(page: Page, name: str) -> None:
    """Open the lead of the focused row, say that a meeting was set, and qualify it."""
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    wait_until_answered(page)
    choose_by_keys(page, "1", "7")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text(f"Logged: call, meeting set, {name}.")
    end_by_keys(page, "Qualify…", f"Is {name} an SQL?")
    tab_to(page, page.get_by_role("button", name="Qualify the lead"))
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Qualified")


def test_ten_handoffs_by_the_keyboard_alone(page: Page, ana: User, ten: list[Handoff]) -> None:
    sign_in_by_keys(page, ana)
    panel_of(page, "Lead 01")
    page.wait_for_load_state()  # from here on its keys are listened to
    page.keyboard.press("k")
    focused_row(page, "Lead 01")
    log_by_keys(page, 1, "1", "1")
    expect(page.locator(f"#row-{ten[0].pk}")).to_contain_text("no answer")
    log_by_keys(page, 2, "2", "3")
    log_by_keys(page, 3, "1", "2", "Send the prices")
    log_by_keys(page, 4, "1", "8")

    put_aside_in_the_end(page, 5, ten[4])

    page.keyboard.press("a")
    expect_told(page, "Accepted Lead 06.")
    panel_of(page, "Lead 06")
    focused_row(page, "Lead 06")

    page.keyboard.press("j")
    reject_by_keys(page, "Lead 07")
    focused_row(page, "Lead 08")

    end_by_keys(page, "Recycle…", "Recycle Lead 08?")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect_told(page, "Recycled Lead 08")
    focused_row(page, "Lead 09")
    log_by_keys(page, 9, "1", "5")
    qualify_on_its_page(page, "Lead 10")
    assert became(ten) == [
        ["offered", "call: no_answer", "Write an e-mail"],
        ["offered", "email: sent", "Call again"],
        ["offered", "call: left_message", "Send the prices"],
        ["accepted", "call: conversation"],
        ["offered", "put aside"],
        ["accepted"],
        ["rejected", "wrong_data"],
        ["recycled", "not_now"],
        ["accepted", "call: answered"],
        ["qualified", "call: meeting_set"],
    ]


def test_the_row_that_is_clicked_opens_though_the_first_one_was_about_to(
    page: Page, sign_in: SignIn, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.clock.install()
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))

    page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    page.locator(f"#row-{ten[0].pk} [data-row-link]").dispatch_event("choose")
    page.locator(f"#row-{ten[2].pk} [data-row-link]").click()
    page.clock.run_for(1_000)
    panel_of(page, "Lead 03")
    page.clock.run_for(1_000)
    expect(page.locator(".queue-row [aria-current=true]")).to_have_text("Lead 03")
    assert [path for path in asked if path.endswith("/panel/")] == [
        f"/agreements/acme/handoffs/{ten[2].pk}/panel/"
    ]


def test_the_row_that_is_clicked_opens_though_a_deed_was_about_to_move_on(
    page: Page, sign_in: SignIn, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    held = hold(page, "**/follow-ups/")
    page.locator(".tile", has_text="No answer").click()
    with page.expect_request("**/follow-ups/"):
        save_follow_up(page)
    page.get_by_role("link", name="Lead 05", exact=True).click()
    page.keyboard.press("a")
    for route in held:
        route.continue_()
    panel_of(page, "Lead 05")
    expect(page.locator("#queue-notice")).to_contain_text("Accept")
    panel_of(page, "Lead 05")
    expect(page.locator(f"#row-{ten[0].pk}")).to_contain_text("no answer")
    statuses = [Handoff.objects.get(pk=each.pk).status for each in ten]
    assert [place for place, each in enumerate(statuses) if each == "accepted"] == [4]


def test_what_was_refused_stays_though_another_row_was_clicked(
    page: Page, sign_in: SignIn, ana: User, ten: list[Handoff], complaints: Complaints
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    held = hold(page, "**/follow-ups/")
    page.get_by_label("Note").fill("Rang twice.")
    with page.expect_request("**/follow-ups/"):
        save_follow_up(page)
    page.get_by_role("link", name="Lead 05", exact=True).click()
    for route in held:
        route.continue_()
    deed = page.locator("#deed")
    expect(deed.get_by_text("Say what came of it.")).to_be_in_viewport(ratio=1)
    panel_of(page, "Lead 01")
    expect(page.get_by_label("Note")).to_have_value("Rang twice.")
    expect(page.get_by_role("radio", name="No answer")).to_be_focused()
    page.keyboard.press("1")
    expect(deed.get_by_text("This will do to the clocks")).to_be_visible()
    expect(deed.locator(".field-errors")).to_have_count(0)
    page.get_by_role("link", name="Lead 05", exact=True).click()
    panel_of(page, "Lead 05")
    complaints[:] = [each for each in complaints if "422" not in each]


def test_what_is_past_due_stays_overdue_while_nobody_works(
    page: Page, sign_in: SignIn, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    clock = page.locator(f"#row-{ten[0].pk} [data-clock]")
    closed_since = {"left": "0", "spans": "0-0", "due": "2020-01-01T18:00:00Z"}
    clock.evaluate("(clock, told) => Object.assign(clock.dataset, told)", closed_since)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(clock).to_contain_text("0 min")
    expect(clock).to_have_class(re.compile("tone-bad"))


def test_new_work_waits_until_it_is_asked_for(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    offer(version, "Pedra", timezone.now(), holder=ana)
    page.locator("h1").hover()
    look(page)
    expect(page.locator("#arrivals")).to_contain_text("1 new handoff arrived: Pedra, S1")
    expect(page.locator(".queue-row")).to_have_count(10)
    assert accessibility_faults(page) == []
    page.keyboard.press(".")
    expect(page.locator(".queue-row")).to_have_count(11)


def test_new_work_pushes_nothing_under_a_pointer_that_moves(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    open_with_clock_stopped(page, "Lead 01")
    offer(version, "Pedra", timezone.now(), holder=ana)
    page.locator(".queue-row").first.hover()
    look(page)
    expect(page.locator("#arrivals")).to_be_empty()
    page.clock.run_for(4_000)
    expect(page.locator("#arrivals")).to_contain_text("1 new handoff arrived: Pedra, S1")


def test_the_tabs_count_what_comes_to_the_team(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    team = page.locator("#queue-tabs").get_by_role("link", name="Team")
    expect(team).to_have_text("Team 0")
    overdue = page.locator(".topbar-nav .count")
    expect(overdue).to_have_count(0)
    team.focus()
    offer(version, "Anybody's", timezone.now())
    offer(version, "Late", timezone.now() - timedelta(days=2), holder=ana)
    look(page)
    expect(team).to_have_text("Team 1")
    expect(team).to_be_focused()
    expect(overdue).to_have_text("1 overdue")


def test_a_suggestion_fills_only_what_is_empty(
    page: Page, sign_in: SignIn, ana: User, ten: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    step, on = page.get_by_label("Next step"), page.locator("[name=log-next_step_date]")
    page.locator(".tile", has_text="No answer").click()
    expect(step).to_have_value("Write an e-mail")
    expect(on).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    page.locator(".tile", has_text="Conversation").click()
    expect(step).to_have_value("")
    expect(on).to_have_value("")
    step.fill("Send a proposal")
    page.locator(".tile", has_text="No answer").click()
    expect(on).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    expect(step).to_have_value("Send a proposal")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_without_scripts_a_row_leads_to_the_leads_page(
    new_page: Pages, sign_in: SignIn, ana: User, ten: list[Handoff], device: dict[str, Any]
) -> None:
    page = new_page(**device, java_script_enabled=False)
    sign_in(page, ana)
    page.goto(QUEUE)
    page.get_by_role("link", name="Lead 03", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Lead 03")).to_be_visible()
    page.locator(".tile", has_text="No answer").click()
    save_follow_up(page)
    expect(page.locator("#messages")).to_contain_text("Logged: call, no answer, Lead 03.")


@pytest.mark.parametrize("deed", ["log", "reject", "snooze"])
def test_everybody_can_use_the_panel(
    new_page: Pages, sign_in: SignIn, ana: User, ten: list[Handoff], deed: str
) -> None:
    page = new_page(**DESKTOP)
    sign_in(page, ana)
    page.goto(f"{QUEUE}?open={ten[9].pk}")
    panel_of(page, "Lead 10")
    if deed == "log":
        page.locator(".tile", has_text="No answer").click()
        expect(page.locator("[data-foreseen]")).to_contain_text("This will do to the clocks")
    else:
        page.get_by_role("link", name=f"{deed.capitalize()}…", exact=True).click()
        expect(page.locator("#deed-title")).to_contain_text("Lead 10")
    assert faults(page) == []
