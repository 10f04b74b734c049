"""Handoffs assigned at the same time, over real connections: nobody gets a turn twice."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from leads.actions import absences
from leads.actions.assignments import AlreadyReassigned, assign_by_rules, reassign
from leads.actions.handoffs import accept
from leads.assignment.waiting import assign_waiting
from leads.models import AssignmentTurn, Handoff, HandoffEvent
from leads.rebuild import rebuild
from tests.at_once import run_together
from tests.factories import local, make_rep, make_version
from tests.leads.assignment.assigning import make_rule, offered
from tests.leads.pages import NOW

pytestmark = pytest.mark.django_db(transaction=True)

LATELY = NOW - timedelta(minutes=2)


@pytest.mark.parametrize("method", ["round_robin", "load"])
def test_two_at_once_never_get_the_same_turn(method: str) -> None:
    agreement = make_version().agreement
    reps = [make_rep(name, agreement) for name in ("Ana", "Bruno", "Carla", "Diego")]
    make_rule(agreement, method=method)
    handoffs = [offered(agreement, f"L{number}", LATELY) for number in range(8)]

    deeds = [partial(assign_by_rules, handoff=each, now=NOW) for each in handoffs]
    assert run_together(*deeds) == []

    held = Counter(Handoff.objects.values_list("holder", flat=True))
    assert held == {rep.pk: 2 for rep in reps}
    assert AssignmentTurn.objects.count() == 8
    assert rebuild(now=NOW) == 0


def test_a_handoff_is_assigned_once_however_many_try() -> None:
    agreement = make_version().agreement
    for name in ("Ana", "Bruno", "Carla"):
        make_rep(name, agreement)
    make_rule(agreement)
    handoff = offered(agreement, "Paulo", LATELY)

    sweep = partial(assign_waiting, now=NOW)
    give = partial(assign_by_rules, handoff=handoff, now=NOW)
    assert run_together(sweep, sweep, give, give) == []

    assert HandoffEvent.objects.filter(kind="assigned").count() == 1
    assert AssignmentTurn.objects.count() == 1


def test_who_takes_it_from_the_queue_keeps_it() -> None:
    agreement = make_version().agreement
    ana, bruno = (make_rep(name, agreement) for name in ("Ana", "Bruno"))
    make_rule(agreement, people=[bruno])
    handoff = offered(agreement, "Paulo", LATELY)

    raised = run_together(
        lambda: accept(handoff=handoff, by=ana, now=NOW),
        lambda: assign_by_rules(handoff=handoff, now=NOW),
    )

    handoff.refresh_from_db()
    assert raised == []
    assert handoff.status == "accepted"
    first = HandoffEvent.objects.filter(kind="assigned").order_by("pk").first()
    assert first is not None
    assert handoff.holder_id == first.person_id
    assert HandoffEvent.objects.filter(kind="assigned").count() == 1
    assert rebuild(now=NOW) == 0


def test_of_two_who_reassign_one_is_told_who_has_it() -> None:
    agreement = make_version().agreement
    ana, bruno, carla = (make_rep(name, agreement) for name in ("Ana", "Bruno", "Carla"))
    handoff = offered(agreement, "Paulo", LATELY)
    reassign(handoff=handoff, holder=ana, seen_holder_id=None, by=ana, now=LATELY)

    give = partial(reassign, handoff=handoff, seen_holder_id=ana.pk, by=ana, now=NOW)
    raised = run_together(partial(give, holder=bruno), partial(give, holder=carla))

    handoff.refresh_from_db()
    assert [type(error) for error in raised] == [AlreadyReassigned]
    assert str(handoff.holder) in str(raised[0])
    assert rebuild(now=NOW) == 0


def test_an_absence_while_handoffs_are_assigned_loses_no_time() -> None:
    agreement = make_version().agreement
    ana = make_rep("Ana", agreement)
    make_rule(agreement)
    handoffs = [offered(agreement, f"L{number}", LATELY) for number in range(4)]
    span = {"starts_at": local("2026-09-08 14:00"), "ends_at": local("2026-09-08 18:00")}

    raised = run_together(
        *(partial(assign_by_rules, handoff=each, now=NOW) for each in handoffs),
        partial(absences.record, user=ana, by=ana, now=NOW, **span),
    )

    assert raised == []
    assert rebuild(now=NOW) == 0
