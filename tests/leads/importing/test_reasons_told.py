"""Why rows were rejected is told in the language of whoever reads it, not of who imported."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from agreements.models import AgreementVersion, User
from leads.files.delimited import Rejects
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead
from leads.importing.kept_reasons import as_cell, as_kept, cell_in_words, in_words
from leads.importing.rejects import rejects_in_words
from leads.models import FileImport
from tests.leads.importing.file_imports import HEADER, JOAO, PAULO, table, take_in_whole
from tests.leads.pages import text_of

WRONG = ["3", "Rui", "Sá", "rui@example.com", "30/12/2026 25:00", "", "Ana"]
SAID = "“30/12/2026 25:00” in “Create Date” is not written as"
DITO = "“30/12/2026 25:00” em “Create Date” não está escrito como"


@pytest.fixture
def done(version: AgreementVersion, marta: User) -> FileImport:
    """A file with a bad row, imported by somebody who reads Portuguese."""
    marta.language = "pt-br"
    marta.save(update_fields=["language"])
    return take_in_whole(version.agreement, marta, table(PAULO, WRONG, [*JOAO, "more"]))


def page_of(file_import: FileImport) -> str:
    return f"/agreements/acme/imports/{file_import.pk}/"


def rejected(client: Client, file_import: FileImport) -> list[list[str]]:
    """Return the rows of the file of rejects as somebody takes it along."""
    response = client.get(f"{page_of(file_import)}rejects/")
    assert response["Content-Disposition"] == 'attachment; filename="leads.rejects.csv"'
    content: Iterator[bytes] = response.streaming_content  # type: ignore[attr-defined]
    text = b"".join(content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.django_db
def test_it_works(client: Client, done: FileImport, admin: User) -> None:
    assert DITO in text_of(client.get(page_of(done)))
    assert rejected(client, done)[1][1].startswith(DITO)

    client.force_login(admin)
    assert SAID in text_of(client.get(page_of(done)))
    header, wrong, long = rejected(client, done)
    assert header == ["rejected_line", "rejected_reason", *HEADER]
    assert (wrong[0], wrong[2:]) == ("3", WRONG)
    assert wrong[1].startswith(SAID)
    assert long[1] == "The row has 8 cells, but the header has 7."


@pytest.mark.django_db
def test_sentences_kept_before_there_were_codes_are_read_as_they_are(
    client: Client, done: FileImport
) -> None:
    kept = {"reason": "“x” in “y” is not a time.", "rows": 2, "first_line": 3}
    done.delivery.summary = {**(done.delivery.summary or {}), "reasons": [kept]}
    done.delivery.save(update_fields=["summary"])
    path = Path(done.rejects.path)
    path.write_text("rejected_line;rejected_reason;Record ID\r\n3;“x” in “y” is not a time.;3\r\n")

    assert "“x” in “y” is not a time." in text_of(client.get(page_of(done)))
    assert rejected(client, done)[1] == ["3", "“x” in “y” is not a time.", "3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-1"])
def test_all_but_the_reasons_is_as_it_was_rejected(tmp_path: Path, encoding: str) -> None:
    form = FileFormat(encoding=encoding, delimiter=";")
    error = UnableToRead("not_a_date", column="Início", value="=a;“b”\n")
    sentence = in_words([{"code": error.code, "params": error.params, "rows": 1, "first_line": 1}])
    rows = [["1", "=HYPERLINK(1)", "ação\r\nb;c"], ["", "", ""], *[["2", "x", "y"]] * 600]
    told, kept = tmp_path / "told.csv", tmp_path / "kept.csv"
    for path, reason in ((told, sentence[0]["reason"]), (kept, as_cell(error))):
        with Rejects(path, ["id", "+name", "Início"], form) as rejects:
            for line, cells in enumerate(rows):
                rejects.add(line, reason, cells)

    assert b"".join(rejects_in_words(kept, form, "en")) == told.read_bytes()


def test_a_long_cell_is_told_by_how_it_begins() -> None:
    told = cell_in_words(as_cell(UnableToRead("not_a_number", column="amount", value="9x" * 999)))
    assert told.startswith("“9x9x")
    assert told.endswith("…” in “amount” is not a number.")
    assert len(told) < 300


@pytest.mark.parametrize("cell", ["", "[]", "7", "“x” is not a time.", '{"code": "unheard of"}'])
def test_what_is_no_code_stays_as_it_is(cell: str) -> None:
    assert cell_in_words(cell) == cell


def test_keys_of_the_mapping_are_said_in_words() -> None:
    error = UnableToRead("empty_cell", column="Etapa", key="stage")
    (said,) = in_words([as_kept(error) | {"rows": 1, "first_line": 2}])
    assert said["reason"] == "“Etapa” is empty, but the stage needs it."
