"""What calls tell are facts like any other: told now or later, in any order, in the same state."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from agreements.models import AgreementVersion
from leads.calls import deliveries
from leads.models import Clock, Delivery
from leads.rebuild import rebuild
from tests.calls import Caller
from tests.factories import make_rep, make_user, make_version
from tests.leads.pages import NOW, stop_time
from tests.leads.state import state

pytestmark = pytest.mark.django_db

ANA = {"on_behalf_of": "ana@example.com"}
HANDOFFS = "/agreements/acme/handoffs/"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Caller:
    version: AgreementVersion = make_version()
    make_rep("Ana", version.agreement)
    stop_time(monkeypatch)
    return Caller(make_user("CRM", team=version.agreement.sales_team, role="integration"))


def deed(event: str, number: int, minute: int, **more: Any) -> dict[str, Any]:
    at = f"2026-09-08T12:{minute:02}:00Z"
    return {
        "event": event, "source": "crm", "external_id": f"E{number}", "occurred_at": at, **more,
    }  # fmt: skip


def tell_all(crm: Caller) -> None:
    """Tell of a lead from its first stage to the call that ends the matter."""
    told = {
        "attributes": {"name": "Paulo"},
        "occurred_at": "2026-09-08T12:00:00Z",
        "stages": [{"stage": "mql", "occurred_at": "2026-09-08T12:01:00Z"}],
    }
    offer = {
        "source": "crm", "external_id": "H1", "lead": {"source": "crm", "external_id": "L1"},
        "occurred_at": "2026-09-08T12:02:00Z",
    }  # fmt: skip
    touch = {
        "source": "crm", "external_id": "C1", "lead": {"source": "crm", "external_id": "L1"},
        "channel": "call", "outcome": "no_answer", "occurred_at": "2026-09-08T12:20:00Z", **ANA,
    }  # fmt: skip
    assert crm.put("/leads/crm/L1/", told).status_code in {200, 201}
    assert crm.post(HANDOFFS, offer).status_code in {200, 201}
    events = f"{HANDOFFS}crm/H1/events/"
    to_ana = deed("assigned", 1, 4, to="ana@example.com")
    if not Clock.objects.filter(kind="first_follow_up").exists():
        assert crm.post(events, to_ana).status_code == 201
    assert crm.post(events, deed("accepted", 2, 10, **ANA)).status_code in {200, 201}
    assert crm.post("/agreements/acme/follow-ups/", touch).status_code in {200, 201}


def test_a_rebuild_finds_nothing_to_write(crm: Caller) -> None:
    tell_all(crm)
    assert Clock.objects.get(clause_key="S2").stopped_at is not None
    assert rebuild(now=NOW) == 0


def test_telling_it_all_again_changes_nothing(crm: Caller) -> None:
    tell_all(crm)
    before = state()
    tell_all(crm)
    assert state() == before


def test_in_whatever_order_and_however_often_calls_are_taken_in(crm: Caller) -> None:
    rows: list[dict[str, Any]] = []
    for number in range(12):
        at = {"occurred_at": f"2026-09-08T12:{number:02}:00Z"}
        lead = {"source": "crm", "external_id": f"L{number % 3}"}
        stage = {"stage": "mql", "external_id": f"S{number % 4}-{number % 3}", **at}
        revised = {"revised_at": f"2026-09-08T12:{number + 30}:00Z"}
        rows.append(lead | at | {"attributes": {"size": number}, "stages": [stage | revised]})
    states = []
    for seed in range(4):
        with transaction.atomic():
            take_in(rows, random.Random(seed), crm)
            states.append(state())
            assert rebuild(now=LATER) == 0
            transaction.set_rollback(True)
    assert all(each == states[0] for each in states)
    assert states[0]["lead"].startswith("3 rows")


def take_in(rows: list[dict[str, Any]], chance: random.Random, crm: Caller) -> None:
    """Tell the rows, some of them twice, and take the calls in, each in an order of its own."""
    chance.shuffle(rows)
    for row in [*rows, *rows[:5]]:
        told = {name: row[name] for name in row if name not in ("source", "external_id")}
        crm.put(f"/leads/crm/{row['external_id']}/", told, prefer="respond-async")
    pks = list(Delivery.objects.values_list("pk", flat=True))
    chance.shuffle(pks)
    assert all(deliveries.process(pk, now=LATER) for pk in pks)
    assert not Delivery.objects.exclude(error="").exists()
