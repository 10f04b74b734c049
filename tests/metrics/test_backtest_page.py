"""The back-test's page: the draft on what happened, beside the version in force."""

import re
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, AgreementVersion, User
from agreements.terms import parse_terms, terms_hash
from leads.ingest import ingest
from leads.told import ToldDeal, ToldSatisfaction
from leads.trying.offers import Window, latest_days
from metrics import periods
from metrics.backtest import whole
from metrics.backtesting import back_test
from metrics.month_figures import month_figures
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_rep, make_user, make_version
from tests.leads.pages import stop_time, text_of
from tests.metrics.worked_examples import REASONS, facts_of_example_5, promise

pytestmark = pytest.mark.django_db

NOW = local("2026-10-01 09:00")
ADDRESS = "/agreements/acme/back-test/"
HANDOFF = {"threshold": 50, "scoring": [
    {"when": {"field": "employees", "operator": "at_least", "value": 10}, "points": 50},
    {"when": {"field": "employees", "operator": "at_least", "value": 100}, "points": 30},
]}  # fmt: skip
COMMITMENTS = [
    promise("M1", "marketing", "stage_volume", 20, stage="mql"),
    promise("M2", "marketing", "acceptance_rate", "0.90"),
    promise("S1", "sales", "acceptance", "0.80", within="4h"),
    promise("S2", "sales", "first_follow_up", "0.80", within="4h"),
]
TERMS = example_terms(reasons=REASONS, commitments=COMMITMENTS, handoff=HANDOFF)


def facts(reps: list[User]) -> Any:
    """Twenty handoffs at ten in the morning: every rep answers half at once, half after 3 h.

    Bruno answers five of his ten late, Ana two of her ten; five small companies are rejected.
    """
    for number in range(20):
        tell, rep = Teller(f"L{number}"), reps[number % 2]
        at = local(f"2026-09-{1 + number % 4:02}T10:00")
        slow = number % 4 == 1 or number in (0, 4)
        yield tell.attributes(at, name=f"Lead {number}", employees=20 if number < 5 else 200)
        yield tell.stage("mql", at)
        yield tell.event("offered", at)
        yield tell.event("assigned", at, person_id=rep.pk)
        answered = local(f"2026-09-{1 + number % 4:02}T{'14:30' if slow else '10:30'}")
        yield tell.follow_up("no_answer", answered)
        if number < 5:
            yield tell.event("rejected", answered, reason="wrong_data")
        else:
            yield tell.event("accepted", answered)


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch) -> Agreement:
    stop_time(monkeypatch, NOW)
    agreement = make_version(TERMS).agreement
    reps = [make_rep(name, agreement) for name in ("Ana", "Bruno")]
    ingest(agreement=agreement, facts=list(facts(reps)), by=None, now=NOW)
    roll_up(now=NOW)
    return agreement


def draft(agreement: Agreement, terms: dict[str, Any]) -> AgreementVersion:
    return agreement.versions.create(
        number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW
    )


def changed(**within: str) -> dict[str, Any]:
    """The terms with other times by clause."""
    terms = deepcopy(TERMS)
    for commitment in terms["commitments"]:
        if commitment["key"] in within:
            commitment["within"] = within[commitment["key"]]
    return terms


def rows_of(client: Client, address: str = ADDRESS) -> dict[str, str]:
    """Return the words of each commitment's row by its clause key."""
    response = client.get(address)
    assert response.status_code == 200, address
    html = response.content.decode()
    found = re.findall(r"<tr>\s*<td>.*?</tr>", html, flags=re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).replace("\xa0", " ").split()) for row in found]
    return {row.split(maxsplit=1)[0]: row.split(maxsplit=1)[1] for row in words}


def test_it_works(client: Client, agreement: Agreement) -> None:
    draft(agreement, changed(S2="2h"))
    client.force_login(make_user("Marta", is_director=True))

    rows = rows_of(client)

    # Fourteen answered at once, seven after 3 h 30 less the lunch of an hour: 13 of 20 in 2 h.
    assert rows["S1"] == "Accept or reject 4 h 80% 100% 100% 100% 100% 100% 100%"
    assert rows["S2"].startswith("First follow-up 2 h Version 1: 4 h 80% 100% 65%")
    text = text_of(client.get(ADDRESS))
    assert "20 real handoffs, Fri 3 Jul to Wed 30 Sep" in text
    assert "S2 at 2 h would be missed. 100% becomes 65%: 7 more breaches" in text
    assert "4 h would give 100%" not in text
    assert "3 h would give 65%, which is not enough either." in text


