"""What journeys through a rep's queue share."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff, HandoffEvent, Snooze
from tests.browser import wait_until_answered
from tests.leads.pages import offer

QUEUE = "/agreements/acme/queue/"
PASSWORD = "a long secret"
# What lies on top at the corners of a button: nothing but the button, and all of it on the screen.
IS_FREE = """button => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const isFree = (x, y) => button.contains(document.elementFromPoint(x, y));
  return [left + 9, right - 9].every((x) => isFree(x, top + 2) && isFree(x, bottom - 2));
}"""


def offer_many(version: AgreementVersion, holder: User, number: int) -> list[Handoff]:
    """Offer leads to somebody; the first was offered first, so that it runs out first."""
    now = timezone.now()
    return [
        offer(
            version,
            f"Lead {place:02}",
            now - timedelta(minutes=200 - place),
            holder=holder,
            company=f"Company {place}",
            phone="+55 11 5555-0100",
        )
        for place in range(1, number + 1)
    ]


def panel_of(page: Page, name: str) -> None:
    """Expect the panel to be about a lead."""
    expect(page.locator("#panel-title")).to_have_text(name)


def open_with_clock_stopped(page: Page, name: str) -> None:
    """Open the queue at a lead, and let time pass in the page only where a test says so."""
    page.clock.install()
    page.goto(QUEUE)
    panel_of(page, name)
    page.clock.pause_at(timezone.now() + timedelta(seconds=5))


def look(page: Page) -> None:
    """Ask what arrived, as the page does every minute."""
    with page.expect_response("**/arrivals/**"):
        page.evaluate("document.getElementById('arrivals').dispatchEvent(new Event('look'))")
    wait_until_answered(page)


def save_follow_up(page: Page) -> None:
    """Save a follow-up once it is shown what that will do: the button is moved by it."""
    wait_until_answered(page)
    page.get_by_role("button", name="Save follow-up").click()


def became(handoffs: Iterable[Handoff]) -> list[list[str]]:
    """Tell of each handoff its status, what was decided and logged, the next step, and a snooze."""
    told = []
    for handoff in handoffs:
        handoff.refresh_from_db()
        decided = HandoffEvent.objects.holding().filter(handoff=handoff)
        logged = FollowUp.objects.holding().filter(lead=handoff.lead_id)
        told.append(
            [
                handoff.status,
                *decided.exclude(reason="").values_list("reason", flat=True),
                *map(": ".join, logged.values_list("channel", "outcome")),
                *logged.exclude(next_step="").values_list("next_step", flat=True),
                *("put aside" for _ in Snooze.objects.filter(handoff=handoff)),
            ]
        )
    return told


def focused_row(page: Page, name: str) -> None:
    expect(page.locator("[data-row-link]:focus")).to_have_text(name)
