"""What tests of leads that look like one can ask for."""

import pytest
from django.test import Client

from tests.factories import local, make_user, make_version
from tests.leads.merging.scenes import Scene
from tests.leads.pages import NOW, offer, stop_time


@pytest.fixture
def scene(client: Client, monkeypatch: pytest.MonkeyPatch) -> Scene:
    stop_time(monkeypatch)
    version = make_version()
    rafael = make_user("Rafael", team=version.agreement.sales_team, role="lead")
    at = local("2026-09-08 09:00")
    one = offer(version, "one", at, name="Ana Souza", email="ana@acme.example", city="Santos")
    other = offer(version, "two", NOW, name="Souza, Ana", email="a.souza@acme.example")
    client.force_login(rafael)
    return Scene(version, rafael, client, one.lead, other.lead)
