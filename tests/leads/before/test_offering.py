"""What the portal offers by itself: ready leads by rule, and recycled ones on their day."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from agreements.models import Absence, AgreementVersion, Audit, Membership, User
from leads.actions import handoffs, outcomes
from leads.actions.handoffs import AlreadyOpen, UnableToOffer
from leads.before.offering import offer_by_rule, offer_returning
from leads.before.readiness import judge_leads
from leads.models import Handoff, HandoffEvent, Lead, OfferRule
from leads.rebuild import rebuild
from tests.factories import make_rep, make_user, make_version
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db

BACK_ON = date(2026, 10, 1)
THEN = NOW + timedelta(days=23)


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms(handoff=CRITERIA, recycle={"returns_to": "owner"}))


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


def recycled(version: AgreementVersion, ana: User) -> Handoff:
    handoff = offer(version, "Paulo", NOW, holder=ana)
    outcomes.recycle(handoff=handoff, reason="not_now", returns_date=BACK_ON, by=ana, now=NOW)
    return handoff


def test_offer_by_rule_works(version: AgreementVersion) -> None:
    tell(version, "Early", **READY)
    judge_leads(now=NOW)
    OfferRule.objects.create(agreement=version.agreement, in_use_since=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    tell(version, "Ready", later, **READY)
    tell(version, "Near", later, **READY | {"visits": 0})
    judge_leads(now=later)

    assert offer_by_rule(now=later) == 1

    event = HandoffEvent.objects.get(kind="offered")
    assert (event.handoff.lead.name, event.person, event.reason) == ("Ready", None, "by_rule")
    assert event.handoff.meets_criteria
    assert Audit.objects.get(action="leads.handoff.offered").actor_id is None
    assert offer_by_rule(now=later) == 0
    assert rebuild(now=later) == 0


def test_what_is_dated_later_is_offered_by_rule_then(version: AgreementVersion) -> None:
    OfferRule.objects.create(agreement=version.agreement, in_use_since=NOW)
    later = NOW + timedelta(hours=5)
    tell(version, "Ready", later, **READY)
    judge_leads(now=NOW)
    assert offer_by_rule(now=NOW) == 0
    assert offer_by_rule(now=later) == 1
    assert Handoff.objects.get().meets_criteria


def test_it_is_offered_by_rule_once(version: AgreementVersion, ana: User) -> None:
    OfferRule.objects.create(agreement=version.agreement, in_use_since=NOW)
    tell(version, "Ready", **READY)
    judge_leads(now=NOW)
    offer_by_rule(now=NOW)
    handoffs.reject(handoff=Handoff.objects.get(), reason="wrong_data", by=ana, now=NOW)
    judge_leads(now=NOW)
    assert offer_by_rule(now=NOW) == 0


def test_recycled_it_returns_to_its_owner(version: AgreementVersion, ana: User) -> None:
    former = recycled(version, ana)
    assert list(version.agreement.handoffs.resting()) == [former]
    assert offer_returning(now=NOW + timedelta(days=22)) == 0

    assert offer_returning(now=THEN) == 1

    again = Handoff.objects.exclude(pk=former.pk).get()
    assert (again.status, again.holder, again.offered_at) == ("offered", ana, THEN)
    assert HandoffEvent.objects.get(handoff=again, kind="offered").reason == "returned"
    assert offer_returning(now=THEN) == 0
    assert not version.agreement.handoffs.resting().exists()
    assert rebuild(now=THEN) == 0


def test_whose_owner_is_away_returns_to_the_team(version: AgreementVersion, ana: User) -> None:
    recycled(version, ana)
    away = {"starts_at": THEN - timedelta(days=1), "ends_at": THEN + timedelta(days=9)}
    Absence.objects.create(user=ana, recorded_at=NOW, **away)
    assert offer_returning(now=THEN) == 1
    assert Handoff.objects.open().get().holder is None


def test_whose_owner_has_left_returns_to_the_team(version: AgreementVersion, ana: User) -> None:
    recycled(version, ana)
    Membership.objects.filter(user=ana).delete()
    assert offer_returning(now=THEN) == 1
    assert Handoff.objects.open().get().holder is None


def test_what_returns_to_marketing_waits_for_it(ana: User) -> None:
    version = make_version(dealing_terms(recycle={"returns_to": "marketing"}), slug="other")
    former = recycled(version, ana)
    assert offer_returning(now=THEN) == 0
    assert list(version.agreement.handoffs.resting()) == [former]
    handoffs.offer(lead=former.lead, agreement=version.agreement, by=ana, now=THEN)
    assert not version.agreement.handoffs.resting().exists()


def test_what_waits_for_marketing_is_not_looked_at_one_by_one(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version = make_version(dealing_terms(recycle={"returns_to": "marketing"}), slug="other")
    for number in range(4):
        handoff = offer(version, f"Lead {number}", NOW, holder=ana)
        outcomes.recycle(handoff=handoff, reason="not_now", returns_date=BACK_ON, by=ana, now=NOW)
    # The agreements, the versions of both, and what comes back under the one.
    with django_assert_num_queries(4):
        assert offer_returning(now=THEN) == 0


@pytest.fixture
def julia() -> User:
    return make_user("Júlia")


def offer_by(julia: User, lead: Lead, version: AgreementVersion, **told: Any) -> Handoff:
    return handoffs.offer(lead=lead, agreement=version.agreement, by=julia, now=NOW, **told)


def test_offering_below_the_criteria_needs_a_reason(version: AgreementVersion, julia: User) -> None:
    lead = tell(version, "Near", **READY | {"visits": 0})
    with pytest.raises(UnableToOffer, match="does not meet the criteria: say why"):
        offer_by(julia, lead, version)
    handoff = offer_by(julia, lead, version, note="The director knows them.")
    assert handoff.meets_criteria is False
    assert HandoffEvent.objects.get().note == "The director knows them."


def test_what_cannot_be_offered(version: AgreementVersion, julia: User) -> None:
    barred = tell(version, "Barred", **READY | {"do_not_contact": True})
    with pytest.raises(UnableToOffer, match="asked not to be contacted"):
        offer_by(julia, barred, version, note="All the same.")
    lead = tell(version, "Ready", **READY)
    offer_by(julia, lead, version)
    with pytest.raises(AlreadyOpen, match="with sales already"):
        offer_by(julia, lead, version)
    Lead.objects.filter(pk=barred.pk).update(is_contact_barred=False, merged_into=lead)
    with pytest.raises(UnableToOffer, match="found to be another lead"):
        offer_by(julia, barred, version, note="All the same.")
