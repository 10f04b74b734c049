"""Whatever happened, told in any order and any portions: the end is what a rebuild would make."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.models import AgreementVersion, User
from leads.ingest import ingest
from leads.models import Breach
from leads.rebuild import rebuild
from leads.told import Told
from tests.factories import Teller, example_terms, local, make_rep, make_version
from tests.leads.state import state

pytestmark = pytest.mark.django_db

START = local("2026-09-01 08:00")
NOW = local("2026-10-01 09:00")
EVENTS = (
    "offered", "assigned", "accepted", "rejected", "contested", "decided", "qualified",
    "disqualified", "recycled", "paused", "resumed", "withdrawn",
)  # fmt: skip
TABLES = (
    "leads_leadstage", "leads_breach", "leads_clock", "leads_change", "leads_handoffevent",
    "leads_followup", "leads_stageentry", "leads_deal", "leads_satisfaction", "leads_leadchange",
    "leads_handoff", "leads_leadidentity", "leads_lead",
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str, datetime, dict[str, object]]]:
    """What happened to up to two leads with up to two handoffs each, as (lead, what, when, how)."""
    told = []
    for _ in range(draw(st.integers(1, 14))):
        lead = draw(st.sampled_from(["L1", "L2"]))
        at = START + timedelta(minutes=draw(st.integers(0, 20 * 24 * 12)) * 5)
        kind = draw(st.sampled_from(["event", "event", "event", "follow_up", "stage", "told"]))
        how: dict[str, object] = {}
        if kind == "event":
            kind = draw(st.sampled_from(EVENTS))
            how["handoff"] = draw(st.sampled_from(["H1", "H1", "H2"]))
            if kind == "assigned":
                how["rep"] = draw(st.integers(0, 1))
            elif kind == "paused":
                how["until"] = at + timedelta(hours=draw(st.integers(1, 60)))
            elif kind == "decided":
                how["is_overturned"] = draw(st.booleans())
            elif kind == "recycled":
                how["reason"] = draw(st.sampled_from(["not_reached", "not_now"]))
        elif kind == "follow_up":
            how["outcome"] = draw(st.sampled_from(["no_answer", "answered", "conversation"]))
            how["channel"] = draw(st.sampled_from(["call", "email"]))
            how["evidence"] = draw(st.sampled_from(["system", "by_hand"]))
        elif kind == "stage":
            how["stage"] = draw(st.sampled_from(["lead", "mql", "sql", "customer"]))
        else:
            how["do_not_contact"] = draw(st.booleans())
        told.append((lead, kind, at, how))
    return told


def facts_of(
    history: list[tuple[str, str, datetime, dict[str, object]]], reps: list[User]
) -> list[Told]:
    tellers = {name: Teller(name) for name in ("L1", "L2")}
    facts: list[Told] = []
    for lead, kind, at, how in history:
        tell, details = tellers[lead], dict(how)
        if kind == "follow_up":
            facts.append(tell.follow_up(str(details.pop("outcome")), at, **details))
        elif kind == "stage":
            facts.append(tell.stage(str(details["stage"]), at))
        elif kind == "told":
            facts.append(tell.attributes(at, **details))
        else:
            if "rep" in details:
                details["person_id"] = reps[int(str(details.pop("rep")))].pk
            facts.append(tell.event(kind, at, str(details.pop("handoff")), **details))
    return facts


def forget_all() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")


def lasting_state() -> dict[str, str]:
    """The state without breaches that later facts withdrew: which there were, the order tells."""
    Breach.objects.filter(is_withdrawn=True).delete()
    return state()


@pytest.fixture
def version() -> AgreementVersion:
    """The terms of the worked example, with limits on pauses and late logging that rarely bite."""
    return make_version(example_terms(late_logging="60d"))


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(), order=st.randoms(use_true_random=False), again=st.integers(0, 5))
def test_it_works(
    version: AgreementVersion,
    history: list[tuple[str, str, datetime, dict[str, object]]],
    order: Random,
    again: int,
) -> None:
    reps = list(User.objects.order_by("pk")) or [
        make_rep(name, version.agreement) for name in ("Ana", "Bruno")
    ]
    facts = facts_of(history, reps)
    forget_all()
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    at_once = lasting_state()
    assert rebuild(now=NOW) == 0

    forget_all()
    portions = facts + facts[:again]
    order.shuffle(portions)
    for fact in portions:
        ingest(agreement=version.agreement, facts=[fact], by=None, now=NOW)

    assert lasting_state() == at_once
    assert rebuild(now=NOW) == 0


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(), place=st.integers(0, 100), hours=st.integers(-30, 30))
def test_a_correction_ends_where_the_truth_would_have(
    version: AgreementVersion,
    history: list[tuple[str, str, datetime, dict[str, object]]],
    place: int,
    hours: int,
) -> None:
    reps = list(User.objects.order_by("pk")) or [
        make_rep(name, version.agreement) for name in ("Ana", "Bruno")
    ]
    facts = facts_of(history, reps)
    wrong = facts[place % len(facts)]
    right = replace(wrong, occurred_at=wrong.occurred_at + timedelta(hours=hours), revised_at=NOW)
    forget_all()
    truth = [right if fact is wrong else fact for fact in facts]
    ingest(agreement=version.agreement, facts=truth, by=None, now=NOW)
    expected = {table: state()[table] for table in ("handoff", "clock", "lead")}

    forget_all()
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    ingest(agreement=version.agreement, facts=[right], by=None, now=NOW)

    assert {table: state()[table] for table in expected} == expected
    assert rebuild(now=NOW) == 0
