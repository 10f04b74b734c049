"""Two leads write at once: what is typed saves itself, and nothing is lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.editor.registry import FORMS
from agreements.models import AgreementVersion, User
from tests.browser import Complaints, accessibility_faults, faults
from tests.factories import example_terms, make_user, make_version
from tests.journeys.conftest import DESKTOP

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
DRAFT = "/agreements/acme/draft/"
OBJECTIVES: list[dict[str, Any]] = [
    {"key": "revenue", "statement": "Win customers", "target": 500000},
    {"key": "answer", "statement": "Answer everyone"},
]


@pytest.fixture
def draft(transactional_db: None) -> AgreementVersion:
    version = make_version()
    helena = make_user("Helena", team=version.agreement.marketing_team, role="lead")
    make_user("Rafael", team=version.agreement.sales_team, role="lead")
    return drafts.start(
        agreement=version.agreement,
        terms=example_terms(objectives=OBJECTIVES),
        by=helena,
        now=timezone.now(),
        copied_from=version,
    )


def person(name: str) -> User:
    return User.objects.get(name=name)


def objectives(draft: AgreementVersion) -> list[str]:
    draft.refresh_from_db()
    return [each["statement"] for each in draft.terms["objectives"]]


def type_into(page: Page, label: str, text: str, nth: int = 0) -> None:
    field = page.get_by_label(label, exact=True).nth(nth)
    field.fill(text)
    field.blur()


def test_what_is_typed_saves_itself(page: Page, sign_in: SignIn, draft: AgreementVersion) -> None:
    sign_in(page, person("Helena"))
    page.goto(f"{DRAFT}objectives/")

    type_into(page, "Target", "lots")
    expect(page.locator("#saved")).to_have_text("Saved just now")
    expect(page.locator("#problems")).to_contain_text("lots")
    expect(page.get_by_label("Target", exact=True).first).to_have_attribute("aria-invalid", "true")

    type_into(page, "Target", "600,000")
    expect(page.locator("#problems")).to_contain_text("None.")
    expect(page.get_by_label("Target", exact=True).first).to_have_attribute("aria-invalid", "false")

    page.get_by_role("button", name="Add an objective").click()
    expect(page.get_by_role("group", name="Objective 3")).to_be_visible()
    # What was typed was saved, so nobody asks whether to put it in again.
    expect(page.get_by_text("You had typed here before")).to_be_hidden()
    type_into(page, "Objective", "Keep customers", nth=2)
    expect(page.locator("#preview")).to_contain_text("Keep customers")
    expect(page.locator("#preview mark", has_text="Keep customers")).to_be_visible()
    assert objectives(draft) == ["Win customers", "Answer everyone", "Keep customers"]


def test_two_leads_at_once(
    new_page: Pages, sign_in: SignIn, draft: AgreementVersion, complaints: Complaints
) -> None:
    hers, his = new_page(**DESKTOP), new_page(**DESKTOP)
    sign_in(hers, person("Helena"))
    sign_in(his, person("Rafael"))
    for page in (hers, his):
        page.goto(f"{DRAFT}objectives/")

    type_into(hers, "Objective", "Win 20 customers")
    expect(hers.locator("#saved")).to_have_text("Saved just now")
    type_into(his, "Objective", "Answer in an hour", nth=1)
    # His page now has her change too, and says so.
    expect(his.get_by_label("Objective", exact=True).first).to_have_value("Win 20 customers")
    expect(his.get_by_text("both changes are in")).to_be_visible()

    type_into(hers, "Objective", "Answer at once", nth=1)
    expect(hers.get_by_role("heading", name="Objectives", exact=True).first).to_be_visible()
    expect(hers.locator("pre", has_text="Answer in an hour")).to_be_visible()
    expect(hers.get_by_role("main")).to_have_count(1)
    assert accessibility_faults(hers) == []

    # Who leaves the question open finds what was typed at hand.
    elsewhere = hers.context.new_page()
    elsewhere.goto(f"{DRAFT}objectives/")
    elsewhere.get_by_role("button", name="Put in what I had typed").click()
    expect(elsewhere.get_by_label("Objective", exact=True).nth(1)).to_have_value("Answer at once")
    elsewhere.close()

    hers.get_by_label("Theirs").check()
    hers.get_by_role("button", name="Save what I chose").click()
    expect(hers.get_by_label("Objective", exact=True).nth(1)).to_have_value("Answer in an hour")
    expect(hers.get_by_text("You had typed here before")).to_be_hidden()
    assert objectives(draft) == ["Win 20 customers", "Answer in an hour"]
    complaints[:] = [each for each in complaints if "409" not in each]


def test_a_lost_connection_loses_nothing(
    page: Page, sign_in: SignIn, draft: AgreementVersion, complaints: Complaints
) -> None:
    sign_in(page, person("Helena"))
    page.goto(f"{DRAFT}objectives/")
    page.context.set_offline(True)
    type_into(page, "Objective", "Typed on a train")
    expect(page.locator("#failure")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Kept in this browser")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("Saved just now")
    assert objectives(draft)[0] == "Typed on a train"
    complaints.clear()


def test_a_closed_page_loses_nothing(
    page: Page, sign_in: SignIn, draft: AgreementVersion, complaints: Complaints
) -> None:
    sign_in(page, person("Helena"))
    page.goto(f"{DRAFT}parties/")
    page.context.set_offline(True)
    page.get_by_label("By customer").check()
    type_into(page, "Last day", "2027-12-31")
    expect(page.locator("#saved")).to_contain_text("Kept in this browser")
    page.close()

    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"{DRAFT}parties/")
    expect(again.get_by_label("By customer")).to_be_checked()
    expect(again.get_by_label("Last day")).to_have_value("2027-12-31")
    expect(again.locator("#saved")).to_have_text("Saved just now")
    draft.refresh_from_db()
    assert draft.terms["kind"] == "customer"
    complaints.clear()


def test_a_session_that_ended_loses_nothing(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    sign_in(page, person("Helena"))
    page.goto(f"{DRAFT}objectives/")
    page.context.clear_cookies(name="sessionid")
    type_into(page, "Objective", "Typed too late")

    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Email").fill("helena@example.com")
    page.get_by_label("Password").fill("a long secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Objective", exact=True).first).to_have_value("Typed too late")
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#saved")).to_have_text("Saved just now")
    assert objectives(draft)[0] == "Typed too late"


@pytest.mark.parametrize("section", [form.name for form in FORMS])
def test_nothing_is_in_the_way_of_anybody(
    page: Page, sign_in: SignIn, draft: AgreementVersion, section: str
) -> None:
    assert draft.number == 2
    sign_in(page, person("Helena"))
    page.goto(f"{DRAFT}{section}/")
    page.wait_for_load_state("networkidle")
    # What the section fetches stands in it, and not in its place.
    title = next(str(form.title) for form in FORMS if form.name == section)
    expect(page.locator("#section h1")).to_have_text(title)
    assert accessibility_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page) == []
