"""A file of which no column says how far its leads have come: somebody is asked, and finds them."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agreements.models import User
from leads.guessing.drafts import NOTHING
from leads.importing import file_work
from leads.models import Lead, StageEntry
from tests.leads import real_data
from tests.leads.importing.file_imports import NOW
from tests.leads.importing.test_real_exports import ROW, header_of
from tests.leads.importing.test_real_exports import table as table_of
from tests.leads.pages import text_of
from tests.page_forms import form_values
from tests.unit.leads.test_guessing_presets import PIPEDRIVE_PEOPLE

pytestmark = pytest.mark.django_db

QUESTION = "Which stage have these leads reached?"
UNLISTED = "1 lead would be in no list of the agreement."

Send = Callable[[bytes], str]


def hubspot() -> bytes:
    """A HubSpot export whose lifecycle stages the agreement does not have."""
    name = "hubspot_contacts_export_header.csv"
    header = [*header_of(name), "Lifecycle Stage"]
    return table_of(header, ROW[name] | {"Lifecycle Stage": "Evangelist"})


def people() -> bytes:
    return table_of([*PIPEDRIVE_PEOPLE], PIPEDRIVE_PEOPLE)


def mqls() -> bytes:
    with (real_data.folder() / real_data.OLIST_MQLS).open("rb") as file:
        return file.readline() + file.readline()


@pytest.fixture
def send(client: Client, marta: User) -> Send:
    """Send a file and have it looked through; returns the address of its page."""

    def send(content: bytes) -> str:
        file = SimpleUploadedFile("export.csv", content)
        response = client.post("/agreements/acme/imports/", {"file": file})
        file_work.work_on_what_was_left(now=NOW)
        return str(response["Location"])

    return send


def try_out(client: Client, page: str, **told: str) -> str:
    """Send the form of the columns as it is shown, but for what is told; return the dry run."""
    shown = form_values(client.get(page).content.decode(), "import-columns")
    client.post(f"{page}columns/", shown | {"go": "check"} | told)
    file_work.work_on_what_was_left(now=NOW)
    return text_of(client.get(page))


@pytest.mark.data
@pytest.mark.parametrize("export", [hubspot, people, mqls])
def test_it_works(client: Client, send: Send, export: Callable[[], bytes]) -> None:
    page = send(export())
    assert QUESTION in text_of(client.get(page))
    assert "would be in no list" not in try_out(client, page)
    client.post(f"{page}take-in/")
    file_work.work_on_what_was_left(now=NOW)

    lead, entry = Lead.objects.get(), StageEntry.objects.get()
    assert (entry.lead, entry.stage) == (lead, "lead")
    assert entry.occurred_at == lead.changes.get().occurred_at
    registry = client.get("/agreements/acme/leads/").content.decode()
    assert f"/agreements/acme/leads/{lead.pk}/" in registry
    assert client.get(f"/agreements/acme/leads/{lead.pk}/").status_code == 200


def test_with_no_stage_the_dry_run_counts_who_would_be_in_no_list(
    client: Client, send: Send
) -> None:
    page = send(people())
    assert UNLISTED in try_out(client, page, reached=NOTHING)
    assert UNLISTED not in try_out(client, page, reached="mql")
    client.post(f"{page}take-in/")
    file_work.work_on_what_was_left(now=NOW)
    again = send(people().replace(b"Ana Silva", b"Ana da Silva"))
    assert "would be in no list" not in try_out(client, again, reached=NOTHING)


def test_nobody_is_asked_where_a_column_says_it(client: Client, send: Send) -> None:
    page = send(b"id,name,MQL Date\n1,Ana,2026-09-01\n2,Rui,2026-09-02\n")
    assert QUESTION not in text_of(client.get(page))
    assert "would be in no list" not in try_out(client, page)


def test_a_lead_is_counted_by_all_its_rows(
    client: Client, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever comes first, the row that tells of a stage or one that does not."""
    monkeypatch.setattr("leads.importing.imports.BATCH", 1)
    rows = b"1,Ana,\n1,Ana,2026-09-01\n1,Ana,\n2,Rui,\n2,Rui,\n3,Eva,2026-09-01\n"
    page = send(b"id,name,MQL Date\n" + rows)
    assert UNLISTED in try_out(client, page, reached=NOTHING)
