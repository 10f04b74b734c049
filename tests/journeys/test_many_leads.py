"""One deed to many leads and its undo, and what became of offers: at a desk and on a phone."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs
from leads.models import Handoff
from tests.browser import Complaints, faults
from tests.factories import make_rep, make_user
from tests.journeys.conftest import DESKTOP, PHONE
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LONG = "Associação Beneficente e Hospitalar Nossa Senhora da Conceição de Mantiqueira"

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])


@pytest.fixture
def rafael(version: AgreementVersion) -> User:
    """The sales lead, who finds two leads with Ana and one that she rejected."""
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    ana = make_rep("Ana", version.agreement)
    make_rep("Bruno", version.agreement)
    for name in ("Paulo", LONG, "Rita"):
        made = offer(
            version, name, timezone.now(), holder=ana, campaign="Outono com um nome comprido 2026"
        )
        if name == "Rita":
            handoffs.reject(handoff=made, reason="wrong_data", by=ana, now=timezone.now())
    return rafael


def address(name: str) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme"})


def row_of(page: Page, name: str) -> Locator:
    return page.locator("[data-row]").filter(has_text=name)


@SCREENS
def test_it_works(new_page: Pages, sign_in: SignIn, rafael: User, screen: dict[str, int]) -> None:
    page = new_page(**screen)
    sign_in(page, rafael)
    page.goto(address("list"))
    every, chosen = page.get_by_label("All on this page"), page.locator("[data-chosen]")
    every.check()
    expect(chosen).to_have_text("3 chosen on this page")
    every.uncheck()
    expect(chosen).to_be_empty()
    page.get_by_label("With all 3 that fit the filters").check()
    for name in ("Paulo", LONG, "Rita"):
        page.get_by_label(f"Choose {name}", exact=True).check()
    expect(page.get_by_label("With the chosen ones")).to_be_checked()
    expect(every).to_be_checked()
    assert faults(page) == []
    page.get_by_role("button", name="Give to somebody else…").click()

    expect(page.get_by_role("heading", name="It is done to 2 leads")).to_be_visible()
    left = page.get_by_role("region", name="1 lead is left as it is")
    expect(left).to_contain_text("Rita")
    page.get_by_label("Who gets them?").select_option(str(User.objects.get(name="Bruno").pk))
    assert faults(page) == []
    page.get_by_role("button", name="Do it to 2 leads").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Given away: 2 leads")
    done = page.get_by_role("region", name="Done", exact=True)
    expect(done.get_by_text("Bruno")).to_have_count(2)
    assert faults(page) == []
    page.get_by_role("button", name="Take all of it back").click()

    expect(page.locator("main")).to_contain_text("Taken back: 2 leads are as they were.")
    expect(done.get_by_text("Ana")).to_have_count(2)
    assert faults(page) == []
    page.get_by_role("link", name="All leads").click()
    expect(row_of(page, "Paulo")).to_contain_text("Ana")


@SCREENS
def test_what_became_of_my_leads(
    new_page: Pages,
    sign_in: SignIn,
    version: AgreementVersion,
    rafael: User,
    screen: dict[str, int],
) -> None:
    julia = make_user("Júlia", team=version.agreement.marketing_team, role="lead")
    page = new_page(**screen)
    sign_in(page, julia)
    page.goto(address("list"))
    page.get_by_role("link", name="What became of them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What became of them")
    for name in ("Year", "Campaign"):
        segment = page.get_by_role("link", name=name, exact=True)
        segment.click()
        expect(segment).to_have_attribute("aria-current", "true")
    counts = page.get_by_role("region", name="How many")
    expect(counts).to_contain_text("Outono com um nome comprido 2026")
    assert faults(page) == []
    counts.get_by_text("why", exact=True).click()
    expect(counts.get_by_text("Wrong data")).to_be_visible()
    assert faults(page) == []

    counts.get_by_role("listitem").filter(has_text="Wrong data").get_by_role("link").click()

    expect(page.locator("[data-row]")).to_have_count(1)
    expect(row_of(page, "Rita")).to_be_visible()
    assert faults(page) == []


@SCREENS
def test_going_back_and_reloading_do_no_harm(
    new_page: Pages,
    sign_in: SignIn,
    rafael: User,
    complaints: Complaints,
    screen: dict[str, int],
) -> None:
    page = new_page(**screen)
    sign_in(page, rafael)
    page.goto(f"{address('list')}?status=offered")
    for name in ("Paulo", LONG):
        page.get_by_label(f"Choose {name}", exact=True).check()
    page.get_by_role("button", name="Give to somebody else…").click()
    asked = page.get_by_role("heading", name="It is done to 2 leads")
    expect(asked).to_be_visible()
    assert page.url.endswith(address("bulk"))
    page.reload()
    expect(asked).to_be_visible()
    assert set(Handoff.objects.open().values_list("holder__name", flat=True)) == {"Ana"}

    # What is refused keeps what was chosen.
    page.get_by_role("button", name="Do it to 2 leads").click()
    expect(page.get_by_role("alert").filter(has_text="Not done")).to_be_visible()
    expect(asked).to_be_visible()
    page.get_by_label("Who gets them?").select_option(str(User.objects.get(name="Bruno").pk))
    page.get_by_role("button", name="Do it to 2 leads").click()
    done = page.get_by_role("heading", level=1)
    expect(done).to_have_text("Given away: 2 leads")
    page.reload()
    expect(done).to_have_text("Given away: 2 leads")
    assert Audit.objects.filter(action="leads.bulk.done").count() == 1

    page.go_back()
    expect(asked).to_be_visible()
    page.get_by_label("Who gets them?").select_option(str(User.objects.get(name="Bruno").pk))
    page.get_by_role("button", name="Do it to 2 leads").click()
    expect(done).to_have_text("Given away: 0 leads")
    page.goto(address("bulk"))
    expect(page).to_have_url(re.compile(f"{address('list')}$"))
    complaints[:] = [each for each in complaints if "422" not in each]
