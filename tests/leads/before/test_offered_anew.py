"""A lead that comes back and is offered anew waits for that since it came back, not before."""

from datetime import datetime

import pytest

from leads.ingest import ingest
from leads.models import Breach, Clock
from leads.rebuild import rebuild
from tests.factories import Teller, example_terms, local, make_version

pytestmark = pytest.mark.django_db

COMMITMENTS = [
    {"key": "M1", "party": "marketing", "measure": "handover", "within": "2h", "target": "0.9"},
    {
        "key": "S1",
        "party": "sales",
        "measure": "stage_age",
        "stage": "sql",
        "within": "5bd",
        "target": "0.9",
    },
]
BACK = local("2026-09-22 09:00")
NOW = local("2026-10-01 09:00")


def started_at(*facts_between: tuple[str, datetime]) -> list[tuple[str, str, datetime]]:
    """Offer a lead, recycle it, let it enter stages, offer it anew; return its clocks' starts."""
    version = make_version(example_terms() | {"commitments": COMMITMENTS})
    tell = Teller()
    facts = [
        tell.attributes(local("2026-09-01 09:00"), name="Paulo"),
        tell.stage("mql", local("2026-09-01 09:00")),
        tell.event("offered", local("2026-09-01 09:30")),
        tell.stage("sql", local("2026-09-02 10:00")),
        tell.event("recycled", local("2026-09-03 10:00"), reason="not_now", until=BACK),
        *(tell.stage(stage, at) for stage, at in facts_between),
        tell.event("offered", local("2026-09-22 10:00"), "H2"),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    assert rebuild(now=NOW) == 0
    clocks = Clock.objects.order_by("handoff__offered_at", "clause_key")
    return [
        (handoff[-2:], clause, at)
        for handoff, clause, at in clocks.values_list(
            "handoff__external_id", "clause_key", "started_at"
        )
    ]


FIRST = [
    ("H1", "M1", local("2026-09-01 09:00")),
    ("H1", "S1", local("2026-09-02 10:00")),
]


def test_it_works() -> None:
    assert started_at() == FIRST
    assert not Breach.objects.filter(clause_key="M1").exists()


def test_who_reaches_the_stage_anew_is_waited_for_anew() -> None:
    assert started_at(("mql", BACK)) == [*FIRST, ("H2", "M1", BACK)]


def test_a_stage_entered_as_the_first_one_ended_is_of_that_one() -> None:
    assert started_at(("mql", local("2026-09-03 10:00"))) == FIRST
