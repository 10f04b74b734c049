"""The pages of imports: a file brought, checked, tried, taken in, corrected, sent again, undone."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agreements.models import User
from leads.importing import file_work
from leads.models import Delivery, FileImport, Lead
from tests.leads.importing.file_imports import JOAO, NOW, PAULO, table
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
    assert re.search(r"31/08/2026 09:00 Mon,? .*Aug.* 2026.* 09:00", shown)
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


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"role-6": "person"}, "“Contact owner” names an owner: choose the column that says when"),
        ({"role-6": "note"}, "“Contact owner” is about a follow-up:"),
        ({"role-6": "amount"}, "“Contact owner” is about a deal:"),
        ({"role-6": "currency"}, "“Contact owner” is the currency of a deal:"),
        ({"role-6": "reason"}, "“Contact owner” is a reason:"),
        ({"role-4": "deal_closed_at"}, "“Create Date” says when a deal ended:"),
        ({"role-6": "email"}, "“Contact owner” is the same as another column is already:"),
    ],
)
def test_a_column_that_would_tell_nothing_is_refused(
    client: Client, send: Callable[..., str], told: dict[str, str], refusal: str
) -> None:
    page = send(table(PAULO))
    shown = form_values(client.get(page).content.decode(), "import-columns")
    response = client.post(f"{page}columns/", shown | {"go": "check"} | told)
    assert response.status_code == 422
    assert refusal in text_of(response)


def test_a_preset_that_is_chosen_gives_no_column_what_would_tell_nothing(
    client: Client, send: Callable[..., str]
) -> None:
    page = send(b"id,nome,valor unico\n1,Ana,10\n")
    assert "Import 1 row" in say(client, page, preset="rdstation-crm")


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("time_zone", "Mars/Olympus", "This is no time zone; choose one of the list."),
        ("time_zone", "", "This is no time zone; choose one of the list."),
        ("source", " ", "Name the source: ids of leads are told apart by it."),
        ("kind", "", "Say what a row is, such as contact or deal."),
        ("moment", "soon", "Write the day and the time."),
        ("moment", "2026-13-40T10:00", "Write the day and the time."),
    ],
)
def test_what_cannot_be_stays_in_its_field_with_a_sentence(
    client: Client, send: Callable[..., str], field: str, typed: str, why: str
) -> None:
    page = send(b"id,name\n1,Ana\n")
    before = FileImport.objects.get().draft
    shown = form_values(client.get(page).content.decode(), "import-columns")
    told = shown | {"go": "check", "role-1": "company", field: typed}
    response = client.post(f"{page}columns/", told)
    assert response.status_code == 422
    assert why in text_of(response)
    after = form_values(response.content.decode(), "import-columns")
    assert (after[field], after["role-1"]) == ([typed.strip()], ["company"])
    assert FileImport.objects.get().draft == before


def test_a_choice_that_the_file_contradicts_is_not_called_found(
    client: Client, send: Callable[..., str]
) -> None:
    page = send(b"id;amount;on\n1;1.234,50;31/08/2026\n2;7,5;30/08/2026\n")
    shown = text_of(client.get(page))
    assert shown.count("found in the file") == 3
    say(client, page, go="save", decimal=".", order="mdy")
    shown = text_of(client.get(page))
    assert shown.count("chosen otherwise than the file says") == 2
    assert shown.count("found in the file") == 1


def test_cells_that_contradict_each_other_are_said_to(
    client: Client, send: Callable[..., str]
) -> None:
    shown = text_of(client.get(send(b"id;amount;on\n1;1.5;31/08/2026\n2;2,5;08/30/2026\n")))
    assert shown.count("some cells say the one and some the other: please check") == 2
    assert "no cell says which" not in shown
    assert "no cell says which" in text_of(client.get(send(b"id;name\n1;Ana\n")))


def test_numbers_and_dates_of_the_first_rows_are_shown_as_they_are_read(
    client: Client, send: Callable[..., str]
) -> None:
    page = send(b"id;score;on\n1;1.234,5;31/08/2026\n2;x7;30/08/2026;more\n3;0,25\n")
    shown = client.get(page).content.decode()
    rows = shown[shown.index("import-preview") :].split("</table>")[0]
    for read in ("1,234.5", "Mon 31 Aug 2026", "more"):
        assert read in rows
    page = send(b"id;score\n1;1.234\n2;0,25\n", "b.csv")
    rows = client.get(page).content.decode().split("import-preview")[1].split("</table>")[0]
    assert "1,234<" in rows


def test_a_quotation_mark_that_swallows_lines_is_named(
    client: Client, send: Callable[..., str]
) -> None:
    page = send(b'id,name,origin\n1,Ana,web\n2,"Rui,web\n3,Eva,web\n4,Lia,web\n')
    told = say(client, page)
    assert "The row has 2 cells, but the header has 3: a quotation mark in line 3 opens" in told
    assert "a cell that goes on to line 5; close or remove it." in told


def test_what_a_row_is_is_kept_by_one_word_in_every_language(
    client: Client, send: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = send(b"id,name\n1,Ana\n")
    named = {"lead": "lead", "contact": "contato", "deal": "negócio"}
    monkeypatch.setattr("leads.importing.draft_forms.kind_names", lambda: named)
    monkeypatch.setattr("leads.importing.draft_page.kind_names", lambda: named)
    say(client, page, go="save", kind="Contato")
    assert FileImport.objects.get().draft["kind"] == "contact"
    assert 'value="contato"' in client.get(page).content.decode()


def test_rows_that_tell_the_same_deal_are_told(client: Client, send: Callable[..., str]) -> None:
    row = "ana@x.example,2026-09-01,%s,won,2026-09-02\n"
    rows = "".join(row % amount for amount in (100, 200, 200))
    page = send(f"email,created,amount,deal status,close date\n{rows}".encode())
    assert "2 rows tell the same fact as another row of this file." in say(client, page)
    page = send(f"email,created,deal id,deal status,close date\n{rows}".encode(), "deals.csv")
    assert "1 row tells the same fact as another row of this file." in say(client, page)


def test_rows_about_what_is_yet_to_come_are_told(client: Client, send: Callable[..., str]) -> None:
    rows = b"deal id,id,deal status,close date\nD1,1,won,2026-09-04\nD2,2,lost,2026-12-25\n"
    told = say(client, send(rows))
    assert "1 row tells of something that is yet to come." in told
    assert "Import 2 rows" in told
    dated = b"id,name,created\n1,Ana,2026-09-04\n"
    assert "yet to come" not in say(client, send(dated))


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