def finding_of(client: Client, address: str = ADDRESS) -> str:
    """Return the words of the whole page."""
    return text_of(client.get(address))


@pytest.fixture
def director(client: Client) -> Client:
    client.force_login(make_user("Marta", is_director=True))
    return client


def test_the_version_in_force_against_itself(director: Client, agreement: Agreement) -> None:
    draft(agreement, TERMS)
    assert "Nothing would have come out differently." in finding_of(director)


def test_only_those_who_may_see_columns_of_reps(client: Client, agreement: Agreement) -> None:
    draft(agreement, changed(S2="2h"))
    for name, role, sees in (("Rafael", "lead", True), ("Bia", "member", False)):
        client.force_login(make_user(name, team=agreement.sales_team, role=role))
        text = finding_of(client)
        assert ("Bruno" in text) is sees, name
        assert "100% becomes 65%: 7 more breaches" in text
    client.force_login(make_user("Helena", team=agreement.marketing_team, role="lead"))
    assert "Bruno" not in finding_of(client)


def test_a_stranger_finds_nothing(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Somebody"))
    assert client.get(ADDRESS).status_code == 404
    assert agreement.slug == "acme"


def test_stricter_criteria_leave_out_what_was_rejected(
    director: Client, agreement: Agreement
) -> None:
    draft(agreement, TERMS | {"handoff": HANDOFF | {"threshold": 80}})

    rows, text = rows_of(director), finding_of(director)

    # 20 MQL in 2.94 months are 6.8 a month, 15 are 5.1; of 20 decided five were rejected.
    less = "5 handoffs would not meet the criteria any more."
    assert rows["M1"] == f"MQL 20 a month 7 5 under the promise {less}"
    assert rows["M2"].startswith("Share accepted 90% 75% 100% the draft gains a promise")
    assert "sales rejected 100%; of all others, 0%." in rows["M2"]
    assert "Quality improves. The share accepted: 75% becomes 100%." in text
    assert "M1 would then be at 26% of 20." in text
    # Clocks are those of the handoffs as they really were.
    assert rows["S1"].startswith("Accept or reject 4 h 80% 100% 100%")


def test_another_time_can_be_tried(director: Client, agreement: Agreement) -> None:
    draft(agreement, changed(S2="30min"))

    text = finding_of(director)
    assert "S2 at 30 min would be missed." in text

    tried = finding_of(director, f"{ADDRESS}?try=S2:4h")
    assert "S2 is tried at 4 h here; the draft is as it was." in tried
    assert "Nothing would have come out differently." in tried
    assert agreement.versions.get(number=2).terms == changed(S2="30min")


def test_what_cannot_be_tried_is_not_found(director: Client, agreement: Agreement) -> None:
    draft(agreement, changed(S2="2h"))
    for asked in ("try=S9:2h", "try=S2:soon", "try=S2", "days=7", "days=x"):
        assert director.get(f"{ADDRESS}?{asked}").status_code == 404, asked


def test_a_shorter_time_that_would_do_is_found(director: Client, agreement: Agreement) -> None:
    terms = changed(S2="20min")
    terms["commitments"][3]["target"] = "0.60"
    draft(agreement, terms)
    text = finding_of(director)
    assert "S2 at 20 min would be missed." in text
    assert "30 min would give 65% and be kept. Try 30 min" in text


def test_what_has_problems_is_taken_as_in_force(director: Client, agreement: Agreement) -> None:
    terms = changed(S1="2h", S2="soon") | {"review": {"cadence": "never"}}
    terms["commitments"].append({"key": "S9", "party": "sales", "measure": "wonders"})
    draft(agreement, terms)

    rows, text = rows_of(director), finding_of(director)

    assert "The draft has problems; what is right in it is tried." in text
    assert "Taken as version 1 has it: S2." in text
    assert "Left out: S9." in text
    assert rows["S1"].startswith("Accept or reject 2 h Version 1: 4 h")
    assert rows["S2"].startswith("First follow-up 4 h 80%")
    assert "S9" not in rows


def test_a_first_draft_with_problems_cannot_be_tried(
    director: Client, agreement: Agreement
) -> None:
    other = Agreement.objects.create(
        slug="other",
        name="Other",
        marketing_team=agreement.marketing_team,
        sales_team=agreement.sales_team,
        time_zone="America/Sao_Paulo",
        currency="BRL",
    )
    terms: dict[str, Any] = {"schema": 1, "time_zone": "Nowhere"}
    other.versions.create(number=1, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW)
    text = finding_of(director, "/agreements/other/back-test/")
    assert "This cannot be tried before the draft is right." in text
    assert "“Nowhere” is not a time zone" in text


def test_a_first_draft_without_handoffs(director: Client, agreement: Agreement) -> None:
    other = Agreement.objects.create(
        slug="other",
        name="Other",
        marketing_team=agreement.marketing_team,
        sales_team=agreement.sales_team,
        time_zone="America/Sao_Paulo",
        currency="BRL",
    )
    other.versions.create(number=1, terms=TERMS, terms_hash=terms_hash(TERMS), recorded_at=NOW)
    text = finding_of(director, "/agreements/other/back-test/")
    assert "No lead was handed over on these days" in text
    assert "No version is in force to compare with." in text


def test_without_a_draft(director: Client, agreement: Agreement) -> None:
    assert "There is no draft on the table" in finding_of(director)
    assert agreement.versions.count() == 1


def test_a_clause_that_is_dropped_and_one_that_is_new(
    director: Client, agreement: Agreement
) -> None:
    kept = [each for each in COMMITMENTS if each["key"] != "M2"]
    new = [
        promise("S7", "sales", "response_median", "1h"),
        promise("S8", "sales", "satisfaction", 4),
    ]
    draft(agreement, TERMS | {"commitments": [*kept, *new]})

    rows = rows_of(director)

    assert rows["M2"] == "Share accepted 90% 75% – The draft no longer promises this."
    assert rows["S7"] == "Median response time 1 h – 30 min New in this draft."
    assert "Nothing that happened tells what this would have come to." in rows["S8"]


def test_a_fragment_for_scripts(director: Client, agreement: Agreement) -> None:
    draft(agreement, changed(S2="2h"))
    html = director.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<section id="back-test-card"')
    assert "style=" not in html


def test_reps_add_up_to_the_whole(agreement: Agreement) -> None:
    version = agreement.versions.get()
    window = latest_days(agreement, 90, NOW)
    test = back_test(window, parse_terms(changed(S2="2h")), version, NOW)

    for each in test.lines:
        for side in (each.before, each.after):
            if side and side.by_holder:
                assert whole(side.by_holder) == side.rate
    assert {each.key for each in test.lines if each.is_lost} == {"S2"}


EVERY_KIND = [
    promise("M1", "marketing", "stage_volume", 150, stage="mql"),
    promise("M2", "marketing", "acceptance_rate", "0.90"),
    promise("M3", "marketing", "accepted_volume", 50),
    promise("M4", "marketing", "completeness_rate", "0.9"),
    promise("S1", "sales", "acceptance", "0.90", within="3h"),
    promise("S2", "sales", "first_follow_up", "0.90", within="4h"),
    promise("S3", "sales", "customers", 10),
    promise("S4", "sales", "conversion_rate", "0.1", within="10d", **{"from": "mql"}),
    promise("S5", "sales", "response_median", "4h"),
    promise("S6", "sales", "satisfaction", 4),
    promise("S7", "sales", "follow_up_volume", 30, evidence="attempt"),
    promise("S8", "sales", "revenue", 1000),
]


def test_over_a_whole_month_it_is_as_the_dashboard_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch, NOW)
    handoff = {"required_fields": ["name"]}
    terms = example_terms(reasons=REASONS, commitments=EVERY_KIND, handoff=handoff)
    version = make_version(terms)
    agreement, tell, at = version.agreement, Teller("won"), local("2026-09-08 10:00")
    about: Any = {"lead": tell.lead, "source": "crm", "occurred_at": at}
    facts = [
        *facts_of_example_5(),
        tell.attributes(local("2026-09-02 09:00"), name="Paulo"),
        tell.stage("mql", local("2026-09-02 10:00")),
        tell.stage("customer", at),
        ToldDeal(external_id="d", status="won", amount=Decimal(900), currency="BRL", **about),
        ToldSatisfaction(external_id="s", score=Decimal(3), **about),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    month = periods.month("2026-09", agreement.time_zone)
    window = Window(agreement, month.from_date, month.to_date)

    test = back_test(window, parse_terms(terms), version, NOW)

    figures = {
        each.figures.key: each.figures for each in month_figures(agreement, month, NOW).outcomes
    }
    assert {each.key for each in test.lines} == figures.keys()
    for each in test.lines:
        shown, side = figures[each.key], each.before
        assert side == each.after, each.key
        assert side is not None, each.key
        assert (side.actual, side.target) == (shown.actual, shown.target), each.key
        assert side.actual is not None, each.key
        if side.rate is not None:
            counts = (side.rate.numerator, side.rate.denominator, side.rate.open)
            assert counts == (shown.numerator, shown.denominator, shown.pending), each.key
