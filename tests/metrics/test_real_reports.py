"""Every figure of a report over two real data sets equals an independent count over the files."""

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from agreements.models import Agreement
from metrics.reports import month_report
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.leads import independent_counts, real_data

pytestmark = [pytest.mark.django_db, pytest.mark.data]

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def data() -> Path:
    return real_data.folder()


def commitments_of(report: dict[str, Any]) -> dict[str, Any]:
    return {commitment["key"]: commitment for commitment in report["commitments"]}


def test_olist(data: Path) -> None:
    agreement = real_data.adopt("olist", effective=date(2017, 6, 1), now=NOW)
    mqls, deals = data / real_data.OLIST_MQLS, data / real_data.OLIST_DEALS
    real_data.take_in(mqls, "olist/mqls.yaml", agreement, now=NOW)
    real_data.take_in(deals, "olist/deals.yaml", agreement, now=NOW)
    roll_up(now=NOW)

    for month, expected in independent_counts.olist(mqls, deals, as_of=NOW).items():
        report = month_report(agreement, month, NOW)
        kept = commitments_of(report)
        decided = expected.converted + expected.unconverted
        assert report["stages"]["mql"]["actual"] == kept["M1"]["actual"] == expected.mqls
        assert report["stages"]["customer"]["actual"] == kept["S1"]["actual"] == expected.customers
        assert (kept["S2"]["numerator"], kept["S2"]["denominator"]) == (expected.converted, decided)
        assert kept["S2"]["pending"] == expected.pending == 0
        assert kept["M1"]["attainment"] == pytest.approx(expected.mqls / 1000)
        assert kept["M1"]["final"]
        assert report["deals"]["won"] == expected.customers
    assert rebuild_roll_ups(now=NOW) == 0


def test_bpi2012(data: Path) -> None:
    agreement = real_data.adopt("bpi2012", effective=date(2011, 10, 1), now=NOW)
    cases = data / real_data.BPI_CASES
    real_data.take_in(cases, "bpi2012/cases.yaml", agreement, now=NOW)

    for month, expected in independent_counts.bpi(cases).items():
        report = printed(agreement, month)
        clock, kept = report["clocks"]["first_follow_up"], commitments_of(report)["S1"]
        assert (clock["met"], clock["breached"]) == (expected.met, expected.breached)
        assert (clock["pending"], clock["void"], clock["unanswered"]) == (0, 0, 0)
        share = expected.met / (expected.met + expected.breached)
        assert clock["compliance"] == kept["actual"] == pytest.approx(share, abs=1e-6)
        for name, wanted in (("median_s", "1/2"), ("p90_s", "9/10"), ("p95_s", "19/20")):
            assert clock[name] == pytest.approx(
                float(expected.percentile(Fraction(wanted))), abs=1e-6
            )
        assert kept["status"] == ("kept" if share >= 0.9 else "shortfall")
    assert rebuild_roll_ups(now=NOW) == 0


def printed(agreement: Agreement, month: str) -> dict[str, Any]:
    """Return what the command prints; it counts what changed first."""
    out = StringIO()
    call_command("report", agreement.slug, "--month", month, "--json", stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report
