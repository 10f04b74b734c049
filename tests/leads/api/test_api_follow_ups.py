"""Following up by call."""

from datetime import timedelta
from typing import Any

import pytest

from agreements.models import AgreementVersion, Audit, User
from leads.models import Clock, FollowUp, Handoff
from tests.calls import CALLED, Caller, errors
from tests.leads.pages import NOW, offer, stop_time

pytestmark = pytest.mark.django_db

HANDOFFS = "/agreements/acme/handoffs/"
FOLLOW_UPS = "/agreements/acme/follow-ups/"


def test_follow_up_works(crm: Caller, handoff: Handoff, ana: User) -> None:
    told = CALLED | {
        "on_behalf_of": "ana@example.com",
        "occurred_at": "2026-09-08T09:50:00-03:00",
        "note": "Rang twice.",
        "next_step": "Call again",
        "next_step_date": "2026-09-09",
    }

    response = crm.post(FOLLOW_UPS, told)

    assert response.status_code == 201
    touch = FollowUp.objects.get()
    assert (touch.person, touch.recorded_by, touch.evidence) == (ana, crm.user, "system")
    assert (touch.direction, touch.next_step) == ("outbound", "Call again")
    shown = response.json()
    assert shown["occurred_at"] == "2026-09-08T12:50:00+00:00"
    assert shown["person"] == {"name": "Ana", "email": "ana@example.com"}
    assert shown["next_step_date"] == "2026-09-09"
    assert Clock.objects.get(clause_key="S2").stopped_at == NOW - timedelta(minutes=10)
    assert Audit.objects.get(action="leads.follow_up.logged").actor_name == "CRM"
    assert crm.post(FOLLOW_UPS, told).status_code == 200
    assert FollowUp.objects.count() == 1


def test_an_undated_follow_up_again_stays_where_it_was(
    crm: Caller, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = CALLED | {"on_behalf_of": "ana@example.com"}
    crm.post(FOLLOW_UPS, told)
    stop_time(monkeypatch, NOW + timedelta(hours=1))
    assert crm.post(FOLLOW_UPS, told).status_code == 200
    assert FollowUp.objects.get().occurred_at == NOW


def test_a_follow_up_can_be_taken_back(
    crm: Caller, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = CALLED | {"on_behalf_of": "ana@example.com", "occurred_at": "2026-09-08T12:50:00Z"}
    crm.post(FOLLOW_UPS, told)
    stop_time(monkeypatch, NOW + timedelta(minutes=1))
    assert crm.post(FOLLOW_UPS, told | {"retracted": True}).status_code == 200
    assert not FollowUp.objects.holding().exists()
    assert Clock.objects.get(clause_key="S2").stopped_at is None


def test_what_a_machine_sent_is_nobodys_and_stops_no_clock(crm: Caller, handoff: Handoff) -> None:
    told = CALLED | {"channel": "email", "outcome": "sent", "automated": True}
    response = crm.post(FOLLOW_UPS, told)
    assert response.status_code == 201
    assert response.json()["person"] is None
    assert Clock.objects.get(clause_key="S2").stopped_at is None


def test_a_person_logs_by_hand(handoff: Handoff, ana: User) -> None:
    caller = Caller(ana)
    response = caller.post(FOLLOW_UPS, CALLED | {"outcome": "inbound_reply"})
    assert response.status_code == 201
    assert (response.json()["evidence"], response.json()["direction"]) == ("by_hand", "inbound")
    refused = caller.post(FOLLOW_UPS, CALLED | {"external_id": "C2", "evidence": "system"})
    assert "say by_hand" in errors(refused)["evidence"]


def test_an_id_names_one_follow_up(
    crm: Caller, handoff: Handoff, version: AgreementVersion
) -> None:
    offer(version, "Carla", NOW - timedelta(minutes=22))
    told = CALLED | {"on_behalf_of": "ana@example.com"}
    crm.post(FOLLOW_UPS, told)
    response = crm.post(FOLLOW_UPS, told | {"lead": {"source": "crm", "external_id": "Carla"}})
    assert response.status_code == 409
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"outcome": "danced"}, "outcome"),
        ({"occurred_at": "2026-09-08T13:00:01Z"}, "occurred_at"),
        ({"lead": {"source": "crm", "external_id": "Nobody"}}, "lead"),
        ({"lead": "Paulo"}, "lead"),
        ({"next_step_date": "tomorrow"}, "next_step_date"),
        ({"source": "portal"}, "source"),
        ({"note": "\0"}, "note"),
    ],
)
def test_follow_ups_are_refused_field_by_field(
    crm: Caller, handoff: Handoff, changes: dict[str, Any], field: str
) -> None:
    told = CALLED | {"on_behalf_of": "ana@example.com"} | changes
    response = crm.post(FOLLOW_UPS, told)
    assert response.status_code == 422
    assert field in errors(response)
    assert not FollowUp.objects.exists()
