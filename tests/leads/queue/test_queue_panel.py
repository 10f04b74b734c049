"""The handoff beside the queue: what it shows, what a deed there changes, and what is foreseen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.models import Change, Clock, FollowUp, Handoff, HandoffEvent, Snooze
from tests.factories import make_rep, make_user, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

SWAP = {"HX-Request": "true", "HX-Target": "panel"}
CALLED = {"log-channel": "call", "log-outcome": "no_answer"}


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago, with all that is to be shown of it."""
    return offer(
        version,
        "Fernanda",
        NOW - timedelta(minutes=22),
        holder=ana,
        company="Vale Norte",
        job_title="Head of projects",
        city="Belo Horizonte",
        phone="+55 31 9 8845-0192",
        email="fernanda@vale.example",
        message="We run 14 sites.",
    )


def address(name: str, handoff: Handoff) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme", "pk": handoff.pk})


def panel(client: Client, handoff: Handoff, asked: str = "view=mine", **headers: str) -> Any:
    return client.get(f"{address('panel', handoff)}?{asked}", headers=SWAP | headers)


def test_it_works(client: Client, handoff: Handoff) -> None:
    response = panel(client, handoff)

    text = text_of(response)
    assert "Fernanda Open lead o Head of projects, Vale Norte · Belo Horizonte" in text
    assert "+55 31 9 8845-0192 fernanda@vale.example" in text
    assert "Said “We run 14 sites.”" in text
    assert "S1 accept or reject 4 h" in text
    assert "Log a follow-up" in text
    assert 'href="tel:+55%2031%209%208845-0192"' in response.content.decode()
    queue = f"/agreements/acme/queue/?view=mine&amp;open={handoff.pk}"
    assert f'data-opened="{queue}"' in response.content.decode()
    assert response.headers["HX-Replace-Url"] == "false"
    assert 'id="row-' not in response.content.decode()


def test_placeholders_say_nothing_of_who_it_is(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    told = {"phone": "n/a", "email": "-", "city": "N/A", "state": "MG", "job_title": "none"}
    response = panel(client, offer(version, "Paulo", NOW, holder=ana, **told))
    assert "Open lead o MG" in text_of(response)
    assert 'class="chip"' not in response.content.decode()


def test_what_was_written_when_offering_is_told(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW, holder=ana, message="We run 14 sites.")
    HandoffEvent.objects.filter(handoff=handoff, kind="offered").update(note="Met at the fair.")
    text = text_of(panel(client, handoff))
    assert "Note of the offer “Met at the fair.” Said “We run 14 sites.”" in text


def test_without_scripts_it_is_the_leads_page(client: Client, handoff: Handoff) -> None:
    response = client.get(f"{address('panel', handoff)}?view=mine&deed=reject")
    page = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}&deed=reject#deed"
    assert (response.status_code, response.headers["Location"]) == (302, page)


