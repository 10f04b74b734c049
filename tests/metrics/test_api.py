"""Figures by call are the figures of the report and of the pages."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import AgreementVersion, User
from leads.models import Clock
from leads.sweep import record_breaches
from tests.calls import Caller
from tests.factories import local, make_rep, make_user, make_version
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


BREACHES = "/agreements/acme/breaches/"


@pytest.fixture
def late(caller: Caller) -> AgreementVersion:
    """Three handoffs of September that nobody followed up, and one of which is recorded."""
    version = AgreementVersion.objects.get(agreement__slug="acme")
    ana = make_rep("Ana", version.agreement)
    for day in (1, 2, 3):
        offer(version, f"Late {day}", local(f"2026-09-0{day} 10:00"), holder=ana)
    record_breaches(now=local("2026-09-01 18:00"))
    return version


def test_breaches_are_those_of_the_page(caller: Caller, late: AgreementVersion) -> None:
    answer = caller.get(BREACHES, month="2026-09").json()

    client = Client()
    client.force_login(caller.user)
    page = client.get("/agreements/acme/breaches/?month=2026-09")
    assert answer["count"] == page.context["count"] == len(answer["results"]) > 3
    shown = [(row.clause, row.status, str(row.lead.name)) for row in page.context["rows"]]
    assert [
        (each["clause"], each["status"], each["lead_name"]) for each in answer["results"]
    ] == shown
    first = answer["results"][-1]
    assert (first["clause"], first["status"], first["charged_to"]) == ("S2", "overdue", None)
    assert first["breached_at"] == first["due_at"] == "2026-09-01T18:00:00+00:00"
    # What is left of that Tuesday, four working days, and an hour of the Tuesday after the holiday.
    assert first["late_s"] == (3 + 3 * 8 + 1) * 3600
    assert Clock.objects.get(pk=first["clock"]).clause_key == "S2"


def test_breaches_are_narrowed_and_paged(caller: Caller, late: AgreementVersion) -> None:
    director = Caller(make_user("Marina", is_director=True))
    ana = User.objects.get(name="Ana")
    found = director.get(BREACHES, clause="S1", party="sales", holder=ana.pk, limit=2).json()
    assert (found["count"], len(found["results"])) == (3, 2)
    assert {each["charged_to"]["name"] for each in found["results"]} == {"Ana"}
    rest = director.client.get(found["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    assert director.get(BREACHES, page=99).json()["results"] == []
    assert director.get(BREACHES, withdrawn="true").json()["count"] == 0
    assert director.get(BREACHES, month="2026-08").json()["count"] == 0
    assert director.get(BREACHES, holder="none").json()["count"] == 0


def test_the_breaches_of_one_person_are_not_for_all(caller: Caller, late: AgreementVersion) -> None:
    response = caller.get(BREACHES, holder="1")
    assert response.status_code == 403
    assert response.json()["detail"].startswith("Figures of a single rep are for")


@pytest.mark.parametrize(
    "asked", [{"party": "x"}, {"holder": "x"}, {"page": "x"}, {"withdrawn": "2"}, {"month": "x"}]
)
def test_filters_of_breaches_that_make_no_sense(caller: Caller, asked: dict[str, str]) -> None:
    response = caller.get(BREACHES, **asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] in asked


def test_a_page_of_breaches_takes_as_many_queries_however_long_it_is(
    caller: Caller, late: AgreementVersion
) -> None:
    counts = set()
    for limit in (1, 3, 6):
        with CaptureQueriesContext(connection) as captured:
            assert len(caller.get(BREACHES, limit=limit).json()["results"]) == limit
        counts.add(len(captured))
    assert len(counts) == 1
    assert max(counts) <= 11
