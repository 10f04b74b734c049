"""Two leads look at what changed: on a desk, on a phone, by keyboard, without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.editing import part_hash, part_of, section_named, with_value, without
from agreements.models import AgreementVersion, Comment, User
from agreements.starters import load_starter
from tests.browser import faults
from tests.factories import make_rep, make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
DIFFERENCES = "/agreements/acme/differences/"
HISTORY = "/agreements/acme/history/"
LONG = "Instituto de Pesquisas e Desenvolvimento Tecnológico do Vale do Paraíba Paulista"

CHANGES: list[tuple[str, str, Any]] = [
    ("objectives", "objectives.revenue.statement",
     "Win 24 new customers and 600,000 USD of new revenue in the year."),
    ("funnel", "funnel.goal.revenue", 600000),
    ("tiers", "tiers.vip.name", LONG),
    ("handoff", "handoff.threshold", 70),
    ("handoff", "handoff.definition",
     ("A person in a company of the target market, with at least 70 points or a request for "
     "contact, whom we may call and who has not bought from us.")),
    ("handoff", "handoff.scoring.1.points", 25),
    ("commitments", "commitments.S1.within", "2h"),
    ("commitments", "commitments.S2.within", "20min"),
    ("commitments", "commitments.S5.count", 5),
    ("commitments", "commitments.M6", {
        "key": "M6", "party": "marketing", "measure": "stage_volume", "stage": "mql",
        "target": 40, "weight": 10, "consequence": "W" * 90,
    }),
    ("channels", "escalation.4.at", "+2h"),
    ("review", "review.cadence", "weekly"),
]  # fmt: skip


@pytest.fixture
def helena(transactional_db: None) -> User:
    """The lead of marketing, whose draft differs in many places from what is in force."""
    version = make_version(load_starter("inbound-en"), closures={})
    helena = make_user("Helena Prado", team=version.agreement.marketing_team, role="lead")
    rafael = make_rep(f"Rafael {LONG}", version.agreement)
    now = timezone.now() - timedelta(days=1)
    draft = drafts.start(
        agreement=version.agreement, terms=version.terms, copied_from=version, by=helena, now=now
    )
    for number, (section, path, value) in enumerate(CHANGES):
        by = rafael if number % 3 == 2 else helena
        _save(draft, section, with_value(draft.terms, path, value), by, number)
        draft.refresh_from_db()
    _save(draft, "commitments", without(draft.terms, "commitments.S6"), helena, 30)
    Comment.objects.create(
        version=draft, path="commitments.S2", text=f"Too fast?\n{LONG}", author=rafael,
        written_at=timezone.now(),
    )  # fmt: skip
    return helena


def _save(
    draft: AgreementVersion, name: str, document: dict[str, Any], by: User, hours: int
) -> None:
    section = section_named(name)
    assert section is not None
    drafts.save_section(
        version=draft,
        section=section,
        part=part_of(document, section),
        seen_hash=part_hash(part_of(draft.terms, section)),
        by=by,
        now=timezone.now() - timedelta(hours=40 - hours),
    )


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_it_works(new_page: Pages, sign_in: SignIn, helena: User, device: dict[str, Any]) -> None:
    page = new_page(**device)
    sign_in(page, helena)
    for address in (
        DIFFERENCES, f"{DIFFERENCES}?as=inline", f"{DIFFERENCES}?as=side", HISTORY,
    ):  # fmt: skip
        page.goto(address)
        assert faults(page) == [], address
    page.goto(DIFFERENCES)
    expect(page.get_by_text("First follow-up: 30 min becomes 20 min for")).to_be_visible()
    deleted = page.locator("del").first
    assert "line-through" in deleted.evaluate("node => getComputedStyle(node).textDecoration")
    inserted = page.locator("ins").first
    assert "underline" in inserted.evaluate("node => getComputedStyle(node).textDecoration")


def test_by_keyboard(page: Page, sign_in: SignIn, helena: User) -> None:
    sign_in(page, helena)
    page.goto(DIFFERENCES)
    page.get_by_label("To", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The same text")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_url(re.compile("to=1"))
    page.go_back()
    expect(page.get_by_text("First follow-up: 30 min becomes 20 min for")).to_be_visible()
    page.get_by_role("link", name="Side by side").press("Enter")
    expect(page.get_by_role("columnheader", name="Draft 2")).to_be_visible()
    expect(page).to_have_url(re.compile("as=side"))


def test_without_javascript(new_page: Pages, sign_in: SignIn, helena: User) -> None:
    page = new_page(**DESKTOP, java_script_enabled=False)
    sign_in(page, helena)
    page.goto(DIFFERENCES)
    page.get_by_role("link", name="Inline").click()
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_label("From", exact=True).select_option(label="Draft 2")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="The same text")).to_be_visible()
    page.get_by_role("link", name="Who changed what, and when").click()
    expect(page.get_by_text("Helena Prado began version 2 as a copy of version 1.")).to_be_visible()
