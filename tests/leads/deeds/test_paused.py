"""How long handoffs were paused in all, and where that is seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agreements.models import AgreementVersion, User
from leads.actions import follow_ups, pauses
from leads.deeds.paused import paused
from leads.models import Handoff
from tests.factories import local, make_rep, make_user, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_sao_paulo")]

PAGE = "/agreements/acme/leads/paused/"
DASHBOARD = "/agreements/acme/"


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    stop_time(monkeypatch)
    return make_version(dealing_terms(pause={"max": "2bd"}))


@pytest.fixture
def ana(version: AgreementVersion) -> User:
    return make_rep("Ana", version.agreement)


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana at nine."""
    return offer(version, "Paulo", local("2026-09-08 09:00"), holder=ana)


def pause(handoff: Handoff, by: User, start: str, end: str) -> None:
    pauses.pause(handoff=handoff, reason="asked", until=local(end), by=by, now=local(start))


def test_it_works(handoff: Handoff, ana: User) -> None:
    rafael = make_rep("Rafael", handoff.agreement)
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-08 11:00")
    pause(handoff, rafael, "2026-09-08 14:00", "2026-09-08 18:00")
    pauses.resume(handoff=handoff, by=ana, now=local("2026-09-08 14:30"))

    found = paused(handoff, local("2026-09-08 17:00"))

    assert found is not None
    assert (found.times, found.length) == (2, timedelta(minutes=90))
    assert (
        found.sentence
        == "Paused 2 times for 1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30 in all, by Ana, Rafael."
    )
    assert (found.running, found.warning) == (None, "")


def test_what_runs_now_counts_up_to_now(handoff: Handoff, ana: User) -> None:
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-09 10:00")
    found = paused(handoff, local("2026-09-08 11:00"))
    assert found is not None
    assert found.length == timedelta(hours=1)
    assert found.running is not None


