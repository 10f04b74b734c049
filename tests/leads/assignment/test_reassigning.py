"""One handoff is given to somebody else by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.actions.assignments import assign_by_rules, reassign
from tests.factories import local
from tests.leads.assignment.assigning import away, make_rule, offered, rep
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db


def test_one_handoff_is_reassigned(client: Client, version: AgreementVersion, rafa: User) -> None:
    make_rule(version.agreement, is_in_use=False)
    handoff = offer(version, "Paulo", local("2026-09-08 09:00"), holder=rep("Ana"))
    away(rep("Bruno"), "2026-09-08 09:30", "2026-09-09 00:00")
    lead_page = reverse("leads:detail", args=["acme", handoff.lead_id])
    address = reverse("leads:reassign", args=["acme", handoff.pk])
    assert address in client.get(lead_page).content.decode()

    text = text_of(client.get(address))
    assert "Ana holds it now." in text
    assert (
        "By the team's rules it would go to Carla (Everybody: next in turn; Bruno is away)" in text
    )
    assert "Bruno 0 open handoffs · away, back on Wed 9 Sep not there before it runs out" in text
    assert "S2 First follow-up stays due Tue 8 Sep 14:00" in text

    told = {"reassign-holder": rep("Carla").pk, "reassign-seen": rep("Ana").pk}
    response = client.post(address, told | {"reassign-note": "Knows them"}, follow=True)

    text = text_of(response)
    assert "Carla has it now. No due time moves: Acceptance is still due 14:00." in text
    assert "Rafa assigned it to Carla Correct… “Knows them”" in text
    assert "Ana 1 h 09:00 – 10:00" in text


def test_of_two_who_reassign_the_later_is_told_and_can_still_decide(
    client: Client, version: AgreementVersion, rafa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offer(version, "Paulo", local("2026-09-08 09:00"), holder=rep("Ana"))
    address = reverse("leads:reassign", args=["acme", handoff.pk])
    told = {"reassign-holder": rep("Carla").pk, "reassign-note": "Knows them"}

    def press(seen: object) -> Any:
        return client.post(address, told | {"reassign-seen": seen}, follow=True)

    def come_second(**asked: Any) -> None:
        reassign(**asked | {"holder": rep("Bruno"), "now": NOW - timedelta(minutes=1)})
        reassign(**asked)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("leads.views.reassign.reassign", come_second)
        refused = press(rep("Ana").pk)

    assert refused.status_code == 422
    text = text_of(refused)
    assert "Bruno holds it now." in text
    assert "Bruno has it meanwhile: look again." in text
    shown = refused.context["form"]
    assert (shown["holder"].value(), shown["note"].value()) == (str(rep("Carla").pk), "Knows them")
    assert "Carla has it now." in text_of(press(shown["seen"].value()))
    told["reassign-holder"] = "queue"
    assert "It is in the queue of" in text_of(press(rep("Carla").pk))


def test_who_would_give_it_to_whom_another_gave_it_is_told_so(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    handoff = offer(version, "Paulo", local("2026-09-08 09:00"), holder=rep("Bruno"))
    address = reverse("leads:reassign", args=["acme", handoff.pk])
    told = {"reassign-holder": rep("Bruno").pk, "reassign-seen": rep("Ana").pk}
    refused = client.post(address, told)
    assert "Bruno has it meanwhile: look again." in text_of(refused)
    assert refused.content.decode().count(" checked") == 0
    again = client.post(address, told | {"reassign-seen": rep("Bruno").pk})
    assert "It is there already: choose somebody else." in text_of(again)


def test_why_somebody_got_it_stands_on_the_timeline(
    client: Client, version: AgreementVersion, rafa: User
) -> None:
    make_rule(version.agreement, "Minas Gerais", method="load")
    away(rep("Ana"), "2026-09-08 09:30", "2026-09-09 00:00")
    offer(version, "Held", NOW - timedelta(minutes=9), holder=rep("Bruno"))
    offer(version, "Held too", NOW - timedelta(minutes=9), holder=rep("Carla"))
    handoff = offered(version.agreement, "Paulo", NOW - timedelta(minutes=1))
    assign_by_rules(handoff=handoff, now=NOW)

    text = text_of(client.get(reverse("leads:detail", args=["acme", handoff.lead_id])))

    assert "Assigned to Bruno Correct… Minas Gerais: fewest open handoffs, 1; Ana is away" in text
