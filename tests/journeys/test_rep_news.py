"""What a rep's queue tells while one looks: work of the team, and what runs out."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import Clock, Handoff
from tests.browser import accessibility_faults
from tests.journeys.queues import QUEUE, look, offer_many, open_with_clock_stopped, panel_of
from tests.leads.pages import offer, stop_time

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


def test_work_of_the_team_is_told_in_words(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    offer(version, "Anybody's", timezone.now())
    page.locator("h1").hover()
    look(page)
    told = page.get_by_role("status").filter(has_text="came into the team's queue")
    expect(told).to_contain_text("1 new handoff came into the team's queue: Anybody's")
    expect(page.locator(".queue-row")).to_have_count(3)
    assert accessibility_faults(page) == []

    told.get_by_role("link", name="Take one from the team's queue").click()
    expect(page.locator(".queue-row")).to_have_count(1)
    expect(page.locator("#queue-tabs [aria-current]")).to_contain_text("Team 1")


def test_more_sentences_wait_for_the_pointer_as_well(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    open_with_clock_stopped(page, "Lead 01")
    offer(version, "Pedra", timezone.now(), holder=ana)
    page.locator("h1").hover()
    look(page)
    told = page.locator("#arrivals")
    expect(told).to_contain_text("Pedra")
    offer(version, "Anybody's", timezone.now())
    page.locator(".queue-row").first.hover()
    look(page)
    expect(told).not_to_contain_text("Anybody's")
    page.clock.run_for(4_000)
    expect(told).to_contain_text("Anybody's")


def test_what_runs_out_says_so_where_it_is(
    page: Page,
    sign_in: SignIn,
    ana: User,
    three: list[Handoff],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(page, ana)
    open_with_clock_stopped(page, "Lead 01")
    page.locator("h1").hover()
    # The second row runs out before the first: what is told asks to be put in order anew.
    row = page.locator(f"#row-{three[1].pk}")
    clock, group = row.locator("[data-clock]"), page.locator(".queue-group", has=row)
    expect(group.get_by_role("heading")).to_contain_text("In the next hour")
    clock.evaluate("clock => (clock.dataset.left = 3)")
    due_at = Clock.objects.get(handoff=three[1], clause_key="S1").due_at
    stop_time(monkeypatch, due_at + timedelta(seconds=1))
    with page.expect_response("**/arrivals/**"):
        page.clock.run_for(5_000)

    expect(clock.locator(".clock-due")).to_have_text(
        re.compile(r"^\s*was due \d\d:\d\d\s*$"), use_inner_text=True
    )
    expect(clock).to_have_class(re.compile("tone-bad"))
    expect(group.get_by_role("heading")).to_contain_text("In the next hour")
    expect(page.locator(".queue-row").nth(1)).to_have_id(f"row-{three[1].pk}")
    told = page.locator("#arrivals")
    expect(told).to_contain_text("2 handoffs became overdue")
    page.clock.resume()
    assert accessibility_faults(page) == []
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="Overdue 2")).to_be_visible()
    expect(told).to_be_empty()
