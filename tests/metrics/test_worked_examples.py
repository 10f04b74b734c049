"""Worked examples 2 and 5, from facts to the report."""

from datetime import datetime
from typing import Any

import pytest

from leads.ingest import ingest
from leads.models import Clock
from leads.rebuild import rebuild
from leads.told import Told
from metrics.reports import month_report
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.metrics.adjusting import ask_for_exception, sign_blackout
from tests.metrics.worked_examples import (
    September,
    facts_of_example_2,
    facts_of_example_5,
    promise,
    version_of_example_5,
    versions_of_example_2,
)

pytestmark = pytest.mark.django_db


def close_to(value: str) -> Any:
    return pytest.approx(float(value), abs=5e-7)


def report_after(
    agreement: Any, facts: list[Told], now: datetime, month: str = "2026-09"
) -> dict[str, Any]:
    """Tell facts, count and report."""
    ingest(agreement=agreement, facts=facts, by=None, now=now)
    roll_up(now=now)
    return month_report(agreement, month, now)


def commitments_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["key"]: entry for entry in report["commitments"]}


def test_september_with_a_new_version_on_the_16th() -> None:
    agreement = versions_of_example_2()[0].agreement
    told = September()
    told.deals("2026-09-10 12:00", "200000.00", "12350.00")
    told.deals("2026-09-25 12:00", "200000.00")
    # A sale makes an MQL that nobody told of too; these were leads of August.
    told.facts += [
        Teller(fact.lead.external_id).stage("mql", local("2026-08-03 10:00")) for fact in told.facts
    ]

    report = report_after(agreement, facts_of_example_2() + told.facts, local("2026-10-01 09:00"))

    kept = commitments_of(report)
    m1, m2, s2, s5 = (kept[key] for key in ("M1", "M2", "S2", "S5"))
    assert (m1["actual"], m1["target"]) == (351, close_to("352.857143"))
    assert (m1["attainment"], m1["shortfall"]) == (close_to("0.994737"), close_to("1.857143"))
    assert (m1["pace"], m1["status"], m1["final"]) == (m1["attainment"], "shortfall", False)
    assert (m2["numerator"], m2["denominator"]) == (270, 298)
    assert (m2["target"], m2["attainment"]) == (0.9, close_to("1.006711"))
    assert (s2["numerator"], s2["denominator"]) == (278, 314)
    assert (s2["pending"], s2["void"]) == (14, 2)
    assert (s2["target"], s2["actual"]) == (close_to("0.876115"), close_to("0.885350"))
    assert (s2["attainment"], s2["status"]) == (close_to("1.010542"), "kept")
    assert (s2["range"], s2["final"]) == ([close_to("0.847561"), close_to("0.890244")], False)
    assert (s5["actual"], s5["target"]) == (412350, close_to("531428.571429"))
    assert s5["attainment"] == close_to("0.775927")
    assert s5["shortfall"] == close_to("119078.571429")
    assert report["scores"] == {"marketing": close_to("0.996842"), "sales": close_to("0.865556")}
    assert report["clocks"]["first_follow_up"]["compliance"] == s2["actual"]
    assert rebuild_roll_ups(now=local("2026-10-01 09:00")) == 0


def test_a_figure_is_final_once_the_grace_is_over_and_nothing_is_pending() -> None:
    agreement = versions_of_example_2()[0].agreement
    now = local("2026-10-05 18:00")

    kept = commitments_of(report_after(agreement, facts_of_example_2(), now))

    # Three business days after 30 September end on Monday 5 October at 18:00.
    assert (kept["M1"]["final"], kept["S2"]["final"]) == (True, True)
    assert (kept["S2"]["pending"], kept["S2"]["range"]) == (0, [close_to("0.847561")] * 2)
    before = commitments_of(month_report(agreement, "2026-09", local("2026-10-05 17:59")))
    assert (before["M1"]["final"], before["S2"]["final"]) == (False, False)


def test_acceptance_with_contested_rejections() -> None:
    agreement = version_of_example_5().agreement

    report = report_after(agreement, facts_of_example_5(), local("2026-09-30 18:00"))

    m2 = commitments_of(report)["M2"]
    assert (m2["numerator"], m2["denominator"]) == (99, 108)
    assert (m2["actual"], m2["attainment"]) == (close_to("0.916667"), close_to("1.018519"))
    assert m2["range"] == [close_to("0.853448"), close_to("0.939655")]
    assert (m2["accepted_at_first"], m2["status"]) == (close_to("0.857143"), "on_track")
    assert (m2["overturned"], m2["upheld"], m2["contested_waiting"]) == (3, 2, 2)
    handoffs = report["handoffs"]
    assert (handoffs["offered"], handoffs["accepted"], handoffs["rejected"]) == (120, 96, 16)
    assert handoffs["undecided"] == 8
    assert report["rejections"] == {"duplicate": 5, "wrong_data": 4, "wrong_territory": 4}
    assert report["clocks"]["acceptance"]["unanswered"] == 3


