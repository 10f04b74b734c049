"""What tests of the pages about figures start from: September 2026, seen on its 30th at 18:00."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

from django.test import Client

from agreements.models import Agreement, User
from leads.ingest import ingest
from leads.models import Clock
from leads.sweep import record_breaches
from metrics.rollup import roll_up
from tests.factories import Teller, example_terms, local, make_user, make_version
from tests.leads.pages import text_of
from tests.metrics.adjusting import ask_for_exception, sign_blackout
from tests.metrics.worked_examples import REASONS, facts_of_example_5, promise

NOW = local("2026-09-30 18:00")
DASHBOARD = "/agreements/acme/"


def director() -> User:
    """Somebody who reads everything, in the zone of the agreement."""
    return make_user("Marta", is_director=True, time_zone="America/Sao_Paulo")


def agreement_of_september() -> Agreement:
    """Worked example 5 with a volume and a conversion promised besides."""
    agreement = make_version(
        example_terms(
            reasons=REASONS,
            commitments=[
                promise("M1", "marketing", "stage_volume", 150, stage="mql", weight=2),
                promise("M2", "marketing", "acceptance_rate", "0.90"),
                promise("S1", "sales", "acceptance", "0.90", within="3h"),
                promise("S2", "sales", "first_follow_up", "0.90", within="4h"),
                promise("S3", "sales", "customers", 10),
                promise("S4", "sales", "conversion_rate", "0.1", within="10d", **{"from": "mql"}),
            ],
        )
    ).agreement
    won = Teller("won")
    facts = [
        *facts_of_example_5(),
        won.attributes(local("2026-09-02 09:00"), name="Paulo Vasconcelos", company="Ipê"),
        won.stage("mql", local("2026-09-02 10:00")),
        won.stage("customer", local("2026-09-08 10:00")),
    ]
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    record_breaches(now=NOW)
    roll_up(now=NOW)
    return agreement


def excuse_some(agreement: Agreement) -> None:
    """Sign a blackout and approve an exception, so that adjusted figures differ from raw ones."""
    rafael = make_user("Rafael", team=agreement.sales_team, role="lead")
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")
    clock = Clock.objects.filter(clause_key="S2", started_at=local("2026-09-14 09:00")).first()
    assert clock is not None
    ask_for_exception(clock, rafael, helena, NOW, approved=1)
    sign_blackout(agreement, helena, rafael, NOW)


def page_of(client: Client, address: str = DASHBOARD) -> str:
    """Return the words of a page that answers."""
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response)


def title_of(client: Client, address: str = DASHBOARD) -> str:
    """Return the verdict, which is the title."""
    html = client.get(address).content.decode()
    found = re.search(r'<h1 class="verdict">([^<]+)</h1>', html)
    assert found is not None
    return found[1]


def rows_of(client: Client, address: str = DASHBOARD) -> dict[str, str]:
    """Return the words of each commitment's row by its clause key."""
    html = client.get(address).content.decode()
    rows = re.findall(r'<article class="commitment".*?</article>', html, flags=re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).replace("\xa0", " ").split()) for row in rows]
    return {row.split(maxsplit=1)[0]: row for row in words}


def charts_of(client: Client, address: str = DASHBOARD) -> dict[str, Any]:
    """Return what scripts draw, by the id of each chart."""
    html = client.get(address).content.decode()
    found = re.findall(r'<script id="([\w-]+)" type="application/json">(.*?)</script>', html)
    return {name: json.loads(data) for name, data in found if name != "page-words"}


class Counted(NamedTuple):
    """A number on a page and the address of its list."""

    number: int
    href: str


_LINK = re.compile(r'<a\s[^>]*?href="([^"]+)"[^>]*>\s*(?:<strong>)?\s*([\d,]+)\s*<', re.DOTALL)


def numbers_with_lists(html: str) -> Iterator[Counted]:
    """Give every whole number on a page that leads to a list of leads."""
    for href, number in _LINK.findall(html):
        if "/figures/" in href:
            yield Counted(int(number.replace(",", "")), unescape(href))


def length_of_list(client: Client, href: str) -> int:
    """Return how many leads a list says it has."""
    html = client.get(href).content.decode()
    found = re.search(r'id="number-of-leads">\s*([\d,]+)', html)
    assert found is not None, href
    return int(found[1].replace(",", ""))
