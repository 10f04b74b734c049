"""What is told of a queue while its page is open: what arrived, ran out, or came to the team."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import contests, handoffs
from leads.models import Clock, Snooze
from tests.factories import make_user, make_version
from tests.leads.dealing import call, dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"
SINCE = NOW - timedelta(minutes=1)


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms())


def test_arrivals_tell_what_others_put_into_the_view(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    offer(version, "Known", NOW - timedelta(hours=1), holder=ana)
    asked: dict[str, Any] = {"view": "mine", "since": (NOW - timedelta(minutes=1)).timestamp()}
    assert "arrived" not in text_of(client.get(f"{QUEUE}arrivals/", asked))

    offer(version, "Pedra", NOW, holder=ana)
    offer(version, "Anybody's", NOW)
    arrived = client.get(f"{QUEUE}arrivals/", asked)
    said = "1 new handoff arrived: Pedra, S1, accept or reject 4 h Show ."
    assert text_of(arrived).startswith(said)

    offer(version, "More", NOW, holder=ana)
    assert "2 new handoffs arrived" in text_of(client.get(f"{QUEUE}arrivals/", asked))


def test_arrivals_leave_out_what_one_did_oneself_and_tell_what_wakes(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    since = NOW - timedelta(minutes=1)
    taken = offer(version, "Taken", since - timedelta(hours=1))
    handoffs.accept(handoff=taken, by=ana, now=NOW)
    asked: dict[str, Any] = {"view": "mine", "since": since.timestamp()}
    assert "arrived" not in text_of(client.get(f"{QUEUE}arrivals/", asked))

    Snooze.objects.create(
        user=ana, handoff=taken, until=NOW, recorded_at=since - timedelta(minutes=5)
    )
    assert "Taken" in text_of(client.get(f"{QUEUE}arrivals/", asked))


def test_an_overturned_rejection_arrives_at_whom_it_goes_back_to(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(hours=3), holder=ana)
    marketer = make_user("Maya", team=version.agreement.marketing_team)
    handoffs.reject(handoff=handoff, reason="wrong_data", by=ana, now=NOW - timedelta(hours=2))
    contests.contest(
        handoff=handoff, by=marketer, now=NOW - timedelta(hours=1), note="It is right."
    )
    asked: dict[str, Any] = {"view": "mine", "since": (NOW - timedelta(minutes=1)).timestamp()}
    boss = make_user("Boss", team=version.agreement.sales_team, role="lead")
    contests.decide(handoff=handoff, is_overturned=True, by=boss, now=NOW)

    assert "1 new handoff arrived: Paulo" in text_of(client.get(f"{QUEUE}arrivals/", asked))
    client.force_login(boss)
    told = client.get(f"{QUEUE}arrivals/", asked | {"view": "all"})
    assert "arrived" not in text_of(told)


def test_arrivals_count_every_view_anew(
    client: Client, version: AgreementVersion, ana: User, django_assert_max_num_queries: Any
) -> None:
    asked: dict[str, Any] = {"view": "mine", "since": (NOW - timedelta(minutes=1)).timestamp()}
    offer(version, "Anybody's", NOW - timedelta(hours=1))
    offer(version, "Late", NOW - timedelta(days=4), holder=ana)

    with django_assert_max_num_queries(5):
        answer = client.get(f"{QUEUE}arrivals/", asked)

    html = answer.content.decode()
    assert answer.headers["HX-Reswap"] == "none"
    assert text_of(answer) == "1 1 overdue 1 0 0 1 overdue"
    for view in ("mine", "team", "returning", "snoozed"):
        assert f'id="count-{view}"' in html
    assert 'hx-swap-oob="innerHTML:[data-queue-overdue]"' in html


@pytest.mark.parametrize("since", ["", "soon", "1e30", "nan"])
def test_arrivals_without_an_instant_tell_nothing(
    client: Client, version: AgreementVersion, ana: User, since: str
) -> None:
    offer(version, "Paulo", NOW, holder=ana)
    assert client.get(f"{QUEUE}arrivals/", {"since": since}).status_code == 204


def news(client: Client, **asked: str) -> Any:
    """Ask what is new since a minute ago, standing on the tab of one's own."""
    told: dict[str, Any] = {"view": "mine", "since": SINCE.timestamp()} | asked
    return client.get(f"{QUEUE}arrivals/", told)


