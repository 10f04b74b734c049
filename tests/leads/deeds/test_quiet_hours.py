"""Notices about handoffs go out in the hours in which the promise is counted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from agreements.actions.messages import GATHERED
from agreements.models import Message, User
from agreements.outbox import send_messages
from leads.actions import contests, handoffs
from leads.actions.assignments import reassign
from leads.deeds.quiet_hours import goes_out_at
from leads.models import Handoff
from tests.factories import local, make_rep, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.pages import offer

pytestmark = pytest.mark.django_db

# A Friday after the office of the worked examples has closed, and the Monday on which it opens.
EVENING, MONDAY = local("2026-09-11 20:00"), local("2026-09-14 09:00")


def waiting(name: str = "Paulo", at: datetime = EVENING, **terms: Any) -> Handoff:
    """A handoff that waits in the team's queue, under terms of its own."""
    version = make_version(dealing_terms(**terms))
    return offer(version, name, at - timedelta(minutes=2))


def give(handoff: Handoff, to: User, at: datetime = EVENING) -> None:
    by = make_user(f"Who gives to {to.name} {handoff.pk}")
    reassign(handoff=handoff, holder=to, seen_holder_id=None, by=by, now=at)


def test_it_works(settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    handoff = waiting()
    ana = make_rep("Ana", handoff.agreement)
    give(handoff, ana)
    give(offer(handoff.agreement.versions.get(), "Rita", EVENING), ana, MONDAY - timedelta(hours=1))
    assert send_messages(now=MONDAY - timedelta(seconds=1)) == 0
    assert send_messages(now=MONDAY) == 1
    assert mail.outbox[0].subject == "2 handoffs of Acme are yours now"


def test_in_the_hours_it_waits_for_more_of_the_same_alone() -> None:
    at = local("2026-09-08 10:00")
    handoff = waiting(at=at)
    give(handoff, make_rep("Ana", handoff.agreement), at)
    assert Message.objects.get().next_attempt_at == at + GATHERED


def test_terms_may_ask_for_no_quiet() -> None:
    handoff = waiting(notices={"quiet_outside_hours": False})
    give(handoff, make_rep("Ana", handoff.agreement))
    assert Message.objects.get().next_attempt_at == EVENING + GATHERED


def test_a_promise_that_is_counted_day_and_night_is_told_at_night() -> None:
    terms = dealing_terms()["commitments"]
    clauses = [each | ({"calendar": "always"} if each["key"] == "S2" else {}) for each in terms]
    handoff = waiting(commitments=clauses)
    give(handoff, make_rep("Ana", handoff.agreement))
    assert Message.objects.get().next_attempt_at == EVENING + GATHERED


def test_what_is_due_before_the_hours_begin_is_told_at_once() -> None:
    handoff = waiting()
    clock = handoff.clocks.get(clause_key="S1")
    assert goes_out_at(handoff, EVENING, clock=clock) == MONDAY
    clock.due_at = MONDAY - timedelta(minutes=1)
    assert goes_out_at(handoff, EVENING, clock=clock) == EVENING


def test_a_contest_is_told_in_the_hours_of_the_agreement() -> None:
    handoff = waiting()
    rui, julia = make_user("Rui", is_director=True), make_user("Júlia")
    handoffs.reject(handoff=handoff, reason="wrong_data", by=julia, now=EVENING)
    handoff.refresh_from_db()
    contests.contest(handoff=handoff, note="The number is right.", by=julia, now=EVENING)
    told = Message.objects.get(recipient=rui)
    assert (told.recorded_at, told.next_attempt_at) == (EVENING, MONDAY)
