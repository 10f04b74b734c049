"""What tests of calls about leads ask for."""

import pytest

from agreements.models import AgreementVersion
from tests.calls import Caller
from tests.factories import make_user, make_version
from tests.leads.pages import stop_time


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """A version in force, with the time stopped."""
    version = make_version()
    stop_time(monkeypatch)
    return version


@pytest.fixture
def hubspot(version: AgreementVersion) -> Caller:
    """The integration of the marketing team."""
    return Caller(make_user("HubSpot", team=version.agreement.marketing_team, role="integration"))
