"""A report costs the same whatever it reports on, and says what is not yet counted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.actions import calendars
from agreements.models import Agreement, Calendar, CalendarRevision
from leads.ingest import ingest
from leads.told import Told
from metrics.reports import month_report
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_version
from tests.metrics.told_at_random import random_facts
from tests.metrics.worked_examples import September, promise

pytestmark = pytest.mark.django_db

NOW = local("2026-10-02 11:00")


def tell(agreement: Agreement, facts: list[Told]) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)


def queries_of(deed: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        deed()
    return len(queries)


def entries_of(report: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry for entry in report["commitments"]}


def test_its_queries_do_not_depend_on_the_number_of_leads() -> None:
    agreement = make_version().agreement
    tell(agreement, random_facts(seed=1, leads=30))
    of_few = queries_of(lambda: month_report(agreement, "2026-09", NOW))

    tell(agreement, random_facts(seed=2, leads=90))

    assert queries_of(lambda: month_report(agreement, "2026-09", NOW)) == of_few
    assert of_few <= 10


def test_it_says_that_something_is_not_counted_yet() -> None:
    agreement = make_version().agreement
    facts = [Teller().stage("mql", local("2026-09-04 10:00"))]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    assert month_report(agreement, "2026-09", NOW)["being_recalculated"]

    roll_up(now=NOW)

    assert not month_report(agreement, "2026-09", NOW)["being_recalculated"]


def test_it_says_that_a_closure_is_not_settled_yet() -> None:
    agreement = make_version().agreement
    calendar = Calendar.objects.get(key="office")
    closures: dict[str, Any] = dict(calendar.latest_revision.closures)
    closures["2027-03-01"] = {"name": "Move", "hours": []}

    revision = calendars.revise(calendar=calendar, closures=closures, by=None, now=NOW)

    assert month_report(agreement, "2026-09", NOW)["being_recalculated"]
    CalendarRevision.objects.filter(pk=revision.pk).update(settled_at=NOW)
    assert not month_report(agreement, "2026-09", NOW)["being_recalculated"]


def test_a_month_without_any_fact_has_targets_and_no_figures() -> None:
    commitments = [
        promise("M1", "marketing", "stage_volume", 400, stage="mql"),
        promise("M2", "marketing", "acceptance_rate", "0.90"),
        promise("S1", "sales", "response_median", "4h"),
        promise("S2", "sales", "first_follow_up", "0.90", within="4h"),
        promise("S3", "sales", "satisfaction", "4.5"),
    ]
    agreement = make_version(example_terms(commitments=commitments)).agreement

    report = month_report(agreement, "2026-09", NOW)

    entries = entries_of(report)
    assert {key: entry["status"] for key, entry in entries.items()} == {
        "M1": "shortfall", "M2": "no_data", "S1": "no_data", "S2": "no_data", "S3": "no_data"
    }  # fmt: skip
    assert {key: entry["target"] for key, entry in entries.items()} == {
        "M1": 400, "M2": 0.9, "S1": 4 * 3600, "S2": 0.9, "S3": 4.5
    }  # fmt: skip
    assert (entries["M1"]["actual"], entries["S3"]["missing"]) == (0, "scores")
    assert report["scores"] == {"marketing": 0, "sales": None}
    assert report["clocks"]["first_follow_up"]["median_s"] is None


def test_a_month_before_the_agreement_has_nothing() -> None:
    agreement = make_version().agreement

    report = month_report(agreement, "2025-12", NOW)

    assert (report["commitments"], report["stages"], report["clocks"]) == ([], {}, {})


def test_an_agreement_that_begins_in_the_month_promises_its_share() -> None:
    commitments = [promise("M1", "marketing", "stage_volume", 210, stage="mql")]
    agreement = make_version(
        example_terms(commitments=commitments), effective_date=date(2026, 9, 16)
    ).agreement

    entry = entries_of(month_report(agreement, "2026-09", NOW))["M1"]

    # 11 of the month's 21 open days.
    assert entry["target"] == 110


def test_a_promise_by_the_week_pools_the_weeks_that_end_in_the_month() -> None:
    commitments = [promise("M1", "marketing", "stage_volume", 5, stage="mql", period="week")]
    agreement = make_version(example_terms(commitments=commitments)).agreement
    told = September()
    for at in ("2026-08-31 10:00", "2026-09-27 23:59", "2026-09-28 00:00"):
        told.mqls(2, at)
    tell(agreement, told.facts)

    entry = entries_of(month_report(agreement, "2026-09", NOW))["M1"]

    # Monday 31 August to Sunday 27 September: four weeks.
    assert entry["period"] == {"kind": "week", "from": "2026-08-31", "to": "2026-09-28"}
    assert (entry["target"], entry["actual"]) == (20, 4)


def test_a_promise_by_the_quarter_pools_its_months() -> None:
    commitments = [promise("S8", "sales", "customers", 30, period="quarter")]
    agreement = make_version(example_terms(commitments=commitments)).agreement
    for day in ("2026-07-01", "2026-08-10", "2026-09-30", "2026-10-01"):
        lead = Teller(day)
        tell(agreement, [lead.stage("customer", local(f"{day} 10:00"))])

    entry = entries_of(month_report(agreement, "2026-08", NOW))["S8"]

    assert entry["period"] == {"kind": "quarter", "from": "2026-07-01", "to": "2026-10-01"}
    assert (entry["target"], entry["actual"]) == (30, 3)


def test_a_promise_by_the_day_has_no_target_on_closed_days() -> None:
    commitments = [promise("M1", "marketing", "stage_volume", 2, stage="mql", period="day")]
    agreement = make_version(example_terms(commitments=commitments)).agreement

    entry = entries_of(month_report(agreement, "2026-09", NOW))["M1"]

    assert entry["target"] == 2 * 21


def test_a_promise_that_holds_up_to_a_number_is_out_of_the_score_beyond_it() -> None:
    commitments = [
        promise("S2", "sales", "first_follow_up", "0.90", within="4h", valid_up_to=3),
        promise("S3", "sales", "acceptance", "0.50", within="4h"),
    ]
    agreement = make_version(example_terms(commitments=commitments)).agreement
    told = September()
    told.handoffs(3, "2026-09-02 09:00", ("accepted", "2026-09-02 10:00"))
    tell(agreement, told.facts)
    assert month_report(agreement, "2026-09", NOW)["scores"]["sales"] == 0.5

    told.handoffs(1, "2026-09-02 09:00", ("accepted", "2026-09-02 10:00"))
    tell(agreement, told.facts)

    report = month_report(agreement, "2026-09", NOW)
    assert entries_of(report)["S2"]["exceeds_validity"]
    assert report["scores"]["sales"] == 1


def test_a_clock_of_the_version_before_is_judged_by_it() -> None:
    """Offered on the last day of one version, received when the next one is in force."""
    within = {date(2026, 9, 1): "1h", date(2026, 1, 1): "8h"}
    for day, hours in within.items():
        version = make_version(
            example_terms(
                commitments=[
                    promise("M4", "marketing", "routing", "0.90", within="5min"),
                    promise("S2", "sales", "first_follow_up", "0.90", within=hours),
                ]
            ),
            effective_date=day,
        )
    told = September()
    follow_up = ("no_answer", "2026-09-01 16:00")
    told.handoffs(1, "2026-08-31 17:58", follow_up, received="2026-09-01 09:00")
    tell(version.agreement, told.facts)

    report = month_report(version.agreement, "2026-09", NOW)

    assert (report["clocks"]["first_follow_up"]["met"], report["versions"]) == (1, [1])
    assert entries_of(report)["S2"]["numerator"] == 1


def test_a_running_volume_has_a_projection() -> None:
    """Worked example 4: 207 of 380 after 90 of 152 hours."""
    commitments = [promise("M1", "marketing", "stage_volume", 380, stage="mql")]
    agreement = make_version(example_terms(commitments=commitments)).agreement
    told = September()
    told.mqls(207, "2026-11-05 10:00")
    now = local("2026-11-18 11:00")
    ingest(agreement=agreement, facts=told.facts, by=None, now=now)
    roll_up(now=now)

    entry = entries_of(month_report(agreement, "2026-11", now))["M1"]

    assert (entry["pace"], entry["status"]) == (0.92, "at_risk")
    assert (entry["attainment"], entry["final"]) == (pytest.approx(0.544737), False)
    assert entry["projection"]["end"] == pytest.approx(349.6)
    assert entry["projection"]["needed_per_open_day"] == pytest.approx(22.052632, abs=1)
    assert entry["projection"]["low"] < 349.6 < entry["projection"]["high"]


def test_the_plan_of_the_funnel_is_the_target_of_a_stage() -> None:
    stages = example_terms()["funnel"]["stages"]
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    cells = {month: 100 + place for place, month in enumerate(months)}
    terms = example_terms(
        funnel={"stages": stages, "targets": {"mql": cells}},
        commitments=[
            promise("M1", "marketing", "stage_volume", "funnel", stage="mql"),
            promise("S8", "sales", "customers", 7),
        ],
    )
    agreement = make_version(terms).agreement

    report = month_report(agreement, "2026-09", NOW)

    assert entries_of(report)["M1"]["target"] == 108
    assert {key: stage["target"] for key, stage in report["stages"].items()} == {
        "lead": None, "mql": 108, "sql": None, "customer": 7
    }  # fmt: skip
