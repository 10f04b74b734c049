"""A file while it is worked on: how far it is, and what becomes of it where it cannot be read."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads.actions import file_imports
from leads.guessing.encodings import ENCODINGS
from leads.importing import file_work
from leads.models import FileImport
from tests.leads.importing.file_imports import (
    JOAO,
    NOW,
    PAULO,
    bring,
    draft_of,
    table,
    try_out,
    work,
    workbook_of,
)
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

State = FileImport.State
UNPACKED, FINISHING = "of the workbook unpacked", "the last of it is being finished"
MANY = [[f"L{number}", *PAULO[1:3], f"p{number}@example.com", *PAULO[4:]] for number in range(6000)]


@pytest.fixture
def brought(version: AgreementVersion, marta: User) -> FileImport:
    return bring(version.agreement, marta, table(PAULO, JOAO))


def page_of(file_import: FileImport) -> str:
    return f"/agreements/acme/imports/{file_import.pk}/"


def read_as(client: Client, file_import: FileImport, **told: str) -> FileImport:
    """Say in the form of the columns how the file is written, and have it read again."""
    page = page_of(file_import)
    shown = form_values(client.get(page).content.decode(), "import-columns")
    assert client.post(f"{page}columns/", shown | told).status_code == 303
    return work(file_import)


def test_it_works(client: Client, brought: FileImport) -> None:
    assert read_as(client, brought, encoding="iso-8859-1").state == State.DRAFT
    assert "JoÃ£o" in text_of(client.get(page_of(brought)))
    again = read_as(client, brought, encoding="utf-8")
    assert (again.state, again.error) == (State.DRAFT, "")
    assert "João" in text_of(client.get(page_of(brought)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_does_not_fit_is_no_dead_end(
    client: Client, brought: FileImport, encoding: str
) -> None:
    before = draft_of(brought)
    back = read_as(client, brought, encoding=encoding, source="crm")
    assert (back.state, back.found) == (State.DRAFT, brought.found)
    assert (draft_of(back).encoding, draft_of(back).source) == (before.encoding, "crm")
    shown = text_of(client.get(page_of(brought)))
    assert f"leads.csv is not {encoding}. Below it is as it was read before" in shown
    assert "there is no row below" not in shown
    assert "João" in shown
    assert "is not utf-16" not in text_of(client.get(page_of(read_as(client, back, delimiter=","))))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_another_encoding_can_be_chosen_after_whichever(
    client: Client, brought: FileImport, encoding: str
) -> None:
    chosen = read_as(client, brought, encoding=encoding) if encoding != "utf-8" else brought
    assert chosen.state == State.DRAFT
    assert try_out(chosen).state in {State.CHECKED, State.DRAFT}


def test_what_cannot_be_looked_through_again_stands_as_it_was_read(
    client: Client, brought: FileImport
) -> None:
    path = Path(brought.delivery.file.path)
    elsewhere = path.rename(path.with_suffix(".away"))
    back = read_as(client, brought, delimiter=",")
    assert (back.state, draft_of(back).delimiter) == (State.DRAFT, ";")
    assert "could not go on with this file" in back.error
    elsewhere.rename(path)
    assert read_as(client, brought, delimiter="|").error == ""


@pytest.fixture
def pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the page shows whenever it is kept how far the work is."""
    seen: list[str] = []
    keep = file_work._Progress.__call__

    def keeping(progress: Any, done: int) -> None:
        keep(progress, done)
        page = client.get(page_of(FileImport.objects.latest("pk")))
        seen.append(page.content.decode())

    monkeypatch.setattr(file_work._Progress, "__call__", keeping)
    return seen


def share_of(page: str) -> float | None:
    """Return how full the bar is; None where it does not say it."""
    bar = re.search(r"<progress([^>]*)>", page)
    assert bar is not None
    told = re.search(r'value="(\d+)" max="(\d+)"', bar[1])
    return int(told[1]) / int(told[2]) if told else None


def check_bar(pages: list[str]) -> None:
    """Check that the bar fills up, and that what is left to do after it is told in words."""
    shares = [share for page in pages if (share := share_of(page)) is not None]
    assert shares == sorted(shares)
    assert len(set(shares)) >= 3
    assert shares[-1] < 1
    assert share_of(pages[-1]) is None
    assert [FINISHING in page for page in pages] == [share_of(page) is None for page in pages]
    assert not any(UNPACKED in page for page in pages)
    pages.clear()


def test_the_bar_while_a_file_is_read_tried_and_taken_in(
    version: AgreementVersion, marta: User, pages: list[str]
) -> None:
    read = bring(version.agreement, marta, table(*MANY))
    check_bar(pages)
    checked = try_out(read)
    check_bar(pages)
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    assert work(checked).state == State.IMPORTED
    check_bar(pages)


def test_what_is_unpacked_is_told_of_a_workbook_alone(
    client: Client, version: AgreementVersion, marta: User, pages: list[str]
) -> None:
    content = workbook_of(Leads=[["Id", "Name"], *[[row[0], row[1]] for row in MANY]])
    bring(version.agreement, marta, content, name="leads.xlsx")
    told = [found[0] for page in pages if (found := re.search(rf"[\d,]+ rows {UNPACKED}", page))]
    assert told[0].startswith("1,000 rows")
    assert told == sorted(told)
    pages.clear()


def test_before_it_is_known_how_much_there_is_nothing_is_told_of_rows(
    client: Client, brought: FileImport
) -> None:
    """The very beginning, of which other processes may see a page."""
    file_imports.look_again(file_import=brought, draft=draft_of(brought))
    FileImport.objects.update(beat_at=NOW)
    page = client.get(page_of(brought)).content.decode()
    assert share_of(page) is None
    assert UNPACKED not in page
    assert FINISHING not in page


def test_work_that_is_broken_off_says_so(client: Client, brought: FileImport) -> None:
    """Where whoever worked on it was killed, nobody is told but by its silence."""
    page, row = page_of(brought), FileImport.objects.filter(pk=brought.pk)
    quiet, anew = "No sign of work since", "It was broken off and begins anew"
    now = timezone.now()
    row.update(state=State.CHECKING, beat_at=now, tries=1, done=10, whole=40)
    told = text_of(client.get(page))
    assert quiet not in told
    assert anew not in told

    row.update(beat_at=now - timedelta(seconds=90))
    assert quiet in text_of(client.get(page))

    row.update(beat_at=now, tries=2)
    told = text_of(client.get(page))
    assert quiet not in told
    assert anew in told
