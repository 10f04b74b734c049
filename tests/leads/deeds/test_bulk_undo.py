"""What was done to many leads, taken back as a whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit, Membership
from leads.actions import handoffs
from leads.rebuild import rebuild
from tests.factories import make_rep, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.deeds.bulk_pages import do, offered, sign_in, statuses
from tests.leads.pages import NOW, stop_time, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


def take_back(client: Client, done: Any) -> Any:
    return client.post(done["Location"].replace("?", "undo/?"), follow=True)


def test_what_was_done_to_many_is_taken_back_as_a_whole(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    first, second = offered(version, "Paulo", "Carla")
    told = {"recycle-reason": "not_now", "recycle-returns_date": "2026-10-01"}
    done = do(client, "recycle", first, second, **told)
    assert "Take all of it back until 10:10" in text_of(client.get(done["Location"]))

    page = take_back(client, done)

    assert statuses(first, second) == ["offered", "offered"]
    assert "Taken back: 2 leads are as they were." in text_of(page)
    assert "Take all of it back" not in text_of(page)
    assert rebuild(now=NOW) == 0
    take_back(client, done)
    assert Audit.objects.filter(action="leads.bulk.undone").count() == 1


def test_holders_are_as_before_when_a_deed_to_many_is_taken_back(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "sales")
    ana, bruno = make_rep("Ana", version.agreement), make_rep("Bruno", version.agreement)
    first, *_others = offered(version, "Paulo", holder=ana)
    (second,) = offered(version, "Carla")
    done = do(client, "reassign", first, second, to=str(bruno.pk))

    take_back(client, done)

    statuses(first, second)
    assert (first.holder, second.holder) == (ana, None)


def test_what_somebody_went_on_with_is_left(client: Client, version: AgreementVersion) -> None:
    sign_in(client, version, "sales")
    bruno = make_rep("Bruno", version.agreement)
    first, second = offered(version, "Paulo", "Carla")
    done = do(client, "reassign", first, second, to=str(bruno.pk))
    handoffs.accept(handoff=first, by=bruno, now=NOW + timedelta(minutes=1))

    text = text_of(take_back(client, done))

    assert "1 lead is as it was" in text
    assert "Not taken back Paulo Something was done since" in text
    statuses(first, second)
    assert (first.holder, second.holder) == (bruno, None)


def test_a_lead_that_was_offered_anew_is_left_with_its_new_handoff(
    client: Client, version: AgreementVersion
) -> None:
    sign_in(client, version, "marketing")
    first, second = offered(version, "Paulo", "Carla")
    done = do(client, "withdraw", first, second)
    julia = make_user("Julia", team=version.agreement.marketing_team)
    later = NOW + timedelta(minutes=1)
    anew = handoffs.offer(
        lead=first.lead, agreement=version.agreement, by=julia, now=later, note="Asked again."
    )
    handoffs.accept(handoff=anew, by=make_rep("Ana", version.agreement), now=later)

    text = text_of(take_back(client, done))

    assert "Taken back: 1 lead is as it was." in text
    assert "Not taken back Paulo The lead was offered anew since: go on with that handoff." in text
    assert statuses(first, anew, second) == ["withdrawn", "accepted", "offered"]


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("withdrawn", "and that offer was withdrawn: it can only be offered again."),
        ("rejected", "and that handoff is closed: look at the lead's page."),
    ],
)
def test_a_lead_whose_new_handoff_ended_is_left_and_that_is_said(
    client: Client, version: AgreementVersion, ended: str, said: str
) -> None:
    julia = sign_in(client, version, "marketing")
    (paulo,) = offered(version, "Paulo")
    done = do(client, "withdraw", paulo)
    later = NOW + timedelta(minutes=1)
    anew = handoffs.offer(
        lead=paulo.lead, agreement=version.agreement, by=julia, now=later, note="Asked again."
    )
    if ended == "withdrawn":
        handoffs.withdraw(handoff=anew, by=julia, now=later)
    else:
        ana = make_rep("Ana", version.agreement)
        handoffs.reject(handoff=anew, reason="wrong_data", by=ana, now=later)

    text = text_of(take_back(client, done))

    assert f"Not taken back Paulo The lead was offered anew since, {said}" in text
    assert statuses(paulo, anew) == ["withdrawn", ended]


def test_it_is_taken_back_for_ten_minutes_by_who_did_it(
    client: Client, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    rafael = sign_in(client, version, "sales")
    (paulo,) = offered(version, "Paulo", holder=make_rep("Ana", version.agreement))
    done = do(client, "reassign", paulo, to="queue")
    sign_in(client, version, "marketing")
    assert take_back(client, done).status_code == 404
    client.force_login(rafael)
    stop_time(monkeypatch, NOW + timedelta(minutes=11))
    assert "Too late to take all of it back" in text_of(take_back(client, done))
    statuses(paulo)
    assert paulo.holder is None
    Membership.objects.filter(user=rafael).update(role="member")
    assert take_back(client, done).status_code == 403
