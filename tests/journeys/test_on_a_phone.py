"""A phone holds all of every page and menu, in the languages whose words are longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.actions.pauses import pause
from tests.browser import pixels_too_wide
from tests.factories import make_rep, make_user
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGES = (
    "metrics:dashboard", "metrics:breaches", "metrics:back-test", "agreements:document",
    "agreements:history", "leads:queue", "leads:list", "leads:ready", "leads:became",
    "leads:rejections", "leads:paused", "leads:duplicates", "leads:imports", "leads:team",
    "leads:absences", "leads:assignment", "leads:criteria-test",
)  # fmt: skip

# Opens all that opens, one at a time: the words of each, and from where to where it reaches.
OPENED = """() => [...document.querySelectorAll("summary")]
  .filter((summary) => summary.checkVisibility({ visibilityProperty: true }))
  .flatMap((summary) => {
    const details = summary.parentElement;
    const wasOpen = details.open;
    details.open = true;
    const reach = [...details.children]
      .filter((part) => part !== summary)
      .map((part) => part.getBoundingClientRect())
      .map(({ left, right }) => [summary.textContent.trim(), left, right]);
    details.open = wasOpen;
    return reach;
  })"""


@pytest.mark.parametrize("language", ["es", "pt-br"])
def test_every_page_is_as_wide_as_a_phone(
    phone: Page, sign_in: Callable[[Page, User], None], version: AgreementVersion, language: str
) -> None:
    """The leads of both teams see the most; one of what they see is overdue for long, one is
    paused too much.
    """
    agreement = version.agreement
    lead = make_user("Rafael", team=agreement.sales_team, role="lead", language=language)
    agreement.marketing_team.memberships.create(user=lead, role="lead")
    long_ago = timezone.now() - timedelta(days=40)
    offer(version, "Transportadora do Vale do Paraíba", long_ago, holder=make_rep("A", agreement))
    pause_too_much(version, lead)
    sign_in(phone, lead)

    for name in PAGES:
        phone.goto(reverse(name, kwargs={"slug": agreement.slug}))
        expect(phone.locator("html")).to_have_attribute("lang", language)
        if name == "leads:list":
            expect(phone.locator(".segments .count-warn")).to_be_attached()
        assert (name, pixels_too_wide(phone)) == (name, 0)
        assert (name, cut_when_opened(phone)) == (name, [])


def pause_too_much(version: AgreementVersion, person: User) -> None:
    """Stop the clocks of a handoff from its offer on: that is told beside the name of a page."""
    now = timezone.now()
    handoff = offer(version, "Padaria", now - timedelta(hours=20), holder=person)
    since = now - timedelta(hours=19)
    pause(handoff=handoff, reason="asked", until=now + timedelta(hours=1), by=person, now=since)


def cut_when_opened(phone: Page) -> list[str]:
    """Return what opens partly beside the screen, by the words one opens it with."""
    width = phone.evaluate("document.documentElement.clientWidth")
    opened = phone.evaluate(OPENED)
    assert opened
    return [words for words, left, right in opened if left < 0 or right > width]
