"""What counts on which day: handoffs that make stages, and how each handoff ended."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agreements.models import Agreement
from leads.ingest import ingest
from leads.models import LeadIdentity, LeadMerge
from leads.settle import settle
from leads.told import Told
from metrics.models import FollowUpCell, HandoffCell, StageCell
from metrics.rollup import rebuild_roll_ups, roll_up
from metrics.tasks import roll_up as roll_up_task
from tests.factories import Teller, example_terms, local, make_rep, make_version

pytestmark = pytest.mark.django_db

NOW = local("2026-11-20 09:00")
STAGES = [
    {"key": "mql", "name": "MQL", "party": "marketing"},
    {"key": "sal", "name": "SAL", "party": "sales"},
    {"key": "sql", "name": "SQL", "party": "sales"},
    {"key": "customer", "name": "Customer", "party": "sales"},
]


@pytest.fixture
def agreement() -> Agreement:
    return make_version(example_terms(funnel={"stages": STAGES})).agreement


def tell(agreement: Agreement, *facts: Told) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    assert rebuild_roll_ups(now=NOW) == 0


def days_of(stage: str) -> list[tuple[int, int, int]]:
    """Give the day of the month, how many entered, and how many of them by implication."""
    cells = StageCell.objects.filter(stage=stage).order_by("local_date")
    return [(cell.local_date.day, cell.entered, cell.implied) for cell in cells]


def handoffs() -> dict[str, int]:
    """The counts of the one cell there is that are not zero."""
    cell = HandoffCell.objects.get()
    names = [field.name for field in cell._meta.concrete_fields]
    counts = {name: getattr(cell, name) for name in names[names.index("offered") :]}
    return {name: count for name, count in counts.items() if count}


def test_a_handoff_makes_an_mql_a_sal_and_an_sql(agreement: Agreement) -> None:
    one = Teller()

    tell(
        agreement,
        one.event("offered", local("2026-09-01 10:00")),
        one.follow_up("answered", local("2026-09-02 10:00")),
        one.event("qualified", local("2026-09-03 10:00")),
    )

    assert [days_of(stage) for stage in ("mql", "sal", "sql", "customer")] == [
        [(1, 1, 0)], [(2, 1, 0)], [(3, 1, 0)], []
    ]  # fmt: skip
    assert not StageCell.objects.exclude(unoffered=0).exists()


def test_an_overturned_rejection_makes_a_sal_when_it_is_decided(agreement: Agreement) -> None:
    one = Teller()

    tell(
        agreement,
        one.event("offered", local("2026-09-01 10:00")),
        one.event("rejected", local("2026-09-01 11:00"), reason="wrong_data"),
        one.event("contested", local("2026-09-02 11:00")),
        one.event("decided", local("2026-09-04 11:00"), is_overturned=True),
    )

    assert days_of("sal") == [(4, 1, 0)]
    assert handoffs() == {"offered": 1, "rejected": 1, "overturned": 1}


def test_a_rejection_makes_no_sal(agreement: Agreement) -> None:
    one = Teller()

    tell(
        agreement,
        one.event("offered", local("2026-09-01 10:00")),
        one.event("rejected", local("2026-09-01 11:00"), reason="wrong_data"),
    )

    assert days_of("sal") == []
    assert handoffs() == {"offered": 1, "rejected": 1}


def test_who_reaches_sql_before_the_offer_is_counted_as_not_offered(agreement: Agreement) -> None:
    one = Teller()

    tell(
        agreement,
        one.stage("sql", local("2026-09-01 09:00")),
        one.event("offered", local("2026-09-01 10:00")),
    )

    assert StageCell.objects.get(stage="sql").unoffered == 1


def test_a_second_offer_while_one_is_open_counts_nothing(agreement: Agreement) -> None:
    one = Teller()

    tell(
        agreement,
        one.event("offered", local("2026-09-01 10:00")),
        one.event("offered", local("2026-09-01 11:00"), handoff="H2"),
    )

    assert handoffs() == {"offered": 1, "undecided": 1}


Ending = Callable[[Teller], Told]


@pytest.mark.parametrize(
    ("ending", "counts"),
    [
        (
            lambda one: one.event("withdrawn", local("2026-09-02 10:00")),
            {"offered": 1, "withdrawn": 1},
        ),
        (
            lambda one: one.event("recycled", local("2026-09-02 10:00"), reason="not_reached"),
            {"offered": 1, "recycled": 1},
        ),
        (
            lambda one: one.event("disqualified", local("2026-09-02 10:00")),
            {"offered": 1, "accepted": 1},
        ),
    ],
)
def test_how_a_handoff_ends(agreement: Agreement, ending: Ending, counts: dict[str, int]) -> None:
    one = Teller()

    tell(agreement, one.event("offered", local("2026-09-01 10:00")), ending(one))

    assert handoffs() == counts


def test_of_two_handoffs_of_a_merged_lead_the_later_waits_for_nobody(agreement: Agreement) -> None:
    one, other = Teller("one"), Teller("other")
    tell(agreement, one.event("offered", local("2026-09-01 10:00"), "H1"))
    tell(agreement, other.event("offered", local("2026-09-01 09:00"), "H2"))
    merged, kept = (LeadIdentity.objects.get(external_id=name).lead for name in ("one", "other"))
    LeadMerge.objects.create(
        kept=kept, merged=merged, occurred_at=NOW, recorded_at=NOW, source="portal", external_id="m"
    )

    settle(lead_ids=[kept.pk, merged.pk], now=NOW)
    roll_up(now=NOW)

    assert handoffs() == {"offered": 2, "undecided": 1, "withdrawn": 1}
    assert rebuild_roll_ups(now=NOW) == 0


def test_handoffs_are_counted_by_holder_source_and_completeness() -> None:
    agreement = make_version(
        example_terms(handoff={"required_fields": ["name", "email"]})
    ).agreement
    ana = make_rep("Ana", agreement)
    one, other = Teller("one"), Teller("other")

    tell(
        agreement,
        one.attributes(local("2026-09-01 09:00"), origin="", name="A", email="a@example.com"),
        one.event("offered", local("2026-09-01 10:00")),
        one.event("assigned", local("2026-09-01 10:01"), person_id=ana.pk),
        other.attributes(local("2026-09-01 09:00"), name="B", email="n/a"),
        other.event("offered", local("2026-09-01 10:00")),
    )

    cells = HandoffCell.objects.order_by("complete")
    assert [(cell.holder, cell.source, cell.complete, cell.incomplete) for cell in cells] == [
        (None, None, 0, 1),
        (ana, "", 1, 0),
    ]


def test_follow_ups_are_counted_by_what_came_of_them(agreement: Agreement) -> None:
    one = Teller()
    at = local("2026-09-01 10:00")
    outcomes: dict[str, dict[str, Any]] = {
        "no_answer": {}, "left_message": {"evidence": "by_hand"}, "answered": {},
        "meeting_held": {}, "sent": {"is_automated": True},
    }  # fmt: skip

    tell(agreement, *(one.follow_up(outcome, at, **of) for outcome, of in outcomes.items()))

    cell = FollowUpCell.objects.get()
    assert (cell.attempts, cell.contacts, cell.conversations, cell.by_hand) == (2, 1, 1, 1)


def test_the_task_counts(agreement: Agreement) -> None:
    facts = [Teller().stage("mql", local("2020-09-01 10:00"))]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)

    roll_up_task()

    assert StageCell.objects.get().local_date == date(2020, 9, 1)
