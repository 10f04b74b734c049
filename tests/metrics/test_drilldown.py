"""The list behind a figure is as long as the figure says."""

from collections.abc import Iterator
from typing import Any

import pytest

from agreements.models import Agreement
from leads.ingest import ingest
from leads.models import Clock
from metrics.drilldown import UnknownFigure, leads_behind
from metrics.periods import Period, month
from metrics.reports import month_report
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, example_terms, local, make_version
from tests.metrics.told_at_random import random_facts
from tests.metrics.worked_examples import REASONS, promise

pytestmark = pytest.mark.django_db

NOW = local("2026-10-02 11:00")
WEBINAR = {"field": "origin", "operator": "is", "value": "webinar"}


def version_of_everything() -> Any:
    """Terms that promise each measure, for tiers and for leads that a rule picks."""
    return make_version(
        example_terms(
            kind="multilevel",
            reasons=REASONS | {"recycling": [{"key": "not_reached", "name": "Not reached"}]},
            tiers=[
                {"key": "event", "name": "Event", "when": WEBINAR},
                {"key": "rest", "name": "Rest"},
            ],
            handoff={"required_fields": ["name"]},
            commitments=[
                promise("M1", "marketing", "stage_volume", 20, stage="mql", tiers=["event"]),
                promise("M2", "marketing", "accepted_volume", 20, tiers=["rest"]),
                promise("M3", "marketing", "acceptance_rate", "0.9", where=WEBINAR),
                promise("M4", "marketing", "completeness_rate", "0.9"),
                promise(
                    "M5", "marketing", "stage_value", 20, stage="mql",
                    values={"by": "source", "each": {"webinar": 100}, "otherwise": 1},
                ),
                promise("S1", "sales", "acceptance", "0.9", within="4h"),
                promise("S2", "sales", "first_follow_up", "0.9", within="4h", tiers=["event"]),
                promise("S3", "sales", "first_follow_up", "0.9", within="1bd", tiers=["rest"]),
                promise("S4", "sales", "persistence", "0.9", within="10bd", count=3),
                promise("S5", "sales", "response_median", "4h", tiers=["rest"]),
                promise("S6", "sales", "response_p90", "8h", where=WEBINAR, period="quarter"),
                promise("S7", "sales", "conversion_rate", "0.5", within="10d", tiers=["rest"],
                        **{"from": "mql"}),
                promise("S8", "sales", "customers", 10, where=WEBINAR, period="quarter"),
                promise("S9", "sales", "follow_up_volume", 10, period="week", tiers=["event"]),
                promise("S10", "sales", "revenue", 10),
                promise("S11", "sales", "satisfaction", 4),
            ],
        )
    )  # fmt: skip


@pytest.fixture
def agreement() -> Agreement:
    version = version_of_everything()
    for seed in (1, 2):
        facts = random_facts(seed, leads=60)
        ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    agreement: Agreement = version.agreement
    return agreement


@pytest.fixture
def september(agreement: Agreement) -> Period:
    return month("2026-09", agreement.time_zone)


def count(agreement: Agreement, period: Period, key: str, part: str = "", **days: Any) -> int:
    return leads_behind(agreement, period, key, now=NOW, part=part, **days).count()


