"""A projection is checked on the months before: how wrong was it at the same moment?"""

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from agreements.models import Agreement
from leads.ingest import ingest
from metrics.month_figures import figures_of, ledger_of
from metrics.outlook import Outlook, Volumes
from metrics.periods import month
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_version
from tests.metrics.worked_examples import September, promise

pytestmark = pytest.mark.django_db

NOW = local("2026-09-16 18:00")
MQLS = promise("M1", "marketing", "stage_volume", 40, stage="mql")


def agreement_of(*more: dict[str, Any]) -> Agreement:
    """Ten MQLs early and ten late in each of three months, then eight in this one."""
    agreement = make_version(example_terms(commitments=[MQLS, *more])).agreement
    told = September()
    for of in ("06", "07", "08"):
        told.mqls(10, f"2026-{of}-03 10:00")
        told.mqls(10, f"2026-{of}-27 10:00")
    told.mqls(8, "2026-09-02 10:00")
    ingest(agreement=agreement, facts=told.facts, by=None, now=NOW)
    roll_up(now=NOW)
    return agreement


def outlook_of(agreement: Agreement, now: datetime = NOW) -> Outlook | None:
    period = month("2026-09", agreement.time_zone)
    ledger = ledger_of(agreement, period, now)
    return Volumes(ledger).outlook(figures_of(ledger, period).outcomes[0])


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([], id="alone"),
        # The months before are then among those that the year reaches over.
        pytest.param(
            [promise("M2", "marketing", "stage_volume", 400, stage="mql", period="year")],
            id="beside a promise of the year",
        ),
    ],
)
def test_it_works(more: list[dict[str, Any]]) -> None:
    outlook = outlook_of(agreement_of(*more))

    # When 11 of 21 working days are gone, ten of twenty had come: 210/11 misses 20 by a 22nd.
    assert outlook is not None
    assert outlook.checked == 3
    assert outlook.error == Fraction(1, 22)


def test_a_month_in_which_only_something_else_was_counted_is_no_check() -> None:
    agreement = agreement_of()
    lead = Teller("early").stage("lead", local("2026-05-04 10:00"))
    ingest(agreement=agreement, facts=[lead], by=None, now=NOW)
    roll_up(now=NOW)

    outlook = outlook_of(agreement)

    assert outlook is not None
    assert outlook.checked == 3


def test_nothing_is_projected_when_the_month_is_over() -> None:
    assert outlook_of(agreement_of(), local("2026-10-01 09:00")) is None
