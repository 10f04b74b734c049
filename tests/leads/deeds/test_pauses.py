"""Pausing the clocks of a handoff, and letting them run again."""

from datetime import timedelta

import pytest

from agreements.models import AgreementVersion, User
from leads.actions import pauses
from leads.actions.pauses import UnableToPause
from leads.deeds.pauses import pause_of, pauses_of
from leads.ingest import ingest
from leads.models import Handoff
from leads.rebuild import rebuild
from tests.factories import Teller, local, make_rep, make_version
from tests.leads.dealing import clock_of, dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

UNTIL = local("2026-09-08 11:30")


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms(pause={"max": "5bd"}))


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago."""
    return offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)


def pause(handoff: Handoff, by: User, **told: object) -> None:
    about = {"reason": "asked", "until": UNTIL, "now": NOW} | told
    pauses.pause(handoff=handoff, by=by, **about)  # type: ignore[arg-type]


def test_pause_works(handoff: Handoff, ana: User) -> None:
    due_at = clock_of(handoff, "S2").due_at
    pause(handoff, ana, note="Back from leave then.")

    assert clock_of(handoff, "S2").due_at == due_at + timedelta(minutes=90)
    running = pause_of(handoff, NOW)
    assert running is not None
    assert (running.reason, running.until, running.person) == ("asked", UNTIL, ana)
    assert rebuild(now=NOW) == 0


def test_resume_works(handoff: Handoff, ana: User) -> None:
    due_at = clock_of(handoff, "S2").due_at
    pause(handoff, ana)
    pauses.resume(handoff=handoff, by=ana, now=NOW + timedelta(minutes=30))

    assert clock_of(handoff, "S2").due_at == due_at + timedelta(minutes=30)
    assert pause_of(handoff, NOW + timedelta(minutes=30)) is None
    assert rebuild(now=UNTIL) == 0


def test_it_resumes_by_itself(handoff: Handoff, ana: User) -> None:
    pause(handoff, ana)
    assert pause_of(handoff, UNTIL - timedelta(seconds=1)) is not None
    assert pause_of(handoff, UNTIL) is None
    pause(handoff, ana, now=UNTIL, until=UNTIL + timedelta(hours=1))
    assert len(pauses_of([handoff.pk], UNTIL)) == 1


def test_of_two_pauses_told_elsewhere_the_longer_runs(handoff: Handoff) -> None:
    tell = Teller("Paulo")
    facts = [
        tell.event("paused", NOW, until=NOW + timedelta(hours=length), reason="asked")
        for length in (2, 1)
    ]
    ingest(agreement=handoff.agreement, facts=facts, by=None, now=NOW)
    running = pause_of(handoff, NOW)
    assert running is not None
    assert running.until == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"reason": "holiday"}, "reasons that the agreement lists"),
        ({"until": NOW}, "A pause ends after now"),
        ({"until": local("9999-12-31 23:59")}, "Choose an end before 2100."),
        ({"until": local("2026-09-15 18:01")}, "lasts until Tue 15 Sep 18:00 at most"),
    ],
)
def test_refused(handoff: Handoff, ana: User, told: dict[str, object], sentence: str) -> None:
    with pytest.raises(UnableToPause, match=sentence):
        pause(handoff, ana, **told)


def test_one_pause_at_a_time(handoff: Handoff, ana: User) -> None:
    with pytest.raises(UnableToPause, match="not paused"):
        pauses.resume(handoff=handoff, by=ana, now=NOW)
    pause(handoff, ana)
    with pytest.raises(UnableToPause, match="paused until Tue 8 Sep 11:30: end that pause first"):
        pause(handoff, ana)
