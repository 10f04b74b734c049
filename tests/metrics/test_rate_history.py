"""What the funnel's rates were in the last whole months."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.editing import part_hash, section_of_path
from agreements.models import Agreement, AgreementVersion, User
from agreements.terms import terms_hash
from leads.ingest import ingest
from metrics.rate_history import RateHistory, funnel_history
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.pages import stop_time, text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

NOW = local("2026-10-15 09:00")
ADDRESS = "/agreements/acme/rate-history/"


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch) -> Agreement:
    """Leads by month: five in August of which one MQL, ten in September of which six."""
    stop_time(monkeypatch, NOW)
    agreement = make_version(example_terms()).agreement
    facts = []
    for month, leads, promoted in (("08", 5, 1), ("09", 10, 6), ("10", 7, 7)):
        for number in range(leads):
            tell = Teller(f"{month}-{number}")
            facts.append(tell.stage("lead", local(f"2026-{month}-05 10:00")))
            if number < promoted:
                facts.append(tell.stage("mql", local(f"2026-{month}-06 10:00")))
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    return agreement


def test_it_works(agreement: Agreement) -> None:
    first, second, last = funnel_history(agreement, NOW).rates

    assert (first.key, first.from_name, first.to_name) == ("lead", "Lead", "MQL")
    assert (first.reached, first.entered, first.share) == (7, 15, Fraction(7, 15))
    assert (first.lowest, first.highest) == (Fraction(1, 5), Fraction(3, 5))
    assert (second.reached, second.entered) == (0, 7)
    assert last.share is None
    assert last.lowest is None


def test_the_page(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    text = text_of(client.get(ADDRESS))
    assert "Whole months from April 2026 to September 2026" in text
    assert "Lead MQL Last 6 months: 46.7%, 7 of 15 (months from 20% to 60%)" in text
    assert "SQL Customer No history yet." in text
    assert "Use this rate" not in text


def test_a_rate_that_no_month_reached(client: Client, agreement: Agreement) -> None:
    facts = []
    for number in range(10):
        tell = Teller(f"more-{number}")
        facts.append(tell.stage("lead", local("2026-09-07 10:00")))
        if number < 5:
            facts.append(tell.stage("mql", local("2026-09-08 10:00")))
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    funnel = example_terms()["funnel"] | {
        "rates": {"lead": "60%", "mql": "50%", "sql": "50%"},
        "goal": {"customers": 30},
    }
    terms = example_terms(funnel=funnel)
    agreement.versions.create(number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW)

    # 12 of 25 in all, 11 of 20 in the best month; 30 customers need 120 MQL, so 250 leads.
    text = text_of(client.get(ADDRESS))
    assert (
        "12 of 25 (months from 20% to 55%) 60% was never reached: the best month had 55%. "
        "At 48% the year needs 250 Lead, 50 more than planned."
    ) in text
    assert text.count("never reached") == 1


def test_stages_of_the_draft_however_wrong_the_rest(client: Client, agreement: Agreement) -> None:
    terms = {"funnel": {"stages": [{"key": "lead"}, {"key": "mql", "name": "Ripe"}, "x"]}}
    agreement.versions.create(number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW)
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    text = text_of(client.get(ADDRESS))
    assert "lead Ripe Last 6 months: 46.7%" in text
    assert "Customer" not in text


def test_a_new_stage_has_no_history(client: Client, agreement: Agreement) -> None:
    stages = example_terms()["funnel"]["stages"]
    new = {"key": "warm", "name": "Warm", "party": "marketing"}
    terms = example_terms(funnel={"stages": [*stages[:2], new, *stages[2:]]})
    agreement.versions.create(number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW)
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    text = text_of(client.get(ADDRESS))
    assert "MQL Warm No history yet." in text


def test_a_fragment_for_scripts(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    html = client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'id="history-funnel.stages.(\w+)" hx-swap-oob', html) == [
        "lead", "mql", "sql",
    ]  # fmt: skip
    # Nothing stands beside what has no history, and nobody uses a rate where there is no draft.
    assert html.count("Last 6 months") == 2
    assert "<button" not in html


@pytest.fixture
def helena(agreement: Agreement) -> User:
    return make_user("Helena", team=agreement.marketing_team, role="lead")


@pytest.fixture
def draft(agreement: Agreement, helena: User) -> AgreementVersion:
    return drafts.start(agreement=agreement, terms=example_terms(), by=helena, now=NOW)


def rates(draft: AgreementVersion) -> object:
    draft.refresh_from_db()
    return draft.terms["funnel"].get("rates")


def test_a_rate_is_used_without_scripts(
    client: Client, draft: AgreementVersion, helena: User
) -> None:
    client.force_login(helena)
    html = client.get(ADDRESS).content.decode()
    assert 'aria-label="Use this rate: 46.7% from Lead to MQL"' in html
    sent = form_values(html, "use-rate")
    (deed,) = re.findall(r'value="(take [^"]+)"', html)

    response = client.post("/agreements/acme/draft/funnel/", sent | {"do": deed})

    assert response.status_code == 302
    assert rates(draft) == {"lead": "46.7%"}
    # What is planned already is not offered again, nor is a rate of nothing.
    assert "Use this rate" not in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("theirs", "status", "after"),
    [
        ({"lead": "20%", "mql": "30%"}, 302, {"lead": "46.7%", "mql": "30%"}),
        ({"lead": "30%"}, 409, {"lead": "30%"}),
    ],
)
def test_nothing_is_lost_when_a_rate_is_used(
    client: Client,
    draft: AgreementVersion,
    helena: User,
    theirs: dict[str, str],
    status: int,
    after: dict[str, str],
) -> None:
    client.force_login(helena)
    funnel = example_terms()["funnel"] | {"rates": {"lead": "20%"}}
    draft.terms = example_terms(funnel=funnel)
    draft.save()
    sent = form_values(client.get(ADDRESS).content.decode(), "use-rate")
    drafts.save_section(
        version=draft,
        section=section_of_path("funnel"),
        part={"funnel": funnel | {"rates": theirs}},
        seen_hash=part_hash({"funnel": funnel}),
        by=helena,
        now=NOW,
    )
    asked = client.post(
        "/agreements/acme/draft/funnel/", sent | {"do": "take funnel.stages.lead.rate 46.7%"}
    )
    assert asked.status_code == status
    assert rates(draft) == after


def test_only_who_may_edit_uses_a_rate(
    client: Client, agreement: Agreement, draft: AgreementVersion
) -> None:
    assert draft.number == 2
    client.force_login(make_user("Ana", team=agreement.sales_team))
    assert "Use this rate" not in client.get(ADDRESS).content.decode()


def test_the_usual_stages_have_their_history(
    client: Client, draft: AgreementVersion, helena: User
) -> None:
    draft.terms = {key: value for key, value in draft.terms.items() if key != "funnel"}
    draft.save()
    client.force_login(helena)
    assert "Lead MQL Last 6 months: 46.7%, 7 of 15" in text_of(client.get(ADDRESS))


@pytest.mark.parametrize(
    ("entered", "reached", "rounded"),
    [(2000, 1333, "0.667"), (1000, 3, "0.0030"), (7, 9, "1.286"), (0, 4, None), (9, 0, "0.0000")],
)
def test_a_rate_is_rounded_as_it_would_be_planned(
    entered: int, reached: int, rounded: str | None
) -> None:
    rate = RateHistory(
        key="a",
        from_name="A",
        to_name="B",
        entered=entered,
        reached=reached,
        lowest=None,
        highest=None,
    )
    assert rate.rounded == (None if rounded is None else Decimal(rounded))


def test_a_stranger_finds_nothing(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Somebody"))
    assert client.get(ADDRESS).status_code == 404
    assert agreement.slug == "acme"
