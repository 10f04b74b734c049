"""Pages are answered as ever while the broker is down."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.ingest import ingest
from leads.models import Change
from slaportal.celery import app
from tests.factories import Teller, local, make_rep, make_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the application at a broker that is not there, with no producer made before."""
    monkeypatch.setitem(app.conf, "broker_url", "redis+socket:///nowhere/valkey.sock")
    monkeypatch.setitem(app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.mark.usefixtures("_no_broker")
def test_it_works(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    version = make_version()
    client.force_login(make_rep("Ana", version.agreement))
    facts = [Teller().event("offered", local("2026-09-04 10:00"))]
    ingest(agreement=version.agreement, facts=facts, by=None, now=local("2026-09-04 10:05"))

    response = client.get(reverse("metrics:dashboard", args=["acme"]), {"month": "2026-09"})

    assert response.status_code == 200
    assert "Being recalculated" in response.content.decode()
    assert "metrics.tasks.roll_up was not asked for" in caplog.text
    assert Change.objects.exists()