def test_only_who_reads_the_handoff_finds_it(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    others = offer(version, "Bruno's", NOW, holder=make_rep("Bruno", version.agreement))
    assert panel(client, others).status_code == 404
    client.force_login(make_user("Stranger"))
    assert panel(client, others).status_code == 404


def test_the_list_opens_what_it_lists(client: Client, handoff: Handoff) -> None:
    queue = "/agreements/acme/queue/"
    assert client.get(queue, {"open": handoff.pk}).context["opened"] == handoff.pk
    for other in ("", "x", str(handoff.pk + 1)):
        assert client.get(queue, {"open": other}).context["opened"] is None


def test_another_deed_swaps_only_its_form(client: Client, handoff: Handoff) -> None:
    response = panel(client, handoff, "view=mine&deed=reject", **{"HX-Target": "deed"})
    text = text_of(response)
    assert "Reject the handoff of Fernanda?" in text
    assert "Open lead" not in text
    assert response.headers["HX-Replace-Url"] == "false"
    assert 'hx-target="#panel"' in response.content.decode()


def log(client: Client, handoff: Handoff, **told: str) -> Any:
    """Log a call in the panel as the browser does: it goes on to what comes next."""
    here = f"{address('panel', handoff)}?view=mine"
    told = CALLED | {"back": f"{here}&after={handoff.pk}"} | told
    return client.post(address("log", handoff), told, headers=SWAP, follow=True)


def test_logging_changes_its_row_the_counts_and_the_notice(
    client: Client, version: AgreementVersion, ana: User, handoff: Handoff
) -> None:
    following = offer(version, "Next", NOW, holder=ana)
    next_url = f"{address('panel', following)}?view=mine&after={handoff.pk}"

    response = log(client, handoff, next=next_url)

    html, text = response.content.decode(), text_of(response)
    assert f'data-handoff="{following.pk}"' in html
    assert f'<li id="row-{handoff.pk}"' in html
    assert "Call 10:00: no answer" in text
    assert "Logged: call, no answer, Fernanda. First follow-up met, 22 min of 4 h used." in text
    assert "Next attempt suggested Wed 14:30, by e-mail." in text
    assert "Undo" in text
    assert 'id="queue-tabs"' in html
    assert FollowUp.objects.get().outcome == "no_answer"


def test_what_leaves_the_view_says_so_in_its_row(client: Client, handoff: Handoff) -> None:
    here = f"{address('panel', handoff)}?view=mine"
    told = {"reject-reason": "wrong_data", "back": f"{here}&after={handoff.pk}"}
    response = client.post(address("reject", handoff), told, headers=SWAP, follow=True)

    assert "Done rejected Fernanda" in text_of(response)
    assert "is-gone" in response.content.decode()
    undo = {"name": HandoffEvent.objects.get(kind="rejected").external_id, "back": told["back"]}
    undone = client.post(address("undo", handoff), undo, headers=SWAP, follow=True)
    assert "Taken back: Fernanda." in text_of(undone)
    assert "is-gone" not in undone.content.decode()


def test_a_refused_form_stays_beside_the_list(client: Client, handoff: Handoff) -> None:
    response = log(client, handoff, **{"log-outcome": ""})

    assert response.status_code == 422
    html = response.content.decode()
    assert "Say what came of it." in html
    assert 'hx-target="#panel"' in html
    assert f"{address('panel', handoff)}?view=mine&amp;after={handoff.pk}" in html
    assert response.headers["HX-Retarget"] == "#deed"


def test_another_address_is_not_gone_to(client: Client, handoff: Handoff) -> None:
    told = CALLED | {"next": "https://elsewhere.example/"}
    response = client.post(address("log", handoff), told)
    assert response.headers["Location"].startswith("/agreements/acme/leads/")


def test_putting_aside_works_and_warns(client: Client, handoff: Handoff) -> None:
    form = panel(client, handoff, "view=mine&deed=snooze", **{"HX-Target": "deed"})
    text = text_of(form)
    assert "In an hour, 11:00" in text
    assert (
        "At the next opening, Wed 09:00 A promise runs out before that: it is back 14:08." in text
    )

    told = {
        "snooze-when": "opening",
        "back": f"{address('panel', handoff)}?view=mine&after={handoff.pk}",
    }
    response = client.post(address("snooze", handoff), told, headers=SWAP, follow=True)
    text = text_of(response)
    assert "Fernanda is put aside until Wed 09:00. A promise runs out before that" in text
    assert "Put aside until Wed 09:00 Fernanda" in text
    assert "Bring it back" in text
    assert Snooze.objects.get().until == NOW + timedelta(hours=23)

    back = client.post(address("wake", handoff), {"back": told["back"]}, headers=SWAP, follow=True)
    assert "Fernanda is back in your queue." in text_of(back)
    assert not Snooze.objects.exists()


def test_putting_aside_without_scripts_is_done_on_the_leads_page(
    client: Client, version: AgreementVersion, handoff: Handoff
) -> None:
    shown = client.get(f"{address('panel', handoff)}?deed=snooze", follow=True)
    assert "Put Fernanda aside until when?" in text_of(shown)
    assert "Snooze… z" in text_of(shown)

    refused = client.post(address("snooze", handoff), {"snooze-when": "day"})
    assert refused.status_code == 422
    assert "<html" in refused.content.decode()
    assert "Choose a day after today." in text_of(refused)

    done = client.post(address("snooze", handoff), {"snooze-when": "hour"}, follow=True)
    assert "Fernanda is put aside until 11:00." in text_of(done)
    assert "Bring it back" in text_of(done)

    client.force_login(make_user("Boss", team=version.agreement.sales_team, role="lead"))
    lead = f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}&deed=snooze"
    assert "until when?" not in text_of(client.get(lead))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, "Choose until when."),
        ({"snooze-when": "day"}, "Choose a day after today."),
        ({"snooze-when": "day", "snooze-day": "2026-09-08"}, "Choose a day after today."),
        ({"snooze-when": "day", "snooze-day": "2027-09-08"}, "within the next 60 days."),
        ({"snooze-when": "hour", "snooze-day": "2026-09-08"}, "Choose a day after today."),
        ({"snooze-when": "hour", "snooze-day": "soon"}, "Enter a valid date."),
    ],
)
def test_putting_aside_is_refused(
    client: Client, handoff: Handoff, told: dict[str, str], sentence: str
) -> None:
    response = client.post(address("snooze", handoff), told, headers=SWAP)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("when", ["day", "hour", None])
def test_a_day_that_is_filled_in_is_the_choice_and_begins_when_it_opens(
    client: Client, handoff: Handoff, when: str | None
) -> None:
    """Saturday is closed: Monday at nine."""
    told = {"snooze-day": "2026-09-12"} | ({"snooze-when": when} if when else {})
    client.post(address("snooze", handoff), told, headers=SWAP)
    assert Snooze.objects.get().until == NOW + timedelta(days=6) - timedelta(hours=1)


