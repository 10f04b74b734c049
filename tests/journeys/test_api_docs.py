"""Reading and trying the API in a browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from agreements.models import User
from tests.factories import make_user, make_version


def test_somebody_tries_a_call(page: Page, sign_in: Callable[[Page, User], None]) -> None:
    version = make_version()
    sign_in(page, make_user("Ana", team=version.agreement.sales_team))

    page.goto("/api/v1/docs/")
    figures = page.locator("#operations-figures-attainment")
    figures.locator(".opblock-summary-control").click()
    figures.get_by_role("button", name="Try it out").click()
    figures.get_by_placeholder("slug").fill("acme")
    figures.get_by_role("button", name="Execute").click()

    expect(figures.locator(".live-responses-table .response-col_status").last).to_contain_text(
        "200"
    )
    expect(figures.locator(".live-responses-table")).to_contain_text('"agreement": "acme"')
