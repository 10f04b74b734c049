"""What the arbiter decided is for no party to take back, nor what it was decided about."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from agreements.models import AgreementVersion, User
from agreements.outbox import send_messages
from leads.actions import contests, corrections, handoffs
from leads.actions.corrections import UnableToCorrect
from leads.actions.follow_ups import UnableToLog
from leads.ingest import ingest
from leads.models import Handoff, HandoffEvent
from leads.rebuild import rebuild
from leads.story.messages_told import messages_about
from tests.factories import Teller, make_user, make_version
from tests.leads.dealing import call, clock_of, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

SOON = NOW + timedelta(seconds=8)
LATER = NOW + timedelta(hours=1)
LAST = NOW + timedelta(minutes=90)
STANDS = "it stands as long as the decision does"


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> AgreementVersion:
    stop_time(monkeypatch, LAST)
    settings.SENDS_EMAIL = True
    return make_version(dealing_terms())


@pytest.fixture
def rafael(version: AgreementVersion) -> User:
    return make_user("Rafael", team=version.agreement.sales_team, role="lead")


@pytest.fixture
def helena(version: AgreementVersion) -> User:
    return make_user("Helena", team=version.agreement.marketing_team, role="lead")


@pytest.fixture
def marina() -> User:
    return make_user("Marina", is_director=True)


@pytest.fixture
def contested(version: AgreementVersion, rafael: User, helena: User, marina: User) -> Handoff:
    """Rejected and contested now; nothing was sent yet."""
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=rafael, now=NOW)
    contests.contest(handoff=handoff, note="It rings.", by=helena, now=NOW)
    handoff.refresh_from_db()
    return handoff


def decide(handoff: Handoff, by: User, *, is_overturned: bool = True) -> None:
    contests.decide(handoff=handoff, is_overturned=is_overturned, by=by, now=LATER)
    handoff.refresh_from_db()


def event(kind: str) -> HandoffEvent:
    return HandoffEvent.objects.get(kind=kind, is_current=True)


def take_back(kind: str, by: User) -> None:
    corrections.retract(fact=event(kind), reason="My fault.", by=by, now=LAST)


def sent(to: User) -> list[str]:
    """What was mailed to somebody, by its subjects."""
    return [str(each.subject) for each in mail.outbox if each.to == [to.email]]


@pytest.mark.parametrize("is_overturned", [True, False])
def test_what_was_decided_about_is_not_taken_back(
    client: Client, contested: Handoff, rafael: User, helena: User, marina: User, *,
    is_overturned: bool,
) -> None:  # fmt: skip
    decide(contested, marina, is_overturned=is_overturned)
    for kind, by in (("rejected", rafael), ("contested", helena)):
        with pytest.raises(UnableToCorrect, match=STANDS):
            take_back(kind, by)
        client.force_login(by)
        url = f"/agreements/acme/handoff-events/{event(kind).pk}/"
        page = client.get(url)
        assert STANDS in text_of(page)
        assert "Take it back" not in text_of(page)
        refused = client.post(url, {"retract-reason": "My fault."})
        assert (refused.status_code, STANDS in text_of(refused)) == (422, True)
    contested.refresh_from_db()
    assert contested.contest == ("overturned" if is_overturned else "upheld")
    assert clock_of(contested, "S4", 1 if is_overturned else 0)


def test_whoever_decided_takes_it_back_and_then_it_can_be(
    contested: Handoff, rafael: User, marina: User
) -> None:
    decide(contested, marina)
    take_back("decided", marina)
    contested.refresh_from_db()
    assert (contested.status, contested.contest) == ("rejected", "waiting")
    take_back("rejected", rafael)
    contested.refresh_from_db()
    assert (contested.status, contested.contest) == ("offered", "")
    assert rebuild(now=LAST) == 0


def test_no_follow_up_sweeps_the_decision_aside(
    contested: Handoff, rafael: User, marina: User
) -> None:
    """A contact before the rejection would have accepted the handoff."""
    touch = call(contested, rafael, occurred_at=NOW - timedelta(minutes=2), now=NOW)
    decide(contested, marina)
    with pytest.raises(UnableToCorrect, match="before the rejection"):
        corrections.correct(
            follow_up=touch, changes={"outcome": "conversation"}, reason="No.", by=rafael, now=LAST
        )
    contested.refresh_from_db()
    assert contested.contest == "overturned"


def test_no_back_dated_follow_up_does_either(
    contested: Handoff, rafael: User, marina: User
) -> None:
    decide(contested, marina, is_overturned=False)
    before = NOW - timedelta(minutes=2)
    with pytest.raises(UnableToLog, match="before the rejection"):
        call(contested, rafael, "conversation", occurred_at=before, now=LAST)
    call(contested, rafael, occurred_at=before, now=LAST)
    contested.refresh_from_db()
    assert contested.contest == "upheld"


@pytest.mark.parametrize("is_overturned", [True, False])
def test_what_its_own_system_takes_back_was_never_rejected(
    version: AgreementVersion, rafael: User, helena: User, marina: User, *, is_overturned: bool
) -> None:
    """The decision stays on record and counts for nothing; rejected anew it is contested anew."""
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    paulo = Teller("Paulo")
    named: dict[str, Any] = {"external_id": "R1", "reason": "wrong_data", "person_id": rafael.pk}
    rejection = paulo.event("rejected", NOW, **named)
    ingest(agreement=version.agreement, facts=[rejection], by=None, now=NOW)
    contests.contest(handoff=handoff, note="It rings.", by=helena, now=NOW)
    contests.decide(handoff=handoff, is_overturned=is_overturned, by=marina, now=LATER)

    gone = paulo.event("rejected", NOW, **named, is_retracted=True)
    ingest(agreement=version.agreement, facts=[gone], by=None, now=LAST)

    handoff.refresh_from_db()
    assert (handoff.status, handoff.contest, handoff.decided_at) == ("offered", "", None)
    assert not handoff.clocks.filter(occurrence=1).exists()
    assert clock_of(handoff, "S2").void_at is None
    assert rebuild(now=LAST) == 0
    assert send_messages(now=LAST) == 0

    handoffs.reject(handoff=handoff, reason="wrong_data", by=rafael, now=LAST)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.contest) == ("rejected", "")
    assert contests.why_not_contested(handoff, LAST) == ""
    assert rebuild(now=LAST) == 0


def test_sales_gives_in_and_marketing_is_told(
    contested: Handoff, rafael: User, helena: User, marina: User
) -> None:
    send_messages(now=SOON)
    assert sent(marina) == ["Decide about a rejection: Paulo"]

    take_back("rejected", rafael)

    contested.refresh_from_db()
    assert (contested.status, contested.contest) == ("offered", "")
    send_messages(now=LAST)
    assert sent(helena) == ["The rejection of Paulo was taken back"]
    assert sent(marina)[1:] == ["The rejection of Paulo was taken back"]
    assert "Rafael took back the rejection of Paulo under Acme." in mail.outbox[-1].body
    assert "  My fault.\n" in mail.outbox[-1].body


def test_a_contest_that_was_taken_back_is_not_mailed(
    contested: Handoff, helena: User, marina: User
) -> None:
    corrections.undo(handoff=contested, name=event("contested").external_id, by=helena, now=SOON)
    fates = [each.details for each in messages_about([contested], LAST)]
    assert ("E-mail, not sent: it was out of date before it went out.",) in fates
    send_messages(now=SOON)
    assert sent(marina) == []


def test_who_was_told_of_a_contest_hears_that_it_was_taken_back(
    contested: Handoff, helena: User, marina: User
) -> None:
    send_messages(now=SOON)
    take_back("contested", helena)
    send_messages(now=LAST)
    assert sent(marina)[1:] == ["Nothing to decide any more: Paulo"]
    assert "Helena took back the contest of the rejection" in mail.outbox[-1].body


def test_a_decision_that_was_taken_back_is_not_mailed(
    contested: Handoff, rafael: User, marina: User
) -> None:
    decide(contested, marina)
    take_back("decided", marina)
    send_messages(now=LAST)
    assert sent(rafael) == []
    assert sent(marina) == ["Decide about a rejection: Paulo"]


def test_who_was_told_of_a_decision_hears_that_it_was_taken_back(
    contested: Handoff, rafael: User, helena: User, marina: User
) -> None:
    decide(contested, marina, is_overturned=False)
    send_messages(now=LATER)
    assert (sent(rafael), sent(marina)) == (["The rejection of Paulo stands"], [])
    take_back("decided", make_user("Otto", is_admin=True))
    send_messages(now=LAST)
    for each in (rafael, helena, marina):
        assert sent(each)[-1] == "The decision about Paulo was taken back"
