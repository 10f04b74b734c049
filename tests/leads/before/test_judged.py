"""What the criteria said of a lead at its offer stays, whatever is told of that day later."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit, User
from leads.actions import forgetting, handoffs
from leads.actions.telling import Elsewhere
from leads.before.judged import kept_verdicts
from leads.ingest import ingest
from leads.models import Handoff, Lead
from leads.rebuild import rebuild
from leads.told import Named
from tests.factories import Teller, make_user, make_version
from tests.leads.before.judged import judged, offered
from tests.leads.before.test_readiness import CRITERIA, READY, tell
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(handoff=CRITERIA))


@pytest.fixture
def handoff(version: AgreementVersion, marta: User) -> Handoff:
    """Offered by the marketing lead, with 80 employees as far as anybody knew."""
    judged(version, Ready=READY)
    return offered(version, "Ready", marta)


def tell_later(handoff: Handoff, **attributes: object) -> None:
    """Tell three days later what was so an hour before the offer."""
    told = Teller("Ready").attributes(
        NOW - timedelta(hours=1), external_id="late", **READY | attributes
    )
    ingest(agreement=handoff.agreement, facts=[told], by=None, now=LATER)
    handoff.refresh_from_db()


def about(client: Client, handoff: Handoff) -> str:
    return text_of(client.get(handoff.get_absolute_url()))


def test_it_works(client: Client, handoff: Handoff) -> None:
    assert "It met the criteria when it was offered." in about(client, handoff)
    assert "By what was known" not in about(client, handoff)

    tell_later(handoff, employees=8)

    assert handoff.meets_criteria is False
    text = about(client, handoff)
    assert "It did not meet the criteria when it was offered." in text
    assert (
        "By what was known when it was offered, it met the criteria. It had 70 points. "
        "What was told since of that day changed that: Employees is at least 50: held then."
    ) in text
    assert (
        "By what was known when it was offered, it met the criteria. It had 70 points. "
        "By what was told since of that day, it lacked: 35 points."
    ) in text
    assert rebuild(now=LATER) == 0


def test_each_condition_that_is_another_one_now_is_named(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY | {"company": "n/a", "visits": 0})
    handoff = offered(version, "Ready", marta, note="They asked.")
    tell_later(handoff)
    assert (
        "By what was known when it was offered, it did not meet the criteria. It had 40 points. "
        "By what was told since of that day, it met them. “They asked.”"
    ) in about(client, handoff)
    assert "Why it was offered all the same: They asked." in about(client, handoff)
    shown = client.get(handoff.get_absolute_url()).context["judged_then"]
    assert shown.said.startswith("By what was known when it was offered, it did not meet")
    assert shown.changes == (
        "Visits is at least 3: did not hold then.",
        "Company was not known then.",
    )


def test_a_note_is_no_reason_where_none_was_asked_for(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    judged(version, Ready=READY)
    handoff = offered(version, "Ready", marta, note="They asked.")
    tell_later(handoff, employees=8)
    text = about(client, handoff)
    assert "it lacked: 35 points. “They asked.”" in text
    assert "Why it was offered all the same" not in text


def test_an_offer_told_later_is_judged_as_of_its_day(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    tell(version, "Ready", NOW - timedelta(days=9), **READY | {"employees": 8})
    told = replace(
        Teller("Grown").attributes(NOW - timedelta(days=1), employees=80),
        lead=Teller("Ready").lead,
    )
    ingest(agreement=version.agreement, facts=[told], by=None, now=NOW)
    elsewhere = Elsewhere(
        name=Named("crm", "D1"),
        person=marta,
        delivery=None,
        occurred_at=NOW - timedelta(days=5),
    )
    handoff = handoffs.offer(
        lead=Lead.objects.get(name="Ready"),
        agreement=version.agreement,
        by=marta,
        now=NOW,
        note="Big.",
        told=elsewhere,
    )
    assert handoff.meets_criteria is False
    assert kept_verdicts([handoff])[handoff.pk].meets is False
    response = client.get(handoff.get_absolute_url())
    assert response.context["judged_then"] is None
    # Nobody was asked why.
    assert "Why it was offered all the same" not in text_of(response)


def test_what_is_kept_of_it_says_nothing_of_the_person(
    client: Client, handoff: Handoff, version: AgreementVersion
) -> None:
    (row,) = Audit.objects.filter(action="leads.handoff.offered")
    assert row.data["judged"] == {
        "version": version.number,
        "meets": True,
        "score": 70,
        "held": [True, True, True, True],
    }
    admin = make_user("Adela", is_admin=True)
    handoff.agreement.handoffs.filter(pk=handoff.pk).update(status="withdrawn")
    forgetting.forget(lead=handoff.lead, reason="Asked.", by=admin, now=NOW)
    row.refresh_from_db()
    assert row.data["judged"]["held"] == [True, True, True, True]


def test_what_was_told_as_offered_elsewhere_has_no_other_verdict(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    told: dict[str, Any] = READY
    elsewhere = offer(version, "Paulo", NOW - timedelta(hours=2), **told)
    tell_later(elsewhere, employees=8)
    assert client.get(elsewhere.get_absolute_url()).context["judged_then"] is None
