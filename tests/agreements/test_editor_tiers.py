"""Whose leads they are, and their tiers, are edited without a word being lost."""

from typing import Any

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from leads.ingest import ingest
from tests.factories import RECORDED_AT as NOW
from tests.factories import Teller, example_terms, local, make_user
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/tiers/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(in_force: AgreementVersion) -> AgreementVersion:
    parts = load_starter("inbound-en")
    terms = example_terms(scope=parts["scope"], tiers=parts["tiers"])
    by = make_user("Rafael", team=in_force.agreement.sales_team, role="lead")
    return drafts.start(agreement=in_force.agreement, terms=terms, by=by, now=NOW)


@pytest.fixture
def helena(client: Client, in_force: AgreementVersion) -> User:
    user = make_user("Helena", team=in_force.agreement.marketing_team, role="lead")
    client.force_login(user)
    return user


def sent(client: Client, **changes: Any) -> dict[str, Any]:
    """What the form would send after some values were typed anew; ``__`` stands for a dot."""
    values: dict[str, Any] = form_values(client.get(ADDRESS).content.decode(), "section")
    return values | {name.replace("__", "."): value for name, value in changes.items()}


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def test_it_works(client: Client, draft: AgreementVersion, helena: User) -> None:
    page = client.get(ADDRESS).content.decode()
    assert "origin is not partner" in page
    assert "request is one of demo, pricing, contact or named account is yes" in page
    assert "It is the last tier, so it has no rule" in page

    changes = {
        "scope__rule__1__value": "reseller",
        "tiers__1__when__1__value": "demo, pricing",
        "tiers__2__benefits": "A call today.",
    }
    assert client.post(ADDRESS, sent(client, **changes)).status_code == 302

    document = terms(draft)
    assert document["scope"]["rule"]["value"] == "reseller"
    assert document["tiers"][0]["when"]["any"][0]["value"] == ["demo", "pricing"]
    assert document["tiers"][1]["benefits"] == "A call today."
    assert helena.name in page


def test_it_saves_itself_and_reads_back(
    client: Client, draft: AgreementVersion, helena: User
) -> None:
    changed = sent(client, scope__rule__1__value="reseller", quiet="1")
    text = client.post(ADDRESS, changed, headers=HTMX).content.decode()
    assert terms(draft)["scope"]["rule"]["value"] == "reseller"
    assert 'id="f-scope-rule-words"' in text
    assert "origin is not reseller" in text
    assert 'id="f-scope-rule-1-errors"' in text
    assert helena.name not in text


@pytest.mark.usefixtures("helena")
def test_rules_and_groups_are_added_and_removed(client: Client, draft: AgreementVersion) -> None:
    client.post(ADDRESS, sent(client, do="group scope.rule"))
    rule = terms(draft)["scope"]["rule"]
    assert [set(each) for each in rule["all"]] == [{"field", "operator", "value"}, {"any"}]

    changes = {"scope__rule__2__1__field": "employees", "scope__rule__2__1__operator": "at_least"}
    client.post(ADDRESS, sent(client, **changes, scope__rule__2__1__value="1,000"))
    added = {"field": "employees", "operator": "at_least", "value": 1000}
    assert terms(draft)["scope"]["rule"]["all"][1] == {"any": [added]}

    client.post(ADDRESS, sent(client, do="remove scope.rule.2.1"))
    assert terms(draft)["scope"]["rule"]["field"] == "origin"


@pytest.mark.usefixtures("helena")
def test_a_new_tier_stands_before_the_last(client: Client, draft: AgreementVersion) -> None:
    client.post(ADDRESS, sent(client, do="add tiers"))
    assert [tier["key"] for tier in terms(draft)["tiers"]] == ["vip", "premium", "tier", "basic"]
    assert "“name” is missing; add it." in client.get(ADDRESS).content.decode()

    client.post(ADDRESS, sent(client, tiers__3__name="Large companies", do="up tiers.3"))
    tiers = terms(draft)["tiers"]
    assert [tier["key"] for tier in tiers] == ["vip", "large_companies", "premium", "basic"]


@pytest.mark.usefixtures("helena")
def test_a_last_tier_with_a_rule_can_be_mended(client: Client, draft: AgreementVersion) -> None:
    client.post(ADDRESS, sent(client, do="down tiers.2"))
    page = client.get(ADDRESS).content.decode()
    assert "The last tier takes every lead that fits no other" in page
    client.post(ADDRESS, sent(client, do="remove tiers.3.when.1"))
    assert terms(draft)["tiers"][2] == {
        "key": "premium",
        "name": "Premium",
        "benefits": "A personal answer on the same working day.",
    }


@pytest.mark.usefixtures("helena")
def test_nonsense_is_kept_and_told_at_its_rule(client: Client, draft: AgreementVersion) -> None:
    changes = {"scope__rule__1__operator": "at_least", "scope__rule__1__value": "many"}
    client.post(ADDRESS, sent(client, **changes))
    page = client.get(ADDRESS).content.decode()
    assert terms(draft)["scope"]["rule"]["value"] == "many"
    assert 'value="many"' in page
    assert "needs a number; “many” is none" in page


@pytest.mark.usefixtures("helena")
def test_what_no_list_offers_is_kept(client: Client, draft: AgreementVersion) -> None:
    odd = terms(draft) | {"scope": {"unit": "household"}, "tiers": [{"key": "x", "calendar": "y"}]}
    AgreementVersion.objects.filter(pk=draft.pk).update(terms=odd)
    client.post(ADDRESS, sent(client, tiers__1__name="All"))
    document = terms(draft)
    assert document["scope"] == {"unit": "household"}
    assert document["tiers"][0]["calendar"] == "y"


@pytest.mark.usefixtures("helena")
def test_the_attributes_of_real_leads_are_offered(
    client: Client, draft: AgreementVersion, in_force: AgreementVersion
) -> None:
    at, tell = local("2026-03-02 10:00"), Teller()
    facts = [tell.attributes(at, favourite_colour="blue"), tell.stage("mql", at)]
    ingest(agreement=in_force.agreement, facts=facts, by=None, now=NOW)
    address = "/agreements/acme/lead-fields/"
    text = client.get(address, {"known": "employees"}).content.decode()
    assert '<option value="favourite_colour">' in text
    assert 'value="employees"' in text
    assert f'hx-get="{address}?known=' in client.get(ADDRESS).content.decode()
    assert draft.number == 2
