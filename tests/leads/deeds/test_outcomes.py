"""Qualifying, disqualifying and recycling a handoff: what each does, and what is refused."""

from datetime import date, timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit, User
from leads.actions import handoffs, outcomes
from leads.actions.outcomes import UnableToEnd
from leads.actions.telling import AlreadyDecided
from leads.models import Handoff, HandoffEvent
from leads.rebuild import rebuild
from tests.factories import local, make_rep, make_user, make_version
from tests.leads.dealing import call, clock_of, dealing_terms, qualification
from tests.leads.pages import NOW, offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

OFFERED_AT = NOW - timedelta(minutes=22)
ALL = {"budget": "20 000", "need": "Yes", "timeline": "June"}


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms(**qualification()))


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago."""
    return offer(version, "Paulo", OFFERED_AT, holder=ana)


def test_qualify_works(handoff: Handoff, ana: User) -> None:
    call(handoff, ana, "conversation")
    outcomes.qualify(handoff=handoff, answers=ALL | {"need": " Yes "}, by=ana, now=NOW)

    handoff.refresh_from_db()
    assert (handoff.status, handoff.closed_at) == ("qualified", NOW)
    assert HandoffEvent.objects.get(kind="qualified").answers == ALL
    assert clock_of(handoff, "S4").stopped_at == NOW
    assert Audit.objects.get(action="leads.handoff.qualified").actor_id == ana.pk
    assert rebuild(now=NOW) == 0


def test_disqualify_works(handoff: Handoff, ana: User) -> None:
    call(handoff, ana, "answered")
    outcomes.disqualify(handoff=handoff, reason="no_need", note="Sold it.", by=ana, now=NOW)

    handoff.refresh_from_db()
    assert (handoff.status, handoff.reason) == ("disqualified", "no_need")
    assert rebuild(now=NOW) == 0


def test_recycle_works(handoff: Handoff, ana: User) -> None:
    call(handoff, ana)
    outcomes.recycle(
        handoff=handoff, reason="not_now", returns_date=date(2026, 10, 1), by=ana, now=NOW
    )

    handoff.refresh_from_db()
    assert (handoff.status, handoff.returns_date) == ("recycled", date(2026, 10, 1))
    assert HandoffEvent.objects.get(kind="recycled").until == local("2026-10-01 00:00")
    assert rebuild(now=NOW) == 0


def test_recycled_without_a_day_it_comes_back_on_the_last_one(handoff: Handoff, ana: User) -> None:
    assert outcomes.last_return_date(handoff, NOW) == date(2026, 12, 7)
    outcomes.recycle(handoff=handoff, reason="not_reached", by=ana, now=NOW)
    handoff.refresh_from_db()
    assert handoff.returns_date == date(2026, 12, 7)
    assert clock_of(handoff, "S3").gave_up


@pytest.mark.parametrize(
    ("horizon", "day"),
    [("90d", "2026-12-07"), ("89d", "2026-12-04"), ("88d", "2026-12-04"), ("1d", "2026-09-09")],
)
def test_a_working_day_is_offered_to_come_back_on(ana: User, horizon: str, day: str) -> None:
    terms = dealing_terms(recycle={"horizon": horizon})
    handoff = offer(make_version(terms, slug="short"), "Rita", OFFERED_AT)
    assert outcomes.usual_return_date(handoff, NOW) == date.fromisoformat(day)


def test_where_no_day_is_open_the_last_one_is_offered(ana: User) -> None:
    terms = dealing_terms(recycle={"horizon": "1d"})
    handoff = offer(make_version(terms, slug="short"), "Rita", OFFERED_AT)
    friday = local("2026-09-11 10:00")
    assert outcomes.usual_return_date(handoff, friday) == date(2026, 9, 12)


def test_the_answers_that_are_needed_suffice(ana: User) -> None:
    terms = dealing_terms(**qualification(answers_needed=2, evidence="attempt"))
    handoff = offer(make_version(terms, slug="two"), "Rita", OFFERED_AT)
    some = {"budget": "20 000", "need": "", "timeline": "June", "else": "?"}

    with pytest.raises(UnableToEnd, match="after a follow-up: log it first"):
        outcomes.qualify(handoff=handoff, answers=some, by=ana, now=NOW)
    call(handoff, ana)
    with pytest.raises(UnableToEnd, match="asks for 2 of these answers"):
        outcomes.qualify(handoff=handoff, answers={"budget": "20 000"}, by=ana, now=NOW)
    outcomes.qualify(handoff=handoff, answers=some, by=ana, now=NOW)
    handoff.refresh_from_db()
    assert handoff.status == "qualified"


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [("contact", "after a contact: log it"), ("conversation", "after a conversation: log it")],
)
def test_evidence_is_asked_for(ana: User, evidence: str, sentence: str) -> None:
    version = make_version(dealing_terms(**qualification(evidence=evidence)), slug="strict")
    handoff = offer(version, "Rita", OFFERED_AT)
    call(handoff, ana)
    with pytest.raises(UnableToEnd, match=sentence):
        outcomes.qualify(handoff=handoff, answers=ALL, by=ana, now=NOW)
    call(handoff, ana, "conversation")
    outcomes.qualify(handoff=handoff, answers=ALL, by=ana, now=NOW)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("no_answer", "A lead is qualified after a conversation: log it first."),
        ("answered", "A lead is qualified after a conversation: log it first."),
        ("conversation", ""),
    ],
)
def test_the_evidence_that_is_asked_for_is_told_before_the_questions(
    client: Client, outcome: str, sentence: str
) -> None:
    version = make_version(dealing_terms(**qualification(evidence="conversation")), slug="strict")
    ana = make_rep("Ana", version.agreement)
    handoff = offer(version, "Rita", OFFERED_AT)
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    call(handoff, ana, outcome)
    client.force_login(ana)
    deeds = client.get(f"/agreements/strict/leads/{handoff.lead_id}/").context["deeds"]
    assert [deed.reason for deed in deeds.all if deed.key == "qualify"] == [sentence]


def test_nobody_is_disqualified_before_a_contact(handoff: Handoff, ana: User) -> None:
    with pytest.raises(UnableToEnd, match="reject the handoff, or log the contact first"):
        outcomes.disqualify(handoff=handoff, reason="no_need", by=ana, now=NOW)
    Handoff.objects.filter(pk=handoff.pk).update(status="accepted")
    with pytest.raises(UnableToEnd, match="recycle the handoff, or log the contact first"):
        outcomes.disqualify(handoff=handoff, reason="no_need", by=ana, now=NOW)


@pytest.mark.parametrize("end", [outcomes.disqualify, outcomes.recycle])
def test_a_reason_is_one_of_the_terms(handoff: Handoff, ana: User, end: object) -> None:
    assert callable(end)
    with pytest.raises(UnableToEnd, match="reasons that the agreement lists"):
        end(handoff=handoff, reason="wrong_data", by=ana, now=NOW)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 9, 8), "on a day that is to come"),
        (date(2026, 12, 8), "comes back until Mon 7 Dec: choose an earlier day"),
    ],
)
def test_it_comes_back_within_the_horizon(
    handoff: Handoff, ana: User, day: date, sentence: str
) -> None:
    with pytest.raises(UnableToEnd, match=sentence):
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=day, by=ana, now=NOW)


def test_it_ends_once(handoff: Handoff, ana: User) -> None:
    outcomes.recycle(handoff=handoff, reason="not_now", by=ana, now=NOW)
    for end in (outcomes.disqualify, outcomes.recycle):
        with pytest.raises(AlreadyDecided, match="You were first yourself: this handoff is rec"):
            end(handoff=handoff, reason="no_need", by=ana, now=NOW)
    lead = make_user("Rafael", team=handoff.agreement.sales_team, role="lead")
    with pytest.raises(AlreadyDecided, match="Ana was first: this handoff is recycled already"):
        outcomes.qualify(handoff=handoff, answers={}, by=lead, now=NOW)
