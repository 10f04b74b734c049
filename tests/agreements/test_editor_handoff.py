"""When a lead passes to sales, and what makes it qualified, is edited and read back."""

from typing import Any

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/handoff/"


@pytest.fixture
def helena(client: Client, in_force: AgreementVersion) -> User:
    user = make_user("Helena", team=in_force.agreement.marketing_team, role="lead")
    client.force_login(user)
    return user


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    parts = load_starter("inbound-en")
    terms = example_terms(handoff=parts["handoff"], qualification=parts["qualification"])
    return drafts.start(agreement=in_force.agreement, terms=terms, by=helena, now=NOW)


def sent(client: Client, changes: dict[str, Any]) -> dict[str, Any]:
    """What the form would send after some values were typed anew."""
    values: dict[str, Any] = form_values(client.get(ADDRESS).content.decode(), "section")
    return values | changes


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def test_it_works(client: Client, draft: AgreementVersion) -> None:
    page = client.get(ADDRESS).content.decode()
    assert "employees is at least 20" in page
    assert "e-mail address is known or telephone is known" in page
    known = "name\ncompany\ne-mail address (email)\ntelephone (phone)\ncountry\nemployees"
    assert known in page
    assert "All rules together give 110 points." in page

    changes = {
        "handoff.rules.2.value": "30",
        "handoff.required_fields": "name\nemail",
        "handoff.scoring.1.points": "-5",
        "handoff.scoring.4.when.1.operator": "one_of",
        "handoff.scoring.4.when.1.value": "demo, pricing",
        "handoff.threshold": "70",
        "qualification.answers_needed": "",
        "qualification.evidence": "contact",
    }
    assert client.post(ADDRESS, sent(client, changes)).status_code == 302

    handoff = terms(draft)["handoff"]
    assert handoff["rules"][1]["value"] == 30
    assert handoff["required_fields"] == ["name", "email"]
    assert handoff["scoring"][0]["points"] == -5
    assert handoff["scoring"][3]["when"]["value"] == ["demo", "pricing"]
    assert handoff["threshold"] == 70
    qualification = draft.terms["qualification"]
    assert "answers_needed" not in qualification
    assert qualification["evidence"] == "contact"


def test_it_saves_itself_with_what_follows(client: Client, draft: AgreementVersion) -> None:
    changes = {"handoff.scoring.1.points": "25", "handoff.required_fields": "city", "quiet": "1"}
    response = client.post(ADDRESS, sent(client, changes), headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "All rules together give 115 points." in text
    assert 'id="f-handoff-rules-3-1-errors"' in text
    assert terms(draft)["handoff"]["required_fields"] == ["city"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"handoff.scoring.1.points": "many"}, "“many” is not a whole number"),
        ({"handoff.scoring.1.points": "1.5"}, "“1.5” is not a whole number"),
        ({"handoff.scoring.1.points": "5,000"}, "5000 is out of range"),
        ({"handoff.threshold": "-1"}, "-1 is under zero"),
        ({"handoff.threshold": "500"}, "under the threshold of 500"),
        ({"handoff.threshold": ""}, "Points need a threshold"),
        ({"handoff.rules.1.value": ""}, "needs a list of values"),
        ({"handoff.rules.2.field": ""}, "This is empty"),
        ({"qualification.answers_needed": "9"}, "9 is out of range"),
    ],
)
def test_nonsense_is_kept_and_told(
    client: Client, draft: AgreementVersion, changes: dict[str, str], told: str
) -> None:
    client.post(ADDRESS, sent(client, changes))
    page = client.get(ADDRESS).content.decode()
    place, typed = next(iter(changes.items()))
    section = page.split('id="section"')[1].split("editor-save")[0]
    assert told in section
    assert form_values(page, "section")[place] == [typed]
    assert draft.number == 2


def test_points_and_rules_are_added_and_removed(client: Client, draft: AgreementVersion) -> None:
    client.post(ADDRESS, sent(client, {"do": "add handoff.scoring"}))
    assert len(terms(draft)["handoff"]["scoring"]) == 9
    client.post(ADDRESS, sent(client, {"do": "group handoff.scoring.9.when"}))
    assert len(terms(draft)["handoff"]["scoring"][8]["when"]["all"]) == 2
    client.post(ADDRESS, sent(client, {"do": "up handoff.scoring.9"}))
    assert "all" in terms(draft)["handoff"]["scoring"][7]["when"]
    client.post(ADDRESS, sent(client, {"do": "remove handoff.scoring.8"}))
    assert terms(draft)["handoff"] == load_starter("inbound-en")["handoff"]

    client.post(ADDRESS, sent(client, {"do": "remove handoff.bypass.1"}))
    assert "bypass" not in terms(draft)["handoff"]


def test_what_leads_are_known_by_is_offered_below_the_form(
    client: Client, draft: AgreementVersion
) -> None:
    below = client.get(ADDRESS).content.decode().split('id="section"')[1].split("</form>")[1]
    assert '<datalist id="lead-fields"' in below
    assert '<option value="visits to the pricing page (pricing_page_visits)">' in below
    assert draft.number == 2
