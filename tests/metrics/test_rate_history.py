"""What the funnel's rates were in the last whole months."""

from fractions import Fraction

import pytest
from django.test import Client

from agreements.models import Agreement
from agreements.terms import terms_hash
from leads.ingest import ingest
from metrics.rate_history import funnel_history
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.pages import stop_time, text_of

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
    assert "Lead MQL Last 6 months: 47%, 7 of 15 months from 20% to 60%" in text
    assert "SQL Customer No history yet." in text


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
    assert "Realism: this was never reached." in text
    assert "Lead to MQL is planned at 60%; it was 48%, at best 55%." in text
    assert "At 48% the year needs 250 Lead, 50 more than planned." in text
    assert "MQL to SQL is planned" not in text


def test_stages_of_the_draft_however_wrong_the_rest(client: Client, agreement: Agreement) -> None:
    terms = {"funnel": {"stages": [{"key": "lead"}, {"key": "mql", "name": "Ripe"}, "x"]}}
    agreement.versions.create(number=2, terms=terms, terms_hash=terms_hash(terms), recorded_at=NOW)
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    text = text_of(client.get(ADDRESS))
    assert "lead Ripe Last 6 months: 47%" in text
    assert "Customer" not in text


def test_a_fragment_for_scripts(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Helena", team=agreement.marketing_team))
    html = client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith("<section")
    assert 'id="rate-history-mql"' in html


def test_a_stranger_finds_nothing(client: Client, agreement: Agreement) -> None:
    client.force_login(make_user("Somebody"))
    assert client.get(ADDRESS).status_code == 404
    assert agreement.slug == "acme"
