"""The keys of a rep's queue, columns that hold their words, and what follows a correction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff, HandoffEvent
from tests.browser import Complaints, faults, hold, wait_until_answered
from tests.factories import make_user
from tests.journeys.queues import QUEUE, became, focused_row, offer_many, panel_of, save_follow_up

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
# Presses a key as soon as a panel stands in its place, before anything in it was made ready.
PRESSES_WITH_THE_PANEL = """key => document.addEventListener("htmx:afterSwap", ({ target }) => {
  const told = { key, bubbles: true, cancelable: true };
  if (target.id === "panel") document.body.dispatchEvent(new KeyboardEvent("keydown", told));
})"""


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


def typed(at: datetime, person: User) -> str:
    """Return an instant as a person types it."""
    return at.astimezone(ZoneInfo(person.time_zone)).strftime("%Y-%m-%dT%H:%M")


def press_ahead(page: Page, first: str, address: str, *keys: str) -> None:
    """Press a key, and others before what it asks for has come."""
    held = hold(page, address)
    with page.expect_request(address):
        page.keyboard.press(first)
    for key in keys:
        page.keyboard.press(key)
    for route in held:
        route.continue_()
    page.unroute(address)


def test_keys_wait_for_what_is_on_its_way(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    five = offer_many(version, ana, 5)
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.keyboard.press("1")  # asks for nothing here
    press_ahead(page, "j", f"**/handoffs/{five[1].pk}/panel/**", "l", "1", "2", "Enter")
    focused_row(page, "Lead 03")
    logged = FollowUp.objects.values_list("lead", "outcome")
    assert list(logged) == [(five[1].lead_id, "left_message")]
    press_ahead(page, "r", "**/panel/**deed=reject*", "1", "Enter")
    focused_row(page, "Lead 04")
    assert became([five[2]]) == [["rejected", "wrong_data"]]
    page.evaluate(PRESSES_WITH_THE_PANEL, "r")
    page.keyboard.press("j")
    expect(page.locator("#deed-title")).to_have_text("Reject the handoff of Lead 05?")
    expect(page.locator("[data-queue]")).to_be_visible()


def test_all_keys_are_told_whatever_the_open_row_offers(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    wait_until_answered(page)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Accepted")).to_be_visible()
    page.keyboard.press("?")
    lines = page.locator("[data-keys-list] label")
    assert all(name[0].isupper() for name in lines.locator("span").all_inner_texts())
    expect(lines.filter(has=page.get_by_text("/", exact=True))).to_contain_text("Search the queue")
    told = lines.locator("kbd").all_inner_texts()
    assert {"a", "r", "u", ".", "p", "l", "z", "o", "/", "j", "k", "?"} <= set(told)
    assert len(told) == len(set(told))
    assert faults(page) == []


def see_what_it_will_do(page: Page) -> None:
    """Have what saving will do to the clocks in sight, above the button."""
    effects, save = page.locator(".effects"), page.get_by_role("button", name="Save follow-up")
    expect(effects).to_be_in_viewport(ratio=1)
    above, below = effects.bounding_box(), save.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]


def leave_a_rejection_unsent(page: Page) -> None:
    """Fill in why a lead is rejected, and go back to its follow-up."""
    title = page.locator("#deed-title")
    wait_until_answered(page)
    page.keyboard.press("r")
    expect(title).to_contain_text("Reject the handoff")
    page.get_by_label("Note for marketing").fill("No such company.")
    page.keyboard.press("Escape")
    expect(title).to_have_text("Log a follow-up")


def bring_the_rejection_back(page: Page) -> None:
    """Find what was filled in there again, and leave it once more."""
    page.keyboard.press("r")
    expect(page.get_by_label("Note for marketing")).to_have_value("No such company.")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#deed-title")).to_have_text("Log a follow-up")


def test_nothing_that_was_typed_is_lost(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    wait_until_answered(page)
    row = page.locator(f"#row-{three[0].pk} [data-row-link]")
    note, back = page.get_by_label("Note", exact=True), page.locator("[data-brought-back]")
    page.locator(".tile", has_text="No answer").click()
    note.fill("Rang twice.")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    expect(note).to_have_value("Rang twice.")
    page.keyboard.press("j")
    panel_of(page, "Lead 02")
    expect(note).to_have_value("")
    expect(back).to_be_hidden()
    page.keyboard.press("k")
    panel_of(page, "Lead 01")
    expect(note).to_have_value("Rang twice.")
    expect(page.get_by_role("radio", name="No answer")).to_be_checked()
    expect(page.get_by_label("Next step")).to_have_value("Write an e-mail")
    expect(back).to_contain_text("What you filled in before is here again")
    expect(back).to_be_in_viewport(ratio=1)
    see_what_it_will_do(page)
    assert faults(page) == []

    leave_a_rejection_unsent(page)
    expect(row).to_be_focused()
    expect(note).to_have_value("Rang twice.")
    bring_the_rejection_back(page)

    page.goto("/agreements/acme/document/")
    page.go_back()
    panel_of(page, "Lead 01")
    expect(note).to_have_value("Rang twice.")
    page.get_by_role("link", name="Open lead").click()
    expect(page.get_by_role("heading", level=1, name="Lead 01")).to_be_visible()
    expect(note).to_have_value("Rang twice.")
    page.get_by_role("button", name="Start empty").click()
    expect(note).to_have_value("")
    page.reload()
    expect(note).to_have_value("")


def test_what_was_saved_or_typed_by_another_is_not_brought_back(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    note = page.get_by_label("Note", exact=True)
    page.locator(".tile", has_text="No answer").click()
    note.fill("Rang twice.")
    save_follow_up(page)
    panel_of(page, "Lead 02")
    note.fill("Busy.")
    page.get_by_role("link", name="Lead 01", exact=True).click()
    panel_of(page, "Lead 01")
    expect(note).to_have_value("")
    team = version.agreement.sales_team
    sign_in(page, make_user("Rafael", team=team, role="lead", time_zone=ana.time_zone))
    page.goto(f"{QUEUE}?view=all&open={three[1].pk}")
    panel_of(page, "Lead 02")
    expect(note).to_have_value("")
    assert "Busy" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_time_that_is_put_right_is_foreseen_anew(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff], complaints: Complaints
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.locator(".tile", has_text="No answer").click()
    page.get_by_text("Happened earlier…").click()
    time = page.get_by_label("When it happened")
    time.fill("2090-01-01T10:00")
    expect(page.locator("[data-foreseen]")).to_contain_text("choose a time before now")
    save_follow_up(page)
    refused = page.locator("#id_log-occurred_at_error")
    expect(refused).to_be_visible()
    time.fill(typed(timezone.now() - timedelta(minutes=30), ana))
    expect(page.locator("[data-foreseen]")).to_contain_text("This will do to the clocks")
    expect(refused).to_have_count(0)
    complaints[:] = [each for each in complaints if "422" not in each]


def test_what_is_done_about_a_row_that_is_gone_goes_on_below_it(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(f"{QUEUE}?open={three[1].pk}")
    panel_of(page, "Lead 02")
    wait_until_answered(page)
    page.keyboard.press("z")
    expect(page.locator("#deed-title")).to_contain_text("Put Lead 02 aside")
    page.get_by_role("button", name="Put it aside").click()
    panel_of(page, "Lead 03")
    row = page.locator(f"#row-{three[1].pk}")
    expect(row).to_contain_text("Put aside")
    expect(row).not_to_contain_text("Done")
    # The link of a row that was brought works once it is no longer marked as added.
    expect(page.locator(".htmx-added")).to_have_count(0)
    row.get_by_role("link", name="Lead 02", exact=True).click()
    panel_of(page, "Lead 02")
    wait_until_answered(page)
    page.keyboard.press("p")
    page.get_by_label("Asked by the customer").check()
    page.get_by_label("Until").fill(typed(timezone.now() + timedelta(hours=2), ana))
    page.get_by_role("button", name="Pause the clocks").click()
    panel_of(page, "Lead 03")
    assert HandoffEvent.objects.filter(kind="paused").count() == 1


def test_a_laptop_shows_nine_rows_of_two_lines(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    offer_many(version, ana, 12)
    page.set_viewport_size({"width": 1366, "height": 768})
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    rows = page.locator(".queue-row")
    for place in range(9):
        expect(rows.nth(place)).to_be_in_viewport(ratio=1)


def test_all_tabs_of_a_rep_stand_in_one_line_on_a_phone(
    phone: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(phone, ana)
    phone.goto(QUEUE)
    tops = "tabs => new Set(tabs.map((tab) => tab.getBoundingClientRect().top)).size"
    assert phone.locator("#queue-tabs a").evaluate_all(tops) == 1
    phone.goto(f"{QUEUE}?view=snoozed")
    expect(phone.locator("#queue-tabs [aria-current]")).to_be_in_viewport(ratio=1)
    phone.goto(QUEUE)
    phone.get_by_role("link", name="Lead 01", exact=True).tap()
    panel_of(phone, "Lead 01")
    step, note = phone.get_by_label("Next step"), phone.get_by_label("Note")
    widths = [field.evaluate("field => field.offsetWidth") for field in (step, note)]
    assert widths[0] == widths[1]
