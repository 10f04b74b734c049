"""Where a rule stands to one that is for every lead, and what is said of it."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.models import AssignmentRule
from tests.factories import make_rep, make_user
from tests.leads.assignment.assigning import make_rule
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

NEW = "/agreements/acme/assignment/rules/new/"


@pytest.fixture
def bruno(version: AgreementVersion, client: Client) -> User:
    """A rep; the sales lead is signed in."""
    agreement = version.agreement
    rafa = make_user("Rafa", team=agreement.sales_team, role="lead", time_zone=agreement.time_zone)
    client.force_login(rafa)
    return make_rep("Bruno", agreement)


UNDER = (
    "“Everybody” above it is for every lead: this rule decides only while all people of "
    "“Everybody” are away."
)


def test_a_rule_under_one_for_every_lead_says_so(
    client: Client, version: AgreementVersion, bruno: User
) -> None:
    make_rule(version.agreement)
    typed = {"name": "Test", "method": "load", "do": "try"}

    assert UNDER in text_of(client.post(NEW, typed))
    said = text_of(client.post(NEW, typed | {"do": "save"}, follow=True))

    assert said.count(f"“Test” is saved. {UNDER}") == 1
    assert said.count(UNDER) == 2
    assert [each.name for each in AssignmentRule.objects.all()] == ["Everybody", "Test"]


def test_a_new_rule_with_a_condition_stands_above_the_one_for_every_lead(
    client: Client, version: AgreementVersion, bruno: User
) -> None:
    make_rule(version.agreement)
    offer(version, "Paulo", NOW - timedelta(minutes=20), state="MG")
    when = {"when.1.field": "state", "when.1.operator": "is", "when.1.value": "MG"}
    typed = {"name": "Minas", "method": "load", "people": [bruno.pk], **when}

    tried = text_of(client.post(NEW, typed | {"do": "try"}))
    assert "Paulo 09:40 Bruno Minas: fewest open handoffs" in tried
    said = text_of(client.post(NEW, typed | {"do": "save"}, follow=True))

    assert "“Minas” is saved above “Everybody”, which is for every lead." in said
    assert "above it is for every lead" not in tried + said
    assert [each.name for each in AssignmentRule.objects.all()] == ["Minas", "Everybody"]
    assert [each.place for each in AssignmentRule.objects.all()] == [1, 2]
