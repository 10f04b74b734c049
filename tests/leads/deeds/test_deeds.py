"""Accepting, rejecting and logging a follow-up: what each does, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, Audit, User
from leads.ingest import ingest
from leads.models import Clock, FollowUp, Handoff, HandoffEvent
from tests.factories import Teller, local, make_version
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

CALLED = {"log-channel": "call", "log-outcome": "no_answer"}
REASON = {"reject-reason": "wrong_data", "reject-note": "No such company."}
FORMS = {"accept": {}, "reject": REASON, "log": CALLED}


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago."""
    return offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)


def url(deed: str, handoff: Handoff) -> str:
    return reverse(f"leads:{deed}", kwargs={"slug": "acme", "pk": handoff.pk})


def test_accept_works(client: Client, handoff: Handoff, ana: User) -> None:
    response = client.post(url("accept", handoff))

    page = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}"
    assert (response.status_code, response.headers["Location"]) == (303, page)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.decided_at) == ("accepted", NOW)
    assert "Accepted Paulo. Acceptance met, 22 min of 4 h used." in text_of(client.get(page))
    assert Audit.objects.get(action="leads.handoff.accepted").actor_id == ana.pk


def test_reject_works(client: Client, handoff: Handoff) -> None:
    response = client.post(url("reject", handoff), REASON, follow=True)

    handoff.refresh_from_db()
    assert (handoff.status, handoff.reason) == ("rejected", "wrong_data")
    assert HandoffEvent.objects.get(kind="rejected").note == "No such company."
    text = text_of(response)
    assert "Rejected Paulo. Acceptance met, 22 min of 4 h used." in text
    assert "First follow-up ended without a verdict." in text
    assert Clock.objects.filter(void_at=NOW).count() == 3


def test_log_works(client: Client, handoff: Handoff, ana: User) -> None:
    told = CALLED | {
        "log-note": "Rang twice.",
        "log-next_step": "Call again",
        "log-next_step_date": "2026-09-09",
    }
    response = client.post(url("log", handoff), told, follow=True)

    touch = FollowUp.objects.get()
    assert (touch.person, touch.evidence, touch.occurred_at) == (ana, "by_hand", NOW)
    assert (touch.note, touch.next_step) == ("Rang twice.", "Call again")
    text = text_of(response)
    assert "Logged: call, no answer, Paulo. First follow-up met, 22 min of 4 h used." in text
    assert "Persistence: attempt 1 of 6." in text
    assert "Next step Call again, Wed 9 Sep" in text
    # It is said once; on a page that says nothing of it, beside the way to take it back.
    assert "Logged a follow-up of Paulo." not in text
    page = client.get(f"/agreements/acme/leads/{handoff.lead_id}/")
    assert "Logged a follow-up of Paulo. Undo" in text_of(page)


def test_a_form_sent_twice_is_one_follow_up(client: Client, handoff: Handoff) -> None:
    page = client.get(f"/agreements/acme/leads/{handoff.lead_id}/?deed=log")
    assert 'name="log-token"' in page.content.decode()
    told = CALLED | {"log-token": "0b0c2f3a-5a5f-4d5e-9d55-000000000001"}

    for _ in range(2):
        assert client.post(url("log", handoff), told).status_code == 303

    assert FollowUp.objects.count() == 1


def test_the_channel_is_remembered(client: Client, handoff: Handoff) -> None:
    told = CALLED | {"log-channel": "email", "log-outcome": "sent"}
    page = client.post(url("log", handoff), told, follow=True)
    assert page.context["form"].initial == {"channel": "email"}


def test_a_contact_accepts(client: Client, handoff: Handoff) -> None:
    response = client.post(
        url("log", handoff), CALLED | {"log-outcome": "conversation"}, follow=True
    )
    handoff.refresh_from_db()
    assert handoff.status == "accepted"
    assert "Acceptance met, 22 min of 4 h used." in text_of(response)


def test_a_follow_up_may_have_happened_earlier(client: Client, handoff: Handoff) -> None:
    told = CALLED | {"log-occurred_at": "2026-09-08T09:50"}
    text = text_of(client.post(url("log", handoff), told, follow=True))

    assert FollowUp.objects.get().occurred_at == local("2026-09-08 09:50")
    assert "First follow-up met, 12 min of 4 h used." in text
    assert "Back-dated: typed in Tue 8 Sep 10:00, 10 min later by the calendar." in text


