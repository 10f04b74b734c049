"""The dashboard of months that are over, closed, to come, or without anything to judge."""

import re

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.ingest import ingest
from metrics.closing import close_month
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.pages import stop_time
from tests.metrics.pages import (
    DASHBOARD,
    NOW,
    charts_of,
    director,
    length_of_list,
    page_of,
    rows_of,
    title_of,
)
from tests.metrics.worked_examples import promise

pytestmark = pytest.mark.django_db


def test_a_month_that_is_over_is_told_in_the_past(
    september: Agreement, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, local("2026-11-05 10:00"))
    client.force_login(User.objects.get(name="Marta"))
    address = f"{DASHBOARD}?month=2026-09"
    assert title_of(client, address) == "Neither side kept the agreement in September 2026"
    rows = rows_of(client, address)
    assert "Shortfall final" in rows["M1"]
    assert "29 short of the target." in rows["M1"]
    assert "All 21 working days are gone" in page_of(client, address)
    assert charts_of(client, address)["volume-M1"]["projection"] is None


def test_figures_of_a_closed_month_stand_beside_those_as_closed(
    september: Agreement, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = local("2026-11-05 10:00")
    stop_time(monkeypatch, now)
    by = make_user("Otto", is_admin=True, time_zone="America/Sao_Paulo")
    client.force_login(by)
    close_month(agreement=september, month="2026-09", by=by, now=now)
    address = f"{DASHBOARD}?month=2026-09"
    assert "This month was closed on Thu 5 Nov 10:00 by Otto." in page_of(client, address)
    assert "as closed" not in rows_of(client, address)["M1"]

    late = Teller("late").stage("mql", local("2026-09-03 10:00"))
    ingest(agreement=september, facts=[late], by=None, now=now)
    roll_up(now=now)

    text = page_of(client, address)
    assert "Actual 122 as closed 121" in rows_of(client, address)["M1"]
    assert "restated since" in text
    assert "As closed 87" in text


def test_a_silent_month_leads_to_the_latest_that_was_told_of(
    september: Agreement, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, local("2026-11-05 10:00"))
    client.force_login(User.objects.get(name="Marta"))
    html = client.get(DASHBOARD).content.decode()
    assert "Nothing has been told of this month." in html
    assert f'<a href="{DASHBOARD}?month=2026-09">Show September 2026</a>' in html
    assert "Nothing has been told" not in page_of(client, f"{DASHBOARD}?month=2026-09")


# -- nothing to judge


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, client: Client) -> Agreement:
    """An agreement to which no lead has come."""
    stop_time(monkeypatch, NOW)
    agreement = make_version().agreement
    client.force_login(director())
    return agreement


def test_without_leads_it_says_what_to_do(bare: Agreement, client: Client) -> None:
    assert title_of(client) == "No lead has come yet"
    text = page_of(client)
    assert "import a file" in text
    assert "S2 · First follow-up within 4 h, in 90% 90%" in text


def test_before_the_agreement_nothing_was_promised(bare: Agreement, client: Client) -> None:
    address = f"{DASHBOARD}?month=2025-03"
    assert title_of(client, address) == "Nothing was promised in March 2025"
    html = client.get(address).content.decode()
    assert f'href="{DASHBOARD}?month=2026-01"' in html


def test_a_month_to_come_shows_what_is_promised(september: Agreement, client: Client) -> None:
    address = f"{DASHBOARD}?month=2026-10"
    assert title_of(client, address) == "October 2026 has not begun"
    assert "M1 · Deliver 150 MQL a month 150" in page_of(client, address)
    assert 'rel="next"' not in client.get(address).content.decode()


def test_without_a_signed_version_there_is_nothing_to_measure(
    bare: Agreement, client: Client
) -> None:
    Agreement.objects.create(
        slug="draft",
        name="Draft",
        marketing_team=bare.marketing_team,
        sales_team=bare.sales_team,
        time_zone="UTC",
    )
    assert title_of(client, "/agreements/draft/") == "Nothing has been signed yet"


def test_handoffs_outside_any_version_are_counted_and_shown(
    bare: Agreement, client: Client
) -> None:
    version = make_version(slug="young", effective_date=local("2026-09-10 00:00").date())
    tell = Teller()
    facts = [tell.event("offered", local("2026-09-02 10:00"))]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    html = client.get("/agreements/young/").content.decode()
    assert "1 handoff was offered outside any version." in html
    href = re.search(r'href="([^"]+outside\.handoffs[^"]+)"', html)
    assert href is not None
    assert length_of_list(client, href[1].replace("&amp;", "&")) == 1


def test_a_promise_that_exceeds_its_validity_is_not_judged(bare: Agreement, client: Client) -> None:
    terms = example_terms(
        commitments=[
            promise("S2", "sales", "first_follow_up", "0.9", within="4h", valid_up_to=1),
        ]
    )
    version = make_version(terms, slug="small")
    for lead in ("L1", "L2"):
        tell, at = Teller(lead), local("2026-09-02 10:00")
        facts = [tell.event("offered", at), tell.event("assigned", at, to_queue=True)]
        ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    row = rows_of(client, "/agreements/small/")["S2"]
    assert "More handoffs came than the 1 it holds for: it is not in the score." in row
    assert title_of(client, "/agreements/small/") == "Nothing can be judged yet"
