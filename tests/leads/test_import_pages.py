"""The pages of imports: a file brought, checked, tried, taken in, corrected, sent again, undone."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agreements.models import User
from leads import file_work
from leads.models import Delivery, FileImport, Lead
from tests.leads.file_imports import JOAO, NOW, PAULO, table
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

IMPORTS = "/agreements/acme/imports/"
State = FileImport.State


@pytest.fixture
def send(client: Client, marta: User) -> Callable[..., str]:
    """Send a file and have it looked through; returns the address of its page."""

    def send(content: bytes, name: str = "leads.csv") -> str:
        response = client.post(IMPORTS, {"file": SimpleUploadedFile(name, content)})
        assert response.status_code == 303, text_of(response)
        work()
        return str(response["Location"])

    return send


def work() -> None:
    """Do what is owed, as the beat does."""
    file_work.work_on_what_was_left(now=NOW)


def say(client: Client, page: str, **told: str) -> str:
    """Send the form of the columns as it is shown, but for what is told; returns the answer."""
    shown = form_values(client.get(page).content.decode(), "import-columns")
    response = client.post(f"{page}columns/", shown | {"go": "check"} | told, follow=True)
    work()
    return text_of(client.get(page)) if response.status_code == 200 else text_of(response)


def test_it_works(client: Client, send: Callable[..., str]) -> None:
    page = send(table(PAULO, JOAO))

    shown = text_of(client.get(page))
    assert "2 rows were found. Nothing is written yet." in shown
    assert re.search(r"31/08/2026 09:00 Mon,? .*Aug.* 12:00", shown)
    assert "Import 2 rows" in say(client, page)
    assert not Lead.objects.exists()

    client.post(f"{page}take-in/")
    assert "It waits for its turn." in text_of(client.get(page))
    work()
    assert "Every row is in." in text_of(client.get(page))
    assert {lead.name for lead in Lead.objects.all()} == {"Paulo Souza", "João Assunção"}
    assert "leads.csv Imported hubspot 2 2 0 Marta" in text_of(client.get(IMPORTS))


def test_files_of_which_nothing_was_taken_in_yet_are_listed(
    client: Client, send: Callable[..., str]
) -> None:
    send(table(PAULO))

    assert "leads.csv Columns to be checked – – – Marta" in text_of(client.get(IMPORTS))


def test_rejected_rows_are_corrected_and_sent_again(
    client: Client, send: Callable[..., str]
) -> None:
    wrong = [*JOAO[:4], "30/02/2026 09:00", "", "=HYPERLINK(1)"]
    page = send(table(PAULO, wrong))
    assert "Would be rejected 1" in say(client, page)
    client.post(f"{page}take-in/")
    work()
    assert "1 row was rejected. All others are in." in text_of(client.get(page))

    rejects = b"".join(client.get(f"{page}rejects/").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(rejects.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][-1] == "'=HYPERLINK(1)"
    corrected = rejects.replace(b"30/02/2026", b"01/09/2026")

    again = send(corrected, "leads.rejects.csv")
    assert "Import 1 row" in say(client, again)
    client.post(f"{again}take-in/")
    work()
    summaries = Delivery.objects.order_by("pk").values_list("summary", flat=True)
    assert [(one["rows"], one["taken"], one["rejected"]) for one in summaries if one] == [
        (2, 1, 1), (1, 1, 0),
    ]  # fmt: skip
    assert Lead.objects.filter(name="João Assunção").exists()


def test_an_import_is_undone_after_a_question_that_names_it(
    client: Client, send: Callable[..., str]
) -> None:
    page = send(table(PAULO))
    say(client, page)
    client.post(f"{page}take-in/")
    work()

    question = text_of(client.get(f"{page}undo/"))
    assert "Undo the import of leads.csv?" in question
    client.post(f"{page}undo/")
    work()

    assert "This import was undone as a whole." in text_of(client.get(page))
    assert "undone by Marta" in text_of(client.get(IMPORTS))
    assert "No lead yet" in text_of(client.get("/agreements/acme/leads/"))
