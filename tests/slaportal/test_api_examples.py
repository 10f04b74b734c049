"""The examples of the API in the documentation, run as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from agreements.models import Agreement
from leads.models import Clock, Delivery, Handoff, Lead
from metrics.reports import month_report
from metrics.rollup import roll_up
from slaportal.demo import make_company, organise
from tests.at_once import wait_until_changes_are_settled
from tests.servers import home_of_this_process
from tests.slaportal.conftest import PROJECT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here"),
]


@pytest.fixture(autouse=True)
def _demo(transactional_db: None) -> None:
    """Have the demo's people and agreement, and its team's rules in use."""
    now = timezone.now()
    version, invited = make_company(effective_date=(now - timedelta(days=40)).date(), now=now)
    by_name = {one.user.name: one.user for one in invited}
    organise(version, lead=by_name["Rafael Nunes"], reps=by_name, now=now)


def run(page: str, live_server: LiveServer) -> list[Any]:
    """Run the commands of a page one after the other; return what was answered."""
    text = (PROJECT / page).read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    script = "".join(blocks).replace("http://localhost:8000", live_server.url)
    script = script.replace(".venv/bin/python", sys.executable)
    assert script.count("curl ") >= 4
    known = connection.get_connection_params()
    address = f"postgres://{known['user']}@:{known['port']}/{known['dbname']}"
    environment = os.environ | {
        "DATABASE_URL": f"{address}?host={quote(known['host'])}",
        "SLAPORTAL_HOME": str(home_of_this_process()),
        "DJANGO_SETTINGS_MODULE": "slaportal.settings",
    }
    result = subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr + result.stdout
    return list(documents(result.stdout))


def documents(text: str) -> Any:
    """Give each JSON object that a text holds; other lines are left out."""
    decoder, place = json.JSONDecoder(), text.find("{")
    while place != -1:
        found, end = decoder.raw_decode(text, place)
        yield found
        place = text.find("{", end)


def settled(figures: Any) -> Any:
    """Return the same month's figures once no other test holds their counting up."""
    assert figures["agreement"] == "acme-inbound"
    wait_until_changes_are_settled()
    agreement, now = Agreement.objects.get(), timezone.now()
    roll_up(now=now, agreement=agreement)
    return month_report(agreement, figures["period"]["from"][:7], now)


def test_the_readme(live_server: LiveServer) -> None:
    lead, offered, accepted, follow_up, figures = run("README.md", live_server)

    assert lead["facts"]["new_leads"] == 1
    assert (offered["status"], offered["lead_name"]) == ("offered", "Paula Reis")
    holder = Handoff.objects.get().holder
    assert holder is not None
    assert (accepted["status"], accepted["holder"]["name"]) == ("accepted", holder.name)
    assert follow_up["person"]["name"] == holder.name
    figures = settled(figures)
    assert figures["stages"]["mql"]["actual"] == 1
    assert figures["clocks"]["first_follow_up"]["met"] == 1
    assert figures["being_recalculated"] is False


def test_how_to_connect_a_crm(live_server: LiveServer) -> None:
    answers = run("docs/how-to/connect-a-crm.md", live_server)

    lead, many, later, handoff, accepted, called, shown, clocks, breaches, figures = answers
    assert lead["facts"]["new"] == 3
    assert [row["status"] for row in many["leads"]] == ["taken", "rejected"]
    assert later["status"] == "waiting"
    assert Delivery.objects.filter(processed_at=None).count() == 1
    assert (handoff["status"], handoff["external_id"]) == ("offered", "deal-9")
    holder = Handoff.objects.get().holder
    assert holder is not None
    assert (accepted["status"], accepted["holder"]["email"]) == ("accepted", holder.email)
    assert (called["evidence"], called["person"]["name"]) == ("system", holder.name)
    assert shown["standings"][0]["owner"]["name"] == holder.name
    met = Clock.objects.filter(kind="first_follow_up", stopped_at__isnull=False)
    assert met.get().pk in {clock["id"] for clock in clocks["results"]}
    assert breaches["count"] == 0
    assert settled(figures)["stages"]["mql"]["actual"] == 2
    assert Lead.objects.count() == 2
