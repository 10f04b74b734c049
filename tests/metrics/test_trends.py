"""Twelve months of each commitment, worked out once and again when something about them changes."""

import re
from datetime import datetime

import pytest
from django.test import Client

from agreements.models import Agreement
from leads.ingest import ingest
from leads.told import Told
from metrics.month_figures import figures_of, ledger_of
from metrics.periods import Period, month
from metrics.rollup import roll_up
from metrics.trends import MONTHS, Trends, trends_of
from tests.factories import Teller, example_terms, local, make_version
from tests.metrics.worked_examples import promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement() -> Agreement:
    return make_version(
        example_terms(
            commitments=[
                promise("M1", "marketing", "stage_volume", 4, stage="mql"),
                promise("M2", "marketing", "stage_volume", 6, stage="mql", period="quarter"),
                promise("S2", "sales", "first_follow_up", "0.9", within="10bd"),
            ]
        )
    ).agreement


def tell(agreement: Agreement, facts: list[Told], now: datetime) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=now)
    roll_up(now=now)


def mqls(number: int, at: str) -> list[Told]:
    return [Teller(f"{at}-{place}").stage("mql", local(at)) for place in range(number)]


def offered(lead: str, at: str) -> list[Told]:
    told = Teller(lead)
    return [told.event("offered", local(at)), told.event("assigned", local(at), to_queue=True)]


def trends(agreement: Agreement, now: datetime, label: str = "2026-09") -> Trends:
    period: Period = month(label, agreement.time_zone)
    ledger = ledger_of(agreement, period, now)
    return trends_of(ledger, period, figures_of(ledger, period).outcomes)


def shares(told: Trends, key: str, measure: str = "stage_volume") -> list[float | None]:
    points = told.points[key, measure]
    assert len(points) == MONTHS
    return [None if each.attainment is None else float(each.attainment) for each in points]


def test_it_works(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    tell(agreement, mqls(2, "2026-07-02 10:00") + mqls(3, "2026-09-02 10:00"), now)

    told = trends(agreement, now)

    # Nothing was counted in August, so there is no month of it.
    assert shares(told, "M1") == [None] * 9 + [0.5, None, 0.75]
    assert told.previous_scores == {}


def test_a_quarter_is_followed_in_the_months_in_which_it_ends(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    facts = mqls(3, "2026-05-04 10:00") + mqls(3, "2026-06-02 10:00") + mqls(2, "2026-08-03 10:00")
    tell(agreement, facts, now)

    told = trends(agreement, now)

    assert shares(told, "M2")[-4:] == [1.0, None, None, pytest.approx(2 / 6)]
    assert told.previous_scores["marketing"] is not None


def test_the_score_of_the_month_before(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    tell(agreement, mqls(2, "2026-08-03 10:00") + mqls(1, "2026-09-02 10:00"), now)
    told = trends(agreement, now)
    # M1 reached 2 of 4, and the quarter of both months 3 of 6.
    assert told.previous_scores["marketing"] == pytest.approx(0.5)
    assert told.previous_scores["sales"] is None


def test_a_late_fact_changes_a_month_that_was_worked_out(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    tell(agreement, mqls(2, "2026-08-03 10:00"), now)
    assert shares(trends(agreement, now), "M1")[-2] == 0.5

    tell(agreement, mqls(1, "2026-08-04 10:00"), now)

    assert shares(trends(agreement, now), "M1")[-2] == 0.75


def test_a_late_fact_changes_the_quarter_it_lies_in(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    tell(agreement, mqls(3, "2026-04-06 10:00") + mqls(1, "2026-06-02 10:00"), now)
    assert shares(trends(agreement, now), "M2")[-4] == pytest.approx(4 / 6)

    tell(agreement, mqls(2, "2026-04-07 10:00"), now)

    assert shares(trends(agreement, now), "M2")[-4] == 1


def test_a_late_fact_changes_the_week_it_lies_in_of_the_next_year() -> None:
    weekly = promise("M1", "marketing", "stage_volume", 4, stage="mql", period="week")
    agreement = make_version(example_terms(commitments=[weekly])).agreement
    now = local("2027-12-10 12:00")
    tell(agreement, mqls(4, "2027-01-05 10:00"), now)
    assert shares(trends(agreement, now, "2027-12"), "M1")[0] == pytest.approx(4 / 20)

    # The week of Tuesday 29 December ends on 3 January, so that it is one of January's.
    tell(agreement, mqls(2, "2026-12-29 10:00"), now)

    assert shares(trends(agreement, now, "2027-12"), "M1")[0] == pytest.approx(6 / 20)


def test_a_clock_that_falls_due_changes_a_month_that_was_worked_out(agreement: Agreement) -> None:
    tell(agreement, offered("L1", "2026-08-31 10:00"), local("2026-09-01 09:00"))

    def share_at(at: str) -> float | None:
        return shares(trends(agreement, local(at)), "S2", "first_follow_up")[-2]

    # Ten working days after Monday 31 August, less Independence Day: Tuesday 15 September, 18:00.
    assert share_at("2026-09-15 17:59") is None
    assert share_at("2026-09-15 18:00") is None
    assert share_at("2026-09-15 18:01") == 0
    assert share_at("2026-09-15 17:59") is None


def test_another_agreement_has_trends_of_its_own(agreement: Agreement) -> None:
    now = local("2026-09-10 12:00")
    tell(agreement, mqls(2, "2026-08-03 10:00"), now)
    other = make_version(
        example_terms(commitments=[promise("M1", "marketing", "stage_volume", 4, stage="mql")]),
        slug="other",
    ).agreement
    tell(other, mqls(4, "2026-08-05 10:00"), now)
    assert shares(trends(agreement, now), "M1")[-2] == 0.5
    assert shares(trends(other, now), "M1")[-2] == 1.0


def test_the_line_is_read_aloud(september: Agreement, client: Client) -> None:
    tell(september, mqls(75, "2026-08-03 10:00"), local("2026-09-30 18:00"))
    html = client.get("/agreements/acme/").content.decode()
    labels = re.findall(r'aria-label="(Attained by month: [^"]+)"', html)
    assert "Attained by month: August 2026 50%, September 2026 81%" in labels
    assert "August 2026 50" in html
