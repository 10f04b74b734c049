"""Taking back what one has just done, and correcting what was told."""

from datetime import timedelta

import pytest

from agreements.models import AgreementVersion, User
from leads.actions import corrections, handoffs, merges, outcomes
from leads.actions.corrections import UNDO_WITHIN, UnableToCorrect, UnableToUndo
from leads.ingest import ingest
from leads.models import FollowUp, Handoff, HandoffEvent, Lead
from leads.rebuild import rebuild
from tests.factories import Teller, make_rep, make_version
from tests.leads.dealing import call, clock_of, dealing_terms
from tests.leads.pages import NOW, offer
from tests.leads.state import state_of

pytestmark = pytest.mark.django_db

OFFERED_AT = NOW - timedelta(minutes=22)
SOON = NOW + timedelta(seconds=8)


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms())


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """In the team's queue since 22 minutes ago."""
    return offer(version, "Paulo", OFFERED_AT)


def undo(handoff: Handoff, name: str, by: User, now: object = SOON) -> None:
    corrections.undo(handoff=handoff, name=name, by=by, now=now)  # type: ignore[arg-type]


def test_undo_of_a_follow_up_works(handoff: Handoff, ana: User) -> None:
    before = [state_of(table) for table in ("handoff", "clock", "breach")]
    touch = call(handoff, ana, "conversation")
    undo(handoff, touch.external_id, ana)

    assert [state_of(table) for table in ("handoff", "clock", "breach")] == before
    assert FollowUp.objects.filter(is_current=False).get() == touch
    assert not FollowUp.objects.holding().exists()
    assert rebuild(now=SOON) == 0


def test_undo_of_accepting_gives_it_back_to_the_queue(handoff: Handoff, ana: User) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.holder) == ("accepted", ana)

    undo(handoff, HandoffEvent.objects.get(kind="accepted").external_id, ana)

    handoff.refresh_from_db()
    assert (handoff.status, handoff.holder) == ("offered", None)
    assert rebuild(now=SOON) == 0


def test_undo_of_an_end_opens_it_again(handoff: Handoff, ana: User) -> None:
    outcomes.recycle(handoff=handoff, reason="not_now", by=ana, now=NOW)
    undo(handoff, HandoffEvent.objects.get(kind="recycled").external_id, ana)
    handoff.refresh_from_db()
    assert handoff.status == "offered"
    assert clock_of(handoff, "S4").stopped_at is None


def test_what_cannot_be_undone(handoff: Handoff, ana: User) -> None:
    touch = call(handoff, ana)
    name = touch.external_id
    with pytest.raises(UnableToUndo, match="not yours"):
        undo(handoff, name, make_rep("Bruno", handoff.agreement))
    with pytest.raises(UnableToUndo, match="not yours"):
        undo(handoff, "", ana)
    with pytest.raises(UnableToUndo, match="Too late"):
        undo(handoff, name, ana, NOW + UNDO_WITHIN + timedelta(seconds=1))
    call(handoff, ana, now=SOON)
    with pytest.raises(UnableToUndo, match="Something was done since"):
        undo(handoff, name, ana)
    undo(handoff, FollowUp.objects.get(recorded_at=SOON).external_id, ana)
    undo(handoff, name, ana)
    with pytest.raises(UnableToUndo, match="not yours"):
        undo(handoff, name, ana)


def test_what_was_done_under_the_other_name_of_a_merged_lead_was_done_since(
    version: AgreementVersion, handoff: Handoff, ana: User
) -> None:
    kept = Teller("Paul")
    ingest(agreement=version.agreement, facts=[kept.stage("mql", NOW)], by=None, now=NOW)
    lead = Lead.objects.exclude(pk=handoff.lead_id).get()
    merges.merge(kept=lead, merged=handoff.lead, by=ana, now=NOW - timedelta(seconds=1))
    touch = call(handoff, ana)
    spoke = kept.follow_up("conversation", SOON)
    ingest(agreement=version.agreement, facts=[spoke], by=None, now=SOON)

    with pytest.raises(UnableToUndo, match="Something was done since"):
        undo(handoff, touch.external_id, ana, SOON + timedelta(seconds=1))