def numbers_of(report: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Give (key, part, number shown) of everything that is a count."""
    for stage, of in report["stages"].items():
        yield f"stage.{stage}", "", of["actual"]
        yield f"stage.{stage}", "implied", of["implied"]
        yield f"stage.{stage}", "without_handoff", of["without_handoff"]
    for kind, of in report["clocks"].items():
        yield from _numbers_of_clocks(f"clock.{kind}", of)
        yield f"clock.{kind}", "", of["n"]
    for name in ("offered", "accepted", "rejected", "undecided", "overturned", "waiting"):
        yield "handoffs", name, report["handoffs"][name]
    for reason, number in report["rejections"].items():
        yield "handoffs", f"reason.{reason}", number
    for name in ("won", "lost", "refused"):
        yield "deals", name, report["deals"][name]
    for name, number in report["follow_ups"].items():
        yield "follow_ups", name, number
    for entry in report["commitments"]:
        yield from _numbers_of_commitment(entry)


def _numbers_of_clocks(key: str, of: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for name in ("met", "breached", "pending", "void", "late", "back_dated", "given_up"):
        yield key, name, of[name]
    yield key, "unanswered", of["unanswered"] - of["given_up"]
    yield key, "excused", of["excused_by_blackout"]
    yield key, "excepted", of["excepted"]


def _numbers_of_commitment(entry: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    key, measure = entry["key"], entry["measure"]
    if "met" in entry:
        yield from _numbers_of_clocks(key, entry)
    elif measure in ("stage_volume", "accepted_volume", "customers", "follow_up_volume"):
        yield key, "", entry["actual"]
    elif measure == "satisfaction":
        yield key, "", entry["denominator"]
    elif entry["denominator"] is not None:
        counted = {"acceptance_rate": "accepted", "completeness_rate": "complete"}
        yield key, "", entry["denominator"]
        yield key, counted.get(measure, "converted"), entry["numerator"]
    elif "n" in entry:
        yield key, "", entry["n"]
    if entry["pending"] and measure != "completeness_rate":
        yield key, "pending", entry["pending"]


def test_every_list_is_as_long_as_its_figure_says(agreement: Agreement, september: Period) -> None:
    report = month_report(agreement, "2026-09", NOW)

    shown = list(numbers_of(report))

    assert sum(number > 0 for _, _, number in shown) > 60
    differing = [
        (key, part, number, found)
        for key, part, number in shown
        if (found := count(agreement, september, key, part)) != number
    ]
    assert differing == []
    assert rebuild_roll_ups(now=NOW) == 0


def test_a_row_tells_of_the_lead_and_of_what_counted(
    agreement: Agreement, september: Period
) -> None:
    behind = leads_behind(agreement, september, "S1", now=NOW, part="breached")

    rows = behind[:5]

    assert len(rows) == 5
    assert len(behind) == behind.count() > 5
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    for row in rows:
        assert row.clock is not None
        assert row.clock.handoff_id == row.handoff_id
        assert row.lead == Clock.objects.get(pk=row.clock.pk).handoff.lead
    assert [row.lead for row in behind][:5] == [row.lead for row in rows]


def test_days_narrow_a_list(agreement: Agreement, september: Period) -> None:
    days = september.days()

    by_day = [count(agreement, september, "stage.mql", from_date=day, to_date=day) for day in days]

    assert sum(by_day) == count(agreement, september, "stage.mql") > 0
    assert max(by_day) < sum(by_day)


def test_a_passed_stage_and_a_rejection_say_so(agreement: Agreement, september: Period) -> None:
    implied = leads_behind(agreement, september, "stage.lead", now=NOW, part="implied")
    rejected = leads_behind(agreement, september, "handoffs", now=NOW, part="reason.wrong_data")

    assert {row.detail for row in implied} == {"implied"}
    assert {row.detail for row in rejected} == {"wrong_data"}


def test_what_no_version_judges_has_a_list_too() -> None:
    agreement = make_version().agreement
    tell = Teller()
    facts = [
        tell.stage("mql", local("2025-09-10 10:00")),
        Teller("L2").event("offered", local("2025-09-10 10:00")),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)

    outside = month_report(agreement, "2025-09", NOW)["outside_any_version"]

    assert outside == {"stage:lead": 2, "stage:mql": 2, "handoffs": 1}
    period = month("2025-09", agreement.time_zone)
    assert count(agreement, period, "outside.stage.mql") == 2
    assert count(agreement, period, "outside.handoffs") == 1


def test_a_figure_that_is_not_there_is_refused() -> None:
    agreement = version_of_everything().agreement
    september = month("2026-09", agreement.time_zone)
    assert count(agreement, september, "S1", "met") == 0
    for key, part in (
        ("S99", ""),
        ("S1", "accepted"),
        ("S11", "late"),
        ("stage", ""),
        ("handoffs", "nonsense"),
        ("deals", "reason.price"),
        ("outside", ""),
    ):
        with pytest.raises(UnknownFigure):
            leads_behind(agreement, september, key, now=NOW, part=part)
