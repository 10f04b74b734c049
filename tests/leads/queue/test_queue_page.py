"""The queue: what somebody follows up next, and what they may see of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion, User
from leads.actions import snoozes
from leads.actions.assignments import reassign
from leads.ingest import ingest
from tests.factories import (
    Teller,
    example_terms,
    local,
    make_rep,
    make_user,
    make_version,
)
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/agreements/acme/queue/"


def names_of(response: Any) -> list[str]:
    """The leads of the rows, in their order."""
    return [str(row.handoff.lead) for group in response.context["groups"] for row in group.rows]


def test_it_works(client: Client, version: AgreementVersion, ana: User) -> None:
    offer(version, "Later", NOW - timedelta(minutes=5), holder=ana, company="Ipê")
    offer(version, "Late", local("2026-09-04 10:00"), holder=ana)
    offer(version, "Soon", local("2026-09-04 15:15"), holder=ana)

    response = client.get(reverse("leads:queue", args=["acme"]))

    assert names_of(response) == ["Late", "Soon", "Later"]
    text = text_of(response)
    assert "Your queue 3 open handoffs" in text
    assert "Overdue 1" in text
    assert "−4 h was due Fri 4 Sep 15:00 Late S1 accept or reject 4 h" in text
    assert "In the next hour 1" in text
    assert "15 min due 10:15 Soon S1 accept or reject 4 h" in text
    assert "Today 1" in text
    assert "3 h 55 due 14:55 Later Ipê S1 accept or reject 4 h" in text
    assert "No touch yet, offered 09:55" in text


def test_who_is_not_to_be_contacted_is_marked(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    lead = offer(version, "Paulo", NOW, holder=ana).lead
    assert "not to be contacted" not in text_of(client.get(QUEUE))
    lead.is_contact_barred = True
    lead.save()
    assert "Paulo not to be contacted" in text_of(client.get(QUEUE))


@pytest.mark.parametrize("page", [QUEUE, "/agreements/acme/leads/"])
def test_long_names_take_two_lines_and_are_told_whole(
    client: Client, version: AgreementVersion, ana: User, page: str
) -> None:
    company = "Genossenschaft" * 7
    offer(version, "Paulo", NOW, holder=ana, company=company)
    html = client.get(page).content.decode()
    assert f'<span class="two-lines" title="{company}">' in html
    assert company in text_of(client.get(page))


def test_tomorrow_and_what_has_no_clock_come_last(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    tell = Teller("Talked")
    offer(version, "Talked", local("2026-09-04 10:00"), holder=ana)
    early = make_version(slug="early", effective_date=NOW.date())
    before = offer(early, "Before", local("2026-09-04 10:00"), holder=ana)
    make_user("Boss", team=early.agreement.sales_team)
    talk = tell.follow_up("conversation", local("2026-09-04 11:00"), external_id="talk")
    ingest(agreement=version.agreement, facts=[talk], by=None, now=NOW)

    response = client.get(QUEUE)

    assert [group.key for group in response.context["groups"]] == ["later"]
    assert "S4 outcome 15 working days" in text_of(response)
    assert "Call Fri 4 Sep 11:00: conversation" in text_of(response)

    early.agreement.sales_team.members.add(ana)
    response = client.get("/agreements/early/queue/")
    assert before.version is None
    assert [group.key for group in response.context["groups"]] == ["no_clock"]
    assert "offered outside any version" in text_of(response)


def test_why_the_lead_qualified(client: Client, version: AgreementVersion, ana: User) -> None:
    scored = make_version(
        example_terms(
            handoff={
                "scoring": [
                    {
                        "when": {"field": "employees", "operator": "at_least", "value": 50},
                        "points": 71,
                    }
                ],
                "threshold": 65,
            },
            tiers=[
                {
                    "key": "vip",
                    "name": "VIP",
                    "when": {"field": "request", "operator": "present"},
                },
                {"key": "basic", "name": "Basic"},
            ],
        ),
        slug="scored",
    )
    scored.agreement.sales_team.members.add(ana)
    offer(scored, "Big", NOW, holder=ana, employees=80, request="demo")
    offer(scored, "Small", NOW, holder=ana, employees=8)

    text = text_of(client.get("/agreements/scored/queue/"))

    assert "VIP demo · score 71, needs 65" in text
    assert "Basic score 0, needs 65 · below the criteria" in text


def test_a_paused_clock_says_so(client: Client, version: AgreementVersion, ana: User) -> None:
    handoff = offer(version, "Paulo", NOW - timedelta(minutes=30), holder=ana)
    tell = Teller("Paulo")
    until = NOW + timedelta(hours=1)
    pause = tell.event("paused", NOW - timedelta(minutes=10), until=until, external_id="p")
    ingest(agreement=version.agreement, facts=[pause], by=None, now=NOW)
    assert handoff.clocks.get(clause_key="S2").pauses

    text = text_of(client.get(f"{QUEUE}?clause=S2"))

    assert "Paused until 11:00 due 15:40" in text


def test_a_rep_sees_their_own_and_the_teams(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    bruno = make_rep("Bruno", version.agreement)
    offer(version, "Mine", NOW, holder=ana)
    offer(version, "Anybody's", NOW)
    offer(version, "Bruno's", NOW, holder=bruno)

    assert names_of(client.get(QUEUE)) == ["Mine"]
    team = client.get(f"{QUEUE}?view=team")
    assert names_of(team) == ["Anybody's"]
    assert "Mine 1 Team 1 Returning 0 Snoozed 0 Runs out first" in text_of(team)
    assert names_of(client.get(f"{QUEUE}?view=all")) == ["Mine"]


@pytest.mark.parametrize(
    ("fields", "side", "role"),
    [
        ({"is_admin": True}, None, ""),
        ({"is_director": True}, None, ""),
        ({}, "marketing", "lead"),
        ({}, "marketing", "member"),
        ({}, "sales", "lead"),
    ],
)
def test_who_reads_all_sees_all(
    client: Client, version: AgreementVersion, fields: dict[str, bool], side: str, role: str
) -> None:
    team = version.agreement.team_of(side) if side else None
    client.force_login(make_user("Reader", team=team, role=role or "member", **fields))
    offer(version, "Anybody's", NOW)
    offer(version, "Bruno's", NOW, holder=make_rep("Bruno", version.agreement))

    response = client.get(f"{QUEUE}?view=all")

    assert sorted(names_of(response)) == ["Anybody's", "Bruno's"]
    assert names_of(client.get(QUEUE)) == names_of(response)
    assert "held by Bruno" in text_of(response)
    assert "in the team's queue" in text_of(response)


def test_filters_in_the_address(client: Client, version: AgreementVersion, ana: User) -> None:
    offer(version, "Paid", NOW, holder=ana, origin="paid search")
    offer(version, "Fair", NOW, holder=ana, origin="fair")

    response = client.get(f"{QUEUE}?origin=fair")

    assert names_of(response) == ["Fair"]
    assert "1 open handoff" in text_of(response)
    assert response.context["chips"] == [{"label": "Origin", "value": "fair", "remove_href": "?"}]
    assert names_of(client.get(f"{QUEUE}?tier=vip")) == []
    assert "No handoff fits these filters" in text_of(client.get(f"{QUEUE}?tier=vip"))
    by_clause = client.get(f"{QUEUE}?clause=S4")
    assert len(names_of(by_clause)) == 2
    assert "S4 outcome 15 working days" in text_of(by_clause)
    assert names_of(client.get(f"{QUEUE}?clause=%00")) == names_of(client.get(QUEUE))


def test_pages_cost_the_same_however_many_handoffs(
    client: Client,
    version: AgreementVersion,
    ana: User,
    django_assert_max_num_queries: Any,
) -> None:
    offer(version, "L0", NOW, holder=ana)
    with django_assert_max_num_queries(12) as few:
        client.get(QUEUE)
    for number in range(1, 41):
        offer(version, f"L{number}", NOW, holder=ana)
    with django_assert_max_num_queries(12) as many:
        first = client.get(QUEUE)

    assert len(few) == len(many)
    assert len(names_of(first)) == 25
    assert len(names_of(client.get(f"{QUEUE}?page=2"))) == 16
    assert len(names_of(client.get(f"{QUEUE}?page=99"))) == 16


def test_a_swap_gets_only_the_list(client: Client, version: AgreementVersion, ana: User) -> None:
    offer(version, "Paulo", NOW, holder=ana)

    response = client.get(QUEUE, headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert "Paulo" in text_of(response)
    assert "HX-Request" in response.headers["Vary"]


def test_nothing_waits(client: Client, version: AgreementVersion, ana: User) -> None:
    offer(version, "Anybody's", NOW)
    done = offer(version, "Done", NOW - timedelta(hours=1), holder=ana)
    tell = Teller("Done")
    facts = [
        tell.event("rejected", NOW, reason="wrong_data", person_id=ana.pk, external_id="r"),
    ]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)
    done.refresh_from_db()
    assert done.status == "rejected"

    text = text_of(client.get(QUEUE))

    assert "Nothing waits for you" in text
    assert "Take one from the team's queue" in text
    assert "Unassigned in the team 1, first due 15:00" in text
    assert "Met today 1 of 1" in text


def test_an_empty_queue_says_only_what_is_known(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    given = offer(version, "Given away", NOW, holder=ana)
    bruno = make_rep("Bruno", version.agreement)
    boss = make_user("Boss", team=version.agreement.sales_team, role="lead")
    reassign(handoff=given, holder=bruno, seen_holder_id=ana.pk, by=boss, now=NOW)
    assert "No handoff is open for you. New ones appear here." in text_of(client.get(QUEUE))

    aside = offer(version, "Aside", NOW, holder=ana)
    snoozes.snooze(handoff=aside, until=NOW + timedelta(hours=1), by=ana, now=NOW)
    said = "All that is open for you is put aside. New ones appear here."
    assert said in text_of(client.get(QUEUE))


def test_the_badge_counts_what_is_overdue(
    client: Client, version: AgreementVersion, ana: User
) -> None:
    long_ago = local("2026-01-02 10:00")
    offer(version, "Late", long_ago, holder=ana)
    offer(version, "Anybody's", long_ago)

    for address in (QUEUE, "/agreements/acme/leads/"):
        assert "Queue 1 overdue" in text_of(client.get(address))


def test_strangers_find_nothing(client: Client, version: AgreementVersion) -> None:
    assert client.get(QUEUE).status_code == 302
    client.force_login(make_user("Stranger"))
    assert client.get(QUEUE).status_code == 404
    assert client.get("/agreements/nowhere/queue/").status_code == 404


def test_a_queue_is_only_read(client: Client, version: AgreementVersion, ana: User) -> None:
    assert client.post(QUEUE).status_code == 405