def test_acceptance_where_wrong_territory_is_charged_to_marketing() -> None:
    agreement = version_of_example_5(charged_to="marketing").agreement

    report = report_after(agreement, facts_of_example_5(), local("2026-09-30 18:00"))

    m2 = commitments_of(report)["M2"]
    assert (m2["actual"], m2["attainment"]) == (close_to("0.883929"), close_to("0.982143"))
    assert m2["status"] == "at_risk"


def test_blackout_and_exceptions_in_adjusted_figures() -> None:
    agreement, now = version_of_example_5().agreement, local("2026-09-30 18:00")
    ana = make_user("Ana", team=agreement.sales_team, role="lead")
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    sign_blackout(agreement, helena, ana, now)
    ingest(agreement=agreement, facts=facts_of_example_5(), by=None, now=now)
    e = Clock.objects.get(clause_key="S2", started_at=local("2026-09-10 09:00"))
    others = Clock.objects.filter(clause_key="S2", started_at=local("2026-09-14 09:00"))
    for clock, approved in zip([e, *others.order_by("pk")[:4]], (1, 1, 1, 0, None), strict=True):
        ask_for_exception(clock, ana, helena, now, approved=approved)
    roll_up(now=now)

    clock_figures = month_report(agreement, "2026-09", now)["clocks"]["first_follow_up"]

    names = ("met", "breached", "pending", "void", "late", "unanswered")
    assert [clock_figures[name] for name in names] == [86, 17, 7, 13, 11, 6]
    assert clock_figures["compliance"] == close_to("0.834951")
    assert clock_figures["adjusted_compliance"] == close_to("0.891089")
    assert (clock_figures["excepted"], clock_figures["excused_by_blackout"]) == (2, 4)
    assert rebuild(now=now) == 0
    assert rebuild_roll_ups(now=now) == 0


def test_a_conversion_counts_only_those_whose_window_has_ended() -> None:
    version = make_version(
        example_terms(
            commitments=[
                promise("S7", "sales", "conversion_rate", "0.15", within="30d", **{"from": "mql"})
            ]
        )
    )
    told = September()
    for number, entered, won in (
        (24, "2026-09-10 10:00", "2026-10-10 23:59"),
        (1, "2026-09-19 10:00", "2026-10-19 23:59"),
        (1, "2026-09-05 10:00", "2026-10-06 00:00"),
        (1, "2026-09-05 10:00", "2026-09-04 10:00"),
        (9, "2026-09-20 10:00", "2026-10-01 10:00"),
    ):
        for _ in range(number):
            tell = told.lead()
            told.facts += [tell.stage("mql", local(entered)), tell.stage("customer", local(won))]
    told.mqls(163, "2026-09-18 10:00")
    told.mqls(101, "2026-09-30 10:00")

    report = report_after(version.agreement, told.facts, local("2026-10-20 00:00"))

    s7 = commitments_of(report)["S7"]
    assert (s7["numerator"], s7["denominator"], s7["pending"]) == (25, 190, 110)
    assert s7["range"] == [close_to(str(34 / 300)), close_to(str(135 / 300))]
    assert (s7["status"], s7["final"]) == ("shortfall", False)


def test_response_times_say_at_least_where_a_clock_still_runs() -> None:
    version = make_version(
        example_terms(
            commitments=[
                promise("S1", "sales", "first_follow_up", "0.90", within="60min"),
                promise("S2", "sales", "response_median", "60min"),
                promise("S3", "sales", "response_p90", "60min"),
            ]
        )
    )
    told = September()
    for minutes in (5, 8, 12, 15, 22, 30, 41, 55, 90):
        at = f"2026-09-02 {9 + minutes // 60:02}:{minutes % 60:02}"
        told.handoffs(1, "2026-09-02 09:00", ("no_answer", at))
    told.handoffs(1, "2026-09-02 09:00")

    report = report_after(version.agreement, told.facts, local("2026-09-02 15:00"))

    clock = report["clocks"]["first_follow_up"]
    assert [clock[name] / 60 for name in ("median_s", "p90_s", "p95_s")] == [26, 111, 205.5]
    assert (clock["at_least"], clock["n"], clock["unanswered"]) == (["p90", "p95"], 10, 1)
    kept = commitments_of(report)
    assert (kept["S2"]["actual"], kept["S2"]["target"]) == (26 * 60, 3600)
    assert (kept["S2"]["attainment"], kept["S2"]["status"]) == (close_to("2.307692"), "on_track")
    assert (kept["S3"]["at_least"], kept["S3"]["pending"]) == (True, 0)
    later = commitments_of(month_report(version.agreement, "2026-09", local("2026-11-02 09:00")))
    assert (later["S2"]["final"], later["S3"]["final"]) == (True, False)
