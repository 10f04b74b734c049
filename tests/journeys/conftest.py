"""A real browser before a real server, for journeys of people through the portal."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from agreements.models import AgreementVersion, User
from tests.browser import Complaints, unpacked_chromium
from tests.factories import make_user, make_version
from tests.leads.dealing import dealing_terms

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
WAYS = pytest.mark.parametrize(
    ("device", "scripts"),
    [
        pytest.param(DESKTOP, True, id="desktop"),
        pytest.param(PHONE, True, id="phone"),
        pytest.param(PHONE, False, id="phone without scripts"),
    ],
)
"""How people come; without scripts a desk shows the same page as a phone, only wider."""
PATIENCE = 30_000
"""How many milliseconds a page may take on a busy machine before it counts as stuck."""


def day_and_night(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the terms with promises that are counted at every hour."""
    return {key: part for key, part in terms.items() if key != "hours"} | {"calendar": "always"}


@pytest.fixture
def version(transactional_db: None) -> AgreementVersion:
    """Promises that are counted day and night, so that the hour of the test does not matter."""
    return make_version(day_and_night(dealing_terms()), closures={})


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    """A rep of the agreement's sales team."""
    return make_user(
        "Ana", team=version.agreement.sales_team, time_zone=version.agreement.time_zone
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Have one Chromium for the whole run."""
    chromium = unpacked_chromium()
    # Playwright keeps an event loop running in this thread, in which Django refuses its database;
    # nothing of ours runs in that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE / 2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path,
            env={**chromium.environment},
            args=["--font-render-hinting=none", "--disable-gpu"],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fail the test when a page complained: a test removes the complaints it expects."""
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def new_page(
    transactional_db: None, browser: Browser, live_server: LiveServer, complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """Open pages with a browser context of their own; addresses are relative to the portal."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, locale="en", reduced_motion="reduce", **options
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page, live_server.url)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Open a page on a desk."""
    return new_page(**DESKTOP)


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """Open a page on a phone."""
    return new_page(**PHONE)


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[Page, User], None]:
    """Sign a person in on a page, past the form, which has a journey of its own."""

    def sign_in_person(page: Page, person: User) -> None:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return sign_in_person