def test_what_comes_to_the_team_is_told_where_one_looks_at_ones_own(
    client: Client, version: AgreementVersion, ana: User, django_assert_max_num_queries: Any
) -> None:
    offer(version, "Known", NOW - timedelta(hours=1))
    assert "came" not in text_of(news(client))
    offer(version, "Pedra", NOW, origin="fair")

    with django_assert_max_num_queries(5):
        answer = news(client)

    said = "1 new handoff came into the team's queue: Pedra Take one from the team's queue"
    assert text_of(answer).startswith(said)
    assert f'href="{QUEUE}?view=team"' in answer.content.decode()
    assert "HX-Reswap" not in answer.headers
    offer(version, "More", NOW)
    assert "2 new handoffs came into the team's queue Take" in text_of(news(client))
    narrowed = news(client, origin="fair")
    assert "1 new handoff came into the team's queue: Pedra" in text_of(narrowed)
    assert f'href="{QUEUE}?origin=fair&amp;view=team"' in narrowed.content.decode()


@pytest.mark.parametrize("view", ["team", "all"])
def test_what_comes_to_the_team_is_told_once(
    client: Client, version: AgreementVersion, view: str
) -> None:
    client.force_login(make_user("Boss", team=version.agreement.sales_team, role="lead"))
    offer(version, "Pedra", NOW)
    text = text_of(news(client, view=view))
    assert text.startswith("1 new handoff arrived: Pedra, S1")
    assert "came" not in text


def test_who_takes_nothing_from_the_team_is_not_told_of_it(
    client: Client, version: AgreementVersion
) -> None:
    client.force_login(make_user("Maya", team=version.agreement.marketing_team))
    offer(version, "Pedra", NOW)
    assert news(client).headers["HX-Reswap"] == "none"


def test_what_ran_out_meanwhile_is_told(
    client: Client, version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=30), holder=ana)
    offer(version, "Late", NOW - timedelta(days=4), holder=ana)
    due_at = Clock.objects.get(handoff=handoff, clause_key="S1").due_at
    asked = {"since": str((due_at - timedelta(seconds=1)).timestamp())}
    stop_time(monkeypatch, due_at)
    assert news(client, **asked).headers["HX-Reswap"] == "none"

    stop_time(monkeypatch, due_at + timedelta(seconds=2))
    said = "1 handoff became overdue: Paulo, S1, accept or reject 4 h Show ."
    assert text_of(news(client, **asked)).startswith(said)

    offer(version, "Pedra", due_at, holder=ana)
    both = "1 new handoff arrived: Pedra, S1, accept or reject 4 h 1 handoff became overdue: Paulo"
    assert text_of(news(client, **asked)).startswith(both)
    handoffs.accept(handoff=handoff, by=ana, now=due_at + timedelta(seconds=2))
    call(handoff, ana)
    assert "overdue: Paulo" not in text_of(news(client, **asked))


def test_very_many_are_not_counted(
    client: Client, version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.queue.arrivals.MOST", 1)
    monkeypatch.setattr("leads.views.queue.MOST", 1)
    for name in ("One", "Two", "Three"):
        offer(version, name, NOW - timedelta(minutes=30), holder=ana)
    due_at = Clock.objects.filter(clause_key="S1").latest("due_at").due_at
    for name in ("Four", "Five", "Six"):
        offer(version, name, due_at, holder=ana)
        offer(version, f"{name} of the team", due_at)
    stop_time(monkeypatch, due_at + timedelta(seconds=2))
    asked = {"since": str((due_at - timedelta(seconds=1)).timestamp())}
    assert text_of(news(client, **asked)).startswith(
        "More than 1 handoffs arrived More than 1 handoffs became overdue Show . "
        "More than 1 new handoffs came into the team's queue"
    )
