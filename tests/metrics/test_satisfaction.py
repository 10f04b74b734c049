"""A promise of satisfaction: from a file of answers to the report and the leads behind it."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from agreements.models import Agreement
from leads.ingest import ingest
from leads.models import Satisfaction
from leads.rebuild import rebuild
from leads.told import ToldSatisfaction
from metrics.drilldown import leads_behind
from metrics.periods import month
from metrics.reports import month_report
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.pages import stop_time, text_of
from tests.metrics.worked_examples import promise

pytestmark = pytest.mark.django_db

NOW = local("2026-10-20 18:00")
MAPPING = """
source: survey
time_zone: America/Sao_Paulo
lead: {source: crm, id: contact}
file: {delimiter: ";", decimal: ","}
facts:
  - satisfaction: {column: score, values: {"n/a": null}}
    id: answer
    at: answered
    when: score
"""
FAIR = {"field": "origin", "operator": "is", "value": "fair"}


@pytest.fixture
def agreement() -> Agreement:
    return make_version(
        example_terms(
            commitments=[
                promise("S1", "sales", "satisfaction", "4.5"),
                promise("S2", "sales", "satisfaction", 4, where=FAIR),
                promise("S3", "sales", "satisfaction", 4, period="quarter"),
            ]
        )
    ).agreement


def import_answers(folder: Path, *rows: Sequence[str]) -> dict[str, Any]:
    """Import answers by the command and return its summary."""
    (folder / "map.yaml").write_text(MAPPING)
    with (folder / "answers.csv").open("w", newline="") as file:
        header = ["answer", "contact", "answered", "score"]
        csv.writer(file, delimiter=";").writerows([header, *rows])
    out = StringIO()
    options = ["--mapping", str(folder / "map.yaml"), "--agreement", "acme", "--json"]
    options += ["--rejects", str(folder / "rejects.csv")]
    call_command("import_facts", str(folder / "answers.csv"), *options, stdout=out)
    summary: dict[str, Any] = json.loads(out.getvalue())
    return summary


def entries(agreement: Agreement, of_month: str = "2026-09") -> dict[str, Any]:
    roll_up(now=NOW)
    report = month_report(agreement, of_month, NOW)
    return {entry["key"]: entry for entry in report["commitments"]}


def test_it_works(agreement: Agreement, tmp_path: Path) -> None:
    fair = Teller("1").attributes(local("2026-08-01 09:00"), origin="fair")
    ingest(agreement=agreement, facts=[fair], by=None, now=NOW)

    summary = import_answers(
        tmp_path,
        ["a1", "1", "2026-09-10 10:00", "5"],
        ["a2", "2", "2026-09-30 23:59", "4,2"],
        ["a3", "3", "2026-09-20 10:00", "3"],
        ["a4", "3", "2026-10-01 00:00", "1"],
        ["a5", "4", "2026-09-21 10:00", ""],
    )

    assert summary["facts"]["by_kind"] == {"satisfaction": {"new": 4, "revised": 0, "repeated": 0}}
    assert summary["silent"] == 1
    found = entries(agreement)
    s1, s2, s3 = (found[key] for key in ("S1", "S2", "S3"))
    assert (s1["actual"], s1["denominator"], s1["status"]) == (4.066667, 3, "shortfall")
    assert (s1["attainment"], s1["missing"]) == (0.903704, None)
    assert (s2["actual"], s2["denominator"], s2["status"]) == (5, 1, "kept")
    assert (s3["actual"], s3["denominator"]) == (4.066667, 3)
    october = entries(agreement, "2026-10")
    assert (october["S1"]["actual"], october["S3"]["actual"]) == (1, 1)
    assert rebuild(now=NOW) == 0
    assert rebuild_roll_ups(now=NOW) == 0


def test_without_an_answer_there_is_no_figure(agreement: Agreement) -> None:
    s1 = entries(agreement)["S1"]
    assert (s1["actual"], s1["denominator"], s1["status"]) == (None, 0, "no_data")
    assert s1["missing"] == "scores"


def test_what_is_told_again_is_corrected(agreement: Agreement, tmp_path: Path) -> None:
    import_answers(tmp_path, ["a1", "1", "2026-09-10 10:00", "5"])
    assert entries(agreement)["S1"]["actual"] == 5

    import_answers(tmp_path, ["a1", "1", "2026-09-10 10:00", "2"])
    assert entries(agreement)["S1"]["actual"] == 2

    gone = ToldSatisfaction(
        lead=Teller("1").lead,
        source="survey",
        external_id="a1",
        occurred_at=local("2026-09-10 10:00"),
        score=Satisfaction.objects.get(is_current=True).score,
        revised_at=local("2027-01-01 00:00"),
        is_retracted=True,
    )
    ingest(agreement=agreement, facts=[gone], by=None, now=NOW)
    assert entries(agreement)["S1"]["actual"] is None
    assert rebuild_roll_ups(now=NOW) == 0


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("good", "“good” in “score” is not a number."),
        ("n/a", "“score” is empty, but the satisfaction score needs it."),
        ("1" * 9, f"“{'1' * 9}” in “score” is too large a number."),
        ("1" * 20, f"“{'1' * 20}” in “score” is too large a number."),
        ("99999999,99996", "“99999999.99996” in “score” is too large a number."),
    ],
)
def test_what_is_no_score_is_rejected(
    agreement: Agreement, tmp_path: Path, score: str, reason: str
) -> None:
    summary = import_answers(tmp_path, ["a1", "1", "2026-09-10 10:00", score])

    assert (summary["taken"], summary["rejected"]) == (0, 1)
    assert summary["reasons"][0]["reason"] == reason


def test_the_pages_show_the_answers(
    agreement: Agreement, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, NOW)
    stages = [Teller(lead).stage("mql", local("2026-09-01 10:00")) for lead in "123"]
    ingest(agreement=agreement, facts=stages, by=None, now=NOW)
    import_answers(
        tmp_path,
        ["a1", "1", "2026-09-10 10:00", "5"],
        ["a2", "2", "2026-09-11 10:00", "4,25"],
        ["a3", "3", "2026-09-11 11:00", "3,5"],
    )
    roll_up(now=NOW)
    client.force_login(make_user("Marta", is_director=True))

    dashboard = text_of(client.get("/agreements/acme/?month=2026-09"))
    assert "4.25" in dashboard
    assert "The mean of 3 answers." in dashboard
    behind = text_of(client.get("/agreements/acme/figures/S1/?month=2026-09"))
    assert "Answers 3" in behind
    september = month("2026-09", agreement.time_zone)
    told = leads_behind(agreement, september, "S1", now=NOW)
    assert [each.detail for each in told] == ["3.5", "4.25", "5"]
    lead = told[1:2][0].lead
    assert "Satisfaction: 4.3" in text_of(client.get(f"/agreements/acme/leads/{lead.pk}/"))
