"""What every test about forgetting a person can ask for."""

import pytest

from agreements.models import Agreement, AgreementVersion, User
from tests.factories import make_rep, make_version
from tests.leads.dealing import dealing_terms
from tests.leads.personal.forgetting.people import RULES


@pytest.fixture
def version() -> AgreementVersion:
    return make_version(dealing_terms(**RULES))


@pytest.fixture
def rep(agreement: Agreement) -> User:
    return make_rep("Bruno", agreement)
