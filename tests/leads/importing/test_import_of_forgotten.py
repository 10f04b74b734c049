"""The page of an import says what becomes of rows about people who were forgotten."""

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import AgreementVersion
from leads.actions import handoffs
from leads.actions.forgetting import forget
from leads.models import FileImport, Lead
from tests.factories import make_user
from tests.leads.importing.file_imports import (
    JOAO,
    NOW,
    PAULO,
    bring,
    table,
    take_in,
    take_in_whole,
    try_out,
)
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db


def test_it_says_that_nothing_of_the_person_is_kept(
    version: AgreementVersion, client: Client
) -> None:
    admin = make_user("Adela", is_admin=True)
    client.force_login(admin)
    take_in_whole(version.agreement, admin, table(PAULO, JOAO))
    lead = Lead.objects.get(email="paulo@example.com")
    for handoff in lead.handoffs.open():
        handoffs.withdraw(handoff=handoff, by=admin, now=NOW)
    forget(lead=lead, reason="Asked.", by=admin, now=NOW)
    told = "about people who were forgotten: that they happened counts, of the people nothing is"

    checked = try_out(bring(version.agreement, admin, table([*PAULO[:1], "P.", *PAULO[2:]])))
    assert told in page(client, checked)

    assert told in page(client, take_in(checked, admin))
    assert not Lead.objects.filter(name__startswith="P").exists()


def page(client: Client, file_import: FileImport) -> str:
    return text_of(client.get(reverse("leads:import", args=["acme", file_import.pk])))
