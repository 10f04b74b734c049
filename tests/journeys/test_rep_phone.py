"""A rep's queue on a phone: two taps to log, and nothing lies over what the next tap is on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FloatRect, Page, expect

from agreements.models import AgreementVersion, User
from leads.models import Handoff
from tests.browser import wait_until_answered
from tests.journeys.queues import IS_FREE, QUEUE, offer_many, panel_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


def box_of(phone: Page, place: str) -> FloatRect:
    box = phone.locator(place).bounding_box()
    assert box
    return box


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


def test_the_button_that_saves_is_free_once_it_is_said_what_happened(
    phone: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(phone, ana)
    phone.goto(QUEUE)
    phone.get_by_role("link", name="Lead 01", exact=True).tap()
    # The second one has the notice of the first above it.
    for name in ("Lead 01", "Lead 02"):
        panel_of(phone, name)
        wait_until_answered(phone)
        phone.locator(".tile", has_text="Left message").tap()
        expect(phone.locator("[data-foreseen]")).to_contain_text("attempt 1 of 6")
        save = phone.get_by_role("button", name="Save follow-up")
        expect(save).to_be_in_viewport(ratio=1)
        assert save.evaluate(IS_FREE) is True
        save.tap()
    panel_of(phone, "Lead 03")
    told, panel = (box_of(phone, each) for each in ("#queue-notice .undo", "#panel"))
    assert 0 <= told["y"] < told["y"] + told["height"] <= panel["y"]


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
