"""What was typed beside a button without a form of its own, on a page without scripts."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.models import FollowUp, Handoff
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

NOTE = {"log-channel": "call", "log-note": "Rang twice."}
HERE_AGAIN = "What you filled in before is here again, not saved yet."


def url(name: str, handoff: Handoff) -> str:
    return reverse(f"leads:{name}", kwargs={"slug": "acme", "pk": handoff.pk})


def page_of(client: Client, handoff: Handoff) -> Any:
    return client.get(f"/agreements/acme/leads/{handoff.lead_id}/?handoff={handoff.pk}")


def sending_along(response: Any, address: str) -> str:
    """Return the button that sends the form of the page to an address, when scripts are off."""
    parts = re.findall("<noscript>(.*?)</noscript>", response.content.decode(), re.DOTALL)
    found = [part for part in parts if f'form="deed-form" formaction="{address}"' in part]
    assert len(found) == 1
    saves, button = re.findall("<button[^>]*>", found[0])
    assert "formaction" not in saves
    return html.unescape(button)


def test_it_works(client: Client, handoff: Handoff) -> None:
    accepted = client.post(url("accept", handoff), NOTE)
    name = accepted.context["undoable"].name
    assert f'name="name" value="{name}"' in sending_along(accepted, url("undo", handoff))

    undone = client.post(url("undo", handoff), NOTE | {"name": name})

    assert "Taken back: Paulo." in text_of(undone)
    assert HERE_AGAIN in text_of(undone)
    assert "Rang twice.</textarea>" in undone.content.decode()
    assert not FollowUp.objects.exists()


def test_nothing_typed_goes_back_to_the_page(client: Client, handoff: Handoff) -> None:
    accepted = client.post(url("accept", handoff), follow=True)
    told = {"name": accepted.context["undoable"].name, "log-channel": "call", "log-note": ""}
    assert client.post(url("undo", handoff), told).status_code == 303


def test_what_is_taken_back_of_another_handoff_leaves_this_one_alone(
    client: Client, version: AgreementVersion, handoff: Handoff, ana: User
) -> None:
    another = offer(version, "Rita", NOW - timedelta(minutes=9), holder=ana)
    client.post(url("accept", handoff), follow=True)
    shown = page_of(client, another)
    assert "Accepted Paulo. Undo" in text_of(shown)
    assert f'formaction="{url("undo", handoff)}"' not in shown.content.decode()


def test_what_can_be_done_no_longer_is_given_back_in_words(
    client: Client, handoff: Handoff
) -> None:
    typed = {"reject-reason": "wrong_data", "reject-note": "No such number."}

    accepted = client.post(url("accept", handoff), typed)

    text = text_of(accepted)
    assert "Accepted Paulo." in text
    assert "What you filled in is not saved That can no longer be done." in text
    assert "Why? Wrong data Note for marketing No such number." in text
    assert accepted.context["said_of_typed"] == ""
    assert "Reject the handoff" not in text
    assert accepted.context["form"].key == "log"


def sent_with_the_form(response: Any) -> dict[str, str]:
    """Return the hidden fields that the form of the page brings along, when scripts are off."""
    found = re.findall('form="deed-form" name="([^"]*)" value="([^"]*)">\n?', response.text)
    return {name: html.unescape(value) for name, value in found}


def test_what_could_be_done_no_longer_is_back_with_the_handoff(
    client: Client, handoff: Handoff
) -> None:
    typed = {"reject-reason": "wrong_data", "reject-note": 'No "such" number.'}
    accepted = client.post(url("accept", handoff), typed)
    kept = sent_with_the_form(accepted)
    assert kept == typed
    untouched = {"log-channel": "call", "log-note": ""}

    name = {"name": accepted.context["undoable"].name}
    undone = client.post(url("undo", handoff), kept | untouched | name)

    assert HERE_AGAIN in text_of(undone)
    assert "Reject the handoff of Paulo?" in text_of(undone)
    assert undone.context["form"].initial == {"reason": "wrong_data", "note": typed["reject-note"]}
    assert "What you filled in is not saved" not in text_of(undone)


def test_of_two_that_were_filled_in_one_is_given_back_in_words(
    client: Client, handoff: Handoff
) -> None:
    typed = {"reject-reason": "wrong_data"} | NOTE

    accepted = client.post(url("accept", handoff), typed)
    assert accepted.context["form"].initial["note"] == "Rang twice."
    assert "That can no longer be done. It stays here until you go on" in text_of(accepted)
    assert sent_with_the_form(accepted) == {"reject-reason": "wrong_data"}

    name = {"name": accepted.context["undoable"].name}
    undone = client.post(url("undo", handoff), typed | name)
    assert undone.context["form"].initial == {"reason": "wrong_data"}
    assert "Note Rang twice." in text_of(undone)
    assert "That can no longer be done" not in text_of(undone)
    assert sent_with_the_form(undone) == NOTE


def test_a_day_to_be_back_on_is_given_back(client: Client, handoff: Handoff) -> None:
    untouched = {"snooze-when": "hour", "snooze-day": ""}
    assert client.post(url("accept", handoff), untouched).status_code == 303

    typed = {"snooze-when": "hour", "snooze-day": "2026-09-24"}
    given_back = client.post(url("undo", handoff), typed)

    assert HERE_AGAIN in text_of(given_back)
    assert 'value="2026-09-24"' in given_back.content.decode()
    (checked,) = [each for each in given_back.context["form"].choices() if each.is_checked]
    assert checked.key == "day"
    assert client.post(url("snooze", handoff), typed).status_code == 303
