"""Which leads could be offered: judged when something about them changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agreements.actions import contracts
from agreements.models import AgreementVersion
from leads.actions import contests, handoffs, merges
from leads.before.readiness import is_being_judged, judge_leads
from leads.ingest import ingest
from leads.models import Handoff, Lead, Readiness, Unjudged
from tests.factories import Teller, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer

pytestmark = pytest.mark.django_db

CRITERIA: dict[str, Any] = {
    "required_fields": ["company"],
    "rules": [{"field": "country", "operator": "is", "value": "BR"}],
    "scoring": [
        {"when": {"field": "employees", "operator": "at_least", "value": 50}, "points": 40},
        {"when": {"field": "visits", "operator": "at_least", "value": 3}, "points": 30},
    ],
    "threshold": 65,
}
READY = {"company": "Ipê", "country": "BR", "employees": 80, "visits": 3}


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms(handoff=CRITERIA))


def tell(version: AgreementVersion, name: str, at: Any = NOW, **attributes: Any) -> Lead:
    """Tell of a lead that reached the first stage."""
    teller = Teller(name)
    facts = [teller.attributes(at, name=name, **attributes), teller.stage("lead", at)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=at)
    return Lead.objects.get(identities__external_id=name)


def readiness_of(name: str) -> Readiness:
    return Readiness.objects.get(lead__name=name)


def test_it_works(version: AgreementVersion) -> None:
    tell(version, "Ready", **READY)
    tell(version, "Near", **READY | {"visits": 0, "company": "n/a"})
    tell(version, "Far", country="PT")
    assert is_being_judged(version.agreement, version)

    assert judge_leads(now=NOW) == 3

    found = {
        row.lead.name: (row.ready_since, row.points, row.missing_points, row.lacks)
        for row in Readiness.objects.all()
    }
    assert found == {
        "Ready": (NOW, 70, 0, 0),
        "Near": (None, 40, 25, 1),
        "Far": (None, 0, 65, 2),
    }
    assert not is_being_judged(version.agreement, version)
    assert judge_leads(now=NOW) == 0


def test_what_is_told_later_is_judged(version: AgreementVersion) -> None:
    tell(version, "Paulo", **READY | {"visits": 0})
    judge_leads(now=NOW)
    later = NOW + timedelta(days=2)
    for day, visits in enumerate((4, 5)):
        at = later + timedelta(days=day)
        told = Teller(f"{visits} visits").attributes(at, visits=visits)
        told = replace(told, lead=Teller("Paulo").lead)
        ingest(agreement=version.agreement, facts=[told], by=None, now=at)
        assert judge_leads(now=at) == 1
        assert readiness_of("Paulo").ready_since == later


def test_whom_sales_has_is_not_listed(version: AgreementVersion) -> None:
    tell(version, "Paulo", **READY)
    judge_leads(now=NOW)
    offer(version, "Paulo", NOW)
    judge_leads(now=NOW)
    assert not Readiness.objects.exists()

    by = make_user("Ana")
    handoffs.reject(handoff=Handoff.objects.get(), reason="wrong_data", by=by, now=NOW)
    judge_leads(now=NOW)
    assert readiness_of("Paulo").ready_since == NOW


@pytest.mark.parametrize("is_overturned", [False, True])
def test_whose_rejection_waits_for_the_arbiter_is_not_listed(
    version: AgreementVersion, is_overturned: bool
) -> None:
    tell(version, "Paulo", **READY)
    rejected, by = offer(version, "Paulo", NOW), make_user("Ana")
    handoffs.reject(handoff=rejected, reason="wrong_data", by=by, now=NOW)
    judge_leads(now=NOW)
    assert Readiness.objects.exists()

    contests.contest(handoff=rejected, note="It rings.", by=by, now=NOW)
    judge_leads(now=NOW)
    assert not Readiness.objects.exists()

    contests.decide(handoff=rejected, is_overturned=is_overturned, by=by, now=NOW)
    judge_leads(now=NOW)
    assert Readiness.objects.exists() != is_overturned


def test_whom_nobody_may_contact_is_not_listed(version: AgreementVersion) -> None:
    tell(version, "Paulo", **READY | {"do_not_contact": True})
    judge_leads(now=NOW)
    assert not Readiness.objects.exists()


def test_of_whom_nothing_stands_any_more_is_not_listed(version: AgreementVersion) -> None:
    teller = Teller("Ipê")
    known, reached = teller.attributes(NOW, **READY), teller.stage("lead", NOW)
    ingest(agreement=version.agreement, facts=[known, reached], by=None, now=NOW)
    judge_leads(now=NOW)
    assert Readiness.objects.exists()
    later = NOW + timedelta(hours=1)
    taken_back = replace(reached, is_retracted=True, revised_at=later)
    ingest(agreement=version.agreement, facts=[taken_back], by=None, now=later)
    judge_leads(now=later)
    assert not Readiness.objects.exists()


def test_a_new_version_judges_anew(version: AgreementVersion) -> None:
    tell(version, "Paulo", **READY)
    judge_leads(now=NOW)
    new = contracts.adopt(
        slug="other", terms=dealing_terms(handoff=CRITERIA | {"threshold": 50}),
        effective_date=NOW.date(), by=None, now=NOW, name="Other", closures={},
    )  # fmt: skip
    Readiness.objects.update(version=new)
    assert is_being_judged(version.agreement, version)

    assert judge_leads(now=NOW) == 1
    assert readiness_of("Paulo").version == version


def test_without_a_version_in_force_nobody_is_listed(version: AgreementVersion) -> None:
    tell(version, "Paulo", **READY)
    judge_leads(now=NOW - timedelta(days=900))
    assert not Readiness.objects.exists()
    assert not Unjudged.objects.exists()


def test_whose_double_sales_has_is_not_listed(version: AgreementVersion) -> None:
    kept, merged = tell(version, "Kept", **READY), tell(version, "Merged", **READY)
    by = make_user("Ana")
    handoffs.offer(lead=merged, agreement=version.agreement, by=by, now=NOW)
    merges.merge(kept=kept, merged=merged, by=by, now=NOW + timedelta(hours=1))
    judge_leads(now=NOW)
    assert not Readiness.objects.exists()
