"""A director's Monday: who keeps the agreement, why not, and down to the hours of one clock."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.sweep import record_breaches
from metrics.rollup import roll_up
from tests.at_once import wait_until_changes_are_settled
from tests.browser import faults
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.journeys.conftest import WAYS, day_and_night
from tests.leads.pages import NOW, stop_time
from tests.metrics.worked_examples import promise

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
DASHBOARD = "/agreements/acme/"
COMPANY = "Instituto de Pesquisas e Desenvolvimento Tecnológico do Vale do Paraíba Paulista"


@pytest.fixture
def version(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """Promises that are counted day and night, in the second week of a month."""
    stop_time(monkeypatch)
    terms = example_terms(
        commitments=[
            promise("M1", "marketing", "stage_volume", 400, stage="mql"),
            promise("S2", "sales", "first_follow_up", "0.90", within="4h"),
        ],
    )
    version = make_version(day_and_night(terms), closures={})
    ana = make_rep("Ana", version.agreement)
    facts = [
        fact
        for number in range(12)
        for fact in _facts_of_handoff(f"Lead {number}", ana, is_late=number % 3 == 0)
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    record_breaches(now=NOW)
    wait_until_changes_are_settled()
    roll_up(now=NOW)
    return version


def _facts_of_handoff(name: str, rep: User, *, is_late: bool) -> list[Any]:
    tell, at = Teller(name), NOW - timedelta(days=2)
    facts: list[Any] = [
        tell.attributes(at, name=name, company=COMPANY),
        tell.stage("mql", at),
        tell.event("offered", at),
        tell.event("assigned", at, person_id=rep.pk),
    ]
    if not is_late:
        facts.append(tell.follow_up("answered", at + timedelta(minutes=20), person_id=rep.pk))
    return facts


@pytest.fixture
def marta(version: AgreementVersion) -> User:
    return make_user("Marta", is_director=True, time_zone="America/Sao_Paulo")


def go_down_to_the_clock(page: Page) -> None:
    """Do what a director does: read the verdict, open a number, open a breach, read why."""
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Neither side keeps the agreement so far"
    )
    row = page.locator("article.commitment").filter(has_text="S2")
    expect(row).to_contain_text("4 of 12 are past due and still not done.")
    row.get_by_role("link", name="66.7%: the leads behind S2").click()
    expect(page.locator("#number-of-leads")).to_have_text("12 in the list")
    page.get_by_role("link", name="Not done 4").click()
    expect(page.locator("#number-of-leads")).to_have_text("4 in the list")
    page.get_by_role("link", name="Dashboard").first.click()
    page.get_by_role("link", name="4 breaches, open the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Breaches")
    page.get_by_role("link", name=re.compile(r"^Lead \d+$")).first.click()
    expect(page).to_have_url(re.compile(r"clock=S2\.0"))
    expect(page.locator("#explanation")).to_contain_text("A first follow-up is promised within 4")


def test_it_works(page: Page, marta: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(str(marta.email))
    page.get_by_label("Password").fill("a long secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(DASHBOARD))
    go_down_to_the_clock(page)


@WAYS
def test_wherever_and_however(
    new_page: Pages, sign_in: SignIn, marta: User, device: dict[str, Any], scripts: bool
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, marta)
    page.goto(DASHBOARD)
    go_down_to_the_clock(page)


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_everybody_can_read_it(
    kind: str, request: pytest.FixtureRequest, sign_in: SignIn, marta: User
) -> None:
    page = request.getfixturevalue(kind)
    sign_in(page, marta)
    found = {}
    for address in ("", "?figures=adjusted", "figures/S2/", "breaches/", "document/"):
        page.goto(f"{DASHBOARD}{address}")
        page.wait_for_load_state("networkidle")
        found[address] = faults(page)
    assert not any(found.values()), found


def test_charts_are_drawn_and_their_tables_shown(page: Page, sign_in: SignIn, marta: User) -> None:
    sign_in(page, marta)
    page.goto(DASHBOARD)
    volume = page.locator(".chart-card").filter(has_text="MQL delivered against the goal")
    expect(volume.locator("canvas").first).to_be_visible()
    volume.get_by_role("button", name="Show as a table").click()
    expect(volume.locator("canvas").first).to_be_hidden()
    expect(volume.get_by_role("columnheader", name="Due by then")).to_be_visible()
    responses = page.locator(".chart-card").filter(has_text="Time to first follow-up (S2)")
    expect(responses.locator("canvas").first).to_be_visible()
    expect(responses).to_contain_text("Median")


def test_the_document_shows_how_each_clause_stands(
    page: Page, sign_in: SignIn, marta: User
) -> None:
    sign_in(page, marta)
    page.goto(f"{DASHBOARD}document/")
    expect(page.locator("#live-S2")).to_contain_text("66.7%")
    expect(page.locator("#live-M1")).to_contain_text("12 of 400")
    page.locator("#live-S2").get_by_role("link").click()
    expect(page.locator("#number-of-leads")).to_have_text("12 in the list")


def test_months_are_stepped_through_by_links(page: Page, sign_in: SignIn, marta: User) -> None:
    sign_in(page, marta)
    page.goto(DASHBOARD)
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("has not begun")
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("so far")
    page.get_by_role("link", name="Adjusted", exact=True).click()
    expect(page).to_have_url(re.compile("figures=adjusted"))
