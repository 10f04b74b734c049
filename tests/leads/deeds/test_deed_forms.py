"""Ending, pausing, withdrawing and contesting by the page, and taking it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff, HandoffEvent
from tests.factories import local, make_user, make_version
from tests.leads.dealing import call, dealing_terms, qualification
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

FORMS: dict[str, dict[str, str]] = {
    "qualify": {"qualify-answer_1": "20 000", "qualify-answer_2": "Yes", "qualify-answer_3": "May"},
    "disqualify": {"disqualify-reason": "no_need", "disqualify-note": "Sold it."},
    "recycle": {"recycle-reason": "not_now", "recycle-returns_date": "2026-10-01"},
    "pause": {"pause-reason": "asked", "pause-until": "2026-09-08T11:30"},
}
SAID = {
    "qualify": "Qualified Paulo. Disposition met",
    "disqualify": "Disqualified Paulo. Disposition met",
    "recycle": "Recycled Paulo. Disposition met",
    "pause": "Paused the clocks of Paulo. ",
}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """Terms that have a reason for everything, and ask three things of an SQL."""
    stop_time(monkeypatch)
    return make_version(dealing_terms(**qualification(definition="A real need.")))


@pytest.fixture
def reached(handoff: Handoff, ana: User) -> Handoff:
    """A handoff whose lead Ana has spoken to."""
    call(handoff, ana, "conversation")
    handoff.refresh_from_db()
    return handoff


def url(deed: str, handoff: Handoff) -> str:
    return reverse(f"leads:{deed}", kwargs={"slug": "acme", "pk": handoff.pk})


def page(handoff: Handoff, deed: str = "") -> str:
    return f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}&deed={deed}"


@pytest.mark.parametrize("deed", list(FORMS))
def test_it_works(client: Client, reached: Handoff, deed: str) -> None:
    shown = client.get(page(reached, deed))
    assert f'action="{url(deed, reached)}"' in shown.content.decode()

    text = text_of(client.post(url(deed, reached), FORMS[deed], follow=True))

    assert SAID[deed] in text
    kind = {"qualify": "qualified", "disqualify": "disqualified", "recycle": "recycled"}
    reached.refresh_from_db()
    assert reached.status == kind.get(deed, "accepted")


@pytest.mark.parametrize(
    ("deed", "told", "sentence"),
    [
        ("qualify", {"qualify-answer_1": "20 000"}, "asks for 3 of these answers"),
        ("disqualify", {"disqualify-note": "Sold it."}, "Choose the reason."),
        ("recycle", {"recycle-reason": "not_now"}, "Say on which day the lead comes back."),
        (
            "recycle",
            {"recycle-reason": "not_now", "recycle-returns_date": "2027-10-01"},
            "comes back until Mon 7 Dec: choose an earlier day",
        ),
        (
            "pause",
            {"pause-reason": "asked", "pause-until": ""},
            "Say until when the clocks rest.",
        ),
        (
            "pause",
            {"pause-reason": "asked", "pause-until": "2026-09-08T09:00"},
            "A pause ends after now",
        ),
    ],
)
def test_it_refuses_beside_the_field(
    client: Client, reached: Handoff, deed: str, told: dict[str, str], sentence: str
) -> None:
    response = client.post(url(deed, reached), told)
    assert response.status_code == 422
    assert sentence in text_of(response)
    for value in told.values():
        assert value in response.content.decode()


def test_recycling_says_before_which_promise_it_breaks(
    client: Client, handoff: Handoff, ana: User
) -> None:
    call(handoff, ana, "no_answer")
    said = "“Not reached” breaks S3: it is given up after 1 of 6 attempts."
    assert said in text_of(client.get(page(handoff, "recycle")))
    told = {"recycle-reason": "not_reached", "recycle-returns_date": "2026-10-01"}
    done = client.post(url("recycle", handoff), told, follow=True)
    assert "Persistence was given up before it was met." in text_of(done)


def test_recycling_after_a_contact_breaks_nothing(client: Client, reached: Handoff) -> None:
    assert "it is given up after" not in text_of(client.get(page(reached, "recycle")))


def test_what_an_sql_is_stands_above_its_questions(client: Client, reached: Handoff) -> None:
    text = text_of(client.get(page(reached, "qualify")))
    assert "Is Paulo an SQL? A real need. The agreement asks for every answer. Budget" in text


def test_before_a_contact_it_is_rejected_not_disqualified(client: Client, handoff: Handoff) -> None:
    shown = client.get(page(handoff))
    assert "Reject…" in text_of(shown)
    why = {deed.key: deed.reason for deed in shown.context["deeds"].all}["disqualify"]
    assert "reject the handoff, or log the contact first" in why
    assert why in text_of(shown)
    response = client.post(url("disqualify", handoff), FORMS["disqualify"])
    assert "reject the handoff, or log the contact first" in text_of(response)


def test_a_pause_of_what_is_overdue_says_that_nothing_moved(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    overdue = offer(version, "Late", NOW - timedelta(days=40), holder=ana)
    response = client.post(url("pause", overdue), FORMS["pause"], follow=True)
    assert (
        "Paused the clocks of Late. No due time moved: what is open was overdue already."
        in text_of(response)
    )


def test_a_pause_of_some_hours_moves_no_promise_in_working_days(
    client: Client, reached: Handoff
) -> None:
    assert "those in working days by as many as are paused as a whole" in text_of(
        client.get(page(reached, "pause"))
    )
    response = client.post(url("pause", reached), FORMS["pause"], follow=True)
    said = "No due time moved: promises in working days move by days paused as a whole."
    assert said in text_of(response)


def test_a_pause_outside_the_hours_moves_nothing(
    client: Client, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, local("2026-09-07 20:00"))
    told = FORMS["pause"] | {"pause-until": "2026-09-07T21:00"}
    response = client.post(url("pause", handoff), told, follow=True)
    said = "No due time moved: the pause lies outside the hours of what is open."
    assert said in text_of(response)


def test_the_pause_that_runs_can_be_ended(
    client: Client, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(url("pause", handoff), FORMS["pause"])
    stop_time(monkeypatch, NOW + timedelta(minutes=30))
    assert "End the pause" in text_of(client.get(page(handoff)))
    text = text_of(client.post(url("resume", handoff), follow=True))
    assert "Ended the pause of Paulo." in text
    assert "Pause…" in text
    assert "The clocks are not paused." in text_of(client.post(url("resume", handoff), follow=True))


def test_marketing_withdraws_contests_and_the_director_decides(
    client: Client, handoff: Handoff, ana: User
) -> None:
    julia = make_user("Júlia", team=handoff.agreement.marketing_team, role="lead")
    client.force_login(julia)
    assert "Withdraw the offer…" in text_of(client.get(page(handoff)))
    client.force_login(ana)
    client.post(url("reject", handoff), {"reject-reason": "wrong_data"})
    client.force_login(julia)
    assert "Contest the rejection…" in text_of(client.get(page(handoff)))
    asked = text_of(client.get(page(handoff, "contest")))
    assert "By the agreement it is decided by: the director." in asked
    told = {"contest-note": "The number is right."}
    assert "Contested the rejection of Paulo." in text_of(
        client.post(url("contest", handoff), told, follow=True)
    )
    told = {"contest-note": "The company exists."}
    second = client.post(url("contest", handoff), told)
    assert second.status_code == 409
    said = "Júlia contested it on Tue 8 Sep 13:00: the arbiter decides."
    for words in (said, "The company exists."):
        assert words in text_of(second)
    assert "Contest the rejection" not in text_of(second)
    assert said in text_of(client.get(page(handoff)))
    client.force_login(make_user("Rui", is_director=True))
    assert "Does the rejection of Paulo stand?" in text_of(client.get(page(handoff, "decide")))
    text = text_of(
        client.post(url("decide", handoff), {"decide-is_overturned": "yes"}, follow=True)
    )
    assert "Overturned the rejection of Paulo." in text
    handoff.refresh_from_db()
    assert handoff.contest == "overturned"


def test_withdraw_works(client: Client, handoff: Handoff) -> None:
    client.force_login(make_user("Júlia", team=handoff.agreement.marketing_team, role="lead"))
    text = text_of(client.post(url("withdraw", handoff), follow=True))
    assert "Withdrew the offer of Paulo." in text
    handoff.refresh_from_db()
    assert handoff.status == "withdrawn"


@pytest.mark.parametrize(
    ("deed", "told", "did"),
    [
        ("accept", {}, "Acceptance is open again, due Tue 8 Sep 14:38."),
        (
            "log",
            {"log-channel": "call", "log-outcome": "no_answer"},
            (
                "First follow-up is open again, due Tue 8 Sep 14:38. "
                "Persistence counts 0 of 6 attempts now."
            ),
        ),
        (
            "pause",
            {"pause-reason": "asked", "pause-until": "2026-09-08T12:00"},
            "First follow-up is now due Tue 8 Sep 14:38.",
        ),
        ("reject", {"reject-reason": "wrong_data"}, "Acceptance is open again"),
    ],
)
def test_undo_works(
    client: Client, handoff: Handoff, deed: str, told: dict[str, Any], did: str
) -> None:
    shown = client.post(url(deed, handoff), told, follow=True)
    undoable = shown.context["undoable"]
    assert undoable.seconds == 10
    assert "Undo" in text_of(shown)
    assert undoable.words in text_of(client.get(page(handoff)))

    after = client.post(url("undo", handoff), {"name": undoable.name}, follow=True)

    assert "Taken back: Paulo." in text_of(after)
    assert did in text_of(after)
    assert after.context["undoable"] is None
    handoff.refresh_from_db()
    assert handoff.status == "offered"
    assert not FollowUp.objects.holding().exists()


def test_the_offer_to_undo_ends(
    client: Client, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(url("accept", handoff))
    name = HandoffEvent.objects.get(kind="accepted").external_id
    stop_time(monkeypatch, NOW + timedelta(seconds=10))
    assert client.get(page(handoff)).context["undoable"] is None
    stop_time(monkeypatch, NOW + timedelta(minutes=1))
    text = text_of(client.post(url("undo", handoff), {"name": name}, follow=True))
    assert "Too late to take it back by a click" in text


def test_a_deed_goes_back_to_where_its_form_was(client: Client, handoff: Handoff) -> None:
    queue = "/agreements/acme/queue/?view=mine"
    response = client.post(url("accept", handoff), {"back": queue})
    assert (response.status_code, response.headers["Location"]) == (303, queue)
    elsewhere = client.post(url("accept", handoff), {"back": "https://example.org/"})
    assert elsewhere.headers["Location"].startswith("/agreements/acme/leads/")


def test_the_head_says_when_a_recycled_lead_comes_back(client: Client, reached: Handoff) -> None:
    client.post(url("recycle", reached), FORMS["recycle"])
    assert "recycled, comes back Thu 1 Oct" in text_of(client.get(page(reached)))


def test_what_puts_aside_stands_in_the_row_of_buttons(client: Client, reached: Handoff) -> None:
    shown = client.get(page(reached)).content.decode()
    row = shown.partition('<div class="lead-actions">')[2].partition("</div>")[0]
    assert "deed=pause" in row
    assert "deed=snooze" in row


def test_a_handoff_of_before_any_version_ends_by_the_latest_one(
    version: AgreementVersion, client: Client, ana: User
) -> None:
    handoff = offer(version, "Old", NOW - timedelta(days=900), holder=ana)
    assert handoff.version is None
    client.post(url("recycle", handoff), FORMS["recycle"])
    handoff.refresh_from_db()
    assert handoff.status == "recycled"
