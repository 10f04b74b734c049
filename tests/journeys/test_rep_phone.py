"""A rep's morning on a phone: two taps to log, and nothing lies over what the next tap is on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FloatRect, Page, expect

from agreements.models import AgreementVersion, User
from leads.models import Handoff
from tests.browser import accessibility_faults, wait_until_answered
from tests.journeys.queues import IS_FREE, PASSWORD, QUEUE, became, offer_many, panel_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


def box_of(phone: Page, place: str) -> FloatRect:
    box = phone.locator(place).bounding_box()
    assert box
    return box


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


def sign_in_by_touch(phone: Page, person: User) -> None:
    phone.goto(f"/accounts/login/?next={QUEUE}")
    for label, text in (("Email", str(person.email)), ("Password", PASSWORD)):
        phone.get_by_label(label).tap()
        phone.keyboard.type(text)
    phone.get_by_role("button", name="Sign in").tap()


def log_by_touch(phone: Page, number: int, outcome: str, channel: str = "Call") -> None:
    """Log what became of a lead; the button that saves it is free."""
    panel_of(phone, f"Lead {number:02}")
    expect(phone.locator("#panel-title")).to_be_focused()
    wait_until_answered(phone)
    if channel != "Call":
        phone.locator(".tile", has_text=channel).tap()
    phone.locator(".tile", has_text=outcome).tap()
    expect(phone.locator("[data-foreseen]")).to_contain_text("This will do to the clocks")
    save = phone.get_by_role("button", name="Save follow-up")
    expect(save).to_be_in_viewport(ratio=1)
    assert save.evaluate(IS_FREE) is True
    save.tap()
    expect(phone.locator("#queue-notice")).to_contain_text(f", Lead {number:02}.")


def end_by_touch(phone: Page, link: str, choice: str, button: str, told: str) -> None:
    """Do what asks something, and wait until it is told."""
    phone.get_by_role("link", name=link, exact=True).tap()
    phone.get_by_text(choice).tap()
    phone.get_by_role("button", name=button).tap()
    expect(phone.locator("#queue-notice")).to_contain_text(told)


def expect_taken_back(phone: Page, name: str) -> None:
    """Expect what is told above the panel to be in sight, over nothing."""
    panel_of(phone, name)
    expect(phone.get_by_text(f"Taken back: {name}.")).to_be_in_viewport()
    covers = "notice => getComputedStyle(notice).position === 'fixed'"
    assert phone.locator("#queue-notice").evaluate(covers) is False
    assert accessibility_faults(phone) == []


def test_ten_handoffs_by_touch(phone: Page, version: AgreementVersion, ana: User) -> None:
    ten = offer_many(version, ana, 10)
    sign_in_by_touch(phone, ana)
    expect(phone.locator(".queue-row")).to_have_count(10)
    expect(phone.locator("#panel-title")).to_have_count(0)
    phone.get_by_role("link", name="Lead 01", exact=True).tap()
    expect(phone.locator(".queue-list")).to_be_hidden()
    log_by_touch(phone, 1, "Left message")
    # The second one has the notice of the first above it.
    log_by_touch(phone, 2, "No answer")
    panel_of(phone, "Lead 03")
    told, panel = (box_of(phone, each) for each in ("#queue-notice .undo", "#panel"))
    assert 0 <= told["y"] < told["y"] + told["height"] <= panel["y"]
    log_by_touch(phone, 3, "Wrong number")
    panel_of(phone, "Lead 04")
    phone.get_by_role("button", name="Undo").tap()
    expect_taken_back(phone, "Lead 03")

    end_by_touch(phone, "Reject…", "Wrong data", "Reject the handoff", "Rejected Lead 03.")
    panel_of(phone, "Lead 04")
    end_by_touch(phone, "Snooze…", "In an hour", "Put it aside", "Lead 04 is put aside until")
    panel_of(phone, "Lead 05")
    end_by_touch(phone, "Recycle…", "Not now", "Recycle the lead", "Recycled Lead 05")
    panel_of(phone, "Lead 06")
    phone.get_by_role("button", name="Accept").tap()
    expect(phone.locator("#queue-notice")).to_contain_text("Accepted Lead 06.")
    log_by_touch(phone, 6, "No answer")
    log_by_touch(phone, 7, "Conversation")
    log_by_touch(phone, 8, "Somebody answered")
    log_by_touch(phone, 9, "Meeting set")
    log_by_touch(phone, 10, "Sent", "E-mail")
    assert became(ten) == [
        ["offered", "call: left_message", "Write an e-mail"],
        ["offered", "call: no_answer", "Write an e-mail"],
        ["rejected", "wrong_data"],
        ["offered", "put aside"],
        ["recycled", "not_now"],
        ["accepted", "call: no_answer", "Write an e-mail"],
        ["accepted", "call: conversation"],
        ["accepted", "call: answered"],
        ["accepted", "call: meeting_set"],
        ["offered", "email: sent", "Call again"],
    ]
    phone.go_back()
    expect(phone.locator(".queue-list")).to_be_visible()
    expect(phone.locator(f"#row-{ten[0].pk}")).to_contain_text("left message")


def test_nothing_moves_when_the_offer_to_take_back_goes(
    phone: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(phone, ana)
    phone.clock.install()
    phone.goto(f"{QUEUE}?open={three[0].pk}")
    panel_of(phone, "Lead 01")
    phone.get_by_role("button", name="Accept").tap()
    notice = phone.locator("#queue-notice .undo")
    expect(notice).to_contain_text("Undo")
    phone.locator("#panel-title").focus()
    place = box_of(phone, "#panel-title")
    phone.clock.pause_at(timezone.now() + timedelta(seconds=15))
    phone.clock.run_for(1_000)
    expect(phone.get_by_role("button", name="Undo")).to_be_hidden()
    expect(notice).to_contain_text("Accepted Lead 01.")
    assert box_of(phone, "#panel-title") == place
