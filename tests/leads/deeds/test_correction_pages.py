"""Correcting what was told, and saying that it did not happen."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import follow_ups, handoffs, merges
from leads.ingest import ingest
from leads.models import FollowUp, Handoff, HandoffEvent
from tests.factories import Teller, make_rep, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
AS_IT_WAS = {
    "correct-channel": "call",
    "correct-outcome": "conversation",
    "correct-occurred_at": "2026-09-08T10:00",
    "correct-note": "We spoke.",
    "correct-reason": "Wrong button.",
}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


@pytest.fixture
def touch(handoff: Handoff, ana: User, monkeypatch: pytest.MonkeyPatch) -> FollowUp:
    """Logged by Ana at some second of this minute; an hour later somebody looks at it."""
    at = NOW + timedelta(seconds=7)
    touch = follow_ups.log(
        handoff=handoff, channel="call", outcome="no_answer", occurred_at=at, by=ana, now=at
    )
    stop_time(monkeypatch, LATER)
    return touch


def page(touch: FollowUp) -> str:
    return f"/agreements/acme/follow-ups/{touch.pk}/"


def lead_page(client: Client, handoff: Handoff) -> str:
    return text_of(client.get(f"/agreements/acme/leads/{handoff.lead_id}/"))


def test_it_works(client: Client, handoff: Handoff, touch: FollowUp) -> None:
    assert "As it was told Ana called: no answer" in text_of(client.get(page(touch)))

    response = client.post(page(touch), AS_IT_WAS)

    assert response.headers["Location"].endswith(f"?handoff={handoff.pk}")
    text = lead_page(client, handoff)
    assert "Ana called: conversation" in text
    assert "Ana corrected it Tue 8 Sep 11:00: “Wrong button.”" in text
    assert "Before: Call, no answer, Tue 8 Sep 10:00" in text
    handoff.refresh_from_db()
    assert handoff.status == "accepted"
    assert FollowUp.objects.get(is_current=True).occurred_at == touch.occurred_at


def test_what_was_told_on_the_spot_is_not_back_dated_by_a_correction(
    client: Client, handoff: Handoff, touch: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(page(touch), AS_IT_WAS)
    assert "Back-dated" not in lead_page(client, handoff)
    corrected = FollowUp.objects.get(is_current=True)
    assert "Back-dated" not in text_of(client.get(page(corrected)))

    stop_time(monkeypatch, LATER + timedelta(minutes=1))
    moved = AS_IT_WAS | {"correct-occurred_at": "2026-09-08T09:50"}
    assert client.post(page(corrected), moved).status_code == 303
    late = "Back-dated: typed in Tue 8 Sep 11:01, 1 h 11 later by the calendar."
    assert late in lead_page(client, handoff)
    assert late in text_of(client.get(page(FollowUp.objects.get(is_current=True))))


@pytest.mark.parametrize("was_offered", [False, True])
def test_it_leads_back_to_what_goes_on_of_merged_leads(
    client: Client, handoff: Handoff, ana: User, version: AgreementVersion, *, was_offered: bool
) -> None:
    """Told under the name that is kept; what goes on was offered under the other one."""
    kept = Teller("Paul")
    told = [kept.stage("mql", NOW), kept.follow_up("conversation", NOW)]
    if was_offered:
        told.append(kept.event("offered", NOW - timedelta(minutes=5)))
    ingest(agreement=version.agreement, facts=told, by=None, now=NOW)
    touch = FollowUp.objects.get()
    FollowUp.objects.update(person=ana, recorded_by=ana)
    merges.merge(kept=touch.lead, merged=handoff.lead, by=ana, now=NOW)

    response = client.post(page(touch), AS_IT_WAS | {"correct-note": "It was Monday."})

    assert response.headers["Location"].endswith(f"/{touch.lead_id}/?handoff={handoff.pk}")


def test_it_did_not_happen(client: Client, handoff: Handoff, touch: FollowUp) -> None:
    told = {"retract": "yes", "retract-reason": "It was another lead."}
    assert client.post(page(touch), told).status_code == 303
    text = lead_page(client, handoff)
    assert "Ana called: no answer" in text
    assert "Ana took it back Tue 8 Sep 11:00: “It was another lead.”" in text
    assert client.get(page(touch)).status_code == 404


def test_it_refuses_beside_the_field(client: Client, touch: FollowUp) -> None:
    response = client.post(page(touch), AS_IT_WAS | {"correct-reason": ""})
    assert response.status_code == 422
    assert "Say why: the correction stays beside what was told." in text_of(response)
    same = AS_IT_WAS | {"correct-outcome": "no_answer", "correct-note": ""}
    assert "Nothing differs" in text_of(client.post(page(touch), same))
    response = client.post(page(touch), {"retract": "yes"})
    assert (response.status_code, FollowUp.objects.count()) == (422, 1)


def test_an_event_is_taken_back(client: Client, handoff: Handoff, ana: User) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    event = HandoffEvent.objects.get(kind="accepted")
    url = f"/agreements/acme/handoff-events/{event.pk}/"
    assert "Ana accepted the handoff" in text_of(client.get(url))
    assert client.post(url, {"retract-reason": ""}).status_code == 422

    client.post(url, {"retract-reason": "Wrong lead."})

    handoff.refresh_from_db()
    assert handoff.status == "offered"
    assert "Ana took it back" in lead_page(client, handoff)


def test_an_offer_is_not_corrected(client: Client, handoff: Handoff) -> None:
    offer = HandoffEvent.objects.get(kind="offered")
    assert client.get(f"/agreements/acme/handoff-events/{offer.pk}/").status_code == 404


def test_who_may(client: Client, handoff: Handoff, touch: FollowUp) -> None:
    assert page(touch) in _lead_html(client, handoff)
    client.force_login(make_user("Rafael", team=handoff.agreement.sales_team, role="lead"))
    assert page(touch) in _lead_html(client, handoff)
    client.force_login(make_user("Rui", is_director=True))
    assert page(touch) not in _lead_html(client, handoff)
    assert client.get(page(touch)).status_code == 403
    client.force_login(make_rep("Bruno", handoff.agreement))
    assert client.get(page(touch)).status_code == 404


def _lead_html(client: Client, handoff: Handoff) -> str:
    return client.get(f"/agreements/acme/leads/{handoff.lead_id}/").content.decode()


def said_after(client: Client, touch: FollowUp, told: dict[str, str]) -> str:
    """What the page that one comes back to says was done."""
    response = client.post(page(touch), told, follow=True)
    (message,) = response.context["messages"]
    return " ".join(str(message).split())


def test_it_says_what_it_did_to_the_clocks(
    client: Client, touch: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = "Corrected. What was told before stays beside it."
    assert said_after(client, touch, AS_IT_WAS) == (
        f"{beside} Acceptance met, 22 min of 4 h used. Persistence met, before working day 1 of 10."
    )

    stop_time(monkeypatch, LATER + timedelta(minutes=1))
    corrected = FollowUp.objects.get(is_current=True)
    noted = AS_IT_WAS | {"correct-note": "We spoke of prices."}
    assert said_after(client, corrected, noted) == f"{beside} No clock changed by it."

    stop_time(monkeypatch, LATER + timedelta(minutes=2))
    corrected = FollowUp.objects.get(is_current=True)
    undone = AS_IT_WAS | {"correct-outcome": "no_answer"}
    assert said_after(client, corrected, undone) == (
        f"{beside} Acceptance is open again, due Tue 8 Sep 14:38. "
        "Persistence is open again, due Tue 22 Sep 18:00. "
        "Next attempt suggested Thu 14:30, by e-mail."
    )


def test_it_says_which_clocks_are_open_again(client: Client, touch: FollowUp) -> None:
    told = {"retract": "yes", "retract-reason": "It was another lead."}
    assert said_after(client, touch, told) == (
        "Taken back. It stays in the timeline, with your reason. First follow-up is open again, "
        "due Tue 8 Sep 14:38. Persistence counts 0 of 6 attempts now."
    )


def test_it_says_why_it_counts_no_more(
    client: Client, touch: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, NOW + timedelta(days=10))
    moved = AS_IT_WAS | {"correct-outcome": "no_answer", "correct-occurred_at": "2026-09-08T09:50"}
    assert said_after(client, touch, moved).startswith(
        "Corrected. What was told before stays beside it. "
        "It was typed in later than the terms allow, so it counts for no clock. "
        "First follow-up is open again, due Tue 8 Sep 14:38. "
        "Persistence counts 0 of 6 attempts now."
    )


def test_it_says_what_it_did_to_the_clocks_of_two_handoffs(
    client: Client, handoff: Handoff, touch: FollowUp, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is moved past another offer counts for that one."""
    boss = make_user("Boss", team=handoff.agreement.sales_team, role="lead")
    handoffs.withdraw(handoff=handoff, by=boss, now=LATER)
    again = handoffs.offer(lead=handoff.lead, agreement=handoff.agreement, by=boss, now=LATER)
    handoffs.assign(handoff=again, holder=ana, by=boss, now=LATER)
    stop_time(monkeypatch, LATER + timedelta(minutes=30))
    moved = AS_IT_WAS | {"correct-outcome": "no_answer", "correct-occurred_at": "2026-09-08T11:20"}
    assert said_after(client, touch, moved) == (
        "Corrected. What was told before stays beside it. "
        "First follow-up ended without a verdict. First follow-up met, 20 min of 4 h used. "
        "Persistence: attempt 1 of 6. Next attempt suggested Thu 14:30, by e-mail."
    )


