"""Contesting a rejection, and deciding about it."""

from datetime import timedelta

import pytest

from agreements.models import Message, User
from leads.actions import contests, corrections, handoffs, merges
from leads.actions.contests import UnableToContest
from leads.actions.handoffs import UnableToOffer
from leads.actions.telling import AlreadyDecided
from leads.deeds.forms import DecideForm
from leads.deeds.reasons import rulebook_for
from leads.ingest import ingest
from leads.models import Handoff, HandoffEvent
from leads.rebuild import rebuild
from tests.factories import Teller, local, make_user, make_version
from tests.leads.dealing import clock_of, dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def julia() -> User:
    return make_user("Júlia")


@pytest.fixture
def rejected(julia: User) -> Handoff:
    """Offered 22 minutes ago, and rejected now."""
    handoff = offer(make_version(dealing_terms()), "Paulo", NOW - timedelta(minutes=22))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=julia, now=NOW)
    handoff.refresh_from_db()
    return handoff


def contest(handoff: Handoff, by: User) -> None:
    contests.contest(handoff=handoff, note="The number is right.", by=by, now=NOW)
    handoff.refresh_from_db()


def test_overturn_works(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    assert rejected.contest == "waiting"

    contests.decide(handoff=rejected, is_overturned=True, by=julia, now=LATER)

    rejected.refresh_from_db()
    assert (rejected.status, rejected.contest) == ("accepted", "overturned")
    assert clock_of(rejected, "S2", 1).started_at == LATER
    assert rebuild(now=LATER) == 0


def test_the_question_names_what_stays_overdue(julia: User) -> None:
    """The first follow-up, within 4 h, was past due before the rejection, and stays so."""
    handoff = offer(make_version(dealing_terms()), "Paulo", local("2026-09-04 10:00"))
    handoffs.reject(handoff=handoff, reason="wrong_data", by=julia, now=NOW)
    contest(handoff, julia)
    form = DecideForm(handoff=handoff, now=LATER)
    said = "Overturned, S2 stays overdue: it was due Fri 4 Sep 15:00, before the rejection."
    assert form.warnings() == [said]

    contests.decide(handoff=handoff, is_overturned=True, by=julia, now=LATER)
    clock = clock_of(handoff, "S2")
    assert (clock.breached_at, clock.stopped_at, clock.void_at) == (clock.due_at, None, None)


def test_the_question_names_nothing_that_starts_anew(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    assert DecideForm(handoff=rejected, now=LATER).warnings() == []


def test_whom_it_concerns_is_told(rejected: Handoff, julia: User) -> None:
    rui = make_user("Rui", is_director=True)
    contest(rejected, julia)
    told = Message.objects.get()
    assert (told.kind, told.recipient, told.subject_id) == (
        "rejection_contested", rui, str(rejected.pk),
    )  # fmt: skip
    assert told.parameters["reason"] == "Wrong data"

    contests.decide(handoff=rejected, is_overturned=True, note="It is.", by=rui, now=LATER)
    told = Message.objects.exclude(pk=told.pk).get()
    assert (told.kind, told.recipient) == ("rejection_overturned", julia)


def test_uphold_works(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    contests.decide(handoff=rejected, is_overturned=False, note="No.", by=julia, now=LATER)

    rejected.refresh_from_db()
    assert (rejected.status, rejected.contest) == ("rejected", "upheld")
    assert rebuild(now=LATER) == 0


def test_a_contest_says_why(rejected: Handoff, julia: User) -> None:
    with pytest.raises(UnableToContest, match="Say why"):
        contests.contest(handoff=rejected, note="  ", by=julia, now=NOW)


def test_it_is_contested_once(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    said = "Júlia contested it on Tue 8 Sep 10:00: the arbiter decides."
    with pytest.raises(AlreadyDecided, match=said):
        contest(rejected, make_user("Rui"))
    contests.decide(handoff=rejected, is_overturned=False, by=julia, now=NOW)
    with pytest.raises(UnableToContest, match="contested before, and decided"):
        contest(rejected, julia)


@pytest.mark.parametrize("outcome", ["upheld", "overturned"])
def test_it_is_decided_once(rejected: Handoff, julia: User, outcome: str) -> None:
    """Whoever is second is told who decided, and how."""
    marina, is_overturned = make_user("Marina", is_director=True), outcome == "overturned"
    contest(rejected, julia)
    contests.decide(handoff=rejected, is_overturned=is_overturned, by=marina, now=NOW)
    for by, who in ((julia, "Marina was first"), (marina, "You were first yourself")):
        with pytest.raises(AlreadyDecided, match=f"{who}: the rejection was {outcome}"):
            contests.decide(handoff=rejected, is_overturned=not is_overturned, by=by, now=LATER)


def test_who_overturned_it_accepted_it(rejected: Handoff, julia: User) -> None:
    marina = make_user("Marina", is_director=True)
    contest(rejected, julia)
    contests.decide(handoff=rejected, is_overturned=True, by=marina, now=NOW)
    with pytest.raises(AlreadyDecided, match="Marina was first: this handoff is accepted already"):
        handoffs.reject(handoff=rejected, reason="wrong_data", by=julia, now=LATER)


def test_what_is_contested_no_more_is_not_decided(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    contested = HandoffEvent.objects.get(kind="contested")
    corrections.retract(fact=contested, reason="It does not ring.", by=julia, now=LATER)
    with pytest.raises(AlreadyDecided, match="Nobody contests this rejection any more"):
        contests.decide(handoff=rejected, is_overturned=True, by=julia, now=LATER)


def test_it_is_contested_within_the_days_of_the_terms(rejected: Handoff, julia: User) -> None:
    last = local("2026-09-11 18:00")
    assert contests.contestable_until(rejected, rulebook_for(rejected)) == last
    assert not contests.why_not_contested(rejected, last)
    why = "A rejection is contested until Fri 11 Sep 18:00 by the agreement: that is over."
    assert contests.why_not_contested(rejected, last + timedelta(seconds=1)) == why


def test_only_a_rejection_is_contested(julia: User) -> None:
    handoff = offer(make_version(dealing_terms()), "Paulo", NOW)
    with pytest.raises(AlreadyDecided, match="this handoff is offered already"):
        contest(handoff, julia)


@pytest.mark.parametrize("end", ["goes on", "rejected", "withdrawn"])
def test_what_was_offered_anew_is_not_contested(rejected: Handoff, julia: User, end: str) -> None:
    """Whatever became of that: offering anew ended it."""
    anew = handoffs.offer(lead=rejected.lead, agreement=rejected.agreement, by=julia, now=LATER)
    if end == "rejected":
        handoffs.reject(handoff=anew, reason="wrong_data", by=julia, now=LATER)
    elif end == "withdrawn":
        handoffs.withdraw(handoff=anew, note="Too soon.", by=julia, now=LATER)
    with pytest.raises(UnableToContest, match="anew meanwhile: its earlier rejections are final"):
        contest(rejected, julia)


def test_an_offer_that_was_taken_back_ended_nothing(rejected: Handoff, julia: User) -> None:
    handoffs.offer(lead=rejected.lead, agreement=rejected.agreement, by=julia, now=LATER)
    offered = HandoffEvent.objects.get(kind="offered", occurred_at=LATER)
    corrections.retract(fact=offered, reason="Not yet.", by=julia, now=LATER)
    assert contests.why_not_contested(rejected, LATER) == ""


def test_a_double_that_went_on_ends_it_too(rejected: Handoff, julia: User) -> None:
    """Of leads that are one, one handoff goes on, and it may have been offered first."""
    assert rejected.version
    other = offer(rejected.version, "Paul", NOW - timedelta(hours=3))
    assert contests.why_not_contested(rejected, NOW) == ""
    merge = merges.merge(kept=rejected.lead, merged=other.lead, by=julia, now=LATER)
    handoffs.withdraw(handoff=other, by=julia, now=LATER)
    assert "offered anew meanwhile" in contests.why_not_contested(rejected, LATER)
    merges.undo(merge=merge, by=julia, now=LATER)
    assert contests.why_not_contested(rejected, LATER) == ""


def test_a_double_that_was_merged_away_ends_nothing(rejected: Handoff, julia: User) -> None:
    assert rejected.version
    first = offer(rejected.version, "Rita", NOW - timedelta(hours=1))
    other = offer(rejected.version, "Ritinha", NOW)
    merges.merge(kept=other.lead, merged=first.lead, by=julia, now=NOW)
    handoffs.reject(handoff=first, reason="wrong_data", by=julia, now=LATER)
    contests.contest(handoff=first, note="The number is right.", by=julia, now=LATER)
    contests.decide(handoff=first, is_overturned=True, by=julia, now=LATER)
    first.refresh_from_db()
    assert (first.status, first.contest) == ("accepted", "overturned")


def test_what_waits_is_not_offered_anew(rejected: Handoff, julia: User) -> None:
    contest(rejected, julia)
    assert rejected.version
    kept = offer(rejected.version, "Paul", NOW - timedelta(hours=3))
    handoffs.withdraw(handoff=kept, by=julia, now=NOW)
    merges.merge(kept=kept.lead, merged=rejected.lead, by=julia, now=NOW)
    for at in (NOW, LATER):
        with pytest.raises(UnableToOffer, match="The rejection of Paul waits for the arbiter"):
            handoffs.offer(lead=kept.lead, agreement=kept.agreement, by=julia, now=at)

    contests.decide(handoff=rejected, is_overturned=False, by=julia, now=LATER)
    assert handoffs.offer(lead=kept.lead, agreement=kept.agreement, by=julia, now=LATER).is_open


@pytest.mark.parametrize("end", ["goes on", "rejected"])
def test_what_was_offered_anew_elsewhere_is_upheld(
    rejected: Handoff, julia: User, end: str
) -> None:
    contest(rejected, julia)
    anew = Teller("Paulo").event("offered", LATER, "H2", external_id="anew")
    ingest(agreement=rejected.agreement, facts=[anew], by=None, now=LATER)
    if end == "rejected":
        second = Handoff.objects.get(external_id="Paulo-H2")
        handoffs.reject(handoff=second, reason="wrong_data", by=julia, now=LATER)
    with pytest.raises(UnableToContest, match="offered anew meanwhile"):
        contests.decide(handoff=rejected, is_overturned=True, by=julia, now=LATER)
    assert not HandoffEvent.objects.filter(kind="decided").exists()
    form = DecideForm({"decide-is_overturned": "yes"}, handoff=rejected, now=LATER)
    assert [value for value, _label in form.fields["is_overturned"].choices] == ["no"]  # type: ignore[attr-defined]
    assert form.errors["is_overturned"] == [contests.why_not_overturned(rejected)]

    contests.decide(handoff=rejected, is_overturned=False, by=julia, now=LATER)
    rejected.refresh_from_db()
    assert (rejected.status, rejected.contest) == ("rejected", "upheld")
    assert rebuild(now=LATER) == 0
