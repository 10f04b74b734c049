"""What was changed is undone in the browser, and a long section stays where one works in it."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from tests.factories import make_user, make_version

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]
SECTION = "/agreements/acme/draft/commitments/"


@pytest.fixture
def draft(transactional_db: None) -> AgreementVersion:
    terms = load_starter("inbound-en")
    version = make_version(terms)
    team = version.agreement.marketing_team
    helena = make_user("Helena", team=team, role="lead")
    return drafts.start(
        agreement=version.agreement,
        terms=terms,
        by=helena,
        now=timezone.now(),
        copied_from=version,
    )


@pytest.fixture
def section(page: Page, sign_in: SignIn, draft: AgreementVersion) -> Page:
    assert draft.number == 2
    sign_in(page, User.objects.get(name="Helena"))
    page.goto(SECTION)
    page.wait_for_load_state("networkidle")
    return page


def test_it_works(section: Page, draft: AgreementVersion) -> None:
    section.get_by_role("link", name="S8").click()
    promise = section.get_by_role("group", name="S8", exact=True)
    weight = promise.get_by_label("Weight", exact=True)
    weight.fill("77")
    weight.blur()
    expect(promise.get_by_text("differs from version 1")).to_have_count(1)
    expect(promise.locator(".promise-said")).to_contain_text("weight")

    undo = section.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport()
    undo.press("Enter")

    expect(promise.get_by_text("differs from version 1")).to_have_count(0)
    expect(section.get_by_role("button", name="Undo")).to_have_count(0)
    expect(section.get_by_role("button", name="Save", exact=True)).to_be_focused()
    expect(promise).to_be_in_viewport()
    assert draft.edits.count() == 2


def test_another_measure_in_place(section: Page, draft: AgreementVersion) -> None:
    promise = section.get_by_role("group", name="S5", exact=True)
    promise.locator("summary").click()
    measure = promise.get_by_label("Measure", exact=True)
    measure.focus()
    measure.select_option(label="First follow-up in time")

    left = promise.get_by_role("button", name="Take out what this measure does not use")
    expect(left).to_be_visible()
    expect(promise.get_by_label("Measure", exact=True)).to_be_focused()
    left.press("Enter")
    expect(left).to_have_count(0)
    expect(promise.get_by_label("Measure", exact=True)).to_be_visible()
    expect(promise.locator("input:not([type=hidden])").first).to_be_focused()
    draft.refresh_from_db()
    changed = next(each for each in draft.terms["commitments"] if each["key"] == "S5")
    assert changed["measure"] == "first_follow_up"
    assert "count" not in changed


def test_what_stood_before_is_put_back_from_the_history(
    section: Page, draft: AgreementVersion
) -> None:
    promise = section.get_by_role("group", name="S1", exact=True)
    promise.get_by_label("Weight", exact=True).fill("77")
    promise.get_by_label("Weight", exact=True).blur()
    expect(section.locator("#saved")).to_contain_text("Saved just now")

    section.goto("/agreements/acme/history/")
    section.get_by_role("button", name="Put back what stood before").click()
    expect(section.get_by_text("What stood before is back, as a new change.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.terms == load_starter("inbound-en")
