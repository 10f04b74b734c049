"""What a queue marks: what is overdue among all, what is new, and which saved view is on."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.models import SavedView
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"


def classes_of(client: Client, address: str) -> dict[str, str]:
    """Return by lead the words of its row's class."""
    response = client.get(address)
    html = response.content.decode()
    rows = [row for group in response.context["groups"] for row in group.rows]
    found = {}
    for row in rows:
        _before, _id, after = html.partition(f'<li id="row-{row.handoff.pk}"')
        found[str(row.handoff.lead)] = after.split('class="')[1].split('"')[0].strip()
    return found


def test_a_tab_counts_all_and_beside_them_what_is_overdue(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    for number in range(3):
        offer(version, f"Fresh {number}", NOW, holder=ana)
    assert "Mine 3 Team 0" in text_of(client.get(QUEUE))
    offer(version, "Late", NOW - timedelta(days=9), holder=ana)
    response = client.get(QUEUE)
    assert "Mine 4 1 overdue Team 0" in text_of(response)
    assert '<span class="count">4</span>' in response.content.decode()


def test_what_arrived_is_marked_once_it_is_shown(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    offer(version, "Known", NOW - timedelta(hours=1), holder=ana)
    offer(version, "Pedra", NOW, holder=ana)
    since = (NOW - timedelta(minutes=1)).timestamp()
    asked: dict[str, Any] = {"view": "mine", "since": since}

    news = client.get(f"{QUEUE}arrivals/", asked).content.decode()
    shown = f"{QUEUE}?view=mine&since={since}"

    assert f'href="{shown.replace("&", "&amp;")}"' in news
    assert f'hx-push-url="{QUEUE}?view=mine"' in news
    assert classes_of(client, shown) == {"Known": "queue-row", "Pedra": "queue-row is-changed"}
    assert "Pedra new" in text_of(client.get(shown))
    assert set(classes_of(client, f"{QUEUE}?view=mine&since=soon").values()) == {"queue-row"}


def test_the_view_that_is_on_is_named_alone(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    name = "Hot leads of the fair in May"
    own: dict[str, Any] = {"agreement": version.agreement, "user": ana}
    SavedView.objects.create(name=name, address="view=team", **own)
    on, off = (client.get(f"{QUEUE}?view={view}").content.decode() for view in ("team", "mine"))
    assert f'<span class="view-name" title="{name}">' in on
    assert 'class="view-name"' not in off
