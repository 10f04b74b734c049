"""The dashboard: its verdict, its rows, its charts, and who may see what of them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agreements.models import Agreement, CalendarRevision, Membership
from leads.ingest import ingest
from leads.models import Change
from leads.rebuild import rebuild
from metrics.rollup import rebuild_roll_ups, roll_up
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.pages import stop_time
from tests.metrics.pages import (
    DASHBOARD,
    NOW,
    charts_of,
    excuse_some,
    length_of_list,
    numbers_with_lists,
    page_of,
    rows_of,
    title_of,
)

pytestmark = pytest.mark.django_db

QUERIES = 18


def test_it_works(september: Agreement, client: Client) -> None:
    assert title_of(client) == "Neither side keeps the agreement so far"
    text = page_of(client)
    assert "September 2026" in text
    assert "Times are shown in the zone" in text
    rows = rows_of(client)
    assert list(rows) == ["M1", "M2", "S1", "S2", "S3", "S4"]
    assert "Target 150 Actual 121 Attained 81%" in rows["M1"]
    assert "29 behind pace." in rows["M1"]
    assert "Off track" in rows["M1"]
    assert "Target 90% Actual 91.7% Attained 102% Pace –" in rows["M2"]
    assert "9 of 108 decided were rejected, 8 are undecided." in rows["M2"]
    contests = "Contests decided: 5, overturned: 3 (60%), which is 18.8% of all rejections."
    assert contests in rows["M2"]
    assert "It can still end between 85.3% and 94.0%." in rows["M2"]
    assert "On track" in rows["M2"]
    assert "Win 10 customers a month" in rows["S3"]
    assert "1 of 115 became Customer within 10 days. 6 still have time" in rows["S4"]


def test_a_missed_clock_says_what_became_of_it(september: Agreement, client: Client) -> None:
    row = rows_of(client)["S2"]
    assert "First follow-up within 4 h, in 90%" in row
    assert "17 of 103 missed it: 11 late, 6 still not done. 7 are not due yet." in row


def test_every_number_leads_to_a_list_as_long_as_it_says(
    september: Agreement, client: Client
) -> None:
    html = client.get(DASHBOARD).content.decode()

    counted = set(numbers_with_lists(html))

    assert len(counted) > 25
    differing = [
        (each, found)
        for each in sorted(counted)
        if (found := length_of_list(client, each.href)) != each.number
    ]
    assert differing == []


def test_bars_lead_to_lists_as_long_as_they_are_high(september: Agreement, client: Client) -> None:
    charts = charts_of(client)
    bars = [(day["actual"], day["href"]) for day in charts["volume-M1"]["days"] if day["href"]] + [
        (each["count"], each["href"]) for each in charts["responses-S2"]["bins"]
    ]

    assert sum(number > 0 for number, _ in bars) > 10
    assert [number for number, href in bars if length_of_list(client, href) != number] == []


def test_the_volume_is_drawn_against_the_straight_line(
    september: Agreement, client: Client
) -> None:
    chart = charts_of(client)["volume-M1"]
    # 21 working days: the 7th is Independence Day.
    assert len(chart["days"]) == 21
    assert chart["days"][0]["goal"] == pytest.approx(150 / 21)
    assert chart["days"][-1]["cumulative"] == 121
    assert chart["goal_label"] == "goal 150"
    assert chart["today"] == 20
    assert chart["today_note"] == "29 behind pace"


def test_the_distribution_has_the_promise_between_its_bins(
    september: Agreement, client: Client
) -> None:
    chart = charts_of(client)["responses-S2"]
    place = chart["promise"]["at"]
    assert chart["edges"][int(place)].replace("\xa0", " ") == "4 h"
    assert [each["is_late"] for each in chart["bins"]][: int(place)] == [False] * int(place)
    assert chart["bins"][-1]["is_open"]
    assert sum(each["count"] for each in chart["bins"]) == 103
    text = page_of(client)
    assert "Followed up or overdue 103 Still unanswered 6" in text


def test_adjusted_figures_stand_under_raw_ones_and_change_places(
    september: Agreement, client: Client
) -> None:
    excuse_some(september)
    rebuild(now=NOW)
    rebuild_roll_ups(now=NOW)
    raw, adjusted = rows_of(client)["S2"], rows_of(client, f"{DASHBOARD}?figures=adjusted")["S2"]
    actual = re.search(r"Actual ([\d.]+%) adj\. ([\d.]+%)", raw)
    assert actual is not None
    assert float(actual[1][:-1]) < float(actual[2][:-1])
    assert f"Actual {actual[2]} raw {actual[1]}" in adjusted


def test_the_score_says_how_it_is_made(september: Agreement, client: Client) -> None:
    text = page_of(client)
    assert "How the score is made" in text
    # (2 × 121/150 + 1) ÷ 3
    assert "87 of 100" in text
    assert "M1 2 81% M2 1 100%" in text


def test_a_projection_says_how_it_was_made(
    september: Agreement, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_time(monkeypatch, local("2026-09-16 12:00"))
    text = page_of(client)
    assert "Will M1 be kept?" in text
    assert re.search(r"80% interval \d+–\d+", text)
    assert "Needed a working day" in text
    assert "Made from the pace per working hour of this period so far" in text
    chart = charts_of(client)["volume-M1"]
    ahead = chart["projection"]
    assert ahead["low"] <= ahead["end"] <= ahead["high"]


def test_breaches_lead_to_the_clock_that_explains_them(
    september: Agreement, client: Client
) -> None:
    html = client.get(DASHBOARD).content.decode()
    table = html.split('class="data-table breach-table"')[1].split("</table>")[0]
    links = [
        link.replace("&amp;", "&")
        for link in re.findall(r'class="lead-name" href="([^"]+)"', table)
    ]
    assert len(links) == 6
    assert all(re.search(r"\?handoff=\d+&clock=S[12]\.0$", link) for link in links)
    assert client.get(links[0]).status_code == 200


# -- freshness


def test_pages_say_when_something_is_still_counted(september: Agreement, client: Client) -> None:
    assert "Updated 0 min ago" in page_of(client).replace("\xa0", " ")
    Change.objects.create(agreement=september, local_date=NOW.date())
    assert "Being recalculated" in page_of(client)
    roll_up(now=NOW)
    assert "Being recalculated" not in page_of(client)


def test_an_unsettled_revision_of_the_calendar_is_being_recalculated(
    september: Agreement, client: Client
) -> None:
    CalendarRevision.objects.update(settled_at=None)
    assert "Being recalculated" in page_of(client)
    CalendarRevision.objects.update(settled_at=NOW)
    assert "Being recalculated" not in page_of(client)


# -- who may see what


@pytest.mark.parametrize("name", ["dashboard", "breaches", "live"])
def test_a_stranger_finds_nothing(september: Agreement, client: Client, name: str) -> None:
    other = make_version(slug="other").agreement
    client.force_login(make_rep("Zoe", other))
    assert client.get(reverse(f"metrics:{name}", args=["acme"])).status_code == 404
    assert client.get(reverse("metrics:behind", args=["acme", "S2"])).status_code == 404


def test_who_is_not_signed_in_is_asked_to(september: Agreement, client: Client) -> None:
    client.logout()
    assert client.get(DASHBOARD).headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("side", "role", "sees"),
    [
        ("sales", "lead", True),
        ("sales", "member", False),
        ("marketing", "lead", False),
        ("marketing", "member", False),
    ],
)
def test_who_held_a_breach_is_for_those_who_may_know(
    september: Agreement, client: Client, side: str, role: str, sees: bool
) -> None:
    person = make_user("Kim", team=september.team_of(side), role=role)
    assert Membership.objects.filter(user=person).exists()
    client.force_login(person)
    text = page_of(client)
    assert ("Who held it" in text) is sees
    assert ("Charged to" in text) is not sees


def test_a_month_that_is_none_is_not_found(september: Agreement, client: Client) -> None:
    for month in ("2026-13", "september", "2026-Q3", "0001-01", "9999-12", "2026"):
        assert client.get(DASHBOARD, {"month": month}).status_code == 404, month


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_it_is_read_in_every_language(september: Agreement, client: Client, language: str) -> None:
    client.force_login(make_user("Leo", is_director=True, language=language))
    response = client.get(DASHBOARD)
    assert response.status_code == 200
    with translation.override(language):
        assert response.headers["Content-Language"] == language


# -- the figures beside the clauses


def test_the_document_asks_once_for_the_figures_beside_its_clauses(
    september: Agreement, client: Client
) -> None:
    html = client.get("/agreements/acme/document/").content.decode()
    asked = re.findall(r'hx-get="([^"]+)"', html)
    assert asked == ["/agreements/acme/live/?version=1"]

    answer = client.get(asked[0]).content.decode()

    assert re.findall(r'id="(live-\w+)"', answer) == [
        f"live-{key}" for key in ("M1", "M2", "S1", "S2", "S3", "S4")
    ]
    assert answer.count('hx-swap-oob="true"') == 6
    assert "121 of 150" in answer
    assert "Off track, pace 81%" in answer
    assert "On track, September" in answer
    for key in ("M1", "S4"):
        assert f'id="live-{key}"' in html


def test_another_version_gets_no_figures(september: Agreement, client: Client) -> None:
    assert "live-" not in client.get("/agreements/acme/live/?version=2").content.decode()


# -- what it costs


def test_queries_do_not_grow_with_the_leads(
    september: Agreement, client: Client, django_assert_num_queries: Any
) -> None:
    client.get(DASHBOARD)
    with django_assert_num_queries(QUERIES):
        client.get(DASHBOARD)
    for number in range(40):
        tell, at = Teller(f"more-{number}"), local("2026-09-04 09:00")
        facts = [tell.event("offered", at), tell.event("assigned", at, to_queue=True)]
        ingest(agreement=september, facts=facts, by=None, now=NOW)
    roll_up(now=NOW)
    client.get(DASHBOARD)
    with django_assert_num_queries(QUERIES):
        client.get(DASHBOARD)
