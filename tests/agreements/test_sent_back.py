"""A text that went back to draft: why stands above the draft, and talk keeps its version."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements.actions import comments, signing
from agreements.models import AgreementVersion, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import make_draft, propose
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposed(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    """Version 2, which marketing proposed."""
    return propose(make_draft(in_force, helena), helena)


def test_it_works(client: Client, proposed: AgreementVersion, helena: User, rafael: User) -> None:
    comments.write(version=proposed, path="commitments.S2", text="Why so fast?", by=rafael, now=NOW)
    later = NOW + timedelta(hours=1)
    signing.decline(version=proposed, party="sales", reason="Too fast.", by=rafael, now=later)
    client.force_login(helena)

    text = text_of(client.get("/agreements/acme/draft/objectives/"))
    assert "Rafael declined version 2, of which this draft is a copy. Too fast." in text
    history = text_of(client.get("/agreements/acme/history/"))
    assert "Rafael commented on S2" in history
    assert "in version 2." in history.split("Rafael commented on S2")[1][:60]


def test_withdrawn(client: Client, proposed: AgreementVersion, helena: User) -> None:
    later = NOW + timedelta(hours=1)
    signing.withdraw(version=proposed, party="marketing", by=helena, now=later)
    client.force_login(helena)
    text = text_of(client.get("/agreements/acme/draft/objectives/"))
    assert "Helena withdrew version 2, of which this draft is a copy." in text


def test_a_first_draft_says_nothing(
    client: Client, in_force: AgreementVersion, helena: User
) -> None:
    make_draft(in_force, helena)
    client.force_login(helena)
    assert "is a copy" not in text_of(client.get("/agreements/acme/draft/objectives/"))
