"""Who writes and signs: the leads of both parties of an agreement with a version in force."""

import pytest

from agreements.actions import starting
from agreements.models import Agreement, AgreementVersion, Team, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import make_user, make_version


@pytest.fixture
def in_force() -> AgreementVersion:
    return make_version()


@pytest.fixture
def helena(in_force: AgreementVersion) -> User:
    return make_user("Helena", team=in_force.agreement.marketing_team, role="lead")


@pytest.fixture
def rafael(in_force: AgreementVersion) -> User:
    return make_user("Rafael", team=in_force.agreement.sales_team, role="lead")


@pytest.fixture
def team() -> Team:
    return Team.objects.create(slug="growth", name="Growth")


@pytest.fixture
def acme(helena: User, team: Team) -> Agreement:
    """An agreement that has no text yet."""
    return starting.start_agreement(
        name="Acme",
        marketing=team,
        sales="Vendas",
        time_zone="America/Sao_Paulo",
        currency="BRL",
        by=helena,
        now=NOW,
    )