def test_a_follow_up_in_the_minute_of_the_offer_is_not_before_it(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    offered_at = NOW - timedelta(minutes=5, seconds=20)
    handoff = offer(version, "Paulo", offered_at, holder=ana)
    told = CALLED | {"log-occurred_at": "2026-09-08T09:54"}

    assert client.post(url("log", handoff), told).status_code == 303
    assert FollowUp.objects.get().occurred_at == offered_at


def test_what_was_typed_in_too_late_counts_for_no_clock(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", local("2026-08-31 10:00"), holder=ana)
    told = CALLED | {"log-occurred_at": "2026-08-31T11:00"}

    text = text_of(client.post(url("log", handoff), told, follow=True))

    assert "typed in later than the terms allow, so it counts for no clock" in text
    assert Clock.objects.get(clause_key="S2").stopped_at is None


def test_a_closed_handoff_takes_no_more(
    client: Client, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(url("reject", handoff), REASON)
    stop_time(monkeypatch, NOW + timedelta(minutes=5))
    text = text_of(client.post(url("log", handoff), CALLED, follow=True))
    assert "The handoff was closed by then, so it counts for no clock." in text
    assert "is rejected already" in text_of(client.post(url("accept", handoff), follow=True))


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"log-outcome": ""}, "outcome", "Say what came of it."),
        ({"log-outcome": "danced"}, "outcome", "Select a valid choice."),
        ({"log-channel": ""}, "channel", "Say how you tried."),
        (
            {"log-occurred_at": "2026-09-08T10:01"},
            "occurred_at",
            "A follow-up is logged when it has happened: choose a time before now.",
        ),
        (
            {"log-occurred_at": "2026-09-08T09:30"},
            "occurred_at",
            "The handoff was offered Tue 8 Sep 09:38: choose a time after that.",
        ),
        ({"log-occurred_at": "yesterday"}, "occurred_at", "Enter a valid date/time."),
        (
            {"log-next_step": "Call", "log-next_step_date": "2026-09-07"},
            "next_step_date",
            "This day is over: choose today or a later one.",
        ),
        ({"log-next_step_date": "2026-09-09"}, "next_step", "Say what the next step is."),
    ],
)
def test_log_refuses_next_to_the_field(
    client: Client, handoff: Handoff, changes: dict[str, str], field: str, sentence: str
) -> None:
    told = CALLED | {"log-note": "Rang twice."} | changes

    response = client.post(url("log", handoff), told)

    assert response.status_code == 422
    html = response.content.decode()
    assert sentence in text_of(response)
    assert f'id="id_log-{field}_error"' in html
    assert "Rang twice." in html
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({}, "Choose the reason."), ({"reject-reason": "mood"}, "Select a valid choice.")],
)
def test_reject_refuses_next_to_the_field(
    client: Client, handoff: Handoff, told: dict[str, str], sentence: str
) -> None:
    response = client.post(url("reject", handoff), told | {"reject-note": "Because."})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "Because." in response.content.decode()
    assert 'id="id_reject-reason_error"' in response.content.decode()


def test_after_a_talk_that_was_told_too_late_to_count_it_is_not_rejected(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", local("2026-08-31 10:00"), holder=ana)
    talk = Teller("Paulo").follow_up(
        "conversation", local("2026-08-31 11:00"), evidence="by_hand", external_id="talk"
    )
    ingest(agreement=version.agreement, facts=[talk], by=None, now=NOW)

    response = client.post(url("reject", handoff), REASON)

    assert response.status_code == 422
    assert "There was a contact, so the handoff is accepted" in text_of(response)


def test_a_swap_gets_the_form_again_and_keeps_the_address(client: Client, handoff: Handoff) -> None:
    response = client.post(url("log", handoff), {}, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "#deed"
    assert response.headers["HX-Replace-Url"] == "false"
    assert response.content.decode().lstrip().startswith("<section")


def test_a_swap_gets_the_lead_and_what_was_done(client: Client, handoff: Handoff) -> None:
    swap = {"HX-Request": "true", "HX-Target": "lead"}
    page = client.post(url("accept", handoff), headers=swap, follow=True)

    html = page.content.decode()
    assert html.lstrip().startswith('<div id="lead"')
    assert 'id="messages" hx-swap-oob="innerHTML"' in html
    assert "Accepted Paulo. Acceptance met" in text_of(page)


def test_accepting_from_the_teams_queue_takes_it(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=22))
    client.post(url("accept", handoff))
    handoff.refresh_from_db()
    assert (handoff.status, handoff.holder) == ("accepted", ana)


@pytest.mark.parametrize("deed", FORMS)
def test_deeds_are_posted_by_who_is_signed_in(client: Client, handoff: Handoff, deed: str) -> None:
    assert client.get(url(deed, handoff)).status_code == 405
    client.logout()
    response = client.post(url(deed, handoff), FORMS[deed])
    assert response.headers["Location"].startswith("/accounts/login/")


def test_a_handoff_of_another_agreement_is_not_found(
    client: Client, handoff: Handoff, ana: User
) -> None:
    other = make_version(slug="other")
    other.agreement.sales_team.members.add(ana)
    address = reverse("leads:accept", kwargs={"slug": "other", "pk": handoff.pk})
    assert client.post(address).status_code == 404


def test_forms_are_protected(handoff: Handoff, ana: User) -> None:
    strict: Any = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.post(url("accept", handoff)).status_code == 403
