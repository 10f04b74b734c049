"""Blackouts and exceptions: what both parties leave out of the adjusted figures."""

from datetime import datetime

import pytest

from agreements.models import AgreementVersion, User
from leads.actions import blackouts, exceptions
from leads.ingest import ingest
from leads.models import Breach, BreachException, Change, Clock
from leads.rebuild import rebuild
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.adjusting import telephone_down

pytestmark = pytest.mark.django_db

NOW = local("2026-09-30 18:00")
# The five breaches of the fifth worked example: start, first follow-up, and due in the adjusted.
RAN_IN_IT = {
    "A": ("2026-09-10 09:30", "2026-09-10 15:10", "2026-09-10 17:30"),
    "B": ("2026-09-09 16:00", "2026-09-10 15:30", "2026-09-10 15:00"),
    "C": ("2026-09-10 11:00", "2026-09-10 16:20", "2026-09-10 18:00"),
    "D": ("2026-09-10 13:15", "2026-09-10 17:40", "2026-09-10 18:00"),
    "E": ("2026-09-10 09:00", "2026-09-10 16:30", "2026-09-10 17:00"),
}


@pytest.fixture
def version() -> AgreementVersion:
    """The agreement of the example, with the five breached handoffs told."""
    reasons = {"exceptions": [{"key": "outage", "name": "Outage"}]}
    version = make_version(example_terms(reasons=reasons))
    facts = []
    for name, (start, touched, _due) in RAN_IN_IT.items():
        tell = Teller(name)
        facts += [
            tell.event("offered", local(start)),
            tell.event("assigned", local(start), to_queue=True),
            tell.follow_up("no_answer", local(touched)),
        ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    Change.objects.all().delete()
    return version


def lead_of(version: AgreementVersion, party: str, name: str) -> User:
    return make_user(name, team=version.agreement.team_of(party), role="lead")


def first_follow_ups() -> dict[str, Clock]:
    clocks = Clock.objects.filter(clause_key="S2").select_related("handoff")
    return {clock.handoff.external_id.removesuffix("-H1"): clock for clock in clocks}


def test_a_blackout_moves_adjusted_due_times_once_both_have_signed(
    version: AgreementVersion,
) -> None:
    helena, rafael = lead_of(version, "marketing", "Helena"), lead_of(version, "sales", "Rafael")
    blackout = telephone_down(version.agreement, by=rafael, now=NOW)
    assert blackout.signed_at is None
    assert {clock.adjusted_due_at for clock in first_follow_ups().values()} == {None}

    blackouts.sign(blackout=blackout, party="marketing", by=helena, now=NOW)

    expected: dict[str, datetime] = {n: local(due) for n, (_, _, due) in RAN_IN_IT.items()}
    assert {n: clock.adjusted_due_at for n, clock in first_follow_ups().items()} == expected
    assert Breach.objects.filter(clause_key="S2", is_withdrawn=False).count() == 5
    assert {str(change.local_date) for change in Change.objects.all()} >= {"2026-09-10"}
    assert rebuild(now=NOW) == 0


def test_a_party_signs_once(version: AgreementVersion) -> None:
    rafael = lead_of(version, "sales", "Rafael")
    blackout = telephone_down(version.agreement, by=rafael, now=NOW)
    with pytest.raises(blackouts.AlreadySigned):
        blackouts.sign(blackout=blackout, party="sales", by=rafael, now=NOW)


def test_a_blackout_ends_after_it_starts(version: AgreementVersion) -> None:
    with pytest.raises(blackouts.UnableToPropose):
        blackouts.propose(
            agreement=version.agreement,
            starts_at=local("2026-09-10 14:00"),
            ends_at=local("2026-09-10 14:00"),
            reason="Telephone down.",
            party="sales",
            by=lead_of(version, "sales", "Rafael"),
            now=NOW,
        )


def asked(version: AgreementVersion) -> BreachException:
    ana = make_user("Ana", team=version.agreement.sales_team)
    breach = Breach.objects.filter(clause_key="S2")[0]
    return exceptions.ask(breach=breach, reason="outage", by=ana, now=NOW)


def test_the_other_party_excuses_a_breach(version: AgreementVersion) -> None:
    exception = asked(version)
    helena = lead_of(version, "marketing", "Helena")

    exceptions.decide(exception=exception, is_approved=True, by=helena, now=NOW)

    exception.refresh_from_db()
    assert (exception.is_approved, exception.decided_by) == (True, helena)
    assert Change.objects.count() == 1
    with pytest.raises(exceptions.AlreadyDecided):
        exceptions.decide(exception=exception, is_approved=False, by=helena, now=NOW)


def test_a_director_decides_as_arbiter(version: AgreementVersion) -> None:
    marina = make_user("Marina", is_director=True)
    exceptions.decide(exception=asked(version), is_approved=False, by=marina, now=NOW)
    assert BreachException.objects.get().is_approved is False


def test_a_reason_is_one_of_the_agreement(version: AgreementVersion) -> None:
    ana = make_user("Ana", team=version.agreement.sales_team)
    with pytest.raises(exceptions.UnableToAsk):
        exceptions.ask(breach=Breach.objects.all()[0], reason="bad mood", by=ana, now=NOW)


def test_one_asks_once(version: AgreementVersion) -> None:
    asked(version)
    ana = User.objects.get(name="Ana")
    with pytest.raises(exceptions.AlreadyAsked, match="Ana asked"):
        exceptions.ask(
            breach=Breach.objects.filter(clause_key="S2")[0], reason="outage", by=ana, now=NOW
        )
