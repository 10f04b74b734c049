"""A workbook with several sheets: the import asks which one, and remembers it."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.actions import file_imports
from leads.actions.file_imports import UnableToGoOn
from leads.importing import file_work
from leads.models import FileImport, Lead
from tests.factories import make_user
from tests.leads.importing.file_imports import (
    HEADER,
    JOAO,
    NOW,
    PAULO,
    bring,
    draft_of,
    take_in,
    try_out,
    work,
    workbook_of,
)
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

IMPORTS = "/agreements/acme/imports/"
State = FileImport.State
SHEETS = {"Cover": [["Leads of March"]], "Empty": [], "Leads": [HEADER, PAULO, JOAO]}


@pytest.fixture
def page(client: Client, marta: User) -> str:
    file = SimpleUploadedFile("leads.xlsx", workbook_of(**SHEETS))
    response = client.post(IMPORTS, {"file": file})
    file_work.work_on_what_was_left(now=NOW)
    return str(response["Location"])


@pytest.fixture
def choose(client: Client, page: str) -> Callable[[str], str]:
    def choose(sheet: str) -> str:
        response = client.post(f"{page}sheet/", {"sheet": sheet}, follow=True)
        file_work.work_on_what_was_left(now=NOW)
        return text_of(response) + text_of(client.get(page))

    return choose


def test_it_works(client: Client, page: str, choose: Callable[[str], str]) -> None:
    html = client.get(page).content.decode()
    assert "Which sheet of the workbook do you want to import?" in html
    assert [name in html for name in (">Cover<", ">Leads<", ">Empty<")] == [True, True, False]

    shown = choose("Leads")

    assert "Sheet “Leads” of the workbook" in shown
    assert "2 rows were found" in shown
    assert ("Between cells" in shown, "Decimal sign" in shown) == (False, True)
    done = take_in(try_out(FileImport.objects.get()), make_user("Rui", is_admin=True))
    assert done.delivery.summary is not None
    assert done.delivery.summary["taken"] == 2
    assert draft_of(done).sheet == "Leads"
    assert "Sheet “Leads” of the workbook" in text_of(client.get(page))


def test_the_wrong_sheet_is_left_for_another_one(
    client: Client, page: str, choose: Callable[[str], str]
) -> None:
    assert "there is no row below" in choose("Cover")
    assert FileImport.objects.get().state == State.REFUSED

    assert "Which sheet of the workbook" in choose("")
    assert "2 rows were found" in choose("Leads")
    table = FileImport.objects.get().table
    assert table.storage.exists(str(table.name))

    assert "Which sheet of the workbook" in choose("")
    found = FileImport.objects.get()
    assert (found.state, found.table.name, found.draft) == (State.SHEET, "", {})
    assert "2 rows were found" in choose("Leads")


def test_a_sheet_that_is_not_there_is_refused(choose: Callable[[str], str]) -> None:
    assert "Choose one of the sheets of the workbook." in choose("Empty")
    assert FileImport.objects.get().state == State.SHEET


def test_of_one_sheet_nobody_is_asked(version: AgreementVersion, marta: User) -> None:
    content = workbook_of(Empty=[], Leads=[HEADER, PAULO])
    brought = bring(version.agreement, marta, content, name="leads.xlsx")
    assert (brought.state, draft_of(brought).sheet) == (State.DRAFT, "")
    with pytest.raises(UnableToGoOn, match="no other sheet"):
        file_imports.ask_for_sheet(file_import=brought)


def test_hidden_sheets_are_offered_as_such(
    client: Client, version: AgreementVersion, marta: User
) -> None:
    """They come last; the only one that is shown is read without asking."""
    sheets = {"Lists": [["a", "b"]], "Leads": [HEADER, PAULO, JOAO]}
    content = workbook_of(["Lists"], **sheets)
    brought = bring(version.agreement, marta, content, name="leads.xlsx")
    assert (brought.state, draft_of(brought).sheet) == (State.DRAFT, "Leads")
    page = f"{IMPORTS}{brought.pk}/"
    client.force_login(marta)
    client.post(f"{page}sheet/", {"sheet": ""})
    shown = text_of(client.get(page))
    assert "Leads Lists (hidden)" in shown
    client.post(f"{page}sheet/", {"sheet": "Lists"})
    file_work.work_on_what_was_left(now=NOW)
    assert "there is no row below" in text_of(client.get(page))

    content = workbook_of(["Lists"], Cover=[["x"]], **sheets)
    assert bring(version.agreement, marta, content, name="leads.xlsx").state == State.SHEET


def test_a_workbook_that_waits_is_thrown_away(version: AgreementVersion, marta: User) -> None:
    brought = bring(version.agreement, marta, workbook_of(**SHEETS), name="leads.xlsx")
    gone = file_imports.throw_away(file_import=brought, by=marta, now=NOW)
    assert (gone.state, gone.delivery.file.name) == (State.DISCARDED, None)


def test_the_sheet_stays_while_the_columns_are_looked_at_again(
    version: AgreementVersion, marta: User
) -> None:
    brought = bring(version.agreement, marta, workbook_of(**SHEETS), name="leads.xlsx")
    file_imports.choose_sheet(file_import=brought, sheet="Leads")
    read = work(brought)
    file_imports.look_again(file_import=read, draft=draft_of(read))
    again = work(read)
    assert (again.state, draft_of(again).sheet) == (State.DRAFT, "Leads")
    assert not Lead.objects.exists()
