"""Which local days are logged to be counted again when something about leads changes."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from agreements.models import Agreement
from leads.actions import blackouts, exceptions
from leads.ingest import ingest
from leads.models import Breach, Change, Clock, Lead, LeadMerge
from leads.settle import settle
from leads.told import Told
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.adjusting import telephone_down

pytestmark = pytest.mark.django_db

NOW = local("2026-09-30 18:00")


@pytest.fixture
def agreement() -> Agreement:
    reasons = {"exceptions": [{"key": "outage", "name": "Outage"}]}
    return make_version(example_terms(reasons=reasons)).agreement


def tell(agreement: Agreement, facts: Sequence[Told], now: datetime = NOW) -> None:
    ingest(agreement=agreement, facts=facts, by=None, now=now)


def logged() -> list[str]:
    """The days that were logged since last asked, in September 2026."""
    days = sorted({f"{change.local_date:%d}" for change in Change.objects.all()})
    Change.objects.all().delete()
    return days


def lead(name: str) -> Lead:
    return Lead.objects.get(identities__external_id=name)


def merge(kept: str, merged: str) -> LeadMerge:
    return LeadMerge.objects.create(
        kept=lead(kept),
        merged=lead(merged),
        occurred_at=NOW,
        recorded_at=NOW,
        source="portal",
        external_id=f"{kept}<{merged}",
    )


def test_it_works(agreement: Agreement) -> None:
    one = Teller()
    offered = one.event("offered", local("2026-09-04 23:30"))
    tell(agreement, [one.stage("mql", local("2026-09-03 10:00")), offered])
    assert logged() == ["03", "04"]

    tell(agreement, [one.follow_up("no_answer", local("2026-09-08 00:10"))])
    assert logged() == ["03", "04", "08"]


def test_a_corrected_fact_leaves_its_day(agreement: Agreement) -> None:
    one = Teller()
    tell(agreement, [one.stage("mql", local("2026-09-03 10:00"), external_id="s")])
    logged()

    tell(agreement, [one.stage("mql", local("2026-09-09 10:00"), external_id="s")])

    assert logged() == ["03", "09"]


@pytest.fixture
def three(agreement: Agreement) -> None:
    """Three leads with a stage each, of which nothing is left to be counted."""
    for name, day in (("one", "01"), ("two", "08"), ("three", "15")):
        tell(agreement, [Teller(name).stage("mql", local(f"2026-09-{day} 10:00"))])
    roll_up(now=NOW)
    Change.objects.all().delete()


@pytest.mark.parametrize("settled", ["one", "two"])
def test_merging_logs_the_days_of_both(three: None, settled: str) -> None:
    merge("one", "two")

    settle(lead_ids=[lead(settled).pk], now=NOW)

    assert logged() == ["01", "08"]


@pytest.mark.parametrize("settled", ["one", "two"])
def test_parting_logs_the_days_of_both(three: None, settled: str) -> None:
    told = merge("one", "two")
    settle(lead_ids=[lead("two").pk], now=NOW)
    logged()
    told.is_retracted = True
    told.save()

    settle(lead_ids=[lead(settled).pk], now=NOW)

    assert logged() == ["01", "08"]


def test_what_is_told_of_one_logs_the_days_of_the_whole_family(
    agreement: Agreement, three: None
) -> None:
    merge("one", "two")
    merge("two", "three")
    settle(lead_ids=[lead("two").pk, lead("three").pk], now=NOW)
    roll_up(now=NOW)
    logged()

    tell(agreement, [Teller("three").attributes(local("2026-09-20 09:00"), origin="fair")])
    assert logged() == ["01", "08", "15"]

    tell(agreement, [Teller("four").stage("mql", local("2026-09-21 10:00"))])
    assert logged() == ["21"]


def breached(agreement: Agreement) -> None:
    """Handoffs of several days, one just before midnight, that nobody followed up in time."""
    for name, at in (
        ("early", "2026-09-02 09:00"),
        ("late", "2026-09-09 23:30"),
        ("next", "2026-09-10 09:00"),
    ):
        one = Teller(name)
        offered = [one.event("offered", local(at)), one.event("assigned", local(at), to_queue=True)]
        tell(agreement, [*offered, one.follow_up("no_answer", local("2026-09-10 17:00"))])
    roll_up(now=NOW)
    Change.objects.all().delete()


def test_deciding_an_exception_logs_the_day_on_which_it_counts(agreement: Agreement) -> None:
    breached(agreement)
    breach = Breach.objects.get(clause_key="S2", handoff__lead=lead("late"))
    ana = make_user("Ana", team=agreement.sales_team)
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    asked = exceptions.ask(breach=breach, reason="outage", by=ana, now=NOW)
    assert logged() == []

    exceptions.decide(exception=asked, is_approved=True, by=helena, now=NOW)

    assert {change.local_date.day for change in Change.objects.all()} == {9}
    assert roll_up(now=NOW) > 0
    assert rebuild_roll_ups(now=NOW) == 0


def test_an_exception_of_a_clock_that_is_no_more_can_be_decided(agreement: Agreement) -> None:
    breached(agreement)
    breach = Breach.objects.get(clause_key="S2", handoff__lead=lead("late"))
    ana = make_user("Ana", team=agreement.sales_team)
    marta = make_user("Marta", is_director=True)
    asked = exceptions.ask(breach=breach, reason="outage", by=ana, now=NOW)
    Clock.objects.filter(handoff=breach.handoff_id).delete()

    exceptions.decide(exception=asked, is_approved=False, by=marta, now=NOW)

    assert logged() == []


def test_signing_a_blackout_logs_every_day_whose_figures_change(agreement: Agreement) -> None:
    breached(agreement)
    rafael = make_user("Rafael", team=agreement.sales_team, role="lead")
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    blackout = telephone_down(agreement, by=rafael, now=NOW)
    assert logged() == []

    blackouts.sign(blackout=blackout, party="marketing", by=helena, now=NOW)

    days = {change.local_date.day for change in Change.objects.all()}
    assert {9, 10} <= days
    assert roll_up(now=NOW) > 0
    assert rebuild_roll_ups(now=NOW) == 0