def test_the_lead_page_says_it_before_how_some_clocks_ended(
    client: Client, version: AgreementVersion, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offer(version, "Paulo", local("2026-09-03 09:00"), holder=ana)
    follow_ups.log(
        handoff=handoff, channel="call", outcome="conversation", occurred_at=NOW, by=ana, now=NOW
    )
    client.force_login(ana)
    assert client.get(handoff.get_absolute_url()).context["badge"] == {"status": "breached"}

    pause(handoff, ana, "2026-09-08 11:00", "2026-09-09 10:00")
    stop_time(monkeypatch, local("2026-09-08 12:00"))

    shown = client.get(handoff.get_absolute_url()).context
    assert {card.status for card in shown["cards"]} >= {"breached", "paused"}
    assert shown["badge"] == {"status": "paused"}


def test_one_that_never_was(handoff: Handoff) -> None:
    assert paused(handoff, NOW) is None


def test_more_than_one_pause_may_last_is_too_much(handoff: Handoff, ana: User) -> None:
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-10 10:00")
    pause(handoff, ana, "2026-09-10 11:00", "2026-09-14 10:00")
    found = paused(handoff, local("2026-09-14 10:00"))
    assert found is not None
    assert found.is_too_much
    assert "a pause may last by the terms" in found.warning


def test_longer_than_it_ran_is_too_much(ana: User, version: AgreementVersion) -> None:
    other = make_version(dealing_terms(), slug="other")
    bruno = make_rep("Bruno", other.agreement)
    handoff = offer(other, "Rita", local("2026-09-08 09:00"), holder=bruno)
    pause(handoff, bruno, "2026-09-08 09:30", "2026-09-11 10:00")
    early, late = (paused(handoff, local(f"2026-09-{day} 16:00")) for day in ("08", "10"))
    assert early is not None
    assert late is not None
    assert not early.is_too_much
    assert late.warning.startswith("That is longer than its clocks ran")


def test_the_page_and_the_lead_tell(
    client: Client, handoff: Handoff, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-10 10:00")
    pause(handoff, ana, "2026-09-10 11:00", "2026-09-14 10:00")
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-11 16:00"))
    client.force_login(make_user("Júlia", team=handoff.agreement.marketing_team, role="lead"))

    listed = text_of(client.get(PAGE))
    shown = text_of(client.get(f"/agreements/acme/leads/{handoff.lead_id}/"))

    assert "1 handoff is paused too much." in listed
    assert "Asked by the customer" in listed
    assert "This handoff is paused too much. Paused 2 times for" in shown
    assert "Paused now, until" in shown


def test_why_it_was_paused_is_kept_when_the_pause_is_over(
    client: Client, handoff: Handoff, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-08 11:00")
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-08 12:00"))
    client.force_login(make_user("Júlia", team=handoff.agreement.marketing_team, role="lead"))
    assert "runs again since Tue 8 Sep 14:00 Asked by the customer" in text_of(client.get(PAGE))


def test_until_when_a_pause_was_meant_is_told_when_somebody_ended_it(
    client: Client, handoff: Handoff, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-09 11:00")
    boss = make_user("Boss", team=handoff.agreement.sales_team, role="lead")
    pauses.resume(handoff=handoff, by=boss, now=local("2026-09-08 10:30"))
    pause(handoff, boss, "2026-09-08 14:00", "2026-09-10 11:00")
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-08 16:00"))
    client.force_login(boss)
    assert "Ana paused by Boss" in text_of(client.get(PAGE))
    assert "2 times" in text_of(client.get(PAGE))
    pauses.resume(handoff=handoff, by=ana, now=local("2026-09-08 15:30"))
    assert "runs again it was meant until Thu 10 Sep 14:00" in text_of(client.get(PAGE))
    lead = text_of(client.get(f"/agreements/acme/leads/{handoff.lead_id}/"))
    assert "The latest was meant until Thu 10 Sep 14:00 and was ended" in lead


def test_too_much_is_told_where_one_begins_the_day_and_beside_the_page(
    client: Client, handoff: Handoff, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("Rafael", team=handoff.agreement.sales_team, role="lead"))
    for page, asks in ((DASHBOARD, "paused-note"), ("/agreements/acme/leads/", "paused-count")):
        html = client.get(page).content.decode()
        assert f'id="{asks}" hx-get="{PAGE}"' in " ".join(html.split())
        headers = {"HX-Request": "true", "HX-Target": asks}
        assert text_of(client.get(PAGE, headers=headers)) == ""
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-10 10:00")
    pause(handoff, ana, "2026-09-10 11:00", "2026-09-14 10:00")
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-11 16:00"))
    for asks in ("paused-note", "paused-count"):
        headers = {"HX-Request": "true", "HX-Target": asks}
        part = client.get(PAGE, headers=headers)
        assert "1 handoff is paused too much." in text_of(part)
        assert "<html" not in part.content.decode()
    client.force_login(ana)
    assert "paused-note" not in client.get(DASHBOARD).content.decode()


def test_all_are_counted_and_what_is_too_much_is_listed(
    client: Client, handoff: Handoff, ana: User, version: AgreementVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The oldest is paused too much; those offered after it were paused for a moment."""
    pause(handoff, ana, "2026-09-08 10:00", "2026-09-10 10:00")
    pause(handoff, ana, "2026-09-10 11:00", "2026-09-14 10:00")
    for name in ("Rita", "Rui"):
        later = offer(version, name, local("2026-09-11 09:00"), holder=ana)
        pause(later, ana, "2026-09-11 09:10", "2026-09-11 09:20")
    monkeypatch.setattr(timezone, "now", lambda: local("2026-09-11 16:00"))
    monkeypatch.setattr("leads.views.paused.MOST", 2)
    client.force_login(make_user("Júlia", team=version.agreement.marketing_team, role="lead"))

    text = text_of(client.get(PAGE))

    assert "1 handoff is paused too much." in text
    assert "2 of 3 are listed: first what is paused too much" in text
    assert "Paulo" in text


def test_the_page_asks_little(
    client: Client,
    handoff: Handoff,
    ana: User,
    version: AgreementVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("Rita", "Rui", "Rosa"):
        pause(
            offer(version, name, local("2026-09-08 09:00"), holder=ana),
            ana, "2026-09-08 09:10", "2026-09-08 11:00",
        )  # fmt: skip
    client.force_login(make_user("Júlia", team=version.agreement.marketing_team, role="lead"))
    with django_assert_max_num_queries(17):
        text = text_of(client.get(PAGE))
    assert "Rosa" in text


def test_nobody_paused(client: Client, version: AgreementVersion) -> None:
    client.force_login(make_user("Rafael", team=version.agreement.sales_team, role="lead"))
    assert "No open handoff was paused" in text_of(client.get(PAGE))


def test_reps_may_not(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert client.get(PAGE).status_code == 403
