"""Calls that are answered before they are taken in: nothing is lost, nothing is done twice."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads import tasks
from leads.calls import deliveries
from leads.ingest import Ingested
from leads.models import Delivery, Lead, LeadChange, LeadIdentity
from tests.at_once import run_together
from tests.calls import Caller
from tests.factories import make_user, make_version
from tests.leads.pages import NOW, stop_time

pytestmark = pytest.mark.django_db

LATER = {"prefer": "respond-async"}
TOLD = {"attributes": {"name": "Paulo"}}
ADDRESS = "/leads/hubspot/L1/"


@pytest.fixture
def hubspot(version: AgreementVersion) -> Caller:
    team = version.agreement.marketing_team
    return Caller(make_user("HubSpot", team=team, role="integration", language="pt-br"))


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Catch what is asked of the worker, which the test then does itself."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(
        tasks.process_delivery, "apply_async", lambda kwargs, **_: found.append(kwargs)
    )
    return iter([found])


def sent(hubspot: Caller, told: Any = TOLD, path: str = ADDRESS) -> Any:
    return hubspot.put(path, told, **LATER)


@pytest.mark.django_db(transaction=True)
def test_it_works(hubspot: Caller, asked_for: Iterator[list[dict[str, Any]]]) -> None:
    response = sent(hubspot)

    delivery = Delivery.objects.get()
    assert response.status_code == 202
    assert response.headers["Location"] == f"http://testserver/api/v1/deliveries/{delivery.pk}/"
    assert response.headers["Preference-Applied"] == "respond-async"
    assert response.json()["status"] == "waiting"
    assert not Lead.objects.exists()

    assert next(asked_for) == [{"pk": delivery.pk}]
    tasks.process_delivery(pk=delivery.pk)

    state = hubspot.client.get(response.headers["Location"]).json()
    assert (state["id"], state["status"]) == (delivery.pk, "taken")
    assert state["answer"]["facts"] == {"new": 1, "revised": 0, "repeated": 0, "new_leads": 1}
    assert LeadChange.objects.get().delivery == delivery


@pytest.mark.parametrize(
    "header", ["Respond-Async", "wait=10, respond-async", "respond-async; a=b"]
)
def test_the_preference_is_read_as_it_is_written(hubspot: Caller, header: str) -> None:
    assert hubspot.put(ADDRESS, TOLD, prefer=header).status_code == 202


def test_another_preference_changes_nothing(hubspot: Caller) -> None:
    response = hubspot.put(ADDRESS, TOLD, prefer="return=minimal, respond-asynchronously")
    assert response.status_code == 201
    assert "Preference-Applied" not in response.headers


def test_many_are_taken_in_later_too(hubspot: Caller) -> None:
    rows = [TOLD | {"source": "hubspot", "external_id": "L1"}, {"source": "hubspot"}]
    response = hubspot.post("/leads/", {"leads": rows}, **LATER)
    assert deliveries.process(response.json()["id"], now=NOW)
    answer = hubspot.client.get(response.headers["Location"]).json()["answer"]
    assert (answer["taken"], answer["rejected"]) == (1, 1)


def test_a_refusal_is_kept_in_the_language_of_who_called(hubspot: Caller) -> None:
    address = sent(hubspot, {"stages": [{}]}).headers["Location"]
    assert deliveries.process(Delivery.objects.get().pk, now=NOW)
    state = hubspot.client.get(address).json()
    assert state["status"] == "refused"
    assert state["problem"]["status"] == 422
    assert state["problem"]["errors"][0]["field"] == "stages.0.stage"
    assert "answer" not in state


def test_what_was_told_later_counts_from_when_it_came(hubspot: Caller) -> None:
    sent(hubspot)
    late = NOW + timedelta(hours=3)
    assert deliveries.process_waiting(now=late) == 1
    change = LeadChange.objects.get()
    assert (change.occurred_at, change.recorded_at) == (NOW, NOW)
    assert Delivery.objects.get().processed_at == late


def test_a_call_is_left_alone_while_it_is_being_answered(hubspot: Caller) -> None:
    sent(hubspot)
    assert deliveries.process_waiting(now=NOW + timedelta(seconds=59)) == 0
    assert deliveries.process_waiting(now=NOW + timedelta(seconds=61)) == 1
    assert deliveries.process_waiting(now=NOW + timedelta(seconds=61)) == 0


def test_beat_and_the_command_do_the_same(hubspot: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, do in (("L1", tasks.process_deliveries), ("L2", partial(command))):
        stop_time(monkeypatch)
        sent(hubspot, path=f"/leads/hubspot/{name}/")
        stop_time(monkeypatch, NOW + timedelta(minutes=2))
        do()
        assert Lead.objects.filter(identities__external_id=name).exists()


def command(*args: str) -> str:
    out = StringIO()
    call_command("process_deliveries", *args, stdout=out)
    return out.getvalue()


def test_a_refused_one_is_taken_in_again(hubspot: Caller, version: AgreementVersion) -> None:
    hubspot.put(ADDRESS, TOLD | {"agreement": "later"})
    pk = str(Delivery.objects.get().pk)
    assert "Refused again" in command("--again", pk)

    team = version.agreement.marketing_team
    later = make_version(slug="later").agreement
    later.marketing_team = team
    later.save()

    assert command("--again", pk) == "Taken in.\n"
    assert Lead.objects.get().name == "Paulo"
    assert Delivery.objects.get().error == ""
    with pytest.raises(CommandError, match="There is no call"):
        command("--again", pk)


def test_an_accident_is_kept_without_what_it_was(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("leads.calls.takings.take_lead", broken)
    hubspot.client.raise_request_exception = False

    assert hubspot.put(ADDRESS, TOLD).status_code == 500
    sent(hubspot)
    deliveries.process_waiting(now=NOW + timedelta(minutes=2))

    for delivery in Delivery.objects.all():
        assert delivery.processed_at is not None
        assert "secret" not in delivery.error
        assert delivery.error
    assert "a secret" in caplog.text


def broken(*_: object) -> None:
    raise RuntimeError("a secret")


def away(*_: object) -> None:
    raise OperationalError("the database is away")


def test_what_the_database_broke_off_waits_for_the_next_beat(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("leads.calls.takings.take_lead", away)
        hubspot.client.raise_request_exception = False
        assert hubspot.put(ADDRESS, TOLD).status_code == 500
        assert deliveries.process_waiting(now=NOW + timedelta(minutes=2)) == 0
    assert deliveries.process_waiting(now=NOW + timedelta(minutes=2)) == 1
    assert Lead.objects.get().name == "Paulo"


def refused(*_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_what_the_database_refuses_is_not_tried_for_ever(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(hubspot)
    monkeypatch.setattr("leads.calls.takings.take_lead", refused)
    assert deliveries.process_waiting(now=NOW + timedelta(minutes=2)) == 1
    delivery = Delivery.objects.get()
    assert delivery.processed_at is not None
    assert "division" not in delivery.error


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_at_the_commit_is_not_tried_for_ever(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(*_: object) -> Ingested:
        LeadIdentity.objects.create(lead_id=10**9, source="hubspot", external_id="nobody")
        return Ingested()

    sent(hubspot)
    monkeypatch.setattr("leads.calls.takings.take_lead", kept)
    assert deliveries.process_waiting(now=NOW + timedelta(minutes=2)) == 1
    assert Delivery.objects.get().error
    assert not LeadIdentity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_was_killed_half_way_is_repeated(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(hubspot)
    pk = Delivery.objects.get().pk

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("leads.calls.deliveries._finish", killed)
        with pytest.raises(Killed):
            deliveries.process(pk, now=NOW)
    assert not Lead.objects.exists()
    assert deliveries.process(pk, now=NOW)
    assert (Lead.objects.count(), LeadChange.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_each_call_in_once(hubspot: Caller) -> None:
    for number in range(10):
        sent(hubspot, path=f"/leads/hubspot/L{number % 5}/")
    found: list[int] = []
    later = NOW + timedelta(minutes=2)
    work = [lambda: found.append(deliveries.process_waiting(now=later))] * 3

    assert run_together(*work) == []

    assert sum(found) == 10
    assert Lead.objects.count() == 5
    assert not Delivery.objects.filter(processed_at=None).exists()
    assert LeadChange.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_only_time(
    hubspot: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.process_delivery, "apply_async", refuse)
    assert sent(hubspot).status_code == 202
    assert deliveries.process_waiting(now=NOW + timedelta(minutes=2)) == 1


@pytest.mark.parametrize(
    ("fields", "status"), [({"is_admin": True}, 200), ({"is_director": True}, 404), ({}, 404)]
)
def test_a_delivery_is_for_who_sent_it(
    hubspot: Caller, fields: dict[str, Any], status: int
) -> None:
    address = sent(hubspot).headers["Location"]
    assert Caller(make_user("Eva", **fields)).client.get(address).status_code == status


def test_a_delivery_of_somebody_who_is_gone_is_refused(hubspot: Caller) -> None:
    sent(hubspot)
    User.objects.filter(pk=hubspot.user.pk).delete()
    assert deliveries.process_waiting(now=timezone.now() + timedelta(minutes=2)) == 1
    assert "no longer known" in Delivery.objects.get().error
