"""A sales lead finds two leads to be one, and parts them again: at a desk and on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.models import Lead
from tests.browser import faults
from tests.factories import make_user
from tests.journeys.conftest import PHONE
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

KEPT = "Maria Aparecida dos Santos Figueiredo de Albuquerque e Vasconcelos Prates"
MERGED = "Maria Prates"

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def rafael(version: AgreementVersion) -> User:
    return make_user("Rafael", team=version.agreement.sales_team, role="lead")


@pytest.fixture
def kept(version: AgreementVersion) -> Lead:
    """Known for an hour, and heard of again a moment ago, with the same telephone."""
    now = timezone.now()
    first = offer(
        version, "one", now - timedelta(hours=1), name=KEPT, phone="+55 11 95555-0101",
        email="maria.aparecida.dos.santos@instituto-de-pesquisas.example",
    )  # fmt: skip
    at = now - timedelta(minutes=5)
    offer(version, "two", at, name=MERGED, phone="(11) 95555-0101", city="Santos")
    return first.lead


def address(name: str, **about: int) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"} | about)


def merge_and_part(page: Page, lead: Lead) -> None:
    """Do it from the lead's page: look, compare, merge, and undo."""
    page.goto(address("detail", pk=lead.pk))
    card = page.locator("#alike")
    expect(card).to_contain_text("same telephone")
    assert faults(page) == []
    card.get_by_role("link", name="Compare and merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these one lead?")
    expect(page.locator("main")).to_contain_text("both are with sales")
    assert faults(page) == []
    expect(page.get_by_role("button", name=f"Merge {KEPT} into {MERGED}")).to_be_visible()
    page.get_by_role("button", name=f"Keep {KEPT} instead").click()
    page.get_by_label("Why they are one").fill("She filled in two forms.")
    page.get_by_role("button", name=f"Merge {MERGED} into {KEPT}").click()
    expect(page.locator("#messages")).to_contain_text("are one lead now")
    expect(page.locator("#timeline")).to_contain_text("Rafael found this to be one lead with")
    expect(page.locator("#about")).to_contain_text("Santos")
    expect(card).to_contain_text("Merged into this lead")
    assert faults(page) == []

    card.get_by_role("button", name="Undo the merge").click()
    expect(page.locator("#messages")).to_contain_text("are two leads again")
    expect(page.locator("#about")).not_to_contain_text("Santos")
    expect(card).to_contain_text("same telephone")


def test_it_works(page: Page, sign_in: SignIn, rafael: User, kept: Lead) -> None:
    sign_in(page, rafael)
    merge_and_part(page, kept)


def test_on_a_phone(phone: Page, sign_in: SignIn, rafael: User, kept: Lead) -> None:
    sign_in(phone, rafael)
    merge_and_part(phone, kept)


def test_the_list_on_a_phone_without_scripts(
    new_page: Pages, sign_in: SignIn, rafael: User, kept: Lead
) -> None:
    page = new_page(**PHONE, java_script_enabled=False)
    sign_in(page, rafael)
    page.goto(address("list"))
    page.get_by_role("link", name="Possible duplicates").click()
    page.get_by_role("button", name="Not the same").click()
    expect(page.locator("main")).to_contain_text("No lead looks like an earlier one")
    page.goto(address("detail", pk=kept.pk))
    page.get_by_role("link", name="Look for duplicates of this lead").click()
    page.get_by_role("button", name="Suggest it again").click()
    page.get_by_role("link", name="Look for duplicates of this lead").click()
    expect(page.locator("main")).to_contain_text("same telephone")
