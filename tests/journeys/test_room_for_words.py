"""Words have room: digits beside them, names above them, and what is done with a long list."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from tests.factories import make_user
from tests.journeys.queues import QUEUE, offer_many
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]

CRAMPED = """() => [...document.querySelectorAll(".tile")].filter((tile) => {
  if (tile.scrollWidth > tile.clientWidth + 1) return true;
  const digit = tile.querySelector(".digit").getBoundingClientRect();
  const range = document.createRange();
  return [...tile.childNodes].filter((node) => node.nodeType === 3).some((node) => {
    range.selectNodeContents(node);
    return [...range.getClientRects()].some((word) => digit.width && word.width > 1
      && word.left < digit.right && digit.left < word.right
      && word.top < digit.bottom && digit.top < word.bottom);
  });
}).map((tile) => tile.innerText)"""


@pytest.mark.parametrize("language", ["pt-br", "es"])
def test_digits_stand_beside_the_words_of_tiles(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User, language: str
) -> None:
    User.objects.filter(pk=ana.pk).update(language=language)
    handoff = offer(version, "Rita", timezone.now() - timedelta(minutes=9), holder=ana)
    handoffs.accept(handoff=handoff, by=ana, now=timezone.now())
    sign_in(page, ana)
    lead = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}&deed=log"
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 768})
        for address in (lead, f"{QUEUE}?handoff={handoff.pk}"):
            page.goto(address)
            if address == lead or width == 1366:
                expect(page.locator(".tile")).to_have_count(14)
            assert page.evaluate(CRAMPED) == []


def test_long_names_give_way(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    version.agreement.name = "Acme Brasil – Inbound and outbound of all regions"
    version.agreement.save(update_fields=["name"])
    handoff = offer(version, "Wa" * 40, timezone.now() - timedelta(minutes=9), holder=ana)
    lead = f"leads/{handoff.lead_id}/"
    sign_in(page, ana)
    for width, place in ((640, "document/"), (390, lead), (390, f"{lead}alike/"), (390, "leads/")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/agreements/acme/{place}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, place


def test_giving_away_stays_in_sight(
    page: Page, sign_in: SignIn, version: AgreementVersion, ana: User
) -> None:
    offer_many(version, ana, 20)
    team = version.agreement.sales_team
    sign_in(page, make_user("Rafael", team=team, role="lead", time_zone="America/Sao_Paulo"))
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(reverse("leads:team-member", args=["acme", ana.pk]))
    give = page.get_by_role("button", name="Give them away")
    expect(give).to_be_in_viewport(ratio=1)
    page.get_by_label("All on this page").check()
    expect(page.get_by_text("20 chosen on this page")).to_be_visible()
