"""The leads behind a figure, and the breaches of a month, as pages."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.actions import merges
from leads.ingest import ingest
from leads.models import Breach, Handoff, Lead
from leads.sweep import record_breaches
from metrics.rollup import roll_up
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.pages import offer, text_of
from tests.metrics.pages import NOW, length_of_list

pytestmark = pytest.mark.django_db

FIGURES = "/agreements/acme/figures"
BREACHES = "/agreements/acme/breaches/"


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def rows_in(html: str) -> list[str]:
    """Return the words of each row of the page's table."""
    body = html.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    rows = re.findall(r"<tr.*?</tr>", body, flags=re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def tabs_in(html: str) -> dict[str, tuple[str, int]]:
    """Return the address and the count of each tab."""
    tabs = html.split('<nav class="tabs"')[1].split("</nav>", maxsplit=1)[0]
    found = re.findall(
        r'href="([^"]+)"[^>]*>\s*([^<]+?)\s*<span class="count">([\d,]+)', tabs, flags=re.DOTALL
    )
    return {name: (unescape(href), int(number.replace(",", ""))) for href, name, number in found}


# -- the leads behind a figure


def test_it_works(september: Agreement, client: Client) -> None:
    html = html_of(client, f"{FIGURES}/S2/")
    assert "First follow-up within 4 h, in 90%." in text_of(client.get(f"{FIGURES}/S2/"))
    assert 'href="/agreements/acme/document/1/#S2"' in html
    assert len(rows_in(html)) == 50
    assert "1 to 50 of 103" in html
    assert rows_in(html_of(client, f"{FIGURES}/S2/?page=3"))[-1].startswith("#")


def test_every_part_has_a_list_as_long_as_it_says(september: Agreement, client: Client) -> None:
    for key in ("M1", "M2", "S1", "S2", "S3", "S4", "stage.mql", "clock.acceptance", "handoffs"):
        tabs = tabs_in(html_of(client, f"{FIGURES}/{key}/"))
        assert tabs, key
        for name, (href, number) in tabs.items():
            assert length_of_list(client, href) == number, (key, name)


def test_a_row_leads_to_the_clock_that_explains_it(september: Agreement, client: Client) -> None:
    html = html_of(client, f"{FIGURES}/S2/?part=unanswered")
    href = unescape(re.findall(r'class="lead-name" href="([^"]+)"', html)[0])
    assert re.fullmatch(r"/agreements/acme/leads/\d+/\?handoff=\d+&clock=S2\.0", href)
    assert "A first follow-up is promised within 4 h" in text_of(client.get(href))
    row = rows_in(html)[0]
    assert "Overdue" in row
    assert "so far" in row


def test_days_narrow_a_figure_and_can_be_removed(september: Agreement, client: Client) -> None:
    address = f"{FIGURES}/M1/?month=2026-09&from=2026-09-03&to=2026-09-03"
    html = html_of(client, address)
    assert "Thu 3 Sep" in html
    assert 0 < length_of_list(client, address) < 121
    assert 'href="?month=2026-09"' in html
    assert length_of_list(client, f"{FIGURES}/M1/?month=2026-09") == 121


def test_rejections_of_a_reason(september: Agreement, client: Client) -> None:
    address = f"{FIGURES}/handoffs/?part=reason.duplicate"
    assert length_of_list(client, address) == 5
    assert all("duplicate" in row for row in rows_in(html_of(client, address)))


def test_an_empty_part_says_so(september: Agreement, client: Client) -> None:
    assert "No lead is behind this figure" in html_of(client, f"{FIGURES}/S2/?part=given_up")


def test_what_is_no_figure_is_not_found(september: Agreement, client: Client) -> None:
    for address in (
        "X9/",
        "stage.nowhere/?part=late",
        "S2/?part=nothing",
        "S2/?part=used.x-y",
        "M1/?part=used.0-60",
        "S2/?part=reason.duplicate",
        "S2/?from=yesterday",
        "S2/?month=2026-13",
    ):
        assert client.get(f"{FIGURES}/{address}").status_code == 404, address


def test_a_rep_finds_a_row_for_each_lead_but_names_only_of_their_own(
    september: Agreement, client: Client
) -> None:
    ana, bruno = make_rep("Ana", september), make_rep("Bruno", september)
    version = september.versions.get()
    offer(version, "Mine", local("2026-09-22 10:00"), holder=ana)
    offer(version, "Theirs", local("2026-09-22 10:00"), holder=bruno)
    roll_up(now=NOW)
    client.force_login(ana)

    html = html_of(client, f"{FIGURES}/M1/?month=2026-09&from=2026-09-22&to=2026-09-22")

    words = rows_in(html)
    assert sum("Mine" in row for row in words) == 1
    assert sum("A colleague's lead" in row for row in words) == 1
    assert "Theirs" not in html
    assert "Held by" not in html
    assert "those that colleagues hold have no name here" in html


def test_a_merged_lead_is_named_as_the_one_that_is_kept(
    september: Agreement, client: Client
) -> None:
    ana = make_rep("Ana", september)
    version = september.versions.get()
    for name in ("Kept", "Merged"):
        offer(version, name, local("2026-09-22 10:00"), holder=ana)
    kept, merged = (Lead.objects.get(name=name) for name in ("Kept", "Merged"))
    merges.merge(kept=kept, merged=merged, by=ana, now=local("2026-09-23 10:00"))
    roll_up(now=NOW)
    client.force_login(ana)

    html = html_of(client, f"{FIGURES}/S2/?month=2026-09&from=2026-09-22&to=2026-09-22")

    assert "Merged" not in html
    assert html.count(f"/leads/{kept.pk}/") == len(rows_in(html)) == 2


def test_who_held_a_lead_is_for_those_who_may_know(september: Agreement, client: Client) -> None:
    ana = make_rep("Anastasia", september)
    offer(september.versions.get(), "Lydia", local("2026-09-22 10:00"), holder=ana)
    roll_up(now=NOW)
    address = f"{FIGURES}/S2/?month=2026-09&from=2026-09-22&to=2026-09-22"
    assert "Anastasia" in html_of(client, address)
    client.force_login(make_user("Helena", team=september.marketing_team, role="lead"))
    html = html_of(client, address)
    assert "Lydia" in html
    assert "Anastasia" not in html


def test_queries_of_a_list_do_not_grow_with_it(
    september: Agreement, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(45):
        html_of(client, f"{FIGURES}/S2/")
    for number in range(30):
        offer(september.versions.get(), f"more-{number}", local("2026-09-04 09:00"))
    roll_up(now=NOW)
    with django_assert_max_num_queries(45):
        html = html_of(client, f"{FIGURES}/S2/")
    assert "more-" in html


def test_who_is_not_to_be_contacted_is_marked(september: Agreement, client: Client) -> None:
    offer(september.versions.get(), "Lydia", local("2026-09-28 10:00"))
    Lead.objects.filter(name="Lydia").update(is_contact_barred=True)
    roll_up(now=NOW)
    for address in (f"{FIGURES}/S2/?month=2026-09&from=2026-09-28&to=2026-09-28", BREACHES):
        rows = rows_in(html_of(client, address))
        assert {"not to be contacted" in row for row in rows if row.startswith("Lydia")} == {True}
        assert "not to be contacted" not in " ".join(row for row in rows if "Lydia" not in row)


# -- the breaches of a month


def test_breaches_show_who_was_late_by_how_much(september: Agreement, client: Client) -> None:
    ana = make_rep("Ana", september)
    offer(september.versions.get(), "Late", local("2026-09-28 10:00"), holder=ana, company="Ipê")
    record_breaches(now=NOW)

    rows = rows_in(html_of(client, BREACHES))

    # Offered on Monday at 10:00: due at 15:00, open for 3 h more and 16 h until Wednesday 18:00.
    row = next(row for row in rows if row.startswith("Late Ipê S2"))
    assert row == "Late Ipê S2 2 d 3 h Mon 28 Sep 15:00 Overdue Ana"


def test_a_breach_that_no_sweep_has_recorded_is_late_all_the_same(
    september: Agreement, client: Client
) -> None:
    before = tabs_in(html_of(client, BREACHES))["Standing"][1]
    offer(september.versions.get(), "Unseen", local("2026-09-28 10:00"))
    assert not Breach.objects.filter(handoff__lead__name="Unseen").exists()

    html = html_of(client, BREACHES)

    assert sum("Unseen" in row for row in rows_in(html)) == 2
    assert tabs_in(html)["Standing"][1] == before + 2
    record_breaches(now=NOW)
    assert tabs_in(html_of(client, BREACHES))["Standing"][1] == before + 2


def test_a_withdrawn_breach_is_shown_apart(september: Agreement, client: Client) -> None:
    offer(september.versions.get(), "Saved", local("2026-09-28 10:00"))
    record_breaches(now=NOW)
    tell = Teller("Saved", source="telephone")
    fact = tell.follow_up("answered", local("2026-09-28 10:30"))
    ingest(agreement=september, facts=[replace(fact, lead=Teller("Saved").lead)], by=None, now=NOW)

    html = html_of(client, BREACHES)

    assert not any("Saved" in row for row in rows_in(html))
    href, number = tabs_in(html)["Withdrawn"]
    withdrawn = rows_in(html_of(client, BREACHES + href))
    assert number == len(withdrawn) == 2
    assert all("Saved" in row and "Withdrawn" in row for row in withdrawn)


def test_breaches_are_filtered_by_the_address(september: Agreement, client: Client) -> None:
    ana = make_rep("Ana", september)
    offer(september.versions.get(), "Hers", local("2026-09-28 10:00"), holder=ana)
    every = tabs_in(html_of(client, BREACHES))["Standing"][1]
    of_s1 = tabs_in(html_of(client, f"{BREACHES}?clause=S1"))["Standing"][1]
    of_s2 = tabs_in(html_of(client, f"{BREACHES}?clause=S2"))["Standing"][1]
    assert of_s1 + of_s2 == every
    assert 0 < of_s1 < every
    assert tabs_in(html_of(client, f"{BREACHES}?party=marketing"))["Standing"][1] == 0
    html = html_of(client, f"{BREACHES}?holder={ana.pk}")
    assert all("Hers" in row for row in rows_in(html))
    assert "Held by: <strong>Ana</strong>" in html
    assert tabs_in(html_of(client, f"{BREACHES}?holder=none"))["Standing"][1] == every - 2
    assert tabs_in(html_of(client, f"{BREACHES}?holder=x&party=y"))["Standing"][1] == every


def test_a_holder_is_no_filter_for_who_may_not_know(september: Agreement, client: Client) -> None:
    ana = make_rep("Anastasia", september)
    offer(september.versions.get(), "Hers", local("2026-09-28 10:00"), holder=ana)
    every = tabs_in(html_of(client, BREACHES))["Standing"][1]
    client.force_login(make_user("Helena", team=september.marketing_team, role="lead"))

    html = html_of(client, f"{BREACHES}?holder={ana.pk}")

    assert tabs_in(html)["Standing"][1] == every
    assert 'name="holder"' not in html
    assert "Anastasia" not in html


def test_breaches_are_paged(september: Agreement, client: Client) -> None:
    version = september.versions.get()
    for number in range(30):
        offer(version, f"more-{number}", local("2026-09-28 10:00"))
    first = html_of(client, BREACHES)
    assert len(rows_in(first)) == 50
    assert 'href="?page=2"' in first
    total = tabs_in(first)["Standing"][1]
    assert len(rows_in(html_of(client, f"{BREACHES}?page=2"))) == total - 50


def test_a_month_without_breaches_says_so(september: Agreement, client: Client) -> None:
    html = html_of(client, f"{BREACHES}?month=2026-07")
    assert "No breach here" in html
    assert 'href="/agreements/acme/?month=2026-07"' in html


def test_an_excused_breach_says_so(september: Agreement, client: Client) -> None:
    handoff = offer(september.versions.get(), "Excused", local("2026-09-28 10:00"))
    record_breaches(now=NOW)
    person = User.objects.get(name="Marta")
    handoff.exceptions.create(
        clause_key="S2", reason="outage", asked_by=person, asked_at=NOW, is_approved=True,
        decided_by=person, decided_at=NOW,
    )  # fmt: skip
    rows = [row for row in rows_in(html_of(client, BREACHES)) if row.startswith("Excused")]
    assert sorted(row.split()[1] for row in rows) == ["S1", "S2"]
    assert any("S2" in row and "Excused the team" in row for row in rows)


def test_queries_of_breaches_do_not_grow(
    september: Agreement, client: Client, django_assert_num_queries: Any
) -> None:
    client.get(BREACHES)
    with django_assert_num_queries(13):
        client.get(BREACHES)
    for number in range(10):
        offer(september.versions.get(), f"more-{number}", local("2026-09-28 10:00"))
    with django_assert_num_queries(13):
        client.get(BREACHES)


def test_leads_of_another_agreement_are_not_in_the_list(
    september: Agreement, client: Client
) -> None:
    other = make_version(slug="other")
    offer(other, "Elsewhere", local("2026-09-28 10:00"))
    assert Lead.objects.filter(name="Elsewhere").exists()
    assert Handoff.objects.filter(agreement=other.agreement).count() == 1
    roll_up(now=NOW)
    assert "Elsewhere" not in html_of(client, BREACHES)
    assert "Elsewhere" not in html_of(client, f"{FIGURES}/handoffs/?page=1")
