"""Two who tell facts at the same time end where they would have ended one after the other."""

import threading
from uuid import UUID

import pytest
from django.db import transaction

from agreements.actions import calendars
from agreements.models import Audit, Calendar, User
from leads.actions import follow_ups, handoffs
from leads.actions.telling import AlreadyDecided
from leads.ingest import ingest
from leads.models import Clock, FollowUp, Handoff, HandoffEvent, Lead, LeadIdentity
from leads.rebuild import rebuild
from leads.revisions import settle_calendar_revisions
from tests.at_once import run_together
from tests.factories import Teller, local, make_rep, make_version

pytestmark = pytest.mark.django_db(transaction=True)

NOW = local("2026-09-08 16:00")
REVISED_AT = local("2026-09-04 12:00")


def test_the_same_facts_told_by_two_are_kept_once() -> None:
    version = make_version()
    facts = []
    for number in range(40):
        tell = Teller(f"L{number}")
        facts += [
            tell.attributes(local("2026-09-04 17:40"), name=f"Lead {number}"),
            tell.event("offered", local("2026-09-04 17:40")),
            tell.follow_up("no_answer", local("2026-09-08 10:00")),
        ]

    def tell_all() -> None:
        ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)

    assert run_together(tell_all, tell_all, tell_all) == []

    assert Lead.objects.count() == LeadIdentity.objects.count() == 40
    assert Handoff.objects.count() == HandoffEvent.objects.count() == 40
    assert FollowUp.objects.count() == 40
    assert rebuild(now=NOW) == 0


def test_a_follow_up_in_the_middle_of_an_import_is_not_lost() -> None:
    version = make_version()
    ana = make_rep("Ana", version.agreement)
    tell = Teller()
    ingest(
        agreement=version.agreement,
        facts=[tell.event("offered", local("2026-09-04 17:40"))],
        by=None,
        now=NOW,
    )
    handoff = Handoff.objects.get()
    rest = [
        tell.event("assigned", local("2026-09-04 17:43"), person_id=ana.pk),
        tell.event("accepted", local("2026-09-08 09:10"), person_id=ana.pk),
    ]
    is_inside, may_end = threading.Event(), threading.Event()

    def import_slowly() -> None:
        with transaction.atomic():
            ingest(agreement=version.agreement, facts=rest, by=None, now=NOW)
            is_inside.set()
            may_end.wait(timeout=20)

    def log() -> None:
        is_inside.wait(timeout=20)
        threading.Timer(0.3, may_end.set).start()
        follow_ups.log(
            handoff=handoff,
            channel="call",
            outcome="answered",
            occurred_at=local("2026-09-08 15:00"),
            by=ana,
            now=NOW,
        )

    assert run_together(import_slowly, log) == []

    clock = Clock.objects.get(clause_key="S2")
    assert clock.stopped_at == local("2026-09-08 15:00")
    assert clock.started_at == local("2026-09-04 17:43")
    assert rebuild(now=NOW) == 0


def test_follow_ups_logged_at_once_are_all_kept_and_each_once() -> None:
    version = make_version()
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))
    offered = [Teller().event("offered", local("2026-09-04 17:40"))]
    ingest(agreement=version.agreement, facts=offered, by=None, now=NOW)
    handoff = Handoff.objects.get()
    kept: list[int] = []

    def log(by: User, hour: int, token: UUID) -> None:
        logged = follow_ups.log(
            handoff=handoff,
            channel="call",
            outcome="no_answer",
            occurred_at=local(f"2026-09-08 {hour}:00"),
            by=by,
            now=NOW,
            token=token,
        )
        kept.append(logged.pk)

    first, second = UUID(int=1), UUID(int=2)
    raised = run_together(
        lambda: log(ana, 10, first),
        lambda: log(ana, 10, first),
        lambda: log(bruno, 11, second),
        lambda: log(bruno, 11, second),
    )

    assert raised == []
    assert sorted(FollowUp.objects.values_list("pk", flat=True)) == sorted(set(kept))
    assert len(kept) == 4
    assert FollowUp.objects.count() == 2
    assert Audit.objects.filter(action="leads.follow_up.logged").count() == 2
    assert rebuild(now=NOW) == 0


def test_of_two_who_accept_one_is_told_who_was_first() -> None:
    version = make_version()
    ana, bruno = (make_rep(name, version.agreement) for name in ("Ana", "Bruno"))
    offered = [Teller().event("offered", local("2026-09-04 17:40"))]
    ingest(agreement=version.agreement, facts=offered, by=None, now=NOW)
    handoff = Handoff.objects.get()

    raised = run_together(
        lambda: handoffs.accept(handoff=handoff, by=ana, now=NOW),
        lambda: handoffs.accept(handoff=handoff, by=bruno, now=NOW),
    )

    handoff.refresh_from_db()
    assert [type(error) for error in raised] == [AlreadyDecided]
    assert str(handoff.holder) in str(raised[0])
    assert HandoffEvent.objects.filter(kind="accepted").count() == 1
    assert rebuild(now=NOW) == 0


def test_a_closure_waits_for_those_who_judge_and_then_moves_their_clocks() -> None:
    version = make_version()
    tell = Teller()
    facts = [
        tell.event("offered", local("2026-09-04 10:00")),
        tell.event("assigned", local("2026-09-04 10:00"), to_queue=True),
    ]
    calendar = Calendar.objects.get()
    closures = calendar.latest_revision.closures | {
        "2026-09-10": calendars.Closure(name="Bridge day", hours=[])
    }
    is_judged, may_end = threading.Event(), threading.Event()

    def import_slowly() -> None:
        with transaction.atomic():
            ingest(agreement=version.agreement, facts=facts, by=None, now=REVISED_AT)
            is_judged.set()
            may_end.wait(timeout=20)

    def revise() -> None:
        is_judged.wait(timeout=20)
        threading.Timer(0.3, may_end.set).start()
        calendars.revise(calendar=calendar, closures=closures, by=None, now=REVISED_AT)
        settle_calendar_revisions(now=REVISED_AT)

    assert run_together(import_slowly, revise) == []

    assert Clock.objects.get(clause_key="S3").due_at == local("2026-09-22 18:00")
    assert rebuild(now=REVISED_AT) == 0
