"""A closed month keeps its figures; what comes later restates it."""

import json
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from agreements.models import Agreement, Audit
from leads.ingest import ingest
from leads.models import Change
from leads.told import Told
from metrics.closing import AlreadyClosed, UnableToClose, close_month, complete_months
from metrics.models import FrozenMonth
from metrics.reports import month_report
from metrics.rollup import roll_up
from metrics.tasks import complete_months as complete_months_task
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.metrics.worked_examples import promise

pytestmark = pytest.mark.django_db

GRACE_OVER = local("2026-10-05 18:00")


@pytest.fixture
def agreement() -> Agreement:
    """Two MQLs are promised, and a conversion whose window ends on 20 October."""
    return make_version(
        example_terms(
            commitments=[
                promise("M1", "marketing", "stage_volume", 2, stage="mql"),
                promise("S7", "sales", "conversion_rate", "0.5", within="30d", **{"from": "mql"}),
            ]
        )
    ).agreement


def told() -> list[Told]:
    won, lost = Teller("won"), Teller("lost")
    return [
        won.stage("mql", local("2026-09-20 10:00")),
        won.stage("customer", local("2026-09-25 10:00")),
        lost.stage("mql", local("2026-09-20 10:00")),
    ]


def tell(agreement: Agreement, facts: list[Told], now: datetime) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=now)
    roll_up(now=now)


def entries_of(report: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry for entry in report["commitments"]}


def test_it_works(agreement: Agreement) -> None:
    tell(agreement, told(), GRACE_OVER)
    director = make_user("Marta", is_director=True)

    frozen = close_month(agreement=agreement, month="2026-09", by=director, now=GRACE_OVER)

    entries = entries_of(frozen.report)
    assert (frozen.revision, frozen.frozen_by, frozen.is_complete) == (1, director, False)
    assert (entries["M1"]["actual"], entries["M1"]["final"]) == (2, True)
    assert (entries["S7"]["actual"], entries["S7"]["final"]) == (None, False)
    assert Audit.objects.get(action="metrics.month.closed").actor_id == director.pk
    report = month_report(agreement, "2026-09", GRACE_OVER)
    assert report["period"]["closed"]
    assert report["as_closed"]["scores"] == {"marketing": 1, "sales": None}
    assert entries_of(report)["M1"]["as_closed"]["status"] == "kept"
    assert not entries_of(report)["M1"]["restated"]


def test_what_was_provisional_becomes_final_by_completion(agreement: Agreement) -> None:
    tell(agreement, told(), GRACE_OVER)
    close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)

    assert complete_months(now=local("2026-10-20 23:59")) == 0
    assert complete_months(now=local("2026-10-21 00:00")) == 1
    assert complete_months(now=local("2026-10-21 00:00")) == 0
    complete_months_task()

    first, second = FrozenMonth.objects.order_by("revision")
    assert (second.revision, second.is_complete, second.frozen_by) == (2, True, None)
    assert entries_of(second.report)["S7"]["actual"] == 0.5
    assert entries_of(second.report)["M1"] == entries_of(first.report)["M1"]
    assert second.report["scores"] == {"marketing": 1, "sales": 1}
    assert Audit.objects.filter(action="metrics.month.completed").count() == 1


def test_later_facts_restate_what_was_closed(agreement: Agreement) -> None:
    tell(agreement, told(), GRACE_OVER)
    close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)

    tell(agreement, [Teller("late").stage("mql", local("2026-09-30 10:00"))], GRACE_OVER)

    report = month_report(agreement, "2026-09", GRACE_OVER)
    m1 = entries_of(report)["M1"]
    assert (m1["actual"], m1["as_closed"]["actual"], m1["restated"]) == (3, 2, True)
    assert not entries_of(report)["S7"]["restated"]
    # A completion later on keeps what was final at the closing.
    assert complete_months(now=local("2026-11-02 00:00")) == 1
    latest = FrozenMonth.objects.latest("revision")
    assert entries_of(latest.report)["M1"]["actual"] == 2
    assert entries_of(latest.report)["S7"]["denominator"] == 3


def test_what_was_frozen_cannot_be_changed(agreement: Agreement) -> None:
    tell(agreement, told(), GRACE_OVER)
    frozen = close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)

    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        FrozenMonth.objects.update(report={})
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        frozen.delete()


def test_a_month_is_closed_once(agreement: Agreement) -> None:
    close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)

    with pytest.raises(AlreadyClosed, match="2026-09 was closed on 2026-10-05"):
        close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)


def test_a_month_that_runs_cannot_be_closed(agreement: Agreement) -> None:
    with pytest.raises(UnableToClose, match="runs until 2026-10-31: close it when it has ended"):
        close_month(agreement=agreement, month="2026-10", by=None, now=GRACE_OVER)


def test_a_month_that_is_being_recalculated_cannot_be_closed(agreement: Agreement) -> None:
    ingest(agreement=agreement, facts=told(), by=None, now=GRACE_OVER)

    with pytest.raises(UnableToClose, match="is being recalculated"):
        close_month(agreement=agreement, month="2026-09", by=None, now=GRACE_OVER)

    close_month(agreement=agreement, month="2026-08", by=None, now=GRACE_OVER)
    assert Change.objects.exists()


def test_only_administrators_and_directors_close(agreement: Agreement) -> None:
    make_user("Helena", team=agreement.marketing_team, role="lead")

    with pytest.raises(CommandError, match="administrator or a director"):
        run("close_month", "acme", "--month", "2026-09", "--by", "helena@example.com")

    assert not FrozenMonth.objects.exists()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_commands_count_first() -> None:
    """Without any worker; they read the machine's clock, so this is about a year long gone."""
    version = make_version(
        example_terms(commitments=[promise("M1", "marketing", "stage_volume", 2, stage="mql")]),
        effective_date=date(2020, 1, 1),
    )
    facts = [Teller().stage("mql", local("2020-09-10 10:00"))]
    ingest(agreement=version.agreement, facts=facts, by=None, now=local("2020-09-10 11:00"))

    printed = run("close_month", "acme", "--month", "2020-09")

    assert printed == "2020-09 is closed: final M1; carried nothing.\n"
    assert run("complete_months") == "0 months had figures that are final now.\n"
    assert run("roll_up") == "0 rows written.\n"
    report = json.loads(run("report", "acme", "--month", "2020-09", "--json"))
    assert report["period"]["closed"]
    assert entries_of(report)["M1"]["actual"] == 1
    table = run("report", "acme", "--month", "2020-09")
    assert table.startswith("acme  2020-09-01 to 2020-10-01 (closed)\n")
    assert run("rebuild") == "0 rows about leads and 0 rows of figures differed.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["report", "other", "--month", "2026-09"],
            "There is no agreement 'other'; there are: acme",
        ),
        (["report", "acme", "--month", "May"], "'May' is not a period: write a month such as"),
        (["report", "acme", "--month", "2026"], "'2026' is a year: write a month, such as 2026-05"),
        (["close_month", "acme", "--month", "2100-01"], "2100-01 runs until 2100-01-31"),
        (
            ["close_month", "acme", "--month", "2026-09", "--by", "who@example.com"],
            "Nobody has the e-mail address who@example.com.",
        ),
    ],
)
def test_a_command_says_what_is_wrong(
    agreement: Agreement, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as raised:
        call_command(*arguments)

    assert sentence in str(raised.value)
