"""An administrator hands out what is kept about a person, and forgets them."""

from collections.abc import Callable
from datetime import timedelta
from zipfile import is_zipfile

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from leads.models import Lead
from leads.personal.raw_files import search_files
from tests.browser import Complaints, faults
from tests.factories import make_user
from tests.leads.importing.file_imports import bring
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

NAME = "Maria Aparecida dos Santos Figueiredo de Albuquerque e Vasconcelos Prates"

SignIn = Callable[[Page, User], None]


@pytest.fixture
def adela(version: AgreementVersion) -> User:
    return make_user("Adela", is_admin=True)


@pytest.fixture
def maria(version: AgreementVersion, adela: User) -> Lead:
    """A lead that was rejected an hour ago."""
    at = timezone.now() - timedelta(hours=1)
    handoff = offer(version, "one", at, name=NAME, email="maria@instituto.example")
    handoffs.reject(handoff=handoff, reason="wrong_data", by=adela, now=at, note="Maria moved")
    bring(version.agreement, adela, b"%PDF-1.7 maria@instituto.example", name="leads.pdf", now=at)
    return handoff.lead


def hand_out_and_forget(page: Page, lead: Lead) -> None:
    """Take the file along, be asked, mistype the name, forget, and find them in the list."""
    page.goto(reverse("leads:detail", kwargs={"slug": "acme", "pk": lead.pk}))
    with page.expect_download() as download:
        page.get_by_role("button", name="Take out everything kept").click()
    assert is_zipfile(download.value.path())
    page.get_by_role("link", name="Forget this person…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Forget {NAME}")
    assert faults(page) == []
    page.get_by_label("Why is the person forgotten?").fill("Asked by letter.")
    page.get_by_label("The lead's name").fill("Mario")
    page.get_by_role("button", name="Forget this person").click()
    expect(page.locator("main")).to_contain_text("This is another name")
    assert faults(page) == []
    page.get_by_label("The lead's name").fill(NAME)
    page.get_by_role("button", name="Forget this person").click()
    expect(page.locator("#messages")).to_contain_text("The person was forgotten.")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"#{lead.pk}")
    expect(page.locator("main")).not_to_contain_text("Maria")
    assert faults(page) == []
    search_files(now=timezone.now())
    page.reload()
    expect(page.locator("main")).to_contain_text("1 stored file could not be searched")
    assert faults(page) == []
    page.get_by_role("link", name="Look at them").click()
    throw_file_away(page)
    page.goto(reverse("leads:detail", kwargs={"slug": "acme", "pk": lead.pk}))
    page.get_by_role("link", name="Forgotten people").click()
    expect(page.locator("tbody")).to_contain_text("Asked by letter.")
    assert faults(page) == []
    page.get_by_label("Forget leads without a sign of life").fill("24")
    page.get_by_role("button", name="Count first").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("would forget 0 leads")
    assert faults(page) == []


def throw_file_away(page: Page) -> None:
    """Look into the file that could not be searched, and throw it away."""
    expect(page.get_by_role("region", name="Files that could not")).to_contain_text("leads.pdf")
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download leads.pdf").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7 maria")
    page.get_by_role("button", name="Throw away leads.pdf").click()
    expect(page.locator("#messages")).to_contain_text("leads.pdf was thrown away.")


def test_it_works(
    page: Page, sign_in: SignIn, adela: User, maria: Lead, complaints: Complaints
) -> None:
    sign_in(page, adela)
    hand_out_and_forget(page, maria)
    complaints[:] = [each for each in complaints if "422" not in each]


def test_on_a_phone(
    phone: Page, sign_in: SignIn, adela: User, maria: Lead, complaints: Complaints
) -> None:
    sign_in(phone, adela)
    hand_out_and_forget(phone, maria)
    complaints[:] = [each for each in complaints if "422" not in each]
