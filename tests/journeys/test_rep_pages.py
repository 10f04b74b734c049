"""A queue of several pages, walked over by the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from tests.journeys.queues import IS_FREE, QUEUE, focused_row, offer_many, panel_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


def names_of_keys(page: Page) -> list[str]:
    """Return what the list of keys says j and k do."""
    page.keyboard.press("?")
    lines = page.locator("#keys [data-keys-list] label")
    said = [lines.filter(has_text=key).first.inner_text() for key in ("Next row", "Previous row")]
    page.keyboard.press("Escape")
    return [" ".join(line.split()) for line in said]


def test_it_works(page: Page, sign_in: SignIn, version: AgreementVersion, ana: User) -> None:
    handoffs = offer_many(version, ana, 27)
    sign_in(page, ana)
    page.goto(f"{QUEUE}?open={handoffs[23].pk}")
    panel_of(page, "Lead 24")
    assert names_of_keys(page) == [
        "j Next row, after the last one the next page",
        "k Previous row",
    ]
    page.keyboard.press("j")
    focused_row(page, "Lead 25")
    panel_of(page, "Lead 25")
    page.keyboard.press("j")
    focused_row(page, "Lead 26")
    panel_of(page, "Lead 26")
    assert "page=2" in page.url
    assert names_of_keys(page) == [
        "j Next row",
        "k Previous row, before the first one the previous page",
    ]

    page.locator(f"#row-{handoffs[25].pk} [data-row-link]").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused_row(page, "Lead 27")
    page.keyboard.press("k")
    page.keyboard.press("k")
    focused_row(page, "Lead 25")
    panel_of(page, "Lead 25")
    page.keyboard.press("k")
    focused_row(page, "Lead 24")
    panel_of(page, "Lead 24")
    page.keyboard.press("a")
    told = page.locator("#queue-notice > .undo")
    expect(told).to_contain_text("Accepted Lead 24.")
    expect(told).to_be_in_viewport(ratio=1)
    expect(page.locator("h1")).not_to_be_in_viewport()
    for free in ("#panel-title", "#panel .log-form > .btn[type=submit]", "[data-row-link]:focus"):
        assert page.locator(free).evaluate(IS_FREE) is True, free
    assert told.evaluate("notice => notice.getBoundingClientRect().top > innerHeight / 2") is True
    page.evaluate("scrollTo(0, 0)")
    expect(told).to_be_in_viewport(ratio=1)
    assert page.locator(".queue-tabs a").first.evaluate(IS_FREE) is True


def test_a_single_page_ends_where_it_ends(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    offer_many(version, ana, 2)
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    for _time in range(3):
        page.keyboard.press("j")
    focused_row(page, "Lead 02")
    for _time in range(3):
        page.keyboard.press("k")
    focused_row(page, "Lead 01")
    assert names_of_keys(page) == ["j Next row", "k Previous row"]