def test_what_runs_out_soon_says_why_it_is_not_put_aside(
    client: Client, handoff: Handoff, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_at = Clock.objects.get(handoff=handoff, clause_key="S1").due_at
    soon = "It is due 14:38: what runs out now cannot be put aside."
    late = "It was due 14:38: what is overdue cannot be put aside."
    for at, said in ((due_at - Snooze.AHEAD, soon), (due_at + timedelta(hours=1), late)):
        stop_time(monkeypatch, at)
        html = panel(client, handoff, "view=mine&deed=snooze").content.decode()
        assert 'aria-describedby="why-snooze"' in html
        assert f'<p class="actions-reason" id="why-snooze">{said}</p>' in html
        assert "until when?" not in html
        lead = client.get(f"/agreements/acme/leads/{handoff.lead_id}/?deed=snooze")
        assert said in text_of(lead)
        refused = client.post(address("snooze", handoff), {"snooze-when": "hour"})
        assert said in text_of(refused)


def test_what_others_hold_is_not_put_aside(
    client: Client, version: AgreementVersion, handoff: Handoff
) -> None:
    client.force_login(make_user("Boss", team=version.agreement.sales_team, role="lead"))
    response = client.post(address("snooze", handoff), {"snooze-when": "hour"})
    assert response.status_code == 403


def foreseen(client: Client, handoff: Handoff, **told: str) -> str:
    return text_of(client.get(address("foreseen", handoff), CALLED | told))


def test_what_is_foreseen_is_what_happens(client: Client, ana: User, handoff: Handoff) -> None:
    facts = (FollowUp.objects.count(), Change.objects.count(), list(Clock.objects.values()))

    text = foreseen(client, handoff)

    assert text.startswith("This will do to the clocks")
    assert "S1 goes on, due Tue 8 Sep 14:38" in text
    assert "S2 Met , 22 min of 4 h" in text
    assert "S3 attempt 1 of 6, due" in text
    assert "Next attempt suggested Wed 14:30, by e-mail." in text
    assert facts == (FollowUp.objects.count(), Change.objects.count(), list(Clock.objects.values()))

    call(handoff, ana)
    assert Clock.objects.get(clause_key="S2").stopped_at == NOW
    assert Clock.objects.get(clause_key="S3").attempts == 1


def test_a_second_call_on_one_day_is_the_same_attempt(
    client: Client, ana: User, handoff: Handoff
) -> None:
    call(handoff, ana, occurred_at=NOW - timedelta(minutes=5))
    same = "Attempts by call on the same day count as one."
    text = foreseen(client, handoff)
    assert same in text
    assert "S3 goes on" in text
    assert same not in foreseen(client, handoff, **{"log-channel": "email"})

    page = client.post(address("log", handoff), CALLED, follow=True)
    assert f"Logged: call, no answer, Fernanda. {same} Next attempt suggested" in text_of(page)
    assert Clock.objects.get(clause_key="S3").attempts == 1
    told = client.get(reverse("leads:detail", args=["acme", handoff.lead_id])).context["entries"]
    last = [entry.lines[-1].text for entry in told if entry.is_follow_up]
    assert last == [same, "attempt 1 of 6"]


def test_a_conversation_ends_the_attempts_and_accepts(client: Client, handoff: Handoff) -> None:
    text = foreseen(client, handoff, **{"log-outcome": "conversation"})
    assert "The handoff is accepted by it." in text
    assert "S1 Met , 22 min of 4 h" in text
    assert "S3 Met , no more attempts are needed" in text
    assert "Next attempt" not in text


def test_what_is_late_stays_late(client: Client, version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Late", NOW - timedelta(days=4), holder=ana)
    text = foreseen(client, handoff)
    assert "S1 Stays overdue , was due" in text
    assert "S2 Met late ," in text


def test_typed_in_too_late_counts_for_nothing(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Old", NOW - timedelta(days=10), holder=ana)
    text = foreseen(client, handoff, **{"log-occurred_at": "2026-08-30T10:00"})
    assert "typed in later than the terms allow" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"log-outcome": ""}, ""),
        ({"log-channel": "x"}, ""),
        ({"log-occurred_at": "2027-01-01T10:00"}, "choose a time before now."),
        ({"log-occurred_at": "2026-09-01T10:00", "log-outcome": ""}, "choose a time after that."),
    ],
)
def test_what_cannot_be_kept_is_not_foreseen(
    client: Client, handoff: Handoff, told: dict[str, str], said: str
) -> None:
    text = foreseen(client, handoff, **told)
    assert text.endswith(said)
    assert bool(text) is bool(said)