def test_an_event_that_is_taken_back_says_what_it_did(
    client: Client, handoff: Handoff, ana: User
) -> None:
    handoffs.accept(handoff=handoff, by=ana, now=NOW)
    event = HandoffEvent.objects.get(kind="accepted")
    url = f"/agreements/acme/handoff-events/{event.pk}/"
    response = client.post(url, {"retract-reason": "Wrong lead."}, follow=True)
    (message,) = response.context["messages"]
    assert str(message) == (
        "Taken back. It stays in the timeline, with your reason. "
        "Acceptance is open again, due Tue 8 Sep 14:38."
    )


def test_an_undo_that_is_refused_is_offered_no_more_and_leads_on(
    client: Client, handoff: Handoff, rafael: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be refused again; where the lead was offered anew, that is where to go on."""
    page = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"
    url = f"/agreements/acme/handoffs/{handoff.pk}"
    client.post(f"{url}/reject/", {"reject-reason": "wrong_data"})
    name = client.get(page).context["undoable"].name
    stop_time(monkeypatch, NOW + timedelta(seconds=1))
    anew = handoffs.offer(
        lead=handoff.lead, agreement=handoff.agreement, by=rafael, now=NOW + timedelta(seconds=1)
    )

    refused = client.post(f"{url}/undo/", {"name": name}, follow=True)

    said = "The lead was offered anew since: go on with that handoff."
    assert f'{said} <a href="{anew.get_absolute_url()}">Paulo</a>' in refused.content.decode()
    assert client.get(page).context["undoable"] is None


def test_a_stale_undo_leaves_the_later_deed_to_be_taken_back(
    client: Client, handoff: Handoff, version: AgreementVersion, rafael: User
) -> None:
    """Pressed in another tab, about what was done before."""
    other = offer(version, "Carla", NOW, holder=rafael)
    first, second = (f"/agreements/acme/handoffs/{each.pk}" for each in (handoff, other))
    client.post(f"{first}/accept/")
    page = f"/agreements/acme/leads/{handoff.lead_id}/"
    name = client.get(page).context["undoable"].name
    client.post(f"{second}/accept/")

    client.post(f"{first}/undo/", {"name": name})

    handoff.refresh_from_db()
    assert handoff.status == "offered"
    assert client.get(page).context["undoable"].handoff_id == other.pk
