"""Stored files that cannot be searched: administrators see them, and throw them away."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agreements.models import AgreementVersion, Audit, User
from leads.actions import file_imports, forgetting, handoffs
from leads.models import Delivery, FileImport, Lead
from leads.personal.raw_files import search_files
from tests.leads.importing.file_imports import PAULO, bring, table, take_in_whole
from tests.leads.importing.files import NOBODY, run, write
from tests.leads.pages import NOW, offer, text_of

pytestmark = pytest.mark.django_db

State = FileImport.State
LISTED = "Files that could not be searched"


@pytest.fixture
def officer(client: Client, admin: User) -> User:
    """Who answers for personal data, signed in."""
    client.force_login(admin)
    return admin


@pytest.fixture
def forgotten(version: AgreementVersion, officer: User) -> Lead:
    """Somebody who was forgotten; the files were not searched yet."""
    handoff = offer(version, "Rui Alves", NOW - timedelta(hours=2), email="rui@example.com")
    handoffs.withdraw(handoff=handoff, by=officer, now=NOW)
    forgetting.forget(lead=handoff.lead, reason="Asked.", by=officer, now=NOW)
    return handoff.lead


def spoil(file_import: FileImport) -> Path:
    """Damage a stored file, as a disk does."""
    path = Path(file_import.delivery.file.path)
    path.write_bytes(b"PK\x03\x04 broken")
    return path


def press(client: Client, delivery: Delivery, deed: str = "throw-away/") -> Any:
    return client.post(f"/personal-data/files/{delivery.pk}/{deed}", follow=True)


def test_it_works(
    client: Client, version: AgreementVersion, officer: User, forgotten: Lead,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    refused = bring(version.agreement, officer, b"%PDF-1.7 rui@example.com", name="leads.pdf")
    assert LISTED not in text_of(client.get("/personal-data/"))
    search_files(now=NOW)

    listed = text_of(client.get("/personal-data/"))
    assert "1 stored file cannot be read, so that forgotten people may still be in it." in listed
    assert "leads.pdf" in listed
    lead_page = text_of(client.get(f"/agreements/acme/leads/{forgotten.pk}/"))
    assert "1 stored file could not be searched" in lead_page

    taken = press(client, refused.delivery, "")
    assert b"".join(taken.streaming_content) == b"%PDF-1.7 rui@example.com"
    assert 'filename="leads.pdf"' in taken["Content-Disposition"]
    assert Audit.objects.get(action="leads.file.taken_out").actor_name == "Adela"

    path = Path(refused.delivery.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        gone = text_of(press(client, refused.delivery))
    assert "leads.pdf was thrown away." in gone
    assert LISTED not in gone
    assert not path.exists()
    assert FileImport.objects.get().state == State.DISCARDED
    assert "could not be searched" not in text_of(
        client.get(f"/agreements/acme/leads/{forgotten.pk}/")
    )
    assert press(client, refused.delivery).status_code == 404


@pytest.mark.usefixtures("forgotten")
def test_of_what_was_taken_in_only_the_file_goes(
    client: Client, version: AgreementVersion, officer: User
) -> None:
    done = take_in_whole(version.agreement, officer, table(PAULO))
    spoil(done)
    search_files(now=NOW)
    assert "leads.csv was thrown away." in text_of(press(client, done.delivery))
    done = FileImport.objects.select_related("delivery").get()
    assert (done.state, done.delivery.file.name) == (State.IMPORTED, "")
    assert Lead.objects.filter(name="Paulo Souza").exists()
    assert Audit.objects.get(action="leads.file.discarded").actor_name == "Adela"


@pytest.mark.usefixtures("forgotten", "here")
def test_a_file_that_two_deliveries_share_is_listed_once_and_goes_from_both(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    file = write(NOBODY)
    run(file)
    run(file)
    first, second = Delivery.objects.order_by("pk")
    assert first.file == second.file
    path = Path(first.file.path)
    path.write_bytes(b"\x89PNG")
    search_files(now=NOW)
    assert "1 stored file cannot be read" in text_of(client.get("/personal-data/"))
    with django_capture_on_commit_callbacks(execute=True):
        press(client, first)
    assert not path.exists()
    assert {each.file.name for each in Delivery.objects.all()} == {""}


@pytest.mark.usefixtures("forgotten")
def test_what_was_stopped_half_way_is_undone_first(
    client: Client, version: AgreementVersion, officer: User
) -> None:
    done = take_in_whole(version.agreement, officer, table(PAULO))
    path = spoil(done)
    FileImport.objects.update(state=State.STOPPED)
    search_files(now=NOW)
    assert "the file stands here: Stopped half-way" in text_of(press(client, done.delivery))
    assert path.exists()
    FileImport.objects.update(state=State.UNDONE)
    assert "was thrown away" in text_of(press(client, done.delivery))


@pytest.mark.usefixtures("forgotten")
def test_a_file_that_is_not_there_is_none(
    client: Client, version: AgreementVersion, officer: User
) -> None:
    refused = bring(version.agreement, officer, b"%PDF-1.7", name="leads.pdf")
    search_files(now=NOW)
    Path(refused.delivery.file.path).unlink()
    assert press(client, refused.delivery, "").status_code == 404
    assert not Audit.objects.filter(action="leads.file.taken_out").exists()


@pytest.mark.usefixtures("forgotten")
def test_files_that_can_be_searched_are_nobodys_here(
    client: Client, version: AgreementVersion, officer: User
) -> None:
    brought = bring(version.agreement, officer, table(PAULO))
    search_files(now=NOW)
    assert press(client, brought.delivery).status_code == 404
    assert press(client, brought.delivery, "").status_code == 404
    file_imports.throw_away(file_import=brought, by=officer, now=NOW)
