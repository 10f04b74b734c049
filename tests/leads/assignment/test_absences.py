"""When people are away: whose time it is, and that no due time moves."""

from datetime import datetime, timedelta

import pytest

from agreements.models import Absence, AgreementVersion, Audit, User
from leads.actions import absences, handoffs
from leads.actions.absences import UnableToEnd, UnableToRecord
from leads.ingest import ingest
from leads.models import Clock, Handoff, HandoffEvent
from leads.rebuild import rebuild
from leads.sweep import record_breaches
from tests.factories import Teller, local, make_rep
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db

MINUTE = 60_000_000
TUESDAY = (local("2026-09-08 00:00"), local("2026-09-09 00:00"))
FRIDAY = local("2026-09-04 17:50")


def record(user: User, now: datetime, span: tuple[datetime, datetime] = TUESDAY) -> Absence:
    return absences.record(user=user, starts_at=span[0], ends_at=span[1], by=user, now=now)


def split_of(handoff: Handoff, clause: str = "S2") -> list[list[int | None]]:
    split = Clock.objects.get(handoff=handoff, clause_key=clause).holder_split
    return [[holder, share // MINUTE if share else share] for holder, share in split or ()]


@pytest.fixture
def bruno(version: AgreementVersion) -> User:
    return make_rep("Bruno", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """The first worked example up to the reassignment, with the pause that the customer asked."""
    tell = Teller()
    facts = [
        tell.attributes(local("2026-09-04 17:40"), name="Paulo"),
        tell.event("offered", local("2026-09-04 17:40")),
        tell.event("assigned", local("2026-09-04 17:43"), person_id=ana.pk),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=FRIDAY)
    return Handoff.objects.get()


def test_it_works(
    version: AgreementVersion, ana: User, bruno: User, rafael: User, handoff: Handoff
) -> None:
    """Example 1 f: recorded on Friday, away on Tuesday, when the sales lead accepts for her."""
    record(ana, FRIDAY)
    handoffs.accept(handoff=handoff, by=rafael, now=local("2026-09-08 09:10"))
    rest = [
        Teller(source="crm").event("paused", local("2026-09-08 10:00"), external_id="p",
                                   until=local("2026-09-08 11:30"), reason="asked"),
        Teller(source="crm").event("assigned", local("2026-09-08 11:45"), external_id="r",
                                   person_id=bruno.pk),
        Teller(source="crm").follow_up("no_answer", local("2026-09-08 14:20"), external_id="f"),
    ]  # fmt: skip
    ingest(agreement=version.agreement, facts=rest, by=None, now=local("2026-09-08 16:00"))

    clock = Clock.objects.get(clause_key="S2")
    assert clock.due_at == local("2026-09-08 15:13")
    assert clock.stopped_at == local("2026-09-08 14:20")
    assert split_of(handoff) == [[ana.pk, 17], [None, 75], [bruno.pk, 95]]
    assert clock.used == timedelta(minutes=187)
    acceptance = Clock.objects.get(clause_key="S1")
    assert acceptance.used == timedelta(minutes=27)
    assert split_of(handoff, "S1") == [[ana.pk, 17], [None, 10]]
    handoff.refresh_from_db()
    assert (handoff.status, handoff.holder) == (Handoff.Status.ACCEPTED, bruno)
    assert HandoffEvent.objects.get(kind="accepted").person == rafael
    assert rebuild(now=local("2026-09-08 16:00")) == 0


def test_recorded_beforehand_it_moves_no_due_time(ana: User, handoff: Handoff) -> None:
    before = Clock.objects.get(clause_key="S2").due_at

    absence = record(ana, FRIDAY)

    clock = Clock.objects.get(clause_key="S2")
    assert (clock.due_at, clock.holder) == (before, None)
    assert split_of(handoff) == [[ana.pk, 17], [None, 223]]
    assert absence.recorded_at == FRIDAY
    assert rebuild(now=FRIDAY) == 0
    audit = Audit.objects.get(action="leads.absence.recorded")
    assert (audit.actor_name, audit.subject_name) == ("Ana", "Ana")


def test_recorded_later_the_time_before_stays_with_the_holder(ana: User, handoff: Handoff) -> None:
    record(ana, NOW)
    assert split_of(handoff) == [[ana.pk, 17 + 60], [None, 163]]
    assert rebuild(now=NOW) == 0


def test_who_comes_back_earlier_has_the_time_again(ana: User, handoff: Handoff) -> None:
    absence = record(ana, FRIDAY)

    absences.end(absence=absence, by=ana, now=NOW)

    absence.refresh_from_db()
    assert absence.ends_at == NOW
    assert split_of(handoff) == [[None, 60], [ana.pk, 17 + 163]]
    assert rebuild(now=NOW) == 0
    with pytest.raises(UnableToEnd, match="ended Tue 8 Sep"):
        absences.end(absence=absence, by=ana, now=NOW)


def test_what_is_called_off_was_never(ana: User, handoff: Handoff) -> None:
    absence = record(ana, FRIDAY)
    absences.end(absence=absence, by=ana, now=FRIDAY)

    assert not Absence.objects.exists()
    clock = Clock.objects.get(clause_key="S2")
    assert (clock.holder, clock.holder_split) == (ana, None)
    assert Audit.objects.filter(action="leads.absence.called_off").exists()
    assert rebuild(now=FRIDAY) == 0


def test_it_leaves_alone_what_ran_at_another_time(
    version: AgreementVersion, ana: User, handoff: Handoff
) -> None:
    """Settled clocks of old handoffs are neither written again nor settled."""
    handoffs.accept(handoff=handoff, by=ana, now=local("2026-09-04 17:55"))
    later = (local("2026-10-20 00:00"), local("2026-10-21 00:00"))

    record(ana, NOW, later)

    assert set(Clock.objects.values_list("holder_split", flat=True)) == {None}
    assert rebuild(now=NOW) == 0


def test_of_many_handoffs_only_those_it_reaches_are_split(
    version: AgreementVersion, ana: User
) -> None:
    """As many as are settled and rebuilt in arrays."""
    for number in range(40):
        offer(version, f"L{number}", local("2026-08-10 09:00"), holder=ana)
    reached = offer(version, "Reached", FRIDAY, holder=ana)
    record_breaches(now=FRIDAY)

    record(ana, FRIDAY)

    split = Clock.objects.exclude(holder_split=None).values_list("handoff", "clause_key")
    assert {key for key in split if key[0] == reached.pk} == {
        (reached.pk, key) for key in ("S1", "S2", "S3", "S4")
    }
    assert {key for _handoff, key in split.exclude(handoff=reached)} <= {"S3", "S4"}
    assert rebuild(now=FRIDAY) == 0


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (TUESDAY[::-1], "swap the two"),
        ((local("2026-09-01 09:00"), local("2026-09-04 17:00")), "This time is over"),
        ((local("2026-09-14 09:00"), local("2026-09-15 09:00")), "Ana is away from Mon 14 Sep"),
    ],
    ids=["backwards", "over", "overlapping"],
)
def test_an_absence_is_refused(ana: User, span: tuple[datetime, datetime], told: str) -> None:
    record(ana, FRIDAY, (local("2026-09-14 00:00"), local("2026-09-19 00:00")))
    with pytest.raises(UnableToRecord, match=told):
        record(ana, FRIDAY, span)
    assert Absence.objects.count() == 1
