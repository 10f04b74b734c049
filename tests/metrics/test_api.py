"""Figures by call are the figures of the report and of the pages."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.calls import Caller
from tests.factories import make_user, make_version
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

FIGURES = "/agreements/acme/attainment/"


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Caller:
    version = make_version()
    offer(version, "Paulo", NOW)
    stop_time(monkeypatch)
    return Caller(make_user("Helena", team=version.agreement.marketing_team))


def report(month: str) -> Any:
    out = StringIO()
    call_command("report", "acme", "--month", month, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_attainment_is_what_the_report_prints(caller: Caller) -> None:
    response = caller.get(FIGURES, month="2026-09")

    assert response.status_code == 200
    figures = response.json()
    assert figures["stages"]["mql"]["actual"] == 1
    assert figures == report("2026-09")


def test_without_a_month_it_is_the_one_that_runs(caller: Caller) -> None:
    assert caller.get(FIGURES).json()["period"]["from"] == "2026-09-01"


@pytest.mark.parametrize("month", ["2026-13", "0001-01", "9999-12", "May", "2026-9", "\0"])
def test_what_is_no_month_is_refused(caller: Caller, month: str) -> None:
    response = caller.get(FIGURES, month=month)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "month"


@pytest.mark.parametrize(
    ("role", "status"), [("lead", 200), ("member", 200), ("integration", 200), (None, 404)]
)
def test_who_reads_figures(caller: Caller, role: str | None, status: int) -> None:
    team = make_version(slug="other").agreement.sales_team
    user = make_user("Ana", team=team if role else None, role=role or "member")
    assert Caller(user).get("/agreements/other/attainment/").status_code == status
    assert Caller(user).get(FIGURES).status_code == 404