def test_a_lead_that_was_offered_anew_stays_with_its_new_handoff(
    version: AgreementVersion, handoff: Handoff, ana: User
) -> None:
    other = offer(version, "Paul", OFFERED_AT)
    handoffs.withdraw(handoff=other, by=ana, now=NOW - timedelta(minutes=2))
    merges.merge(kept=other.lead, merged=handoff.lead, by=ana, now=NOW - timedelta(minutes=1))
    outcomes.recycle(handoff=handoff, reason="not_now", by=ana, now=NOW)
    name = HandoffEvent.objects.get(kind="recycled").external_id
    anew = handoffs.offer(
        lead=other.lead, agreement=version.agreement, by=ana, now=SOON, note="Asked again."
    )

    with pytest.raises(UnableToUndo, match="offered anew since: go on with that handoff"):
        undo(handoff, name, ana, SOON + timedelta(seconds=1))

    assert [Handoff.objects.get(pk=each.pk).status for each in (handoff, anew)] == [
        "recycled",
        "offered",
    ]


def test_what_was_asked_for_again_while_it_was_open_stops_no_undo(
    version: AgreementVersion, handoff: Handoff, ana: User
) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    name = HandoffEvent.objects.get(kind="accepted").external_id
    again = Teller("Paulo").event("offered", SOON, "H2")
    ingest(agreement=version.agreement, facts=[again], by=None, now=SOON)

    undo(handoff, name, ana, SOON + timedelta(seconds=1))

    handoff.refresh_from_db()
    assert handoff.status == "offered"


def test_correct_works(handoff: Handoff, ana: User) -> None:
    touch = call(handoff, ana, note="Rang twice.")
    corrected = corrections.correct(
        follow_up=touch,
        changes={"outcome": "conversation", "note": "We spoke."},
        reason="Wrong button.",
        by=ana,
        now=SOON,
    )

    assert (corrected.outcome, corrected.correction_reason) == ("conversation", "Wrong button.")
    handoff.refresh_from_db()
    assert handoff.status == "accepted"
    assert FollowUp.objects.count() == 2
    assert rebuild(now=SOON) == 0


def test_told_in_time_it_counts_when_it_is_corrected_late(handoff: Handoff, ana: User) -> None:
    touch = call(handoff, ana)
    late = NOW + timedelta(days=9)
    corrections.correct(
        follow_up=touch, changes={"note": "Rang thrice."}, reason="Typo.", by=ana, now=late
    )
    assert clock_of(handoff, "S2").stopped_at == NOW
    assert not clock_of(handoff, "S2").is_back_dated

    moved = FollowUp.objects.get(is_current=True)
    corrections.correct(
        follow_up=moved,
        changes={"occurred_at": NOW - timedelta(minutes=5)},
        reason="It was earlier.",
        by=ana,
        now=late + timedelta(minutes=1),
    )
    assert clock_of(handoff, "S2").stopped_at is None
    assert rebuild(now=late + timedelta(minutes=1)) == 0


def test_retract_works(handoff: Handoff, ana: User) -> None:
    touch = call(handoff, ana)
    corrections.retract(fact=touch, reason="It was another lead.", by=ana, now=SOON)
    assert clock_of(handoff, "S2").stopped_at is None
    with pytest.raises(UnableToCorrect, match="took it back before"):
        corrections.retract(fact=touch, reason="Again.", by=ana, now=SOON)


def test_what_cannot_be_corrected(handoff: Handoff, ana: User) -> None:
    touch = call(handoff, ana)

    def correct(reason: str = "Wrong.", **changes: object) -> None:
        corrections.correct(follow_up=touch, changes=changes, reason=reason, by=ana, now=SOON)

    with pytest.raises(UnableToCorrect, match="Say why"):
        correct(" ", note="x")
    with pytest.raises(UnableToCorrect, match="Nothing differs"):
        correct(note="")
    with pytest.raises(UnableToCorrect, match="choose a time before now"):
        correct(occurred_at=SOON + timedelta(seconds=1))
