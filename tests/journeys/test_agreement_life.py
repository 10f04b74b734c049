"""The whole life of an agreement: asked, written, tried, talked over, declined, signed, amended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.editor.registry import FORMS
from agreements.models import Agreement, AgreementVersion, Team, User
from leads.ingest import ingest
from tests.browser import Complaints, accessibility_faults
from tests.factories import Teller, make_rep, make_user
from tests.journeys.conftest import DESKTOP

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
PASSWORD = "a long secret"
DRAFT = "/agreements/north/draft/"


@pytest.fixture
def leads(new_page: Pages, sign_in: SignIn) -> tuple[Page, Page]:
    """Helena, who leads marketing, and Rafael, who leads sales, each before a browser."""
    marketing = Team.objects.create(slug="marketing", name="Marketing North")
    sales = Team.objects.create(slug="sales", name="Sales North")
    pages = []
    for name, team in (("Helena", marketing), ("Rafael", sales)):
        page = new_page(**DESKTOP)
        sign_in(page, make_user(name, team=team, role="lead"))
        pages.append(page)
    return pages[0], pages[1]


def choose(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=text)


def type_into(page: Page, label: str, text: str, nth: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(nth)
    field.fill(text)
    field.blur()


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("Saved just now")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page) -> None:
    """Make the agreement, and answer the six steps of the interview."""
    page.goto("/agreements/new/")
    page.get_by_label("Name of the agreement").fill("North")
    choose(page, "Marketing team", "Marketing North")
    choose(page, "Sales team", "Sales North")
    press(page, "Go on to the text")
    press(page, "Answer the questions")
    for step in range(1, 6):
        expect(page.get_by_text(f"Step {step} of 6")).to_be_visible()
        assert accessibility_faults(page) == [], step
        press(page, "Next")
    expect(page.get_by_text("Step 6 of 6")).to_be_visible()
    expect(page.locator("#meaning")).to_contain_text("this is a complete text")
    # The editor's first page of a process reads all zones and holidays.
    page.get_by_role("button", name="Make the draft").click(timeout=60_000)
    expect(page.get_by_text("Your answers are a draft now, version 1")).to_be_visible()


def visit_every_section(page: Page) -> None:
    """Look at every section; what is sent as shown is saved without a problem."""
    for form in FORMS:
        page.goto(f"{DRAFT}{form.name}/")
        press(page, "Save")
        is_saved(page)
        expect(page.locator("#problems")).to_contain_text("None.")


def tell_past_handoffs(agreement: Agreement) -> None:
    """Leads that marketing handed over before there was any agreement."""
    rep, now = make_rep("Ana", agreement), timezone.now()
    facts = []
    for number in range(12):
        tell, at = Teller(f"Lead {number}"), now - timedelta(days=10, hours=number)
        facts += [
            tell.attributes(at, name=f"Lead {number}", country="US", employees=10 * number),
            tell.event("offered", at),
            tell.event("assigned", at + timedelta(minutes=2), person_id=rep.pk),
            tell.follow_up("answered", at + timedelta(hours=1 + number)),
        ]
    ingest(agreement=agreement, facts=facts, by=None, now=now)


def try_it(page: Page) -> None:
    """Try criteria and promises on what really happened."""
    page.goto("/agreements/north/criteria-test/")
    expect(page.get_by_text("would pass")).to_be_visible()
    assert accessibility_faults(page) == []
    page.goto("/agreements/north/back-test/")
    expect(page.get_by_role("heading", name="Back-test: the last 90 days")).to_be_visible()
    expect(page.get_by_text("12 real handoffs")).to_be_visible()
    assert accessibility_faults(page) == []


def talk(hers: Page, his: Page) -> None:
    """He asks, she answers; the question is resolved."""
    his.goto(f"{DRAFT}comments/")
    his.get_by_label("Comment", exact=True).first.fill("Why so fast?")
    press(his, "Comment")
    expect(his.get_by_role("main").get_by_text("Why so fast?").first).to_be_visible()
    hers.goto(f"{DRAFT}comments/")
    hers.get_by_text("Answer", exact=True).first.click()
    hers.get_by_label("Your answer").fill("Because they asked us.")
    press(hers, "Send")
    expect(hers.get_by_role("main").get_by_text("Because they asked us.").first).to_be_visible()
    press(hers, "Resolve")
    expect(hers.get_by_text("Resolved by Helena")).to_be_visible()


def propose(page: Page) -> None:
    page.goto(f"{DRAFT}propose/")
    assert accessibility_faults(page) == []
    press(page, "Propose for signature")
    expect(page.get_by_text("The text stays as it is now")).to_be_visible()


def sign(page: Page, number: int) -> None:
    page.goto(f"/agreements/north/versions/{number}/sign/")
    version = AgreementVersion.objects.get(agreement__slug="north", number=number)
    expect(page.get_by_text(version.terms_hash[:8]).first).to_be_visible()
    page.get_by_label("Your password").fill("not mine")
    press(page, "Sign this text")
    expect(page.get_by_label("Your password")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Sign this text")
    page.wait_for_url("**/document/**")


def status_of(number: int) -> str:
    version = AgreementVersion.objects.get(agreement__slug="north", number=number)
    return version.status_at(timezone.now())


def test_it_works(leads: tuple[Page, Page], complaints: Complaints) -> None:
    hers, his = leads
    begin(hers)
    visit_every_section(hers)
    tell_past_handoffs(Agreement.objects.get(slug="north"))
    try_it(his)
    talk(hers, his)

    propose(hers)
    his.goto("/agreements/north/versions/1/decline/")
    his.get_by_label("Why").fill("The reviews are too rare.")
    press(his, "Decline")
    expect(his.get_by_text("Declined. The copy of the text is the new draft")).to_be_visible()
    his.goto(f"{DRAFT}review/")
    choose(his, "How often", "each week")
    is_saved(his)
    his.goto("/agreements/north/differences/?from=1&to=2")
    expect(his.get_by_role("main")).to_contain_text("week")
    assert accessibility_faults(his) == []
    assert status_of(1) == "declined"

    propose(his)
    sign(hers, 2)
    assert status_of(2) == "proposed"
    sign(his, 2)
    assert status_of(2) == "in_force"

    amend(hers, his)
    # The browser tells of each wrong password.
    complaints[:] = [each for each in complaints if "422" not in each]


def amend(hers: Page, his: Page) -> None:
    """Change one promise of the version in force: the new version takes over without a gap."""
    hers.goto("/agreements/north/draft/new/")
    press(hers, "Begin with a copy")
    expect(hers.locator("#section h1")).to_be_visible()
    hers.goto(f"{DRAFT}reasons/")
    rejections = hers.get_by_role("region", name="Why sales rejects a handoff")
    rejections.get_by_role("button", name="Add a reason").click()
    expect(hers.locator("#problems")).to_contain_text("Reasons")
    rejections.get_by_role("button", name="Remove").last.click()
    expect(hers.locator("#problems")).to_contain_text("None.")
    hers.goto(f"{DRAFT}review/")
    choose(hers, "How often", "each month")
    is_saved(hers)
    propose(hers)
    sign(his, 3)
    sign(hers, 3)
    second, third = AgreementVersion.objects.filter(
        agreement__slug="north", number__gte=2
    ).order_by("number")
    assert status_of(3) == "in_force"
    assert second.effective_to == third.effective_from
    now, next_from = timezone.now(), third.effective_from
    assert second.status_at(now, next_from=next_from) == "superseded"
    hers.goto("/agreements/north/history/")
    expect(hers.get_by_role("main")).to_contain_text("Helena")
    assert accessibility_faults(hers) == []
