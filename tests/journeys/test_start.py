"""A lead starts an agreement and answers the questions, on any device, with and without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agreements.actions import starting
from agreements.interview import STEPS
from agreements.models import Agreement, AgreementVersion, Team, User
from agreements.starters import load_starter
from tests.browser import faults
from tests.factories import RECORDED_AT, make_user, make_version
from tests.journeys.conftest import WAYS

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
BEGIN = "/agreements/inbound/draft/new/"


@pytest.fixture
def team(transactional_db: None) -> Team:
    return Team.objects.create(slug="growth", name="Growth")


@pytest.fixture
def helena(team: Team) -> User:
    return make_user("Helena", team=team, role="lead", time_zone="America/Sao_Paulo")


def start(helena: User, team: Team) -> Agreement:
    return starting.start_agreement(
        name="Inbound",
        marketing=team,
        sales="Vendas",
        time_zone="America/Sao_Paulo",
        currency="BRL",
        by=helena,
        now=RECORDED_AT,
    )


@WAYS
def test_it_works(
    new_page: Pages, sign_in: SignIn, helena: User, device: dict[str, Any], scripts: bool
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, helena)
    page.goto("/")
    page.get_by_role("link", name="Start an agreement").click()
    page.get_by_label("Name of the agreement").fill("Inbound")
    page.get_by_label("Marketing team").select_option(label="Growth")
    page.get_by_label("or a new team").nth(1).fill("Vendas")
    page.get_by_role("button", name="Go on to the text").click()
    page.get_by_label("Service-focused: the same promises to every lead").check()
    page.get_by_role("button", name="Answer the questions").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What you want together")
    page.get_by_label("Goal of the year").fill("1,000,000")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("From Lead to MQL").fill("a lot")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text("Step 3 of 6")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("From Lead to MQL")).to_have_value("a lot")
    expect(page.get_by_text("“a lot” is not a rate")).to_be_visible()
    page.get_by_label("From Lead to MQL").fill("25")
    # Enter goes on.
    page.get_by_label("From Lead to MQL").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("When and how a lead passes to sales")
    for number, _step in enumerate(STEPS[3:], 4):
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page.get_by_text(f"Step {number} of 6")).to_be_visible()
    # The editor's first page of a process reads all zones and holidays.
    page.get_by_role("button", name="Make the draft").click(timeout=60_000)

    expect(page.get_by_text("Your answers are a draft now, version 1")).to_be_visible()
    draft = AgreementVersion.objects.get()
    assert draft.terms["funnel"]["goal"]["revenue"] == 1_000_000
    assert draft.terms["funnel"]["rates"]["lead"] == "25%"
    assert draft.parsed_terms().kind == "service"


def test_what_answers_mean_is_shown_as_they_are_typed(
    page: Page, sign_in: SignIn, helena: User, team: Team
) -> None:
    start(helena, team)
    sign_in(page, helena)
    page.goto(BEGIN)
    page.get_by_role("button", name="Answer the questions").click()
    page.get_by_role("button", name="What each stage has to bring").click()
    meaning = page.locator("#meaning")
    expect(meaning.get_by_role("row").filter(has_text="MQL")).to_contain_text("417")

    page.get_by_label("From MQL to SAL").fill("45")
    page.get_by_label("From MQL to SAL").blur()
    expect(meaning.get_by_role("row").filter(has_text="MQL")).to_contain_text("834")

    page.get_by_label("From MQL to SAL").fill("450")
    page.get_by_label("From MQL to SAL").blur()
    expect(page.get_by_text("“450%” is not a rate")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("What each stage"))).to_contain_text("1")


def test_what_was_typed_outlasts_a_lost_connection(
    page: Page, sign_in: SignIn, helena: User, team: Team, complaints: list[str]
) -> None:
    start(helena, team)
    sign_in(page, helena)
    page.goto(BEGIN)
    page.get_by_role("button", name="Answer the questions").click()
    said = page.get_by_label("What else you want, if anything")
    expect(said).to_be_visible()
    page.wait_for_load_state()  # from here on its script keeps what is typed
    page.context.set_offline(True)
    said.fill("A word that must not be lost.")
    page.get_by_label("Goal of the year").focus()
    expect(page.locator("#failure")).to_be_visible()
    page.context.set_offline(False)
    page.goto(f"{BEGIN}objectives/")
    expect(said).to_have_value("A word that must not be lost.")
    complaints.clear()


def test_starter_is_shown_as_it_is_chosen(
    page: Page, sign_in: SignIn, helena: User, team: Team
) -> None:
    start(helena, team)
    sign_in(page, helena)
    page.goto(BEGIN)
    page.get_by_label("Language of the text").select_option("es")
    page.get_by_text("Read it as a file").click()
    expect(page.locator("#starter-preview pre")).to_contain_text("publicado:")
    page.get_by_label("Service-focused: the same promises to every lead").check()
    page.get_by_text("Read it as a file").click()
    expect(page.locator("#starter-preview pre")).to_contain_text("Centrado en el servicio")


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_everybody_can_read_it(
    kind: str, request: pytest.FixtureRequest, sign_in: SignIn, helena: User, team: Team
) -> None:
    make_version(load_starter("inbound-en"), slug="other")
    agreement = start(helena, team)
    page = request.getfixturevalue(kind)
    sign_in(page, helena)
    steps = [f"{BEGIN}{step}/" for step in STEPS]
    page.goto("/agreements/new/")
    assert faults(page) == []
    page.goto(BEGIN)
    page.get_by_text("Read it as a document").click()
    assert faults(page) == []
    page.get_by_role("button", name="Answer the questions").click()
    expect(page.get_by_text("Step 1 of 6")).to_be_visible()
    for address in steps:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert faults(page) == []
    assert agreement.interviews.count() == 1
