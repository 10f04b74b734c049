"""Two leads before their browsers: one suggests in the editor, the other takes it there."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from tests.browser import Complaints, accessibility_faults, faults
from tests.factories import example_terms, make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]
EDITOR = "/agreements/acme/draft/commitments/"


@pytest.fixture
def helena(in_force: AgreementVersion) -> User:
    return make_user("Helena", team=in_force.agreement.marketing_team, role="lead")


@pytest.fixture
def rafael(in_force: AgreementVersion) -> User:
    return make_user("Rafael", team=in_force.agreement.sales_team, role="lead")


@pytest.fixture
def in_force() -> AgreementVersion:
    return make_version()


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(
        agreement=in_force.agreement,
        terms=example_terms(),
        by=helena,
        now=timezone.now(),
        copied_from=in_force,
    )


def test_it_works(
    new_page: Pages, sign_in: SignIn, draft: AgreementVersion, helena: User, rafael: User
) -> None:
    his, hers = new_page(**DESKTOP), new_page(**DESKTOP)
    sign_in(his, rafael)
    sign_in(hers, helena)

    his.goto(EDITOR)
    his.get_by_label("Clause").select_option("commitments.S1")
    his.get_by_role("button", name="Suggest another value…").click()
    expect(his.get_by_role("heading", name="Suggest another value for S1")).to_be_visible()
    assert accessibility_faults(his) == []
    his.locator('input[name$=".within.amount"]').fill("2")
    his.get_by_label("Why").fill("They wait for us")
    his.get_by_role("button", name="Suggest", exact=True).click()
    expect(his.get_by_text("1 change is suggested")).to_be_visible()

    hers.goto(EDITOR)
    suggestion = hers.locator(".suggestion")
    expect(suggestion).to_contain_text("Rafael (Sales) suggests for S1:")
    expect(suggestion).to_contain_text("They wait for us")
    expect(hers.locator("#sections .talk-count")).to_contain_text("1")
    assert accessibility_faults(hers) == []
    suggestion.get_by_role("button", name="Take it").click()
    expect(hers.get_by_text("Taken: the draft says so now.")).to_be_visible()
    expect(hers.locator('input[name="commitments.2.within.amount"]')).to_have_value("2")

    draft.refresh_from_db()
    assert draft.terms["commitments"][1]["within"] == "2h"


def tab_to(page: Page, name: str, value: str) -> None:
    """Go by the tabulator to a control with this name and value, as somebody without a mouse."""
    told = "(e => [e.name, e.value].join(' '))(document.activeElement)"
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(told) == f"{name} {value}":
            return
    raise AssertionError(f"{name} {value} is out of reach")


def talk_about_the_second_line(his: Page, hers: Page) -> None:
    """Comment on a line of points, and answer."""
    his.goto("/agreements/acme/draft/comments/?section=handoff")
    his.get_by_label("Clause").select_option("handoff.scoring.2")
    his.get_by_label("Comment", exact=True).fill("Ask for the budget as well?")
    his.get_by_role("button", name="Comment", exact=True).click()
    expect(his.locator(".conversation")).to_contain_text("Ask for the budget")
    expect(his.locator(":focus")).to_have_text("Ask for the budget as well?")
    assert accessibility_faults(his) == []

    hers.goto("/agreements/acme/draft/comments/")
    hers.get_by_text("Answer", exact=True).first.click()
    hers.get_by_label("Your answer").fill("Suggest it")
    hers.get_by_role("button", name="Send").click()
    expect(hers.locator(".conversation-answer")).to_contain_text("Suggest it")


def suggest_a_condition(his: Page) -> None:
    """Add a condition to the line by keyboard, on a phone."""
    his.reload()
    his.get_by_role("link", name="Suggest another value…").click()
    expect(his.get_by_role("heading", name="Suggest another value for")).to_be_visible()
    his.wait_for_load_state()  # from here on its keys are listened to
    tab_to(his, "do", "add handoff.scoring.2.when")
    his.keyboard.press("Enter")
    expect(his.locator('[name="handoff.scoring.2.when.2.field"]')).to_be_focused()
    his.keyboard.type("budget")
    his.locator('[name="handoff.scoring.2.when.2.operator"]').select_option("present")
    assert faults(his) == []
    tab_to(his, "do", "suggest")
    his.keyboard.press("Enter")
    expect(his.get_by_text("1 change is suggested")).to_be_visible()
    expect(his.get_by_role("button", name="Take it back")).to_be_visible()


def test_a_rule_by_keyboard_and_on_a_phone(
    new_page: Pages, sign_in: SignIn, in_force: AgreementVersion, helena: User, rafael: User
) -> None:
    """Comment, answer, suggest, refuse, take; what is open goes along when the text is declined."""
    terms = example_terms(
        handoff={
            "scoring": [
                {"when": {"field": "country", "operator": "is", "value": "BR"}, "points": 20},
                {"when": {"field": "request", "operator": "is", "value": "demo"}, "points": 40},
            ],
            "threshold": 40,
        }
    )
    draft = drafts.start(agreement=in_force.agreement, terms=terms, by=helena, now=timezone.now())
    his, hers = new_page(**PHONE), new_page(**DESKTOP)
    sign_in(his, rafael)
    sign_in(hers, helena)

    talk_about_the_second_line(his, hers)
    suggest_a_condition(his)

    hers.goto("/agreements/acme/draft/propose/")
    expect(hers.get_by_text("1 suggestion is neither taken nor refused.")).to_be_visible()
    hers.get_by_role("button", name="Propose for signature").click()
    number = draft.number
    his.goto(f"/agreements/acme/versions/{number}/decline/")
    his.get_by_label("Why").fill("The budget first")
    his.get_by_role("button", name="Decline").click()
    expect(his.get_by_text("Declined. The copy of the text is the new draft")).to_be_visible()

    hers.goto("/agreements/acme/draft/comments/")
    expect(hers.locator(".conversation")).to_contain_text("Ask for the budget")
    tab_to(
        hers, "do", f"take {draft.agreement.versions.get(number=number + 1).suggestions.get().pk}"
    )
    hers.keyboard.press("Enter")
    expect(hers.get_by_text("Taken: the draft says so now.")).to_be_visible()
    scoring = draft.agreement.versions.open().get().terms["handoff"]["scoring"]
    assert scoring[1]["when"]["all"][1] == {"field": "budget", "operator": "present"}


def test_refused_beside_what_was_typed(
    new_page: Pages,
    sign_in: SignIn,
    draft: AgreementVersion,
    helena: User,
    complaints: Complaints,
) -> None:
    """On a phone: an empty comment is refused in its place, and the page does not jump."""
    phone = new_page(**PHONE)
    sign_in(phone, helena)
    phone.goto("/agreements/acme/draft/comments/?section=commitments")
    phone.get_by_role("button", name="Comment", exact=True).click()
    expect(phone.get_by_text("Write what you have to say.")).to_be_visible()
    assert accessibility_faults(phone) == []
    phone.get_by_label("Comment", exact=True).fill("Which leads?")
    phone.get_by_role("button", name="Comment", exact=True).click()
    expect(phone.locator(".conversation")).to_contain_text("Which leads?")
    for address in ("draft/propose/", "draft/discard/", "end/"):
        phone.goto(f"/agreements/acme/{address}")
        assert faults(phone) == [], address
    # The browser tells of the comment that was refused.
    complaints[:] = [each for each in complaints if "422" not in each]
