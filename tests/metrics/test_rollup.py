"""Days that changed are counted again, whole, and end where a rebuild ends."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Model

from agreements.models import Agreement
from leads.ingest import ingest
from leads.models import Change, Deal, Handoff, Lead, LeadIdentity, LeadMerge, StageEntry
from leads.rebuild import rebuild
from leads.settle import settle
from leads.told import ToldDeal
from metrics.models import (
    CELLS,
    DealCell,
    HandoffCell,
    MonthOpenClocks,
    MonthRollUp,
    MonthTimes,
    StageCell,
)
from metrics.reports import month_report
from metrics.rollup import is_being_recalculated, rebuild_roll_ups, roll_up
from tests.factories import Teller, example_terms, local, make_version
from tests.metrics.told_at_random import random_facts
from tests.metrics.worked_examples import promise

pytestmark = pytest.mark.django_db

NOW = local("2026-11-20 09:00")
PROJECTIONS: tuple[type[Model], ...] = (*CELLS, MonthRollUp, MonthTimes, MonthOpenClocks)


def tell_and_count(agreement: Agreement, *facts: Any) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)


def all_cells() -> dict[str, list[Any]]:
    """Every cell and month without its key, in an order of its own."""
    found = {}
    for model in PROJECTIONS:
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if field.name not in ("id", "changed_at")
        ]
        rows = model._default_manager.values_list(*names)
        plain = [
            [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in rows
        ]
        found[model.__name__] = sorted(plain, key=repr)
    return found


def test_it_works() -> None:
    agreement = make_version().agreement
    tell = Teller()

    ingest(
        agreement=agreement,
        facts=[
            tell.stage("mql", local("2026-09-04 17:40")),
            tell.event("offered", local("2026-09-04 17:40")),
            tell.event("accepted", local("2026-09-08 09:10")),
        ],
        by=None,
        now=NOW,
    )
    assert is_being_recalculated(agreement)
    assert roll_up(now=NOW) > 0

    assert not is_being_recalculated(agreement)
    assert dict(StageCell.objects.values_list("stage", "entered")) == {"lead": 1, "mql": 1}
    cell = HandoffCell.objects.get()
    assert (cell.local_date, cell.offered, cell.accepted) == (date(2026, 9, 4), 1, 1)
    assert roll_up(now=NOW) == 0
    assert rebuild_roll_ups(now=NOW) == 0


@pytest.mark.parametrize("seed", range(6))
def test_incremental_equals_rebuild(seed: int) -> None:
    agreement = make_version().agreement
    chance = random.Random(seed)
    facts = random_facts(seed)
    told = facts + chance.sample(facts, k=10)
    chance.shuffle(told)

    while told:
        size = chance.randrange(1, 40)
        batch, told = told[:size], told[size:]
        ingest(agreement=agreement, facts=batch, by=None, now=NOW)
        if chance.random() < 0.7:
            roll_up(now=NOW)
    roll_up(now=NOW)

    incremental = all_cells()
    assert incremental["StageCell"]
    assert incremental["ClockCell"]
    assert rebuild(now=NOW) == 0
    assert rebuild_roll_ups(now=NOW) == 0
    for model in PROJECTIONS:
        model._default_manager.all().delete()
    assert rebuild_roll_ups(now=NOW) > 0
    assert all_cells() == incremental
    assert rebuild_roll_ups(now=NOW) == 0


def entered(stage: str) -> dict[date, int]:
    cells = StageCell.objects.filter(stage=stage).order_by("local_date")
    return {cell.local_date: cell.entered for cell in cells}


def test_a_first_entry_counts_once_and_going_back_subtracts_nothing() -> None:
    agreement, tell = make_version().agreement, Teller()

    tell_and_count(
        agreement,
        tell.stage("mql", local("2026-09-04 10:00")),
        tell.stage("sql", local("2026-09-07 10:00")),
        tell.stage("mql", local("2026-09-09 10:00")),
    )

    assert entered("mql") == {date(2026, 9, 4): 1}
    assert entered("sql") == {date(2026, 9, 7): 1}


def test_skipped_stages_are_passed_and_marked() -> None:
    agreement, tell = make_version().agreement, Teller()

    tell_and_count(agreement, tell.stage("customer", local("2026-09-04 10:00")))

    cells = {cell.stage: cell for cell in StageCell.objects.all()}
    assert {stage: cell.implied for stage, cell in cells.items()} == {
        "lead": 1, "mql": 1, "sql": 1, "customer": 0
    }  # fmt: skip
    assert {stage: cell.unoffered for stage, cell in cells.items()} == {
        "lead": 0, "mql": 0, "sql": 1, "customer": 0
    }  # fmt: skip


def test_a_fact_about_a_stage_takes_the_place_of_the_implication() -> None:
    agreement, tell = make_version().agreement, Teller()

    tell_and_count(agreement, tell.stage("customer", local("2026-09-04 10:00")))
    tell_and_count(agreement, tell.stage("mql", local("2026-09-08 10:00")))

    assert entered("mql") == {date(2026, 9, 8): 1}
    assert entered("lead") == {date(2026, 9, 4): 1}


def test_a_retraction_subtracts() -> None:
    agreement, tell = make_version().agreement, Teller()
    entry = tell.stage("mql", local("2026-09-04 10:00"))
    tell_and_count(agreement, entry)

    tell_and_count(agreement, replace(entry, is_retracted=True, revised_at=NOW))

    assert not StageCell.objects.exists()
    assert not MonthRollUp.objects.exists()
    assert StageEntry.objects.count() == 2


def test_a_late_fact_moves_the_first_entry_to_an_earlier_day() -> None:
    agreement, tell = make_version().agreement, Teller()
    tell_and_count(agreement, tell.stage("mql", local("2026-09-08 10:00")))

    tell_and_count(agreement, tell.stage("mql", local("2026-08-31 23:59")))

    assert entered("mql") == {date(2026, 8, 31): 1}
    assert list(MonthRollUp.objects.values_list("month", flat=True)) == [date(2026, 8, 1)]


def test_merged_leads_count_once_and_apart_again_when_parted() -> None:
    agreement = make_version().agreement
    one, other = Teller("one"), Teller("other")
    tell_and_count(agreement, one.stage("mql", local("2026-09-08 10:00")))
    tell_and_count(agreement, other.stage("mql", local("2026-09-10 10:00")))
    kept, merged = (LeadIdentity.objects.get(external_id=name).lead for name in ("one", "other"))
    merge = LeadMerge.objects.create(
        kept=kept, merged=merged, occurred_at=NOW, recorded_at=NOW, source="portal", external_id="m"
    )
    settle(lead_ids=[kept.pk, merged.pk], now=NOW)
    roll_up(now=NOW)
    assert Lead.objects.get(pk=merged.pk).merged_into == kept
    assert entered("mql") == {date(2026, 9, 8): 1}

    # What is told of the merged lead moves the entry of the family, whose other day is not told.
    tell_and_count(agreement, other.stage("mql", local("2026-09-02 10:00")))
    assert entered("mql") == {date(2026, 9, 2): 1}
    assert rebuild_roll_ups(now=NOW) == 0

    merge.is_retracted = True
    merge.save()
    settle(lead_ids=[kept.pk, merged.pk], now=NOW)
    roll_up(now=NOW)
    assert entered("mql") == {date(2026, 9, 2): 1, date(2026, 9, 8): 1}
    assert rebuild_roll_ups(now=NOW) == 0


def test_a_day_is_a_local_day() -> None:
    agreement, tell = make_version().agreement, Teller()

    tell_and_count(agreement, tell.stage("mql", local("2026-09-30 23:59:59.999999")))
    tell_and_count(agreement, Teller("L2").stage("mql", local("2026-10-01 00:00")))

    assert entered("mql") == {date(2026, 9, 30): 1, date(2026, 10, 1): 1}
    assert month_report(agreement, "2026-09", NOW)["stages"]["mql"]["actual"] == 1


def test_a_deal_in_another_currency_is_converted_or_refused() -> None:
    agreement = make_version(
        example_terms(
            exchange_rates={"USD": "5.25"},
            commitments=[promise("S5", "sales", "revenue", 1000)],
        )
    ).agreement

    for number, (amount, currency) in enumerate(
        [("100.00", "BRL"), ("10.10", "USD"), ("7.00", "EUR"), ("1.00", "")]
    ):
        deal = ToldDeal(
            lead=Teller(f"L{number}").lead,
            source="crm",
            external_id=f"D{number}",
            occurred_at=local("2026-09-10 10:00"),
            status="won",
            amount=Deal._meta.get_field("amount").to_python(amount),
            currency=currency,
        )
        tell_and_count(agreement, deal)

    cell = DealCell.objects.get()
    assert (cell.won, cell.refused, str(cell.amount.normalize())) == (4, 1, "154.025")
    (kept,) = month_report(agreement, "2026-09", NOW)["commitments"]
    assert (kept["actual"], kept["refused_deals"]) == (154.025, 1)


def test_what_lies_outside_any_version_is_counted_as_such() -> None:
    agreement = make_version(effective_date=date(2026, 9, 15)).agreement
    tell = Teller()

    tell_and_count(
        agreement,
        tell.stage("mql", local("2026-09-04 10:00")),
        Teller("L2").event("offered", local("2026-09-05 10:00")),
    )

    report = month_report(agreement, "2026-09", NOW)
    assert report["stages"]["mql"]["actual"] == 0
    assert report["outside_any_version"] == {"stage:lead": 2, "stage:mql": 2, "handoffs": 1}
    assert Handoff.objects.get().version is None


def test_a_change_of_a_transaction_that_still_runs_is_left() -> None:
    agreement = make_version().agreement
    Change.objects.create(agreement=agreement, local_date=date(2026, 9, 4), xid="18446744073709551")

    assert roll_up(now=NOW) == 0

    assert Change.objects.count() == 1


def test_an_agreement_that_cannot_be_counted_keeps_no_other_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A row that refuses the figures of one agreement, as a broken one would."""
    first, second = (make_version(slug=slug).agreement for slug in ("first", "second"))
    for agreement in (first, second):
        tell = Teller(agreement.slug)
        facts = [tell.stage("mql", local("2026-09-04 10:00"))]
        ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE metrics_stagecell ADD CONSTRAINT broken CHECK (agreement_id <> %s)",
            [first.pk],
        )

    with pytest.raises(IntegrityError, match="broken"):
        roll_up(now=NOW)

    assert set(StageCell.objects.values_list("agreement", flat=True)) == {second.pk}
    assert set(Change.objects.values_list("agreement", flat=True)) == {first.pk}
    assert "First could not be counted." in caplog.text
