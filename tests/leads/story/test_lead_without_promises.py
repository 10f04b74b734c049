"""A lead's page where nothing is promised: it was not offered, or outside any version."""

import pytest
from django.test import Client

from agreements.models import AgreementVersion
from leads.ingest import ingest
from leads.models import Lead
from tests.factories import Teller, local, make_rep, make_user, make_version
from tests.leads.pages import offer, text_of

pytestmark = pytest.mark.django_db


def test_a_lead_that_was_not_offered(client: Client, version: AgreementVersion) -> None:
    tell = Teller("New")
    at = local("2026-09-07 10:00")
    facts = [tell.attributes(at, name="Nova"), tell.stage("lead", at)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=at)
    client.force_login(make_user("Julia", team=version.agreement.marketing_team))

    text = text_of(client.get(f"/agreements/acme/leads/{Lead.objects.get().pk}/"))

    assert "stage Lead · not offered to sales" in text
    assert "No clock runs" in text
    assert "Reached the stage Lead" in text


@pytest.mark.usefixtures("version")
def test_outside_any_version(client: Client) -> None:
    early = make_version(slug="early", effective_date=local("2026-09-08 00:00").date())
    bruno = make_rep("Bruno", early.agreement)
    client.force_login(bruno)
    before = offer(early, "Before", local("2026-09-04 10:00"), holder=bruno)

    text = text_of(client.get(f"/agreements/early/leads/{before.lead_id}/"))

    assert "The handoff was offered outside any version of the agreement." in text
