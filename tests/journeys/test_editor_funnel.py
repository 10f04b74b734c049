"""The funnel is written by keyboard, with the team's own rates beside the fields."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from metrics.rollup import roll_up
from tests.at_once import wait_until_changes_are_settled
from tests.browser import faults
from tests.factories import Teller, example_terms, make_user, make_version
from tests.journeys.conftest import DESKTOP

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
DRAFT = "/agreements/acme/draft/"
STAGES = [
    *(("visitor", "Visitor who told us who they are", "marketing", "none"),),
    *(("lead", "Lead with consent and a way to be reached", "marketing", "none"),),
    *(("warm", "Lead warmed by what they read and saw", "marketing", "none"),),
    *(("mql", "Lead that marketing offers to sales", "marketing", "mql"),),
    *(("sal", "Lead that sales accepted for a first call", "sales", "sal"),),
    *(("meeting", "Discovery meeting with the decision maker", "sales", "none"),),
    *(("sql", "Lead with budget, need and date", "sales", "sql"),),
    *(("opportunity", "Opportunity with a written offer", "sales", "none"),),
    *(("negotiation", "Negotiation of the contract with legal", "sales", "none"),),
    *(("customer", "Customer with a signed contract", "sales", "customer"),),
]


def terms() -> dict[str, Any]:
    """Ten stages of long names; half of the visitors became leads."""
    names = ("key", "name", "party", "role")
    stages = [dict(zip(names, stage, strict=True)) for stage in STAGES]
    rates = {stage["key"]: "60%" for stage in stages[:-1]}
    return example_terms(
        funnel={"stages": stages, "rates": rates, "goal": {"customers": 40}},
        capacity={"selling_share": "45%"},
    )


@pytest.fixture
def draft(transactional_db: None) -> AgreementVersion:
    now = timezone.now()
    version = make_version()
    helena = make_user("Helena", team=version.agreement.marketing_team, role="lead")
    facts = []
    for number in range(40):
        tell = Teller(f"lead-{number}")
        then = now - timedelta(days=60)
        facts.append(tell.stage("visitor", then))
        facts += [tell.stage("lead", then)] if number % 2 else []
    ingest(agreement=version.agreement, facts=facts, by=None, now=now)
    wait_until_changes_are_settled()
    roll_up(now=now)
    return drafts.start(agreement=version.agreement, terms=terms(), by=helena, now=now)


def open_funnel(page: Page, sign_in: SignIn) -> None:
    sign_in(page, User.objects.get(name="Helena"))
    page.goto(f"{DRAFT}funnel/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Last 6 months: 50%, 20 of 40")).to_be_visible()


def test_it_works(page: Page, sign_in: SignIn, draft: AgreementVersion) -> None:
    open_funnel(page, sign_in)
    stage = page.get_by_role("group", name="Stage 1", exact=True)
    rate = stage.get_by_label("To the next stage")
    expect(rate).to_have_accessible_description("Last 6 months: 50%, 20 of 40")
    expect(stage).to_contain_text("60% was never reached: the best month had 50%.")

    rate.press("Tab")
    use = stage.get_by_role("button", name="Use this rate: 50% from Visitor")
    expect(use).to_be_focused()
    page.keyboard.press("Enter")

    expect(rate).to_be_focused()
    expect(rate).to_have_value("50")
    expect(page.locator("#live")).to_contain_text("50% is planned from Visitor")
    expect(page.locator("#saved")).to_have_text("Saved just now")
    expect(stage.get_by_role("button", name="Use this rate")).to_have_count(0)
    expect(stage).not_to_contain_text("never reached")
    draft.refresh_from_db()
    assert draft.terms["funnel"]["rates"]["visitor"] == "50%"


def test_cells_are_typed_and_computed_again(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    assert draft.number == 2
    open_funnel(page, sign_in)
    cell = page.locator("#f-cell-customer-nov")
    cell.fill("9")
    cell.press("Tab")
    next_cell = page.locator("#f-cell-customer-dec")
    expect(next_cell).to_be_focused()
    expect(page.locator("#grid .is-by-hand")).to_have_count(1)
    expect(next_cell).to_be_focused()

    reset = page.get_by_role("button", name="Compute all cells")
    reset.press("Enter")
    expect(page.get_by_role("region", name="Targets by month")).to_be_focused()
    expect(page.locator("#live")).to_have_text("All months are computed again.")
    expect(page.locator("#grid .is-by-hand")).to_have_count(0)


def test_what_is_being_typed_outlives_an_answer(
    page: Page, sign_in: SignIn, draft: AgreementVersion
) -> None:
    open_funnel(page, sign_in)
    cell, next_cell = (page.locator(f"#f-cell-customer-{month}") for month in ("nov", "dec"))
    cell.fill("9")
    with page.expect_request(lambda request: request.method == "POST"):
        cell.press("Tab")
    # The answer is on its way, with a grid that knows nothing of this.
    next_cell.fill("8")
    expect(page.locator("#grid .is-by-hand")).to_have_count(1)
    expect(next_cell).to_be_focused()
    expect(next_cell).to_have_value("8")

    next_cell.press("Tab")
    expect(page.locator("#grid .is-by-hand")).to_have_count(2)
    draft.refresh_from_db()
    assert draft.terms["funnel"]["targets"]["customer"] == {"nov": 9, "dec": 8}


@pytest.mark.parametrize("deed", ["Copy Monday to Friday", "Empty the week"])
def test_hours_leave_the_focus_where_it_was(
    page: Page, sign_in: SignIn, draft: AgreementVersion, deed: str
) -> None:
    assert draft.number == 2
    sign_in(page, User.objects.get(name="Helena"))
    page.goto(f"{DRAFT}parties/")
    button = page.get_by_role("button", name=deed).first
    button.press("Enter")
    expect(page.locator("#saved")).to_have_text("Saved just now")
    expect(button).to_be_focused()
    expect(page.locator("#live")).not_to_be_empty()


@pytest.mark.parametrize("width", [1280, 390])
def test_ten_stages_of_long_names_fit(
    new_page: Pages, sign_in: SignIn, draft: AgreementVersion, width: int
) -> None:
    assert draft.number == 2
    page = new_page(**DESKTOP)
    page.set_viewport_size({"width": width, "height": 844})
    open_funnel(page, sign_in)
    assert faults(page) == []
    # A month that has the focus does not hide under the column of the year.
    page.locator("#f-cell-customer-jan").focus()
    for _month in range(11):
        page.keyboard.press("Tab")
    cell = page.locator("#f-cell-customer-dec")
    expect(cell).to_be_focused()
    covered = page.locator("#grid .grid-year").last.bounding_box()
    own = cell.bounding_box()
    assert covered
    assert own
    assert own["x"] + own["width"] <= covered["x"] + 1
