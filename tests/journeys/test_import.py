"""A file on its way in: bad rows are rejected, corrected, sent again, and the whole is undone."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agreements.models import AgreementVersion, User
from leads.importing import file_work
from leads.models import Lead
from tests.browser import accessibility_faults, faults
from tests.factories import make_user, make_version
from tests.journeys.conftest import DESKTOP, PHONE, WAYS
from tests.leads.importing.file_imports import HEADER, JOAO, PAULO, table, workbook_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

IMPORTS = "/agreements/acme/imports/"
NAME = "Exportação de contatos do HubSpot, setembro de 2026, todos os proprietários.csv"
WRONG = [*JOAO[:4], "30/02/2026 09:00", "", "=1+1"]
MARIA = ["3", "María", "Núñez", "maria@example.com", "02/09/2026 09:00", "", ""]

Pages = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture
def version(transactional_db: None) -> AgreementVersion:
    return make_version()


@pytest.fixture
def marta(version: AgreementVersion) -> User:
    return make_user("Marta", team=version.agreement.marketing_team, role="lead")


def work() -> None:
    """Do what is owed, as the worker does: no other process runs beside a test."""
    file_work.work_on_what_was_left(now=datetime.now(UTC))


def bring(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("A CSV or XLSX file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Bring the file").click()


def go_on(page: Page, scripts: bool) -> None:
    """Do what is owed and see it, by itself or by looking again."""
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    work()
    if not scripts:
        page.get_by_role("link", name="Look again").click()


def import_and_correct(page: Page, folder: Path, *, scripts: bool) -> None:
    """Import two good rows and a bad one, then the bad one corrected."""
    page.goto("/agreements/acme/leads/")
    page.get_by_role("link", name="Imports").click()
    bring(page, NAME, table(PAULO, WRONG, MARIA, encoding="windows-1252"))
    go_on(page, scripts)
    expect(page.get_by_text("3 rows were found. Nothing is written yet.")).to_be_visible()
    expect(page.get_by_label("Encoding")).to_have_value("windows-1252")
    expect(page.get_by_label("Export of")).to_have_value("hubspot-contacts")
    expect(page.get_by_role("combobox", name="MQL Date")).to_have_value("stage:mql")
    page.get_by_role("button", name="Dry run").click()
    go_on(page, scripts)
    expect(page.get_by_role("heading", name="What would become of the rows")).to_be_visible()
    assert not Lead.objects.exists()
    page.get_by_role("button", name="Import 2 rows").click()
    go_on(page, scripts)
    expect(page.get_by_text("1 row was rejected. All others are in.")).to_be_visible()
    assert Lead.objects.count() == 2

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the rejected rows").click()
    path = folder / "rejects.csv"
    downloading.value.save_as(path)
    text = path.read_text(encoding="windows-1252")
    assert list(csv.reader(text.splitlines(), delimiter=";"))[1][-1] == "'=1+1"
    path.write_text(text.replace("30/02/2026", "01/09/2026"), encoding="windows-1252")

    bring(page, "corrected.csv", path.read_bytes())
    go_on(page, scripts)
    expect(page.get_by_label("Name of the source")).to_have_value("hubspot")
    page.get_by_role("button", name="Dry run").click()
    go_on(page, scripts)
    page.get_by_role("button", name="Import 1 row").click()
    go_on(page, scripts)
    expect(page.get_by_text("Every row is in.")).to_be_visible()
    assert Lead.objects.filter(name="João Assunção").exists()


@WAYS
def test_it_works(
    new_page: Pages,
    sign_in: SignIn,
    marta: User,
    tmp_path: Path,
    device: dict[str, Any],
    scripts: bool,
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, marta)
    import_and_correct(page, tmp_path, scripts=scripts)

    page.goto(IMPORTS)
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="Undo the import…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Undo the import of {NAME}?")
    page.get_by_role("button", name="Undo the import of").click()
    go_on(page, scripts)
    expect(page.get_by_text("This import was undone as a whole.")).to_be_visible()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_read_the_pages(
    new_page: Pages, sign_in: SignIn, marta: User, device: dict[str, Any]
) -> None:
    page = new_page(**device)
    sign_in(page, marta)
    page.goto(IMPORTS)
    assert faults(page) == []
    bring(page, NAME, table(PAULO, WRONG))
    go_on(page, scripts=True)
    expect(page.get_by_role("button", name="Dry run")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    assert faults(page) == []
    go_on(page, scripts=True)
    expect(page.get_by_role("button", name="Import 1 row")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Import 1 row").click()
    go_on(page, scripts=True)
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Undo the import…").click()
    expect(page.get_by_role("heading", name="Undo the import of")).to_be_visible()
    assert faults(page) == []


@WAYS
def test_a_sheet_is_chosen(
    new_page: Pages, sign_in: SignIn, marta: User, device: dict[str, Any], scripts: bool
) -> None:
    page = new_page(**device, java_script_enabled=scripts)
    sign_in(page, marta)
    page.goto(IMPORTS)
    content = workbook_of(Cover=[["Leads of March"]], Leads=[HEADER, PAULO, JOAO])
    bring(page, "leads.xlsx", content)
    go_on(page, scripts)
    choice = page.get_by_label("Which sheet of the workbook do you want to import?")
    expect(choice).to_have_value("Cover")
    if scripts:
        assert accessibility_faults(page) == []
    page.get_by_role("button", name="Read this sheet").click()
    go_on(page, scripts)
    expect(page.get_by_text("there is no row below")).to_be_visible()

    page.get_by_role("button", name="Choose another sheet").click()
    choice.select_option("Leads")
    page.get_by_role("button", name="Read this sheet").click()
    go_on(page, scripts)
    expect(page.get_by_text("2 rows were found. Nothing is written yet.")).to_be_visible()
    expect(page.get_by_text("Sheet “Leads” of the workbook")).to_be_visible()
