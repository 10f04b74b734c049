"""Two who decide about a handoff at the same instant: one gets it, the other is told who."""

from datetime import date, timedelta

import pytest

from agreements.models import AgreementVersion, Audit, User
from leads.actions import contests, corrections, handoffs, outcomes
from leads.actions.assignments import reassign
from leads.actions.corrections import UnableToUndo
from leads.actions.handoffs import AlreadyOpen, UnableToOffer
from leads.actions.telling import AlreadyDecided
from leads.deeds.bulk import DEEDS, do_to_all
from leads.deeds.bulk_undo import undo_all
from leads.deeds.seen import seen_now
from leads.models import FollowUp, Handoff, HandoffEvent
from leads.rebuild import rebuild
from tests.at_once import run_together
from tests.factories import make_rep, make_user, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db(transaction=True)

SOON = NOW + timedelta(seconds=5)


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms())


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


@pytest.fixture
def julia(version: AgreementVersion) -> User:
    return make_user("Júlia", team=version.agreement.marketing_team, role="lead")


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    return offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)


@pytest.fixture
def rejected(handoff: Handoff, ana: User) -> Handoff:
    handoffs.reject(handoff=handoff, reason="wrong_data", by=ana, now=NOW)
    return handoff


def kinds(handoff: Handoff) -> set[str]:
    events = HandoffEvent.objects.holding().filter(handoff=handoff)
    return set(events.values_list("kind", flat=True)) - {"offered", "assigned"}


def test_one_qualifies_and_one_recycles(handoff: Handoff, ana: User, bruno: User) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    call(handoff, ana, "conversation")
    answers = {"budget": "Yes", "need": "Soap", "timeline": "May"}

    raised = run_together(
        lambda: outcomes.qualify(handoff=handoff, answers=answers, by=ana, now=SOON),
        lambda: outcomes.recycle(handoff=handoff, reason="not_now", by=bruno, now=SOON),
    )

    handoff.refresh_from_db()
    first = {"qualified": ana, "recycled": bruno}[handoff.status]
    assert [type(error) for error in raised] == [AlreadyDecided]
    assert first.name in str(raised[0])
    assert kinds(handoff) == {"accepted", handoff.status}
    assert rebuild(now=SOON) == 0


@pytest.mark.parametrize("deed", ["take", "log"])
def test_two_take_one_from_the_teams_queue(
    handoff: Handoff, ana: User, bruno: User, deed: str
) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    reassign(handoff=handoff, holder=None, seen_holder_id=ana.pk, by=ana, now=NOW)

    def take(by: User) -> None:
        if deed == "take":
            handoffs.take(handoff=handoff, by=by, now=SOON)
        else:
            call(handoff, by, occurred_at=SOON, now=SOON, takes=True)

    raised = run_together(lambda: take(ana), lambda: take(bruno))

    handoff.refresh_from_db()
    assert [str(error) for error in raised] == [
        f"{handoff.holder} was first and holds this handoff now."
    ]
    assert [type(error) for error in raised] == [AlreadyDecided]
    logged = [handoff.holder_id] if deed == "log" else []
    assert list(FollowUp.objects.values_list("person", flat=True)) == logged
    assert rebuild(now=SOON) == 0


def test_one_rejects_and_one_withdraws(handoff: Handoff, ana: User, julia: User) -> None:
    raised = run_together(
        lambda: handoffs.reject(handoff=handoff, reason="wrong_data", by=ana, now=NOW),
        lambda: handoffs.withdraw(handoff=handoff, by=julia, now=NOW),
    )

    handoff.refresh_from_db()
    first = {"rejected": ana, "withdrawn": julia}[handoff.status]
    assert [type(error) for error in raised] == [AlreadyDecided]
    assert first.name in str(raised[0])
    assert kinds(handoff) == {handoff.status}
    assert rebuild(now=NOW) == 0


def test_two_contest(rejected: Handoff, julia: User) -> None:
    def contest() -> None:
        contests.contest(handoff=rejected, note="It rings.", by=julia, now=SOON)

    raised = run_together(contest, contest)

    assert [type(error) for error in raised] == [AlreadyDecided]
    assert HandoffEvent.objects.filter(kind="contested").count() == 1
    assert rebuild(now=SOON) == 0


def test_one_overturns_and_one_offers_anew(rejected: Handoff, julia: User) -> None:
    marina = make_user("Marina", is_director=True)
    contests.contest(handoff=rejected, note="It rings.", by=julia, now=NOW)

    raised = run_together(
        lambda: contests.decide(handoff=rejected, is_overturned=True, by=marina, now=SOON),
        lambda: handoffs.offer(
            lead=rejected.lead, agreement=rejected.agreement, by=julia, now=SOON, note="Anew."
        ),
    )

    # The lead is not offered while the arbiter decides, nor once it is with sales again.
    assert len(raised) == 1
    assert isinstance(raised[0], UnableToOffer | AlreadyOpen)
    assert Handoff.objects.open().get() == rejected
    assert rebuild(now=SOON) == 0


def test_one_undoes_while_another_logs(handoff: Handoff, ana: User, bruno: User) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    name = HandoffEvent.objects.get(kind="accepted").external_id

    raised = run_together(
        lambda: corrections.undo(handoff=handoff, name=name, by=ana, now=SOON),
        lambda: call(handoff, bruno, occurred_at=SOON, now=SOON),
    )

    handoff.refresh_from_db()
    assert FollowUp.objects.holding().count() == 1
    if raised:
        assert [type(error) for error in raised] == [UnableToUndo]
        assert handoff.status == "accepted"
    else:
        assert handoff.status == "offered"
    assert rebuild(now=SOON) == 0


def test_a_deed_to_many_that_is_taken_back_twice_is_taken_back_once(
    version: AgreementVersion, handoff: Handoff
) -> None:
    rafa = make_user("Rafa", team=version.agreement.sales_team, role="lead")
    many = [handoff, *(offer(version, name, NOW) for name in ("Carla", "Rita"))]
    agreement = version.agreement
    told = {"reason": "not_now", "returns_date": date(2026, 10, 1)}
    seen = seen_now(many)
    row = do_to_all(DEEDS["recycle"], many, told, seen=seen, agreement=agreement, by=rafa, now=NOW)

    def undo() -> None:
        kept.append(undo_all(row, agreement=agreement, by=rafa, now=SOON))

    kept: list[Audit] = []
    assert run_together(undo, undo) == []

    assert kept == [Audit.objects.get(action="leads.bulk.undone")] * 2
    assert sorted(kept[0].data["done"]) == sorted(each.pk for each in many)
    assert not Handoff.objects.exclude(status="offered").exists()
    assert rebuild(now=SOON) == 0
