"""What tests of the pages about figures can ask for."""

import pytest
from django.test import Client

from agreements.models import Agreement
from tests.leads.pages import stop_time
from tests.metrics.pages import NOW, agreement_of_september, director


@pytest.fixture
def september(db: None, monkeypatch: pytest.MonkeyPatch, client: Client) -> Agreement:
    """Have an agreement with figures of September 2026, looked at by a director."""
    stop_time(monkeypatch, NOW)
    agreement = agreement_of_september()
    client.force_login(director())
    return agreement
