"""What every test about leads can ask for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from agreements.models import Agreement, AgreementVersion, User
from leads.models import Handoff
from tests.calls import Caller
from tests.factories import make_user, make_version
from tests.leads.importing.files import MAPPING
from tests.leads.pages import NOW, offer, stop_time


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own to run commands in, with a mapping for the files of the tests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(MAPPING)
    return tmp_path


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> AgreementVersion:
    """The agreement of the worked examples, at the moment at which pages are looked at."""
    stop_time(monkeypatch)
    return make_version()


@pytest.fixture
def agreement(version: AgreementVersion) -> Agreement:
    return version.agreement


@pytest.fixture
def admin(version: AgreementVersion) -> User:
    return make_user("Adela", is_admin=True)


@pytest.fixture
def rafael(version: AgreementVersion, client: Client) -> User:
    """The sales lead, who reads every lead, signed in."""
    team = version.agreement.sales_team
    rafael = make_user("Rafael", team=team, role="lead", time_zone="America/Sao_Paulo")
    client.force_login(rafael)
    return rafael


@pytest.fixture
def marta(version: AgreementVersion, client: Client) -> User:
    """The marketing lead, signed in."""
    marta = make_user("Marta", team=version.agreement.marketing_team, role="lead")
    client.force_login(marta)
    return marta


@pytest.fixture
def ana(version: AgreementVersion, client: Client) -> User:
    """A rep in the zone of the agreement, signed in."""
    ana = make_user("Ana", team=version.agreement.sales_team, time_zone=version.agreement.time_zone)
    client.force_login(ana)
    return ana


@pytest.fixture
def crm(version: AgreementVersion) -> Caller:
    return Caller(make_user("CRM", team=version.agreement.sales_team, role="integration"))


@pytest.fixture
def handoff(version: AgreementVersion, ana: User) -> Handoff:
    """Offered to Ana 22 minutes ago."""
    return offer(version, "Paulo", NOW - timedelta(minutes=22), holder=ana)


@pytest.fixture
def in_sao_paulo() -> Iterator[None]:
    """Read times as somebody in the zone of the agreement does, without a page."""
    with timezone.override("America/Sao_Paulo"):
        yield
