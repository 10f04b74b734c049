"""What waits in the team's queue: a rep takes it by a deed, or with the first follow-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from leads.actions.assignments import reassign
from leads.models import Clock, FollowUp, Handoff, HandoffEvent
from leads.rebuild import rebuild
from tests.factories import make_rep, make_user
from tests.leads.assignment.assigning import offered
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

CALLED = {"log-channel": "call", "log-outcome": "no_answer"}
SWAP = {"HX-Request": "true", "HX-Target": "panel"}
OFFERED = NOW - timedelta(minutes=22)


@pytest.fixture
def put_back(version: AgreementVersion, ana: User) -> Handoff:
    """Bruno accepted it at once; the sales lead put it into the team's queue ten minutes ago."""
    bruno = make_rep("Bruno", version.agreement)
    handoff = offer(version, "Paulo", OFFERED, holder=bruno)
    handoffs.accept(handoff=handoff, by=bruno, now=OFFERED)
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    when = NOW - timedelta(minutes=10)
    reassign(handoff=handoff, holder=None, seen_holder_id=bruno.pk, by=rafael, now=when)
    return handoff


@pytest.fixture
def waiting(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to the team, and accepted by nobody yet."""
    return offer(version, "Paulo", OFFERED)


def url(deed: str, handoff: Handoff) -> str:
    return reverse(f"leads:{deed}", kwargs={"slug": "acme", "pk": handoff.pk})


def panel(client: Client, handoff: Handoff) -> Any:
    return client.get(f"{url('panel', handoff)}?view=team", headers=SWAP)


def test_it_works(client: Client, put_back: Handoff, ana: User) -> None:
    page = panel(client, put_back)
    assert "Take a" in text_of(page)
    assert f'action="{url("take", put_back)}"' in page.content.decode()

    told = {"back": f"{url('panel', put_back)}?view=team&after={put_back.pk}"}
    after = text_of(client.post(url("take", put_back), told, headers=SWAP, follow=True))

    put_back.refresh_from_db()
    assert (put_back.status, put_back.holder) == ("accepted", ana)
    assert "Took Paulo from the team's queue." in after
    assert "Taken it is yours now Paulo" in after
    assert "Take a" not in text_of(panel(client, put_back))
    assert rebuild(now=NOW) == 0


def test_the_time_of_each_stays_theirs(
    client: Client, put_back: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_at = put_back.clocks.get(clause_key="S2").due_at
    client.post(url("take", put_back))
    stop_time(monkeypatch, NOW + timedelta(minutes=5))
    client.post(url("log", put_back), CALLED)
    page = client.get(f"/agreements/acme/leads/{put_back.lead_id}/?clock=S2.0")
    text = text_of(page)
    assert Clock.objects.get(handoff=put_back, clause_key="S2").due_at == due_at
    for share in ("Bruno 12 min", "Queue of Acme sales 10 min", "Ana 5 min"):
        assert share in text


@pytest.mark.parametrize("outcome", ["no_answer", "conversation"])
@pytest.mark.parametrize("kind", ["put_back", "waiting"])
def test_the_first_follow_up_takes_it(
    client: Client, request: pytest.FixtureRequest, ana: User, kind: str, outcome: str
) -> None:
    handoff: Handoff = request.getfixturevalue(kind)
    told = CALLED | {"log-outcome": outcome}
    assert "The handoff is yours by it." in text_of(client.get(url("foreseen", handoff), told))

    text = text_of(client.post(url("log", handoff), told, follow=True))

    handoff.refresh_from_db()
    assert handoff.holder == ana
    assert "Paulo. It is yours now." in text
    assert "yours" not in text_of(client.get(url("foreseen", handoff), told))
    assert rebuild(now=NOW) == 0


def test_what_is_met_at_once_is_not_told_to_have_begun(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    """It was offered, and nobody assigned it: its clocks begin with the follow-up that takes it."""
    handoff = offered(version.agreement, "Paulo", OFFERED)
    text = text_of(client.post(url("log", handoff), CALLED, follow=True))
    assert "First follow-up met, 0 min of 4 h used." in text
    assert "First follow-up began" not in text
    assert "Persistence began, due" in text


def test_undoing_the_follow_up_gives_it_back(client: Client, put_back: Handoff) -> None:
    client.post(url("log", put_back), CALLED)
    name = FollowUp.objects.get().external_id
    client.post(url("undo", put_back), {"name": name})
    put_back.refresh_from_db()
    assert put_back.holder is None
    assert not FollowUp.objects.holding().exists()
    client.post(url("take", put_back))
    name = HandoffEvent.objects.filter(kind="assigned").latest("pk").external_id
    client.post(url("undo", put_back), {"name": name})
    put_back.refresh_from_db()
    assert put_back.holder is None


def test_the_second_is_told_who_was_first(client: Client, put_back: Handoff) -> None:
    carla = make_rep("Carla", put_back.agreement)
    handoffs.take(handoff=put_back, by=carla, now=NOW)
    said = "Carla was first and holds this handoff now."
    assert said in text_of(client.post(url("take", put_back), follow=True))
    assert said in text_of(client.post(url("log", put_back), CALLED))


def test_taken_twice_by_oneself_it_is_taken_once(client: Client, put_back: Handoff) -> None:
    client.post(url("take", put_back))
    text = text_of(client.post(url("take", put_back), follow=True))
    assert "Paulo is yours already." in text
    assert HandoffEvent.objects.filter(kind="assigned").count() == 3


def test_who_is_not_of_the_sales_team_takes_nothing(client: Client, put_back: Handoff) -> None:
    admin = make_user("Adela", is_admin=True)
    client.force_login(admin)
    assert "Take a" not in text_of(panel(client, put_back))
    assert client.post(url("take", put_back)).status_code == 403
    client.post(url("log", put_back), CALLED)
    put_back.refresh_from_db()
    assert put_back.holder is None


def test_what_waits_for_its_acceptance_is_taken_by_that(client: Client, waiting: Handoff) -> None:
    text = text_of(panel(client, waiting))
    assert "Accept a" in text
    assert "Take a" not in text
