"""What tests of a team's pages ask for."""

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from tests.factories import make_rep, make_user


@pytest.fixture
def rafa(version: AgreementVersion, client: Client) -> User:
    """The sales lead, signed in, and three reps."""
    rafa = make_user(
        "Rafa",
        team=version.agreement.sales_team,
        role="lead",
        time_zone=version.agreement.time_zone,
    )
    for name in ("Ana", "Bruno", "Carla"):
        make_rep(name, version.agreement)
    client.force_login(rafa)
    return rafa
