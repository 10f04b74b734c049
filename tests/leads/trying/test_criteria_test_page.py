"""The live test of a draft's criteria on the leads of the last days."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, AgreementVersion
from agreements.terms import parse_terms, terms_hash
from leads.actions import merges
from leads.ingest import ingest
from leads.models import LeadIdentity
from leads.trying.criteria import CriteriaTest, read_leads
from leads.trying.offers import latest_days
from tests.factories import Teller, example_terms, local, make_rep, make_user, make_version
from tests.leads.pages import stop_time, text_of

pytestmark = pytest.mark.django_db

NOW = local("2026-10-01 09:00")
ADDRESS = "/agreements/acme/criteria-test/"


def criteria(threshold: int) -> dict[str, Any]:
    return {
        "rules": [{"field": "country", "operator": "is", "value": "BR"}],
        "scoring": [
            {"when": {"field": "employees", "operator": "at_least", "value": 50}, "points": 40},
            {"when": {"field": "request", "operator": "is", "value": "demo"}, "points": 30},
            {"when": {"field": "job_title", "operator": "contains", "value": "student"},
             "points": -20},
        ],
        "threshold": threshold,
    }  # fmt: skip


TERMS = example_terms(handoff=criteria(30))
KNOWN = {
    "Pampa": {"country": "BR", "employees": 90, "request": "demo"},  # 70
    "Central": {"country": "BR", "employees": 90},  # 40
    "Viva": {"country": "BR", "employees": 12, "request": "demo"},  # 30
    "Horizonte": {"country": "BR", "employees": 90, "job_title": "Student"},  # 20
    "Porto": {"country": "PT", "employees": 90, "request": "demo"},  # 70, but elsewhere
}


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch) -> Agreement:
    stop_time(monkeypatch, NOW)
    agreement = make_version(TERMS).agreement
    at = local("2026-09-10 10:00")
    facts: list[Any] = []
    for company, known in KNOWN.items():
        tell = Teller(company)
        facts += [tell.attributes(at, company=company, **known), tell.stage("lead", at)]
    old = Teller("Old")
    facts += [old.attributes(at, company="Old"), old.stage("lead", local("2026-05-01 10:00"))]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    return agreement


def draft(agreement: Agreement, terms: dict[str, Any]) -> AgreementVersion:
    return agreement.versions.create(
        number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW
    )


@pytest.fixture
def director(client: Client) -> Client:
    client.force_login(make_user("Marta", is_director=True))
    return client


def rows_of(client: Client) -> list[str]:
    html = client.get(ADDRESS).content.decode()
    table = html[html.index("criteria-near-title") :]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", table, flags=re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def test_it_works(director: Client, agreement: Agreement) -> None:
    draft(agreement, example_terms(handoff=criteria(40)))

    text = text_of(director.get(ADDRESS))

    assert "On the 5 leads that entered a stage or were handed over" in text
    assert "2 would pass of 5 (40%); under version 1 it is 3" in text
    assert "1 fails by a rule, whatever its points." in text
    assert "40 points, the draft" in text
    assert "30 points, version 1" in text
    assert rows_of(director) == [
        "Pampa 70 passes employees is at least 50: +40",
        "Central 40 passes employees is at least 50: +40",
        "Viva 30 fails Employees is 12, under 50. Else +40.",
        "Horizonte 20 fails Request is missing. Else +30.",
        "Porto 70 fails Country is PT, not BR.",
    ]


def test_those_handed_over_are_judged_by_what_was_known_then(
    director: Client, agreement: Agreement
) -> None:
    tell = Teller("Later")
    facts = [
        tell.attributes(local("2026-09-20 10:00"), company="Later", country="BR", employees=90),
        tell.event("offered", local("2026-09-20 11:00")),
        tell.attributes(local("2026-09-21 10:00"), employees=3),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    draft(agreement, example_terms(handoff=criteria(40)))

    text = text_of(director.get(ADDRESS))

    assert "3 would pass of 6" in text
    assert "1 was handed over and is judged by what was known then" in text


def test_leads_that_are_one_are_judged_once_by_what_is_known_of_all_of_them(
    agreement: Agreement,
) -> None:
    """Apart neither would pass: one lacks the request, the other the number of employees."""
    kept, merged = Teller("Kept"), Teller("Merged")
    facts = [
        kept.attributes(local("2026-09-20 10:00"), company="Sul", country="BR", request="demo"),
        kept.stage("lead", local("2026-09-20 10:00")),
        merged.attributes(local("2026-09-20 10:00"), company="Sul", country="BR", employees=90),
        merged.stage("lead", local("2026-09-20 10:00")),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    one, other = (LeadIdentity.objects.get(external_id=name).lead for name in ("Kept", "Merged"))
    rafael = make_user("Rafael", team=agreement.sales_team, role="lead")
    at = local("2026-09-22 10:00")
    window, handoff = latest_days(agreement, 90, NOW), parse_terms(TERMS).handoff
    handoff = handoff.model_copy(update={"threshold": 70})
    apart = CriteriaTest(read_leads(window, [handoff]), handoff, None)
    assert (apart.number, apart.passing) == (7, 1)

    merge = merges.merge(kept=one, merged=other, by=rafael, now=at)

    together = CriteriaTest(read_leads(window, [handoff]), handoff, None)
    assert (together.number, together.passing, together.offered) == (6, 2, 0)

    # What a merge does holds from then on: an offer of before is judged as it was.
    early = replace(merged.event("offered", local("2026-09-21 10:00")), external_id="early")
    ingest(agreement=agreement, facts=[early], by=None, now=NOW)
    judged = CriteriaTest(read_leads(window, [handoff]), handoff, None)
    assert (judged.number, judged.passing, judged.offered) == (6, 1, 1)

    merges.undo(merge=merge, by=rafael, now=NOW)
    assert CriteriaTest(read_leads(window, [handoff]), handoff, None).number == 7


def test_points_without_a_draft_changing_them(agreement: Agreement) -> None:
    handoff = parse_terms(TERMS).handoff
    window = latest_days(agreement, 90, NOW)
    test = CriteriaTest(read_leads(window, [handoff]), handoff, handoff)

    assert test.passing == test.passing_in_force == 3
    bars = test.bars()
    assert sum(bar.number for bar in bars) == test.number == 5
    assert {bar.first: bar.number for bar in bars if bar.number} == {20: 1, 30: 1, 40: 1, 70: 2}
    assert bars[0].first == 0


def test_criteria_without_points(director: Client, agreement: Agreement) -> None:
    draft(agreement, example_terms(handoff={"rules": criteria(0)["rules"]}))
    text = text_of(director.get(ADDRESS))
    assert "4 would pass of 5" in text
    assert '<svg class="points-picture"' not in director.get(ADDRESS).content.decode()
    assert rows_of(director) == ["Porto 0 fails Country is PT, not BR."]


def test_no_criteria_at_all(director: Client, agreement: Agreement) -> None:
    draft(agreement, example_terms())
    assert "so every lead would pass" in text_of(director.get(ADDRESS))


def test_only_the_handoff_section_need_be_right(director: Client, agreement: Agreement) -> None:
    terms = example_terms(handoff=criteria(40)) | {"commitments": "none", "review": 7}
    draft(agreement, terms)
    assert "2 would pass of 5" in text_of(director.get(ADDRESS))


def test_problems_of_the_criteria_are_told(director: Client, agreement: Agreement) -> None:
    wrong = criteria(40) | {"threshold": "many"}
    draft(agreement, example_terms(handoff=wrong))

    text = text_of(director.get(ADDRESS))

    assert "This cannot be tried before the draft is right." in text
    assert "“many” is not a" in text
    assert "would pass" not in text


def test_without_a_draft(director: Client, agreement: Agreement) -> None:
    assert "There is no draft on the table" in text_of(director.get(ADDRESS))
    assert agreement.versions.count() == 1


def test_a_rep_reads_no_names_of_others(client: Client, agreement: Agreement) -> None:
    draft(agreement, example_terms(handoff=criteria(40)))
    client.force_login(make_rep("Ana", agreement))
    assert rows_of(client)[0] == "A colleague's lead 70 passes employees is at least 50: +40"


def test_a_fragment_for_scripts(director: Client, agreement: Agreement) -> None:
    draft(agreement, example_terms(handoff=criteria(40)))
    html = director.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<section id="criteria-test-card"')
    assert "style=" not in html


@pytest.mark.parametrize("days", ["0", "91", "all"])
def test_other_days_are_not_offered(director: Client, agreement: Agreement, days: str) -> None:
    assert director.get(ADDRESS, {"days": days}).status_code == 404
    assert director.get(ADDRESS, {"days": "30"}).status_code == 200


def test_a_stranger_finds_nothing(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Somebody"))
    assert client.get(ADDRESS).status_code == 404
    assert agreement.slug == "acme"
