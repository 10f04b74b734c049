"""Reports over two real data sets: in the middle of the story, and however the files came in."""

import csv
import json
import random
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from leads.models import LeadIdentity
from metrics.reports import month_report
from metrics.rollup import roll_up
from tests.at_once import wait_until_changes_are_settled
from tests.leads import independent_counts, real_data
from tests.leads.importing.killing import kill_half_way

pytestmark = pytest.mark.data

IN_MAY = datetime(2018, 5, 21, 15, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
MONTHS = ("2011-10", "2011-11", "2011-12", "2012-01", "2012-02", "2012-03")
CASES = real_data.TUTORIAL / "bpi2012" / "cases.yaml"


@pytest.fixture
def data() -> Path:
    return real_data.folder()


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.django_db
def test_olist_as_it_stood_in_may(data: Path, tmp_path: Path) -> None:
    mqls = written(
        tmp_path / "mqls.csv",
        [
            row
            for row in independent_counts.rows(data / real_data.OLIST_MQLS)
            if row["first_contact_date"] <= "2018-05-21"
        ],
    )
    deals = written(
        tmp_path / "deals.csv",
        [
            row
            for row in independent_counts.rows(data / real_data.OLIST_DEALS)
            if datetime.fromisoformat(row["won_date"]).replace(tzinfo=UTC) <= IN_MAY
        ],
    )
    agreement = real_data.adopt("olist", effective=date(2017, 6, 1), now=IN_MAY)
    real_data.take_in(mqls, "olist/mqls.yaml", agreement, now=IN_MAY)
    real_data.take_in(deals, "olist/deals.yaml", agreement, now=IN_MAY)
    roll_up(now=IN_MAY)

    expected = independent_counts.olist(mqls, deals, as_of=IN_MAY)
    assert expected["2018-05"].pending > 500
    for month in ("2018-03", "2018-04", "2018-05"):
        kept = {of["key"]: of for of in month_report(agreement, month, IN_MAY)["commitments"]}
        of = expected[month]
        assert (kept["M1"]["actual"], kept["S1"]["actual"]) == (of.mqls, of.customers)
        assert kept["S2"]["numerator"] == of.converted
        assert kept["S2"]["denominator"] == of.converted + of.unconverted
        assert kept["S2"]["pending"] == of.pending
        assert kept["S2"]["final"] is False or of.pending == 0


def reports() -> list[dict[str, Any]]:
    """Return what the command prints for each month, less when it was asked."""
    found = []
    for month in MONTHS:
        out = StringIO()
        call_command("report", "bpi2012", "--month", month, "--json", stdout=out)
        found.append(json.loads(out.getvalue()) | {"now": None})
    return found


@pytest.mark.django_db(transaction=True)
def test_the_report_is_the_same_however_the_file_came_in(data: Path, tmp_path: Path) -> None:
    cases = data / real_data.BPI_CASES
    agreement = real_data.adopt("bpi2012", effective=date(2011, 10, 1), now=NOW)
    with transaction.atomic():
        real_data.take_in(cases, "bpi2012/cases.yaml", agreement, now=NOW)
        once = reports()
        real_data.take_in(cases, "bpi2012/cases.yaml", agreement, now=NOW)
        twice = reports()
        transaction.set_rollback(True)
    rows = independent_counts.rows(cases)
    random.Random(3).shuffle(rows)
    shuffled = written(tmp_path / "shuffled.csv", rows)
    kill_half_way(shuffled, CASES, "bpi2012")
    assert 0 < LeadIdentity.objects.count() < 4755

    real_data.take_in(shuffled, "bpi2012/cases.yaml", agreement, now=NOW)

    wait_until_changes_are_settled()
    assert twice == once
    assert reports() == once
    assert sum(report["clocks"]["first_follow_up"]["met"] for report in once) == 3997
