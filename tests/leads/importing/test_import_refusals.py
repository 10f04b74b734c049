"""Files that are not what they should be are refused in a sentence, and never kept half-way."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from openpyxl import Workbook

from agreements.models import AgreementVersion, User
from leads import uploads
from leads.actions import file_imports
from leads.files import workbook_parts, workbooks
from leads.files.delimited import defused, undefused
from leads.importing import file_work
from leads.importing.imported import Imported
from leads.importing.imports import import_facts
from leads.importing.kept_reasons import in_words
from leads.models import Delivery, FileImport, Lead
from tests.leads.importing.file_imports import (
    HEADER,
    JOAO,
    NOW,
    PAULO,
    bring,
    draft_of,
    table,
    take_in,
    take_in_whole,
    try_out,
)
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

IMPORTS = "/agreements/acme/imports/"
State = FileImport.State


Bring = Callable[..., FileImport]


@pytest.fixture
def brought(version: AgreementVersion, marta: User) -> Bring:
    def brought(content: bytes, name: str = "leads.csv") -> FileImport:
        return bring(version.agreement, marta, content, name=name)

    return brought


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def archive(**members: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, told in members.items():
            made.writestr(name.replace("__", "/") + ".xml", told)
    return content.getvalue()


def packed_otherwise(content: bytes) -> bytes:
    """Return an archive whose members say they are packed by a method that nobody reads here."""
    deflated, deflated_64 = b"\x08\x00", b"\x09\x00"
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        parts = content.split(mark)
        content = mark.join(
            [
                parts[0],
                *(
                    part[: place - 4] + deflated_64 + part[place - 2 :]
                    if part[place - 4 : place - 2] == deflated
                    else part
                    for part in parts[1:]
                ),
            ]
        )
    return content


def altered(content: bytes, member: str, was: bytes, to: bytes) -> bytes:
    """Return an archive with something else in one of its members."""
    with zipfile.ZipFile(BytesIO(content)) as whole:
        told = {name: whole.read(name) for name in whole.namelist()}
    assert was in told[member]
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, text in told.items():
            archived.writestr(name, text.replace(was, to))
    return made.getvalue()


def flipped(content: bytes) -> bytes:
    """Return an archive with wrong bits in the middle of its largest member."""
    with zipfile.ZipFile(BytesIO(content)) as whole:
        largest = max(whole.infolist(), key=lambda one: one.compress_size)
    middle = largest.header_offset + 60 + largest.compress_size // 2
    return (
        content[:middle]
        + bytes(255 - each for each in content[middle : middle + 40])
        + content[middle + 40 :]
    )


BROKEN = [*JOAO[:4], "31/02/2026 10:00", "", ""]
SMALL = workbook(["id", "a"], [1, 2])


def test_a_workbook_works(version: AgreementVersion, marta: User) -> None:
    content = workbook(HEADER, PAULO, JOAO)
    done = take_in_whole(version.agreement, marta, content, name="leads.xlsx")
    assert done.delivery.summary is not None
    assert done.delivery.summary["taken"] == 2
    assert Lead.objects.filter(name="João Assunção").exists()
    assert (done.table.name, Path(done.delivery.file.path).suffix) == ("", ".xlsx")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7\n...", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old XLS format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected with a password",
        ),
        (b'[\n  {"id": 1}\n]', "is JSON or XML"),
        (b'{"leads": []}', "is JSON or XML"),
        (b"<?xml version='1.0'?><leads/>", "is JSON or XML"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page"),
        (archive(word__document=b"<w/>"), "an archive or another kind of document"),
        (b"PK\x03\x04 broken", "an archive or another kind of document"),
        (archive(xl__workbook=b"<workbook/>"), "is damaged"),
        (packed_otherwise(workbook(["id", "a"], [1, 2])), "is damaged"),
        (flipped(workbook(["id", "a"], *([n, "x" * n] for n in range(300)))), "is damaged"),
        (altered(SMALL, "xl/worksheets/sheet1.xml", b'r="2"', b'r="99999999999"'), "is damaged"),
        (altered(SMALL, "[Content_Types].xml", b"sheet.main+xml", b"other+xml"), "is damaged"),
        (altered(SMALL, "xl/styles.xml", b'borderId="0"', b'borderId="9999999999"'), "is damaged"),
        (SMALL[:100] + SMALL[300:], "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "is no table"),
        (b" \r\n", "is empty"),
        (b"id,name\r\n", "no row below"),
        (b",,,\r\n1,2,3,4\r\n", "its first row should name the columns"),
        ((",".join(f"c{n}" for n in range(10_000)) + "\n1").encode(), "has 10000 columns"),
        (workbook(["id", "a"], [1, "=1+1"]), "a formula in B2 whose result was not saved"),
    ],
)
def test_wrong_files_are_refused(brought: Bring, content: bytes, sentence: str) -> None:
    refused = brought(content, "file.bin")
    assert refused.state == State.REFUSED
    assert sentence in refused.error
    assert "file.bin" in refused.error


def test_what_unpacks_to_too_much_is_refused(
    brought: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "MOST_UNPACKED", 10_000)
    bomb = archive(xl__workbook=b"<workbook/>", xl__sharedStrings=b"0" * 1_000_000)
    assert "more than can be read safely" in brought(bomb, "bomb.xlsx").error


def test_larger_files_than_allowed_are_refused_while_they_come(
    client: Client, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(marta)
    monkeypatch.setattr(uploads.BoundedUploadHandler.__init__, "__defaults__", (1000,))
    file = SimpleUploadedFile("leads.csv", b"x" * 100_000)
    response = client.post(IMPORTS, {"file": file})
    assert response.status_code == 422
    assert "The file is larger than" in text_of(response)
    assert not Delivery.objects.exists()


def test_no_file_or_an_empty_one_is_refused(client: Client, marta: User) -> None:
    client.force_login(marta)
    assert "Choose the file" in text_of(client.post(IMPORTS))
    empty = client.post(IMPORTS, {"file": SimpleUploadedFile("leads.csv", b"")})
    assert "Choose the file" in text_of(empty) or "is empty" in text_of(empty)
    assert not Delivery.objects.exists()


def test_a_form_without_the_token_of_the_page_is_refused(marta: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(marta)
    response = client.post(IMPORTS, {"file": SimpleUploadedFile("leads.csv", table(PAULO))})
    assert response.status_code == 403
    assert not Delivery.objects.exists()


def test_rows_with_broken_or_zero_characters_are_rejected_alone(
    version: AgreementVersion, marta: User
) -> None:
    content = table(PAULO, JOAO) + b"3;Jo\xe3o;;;03/09/2026 09:00;;\n4;a\0b;;;03/09/2026 09:00;;\n"
    done = take_in_whole(version.agreement, marta, content)
    summary = done.delivery.summary
    assert summary is not None
    assert (summary["rows"], summary["taken"], summary["rejected"]) == (4, 2, 2)
    assert "cannot be read as utf-8" in in_words(summary["reasons"])[0]["reason"]
    rejected = Path(done.rejects.path).read_bytes()
    assert b"Jo\xe3o" in rejected


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-A1", "+1*2", "+", "-5\n=1", "@x", "\t=1", "\n=1", "'=1",
        "''-1", "'+55 11", "a=1", "'", "",
    ],
)  # fmt: skip
def test_cells_of_rejects_are_no_formulas_and_come_back_unchanged(cell: str) -> None:
    assert not defused(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert undefused(defused(cell)) == cell


@pytest.mark.parametrize("cell", ["+55 11 98765-4321", "+55 (11) 9.8765", "-5", "-1.5", "+1"])
def test_telephones_and_numbers_are_written_as_they_are(cell: str) -> None:
    assert defused(cell) == cell
    assert undefused(cell) == undefused(f"'{cell}") == cell


def test_two_columns_of_one_name_are_left_out(brought: Bring) -> None:
    content = b"Record ID,Create Date,Email,Email,\n1,2026-09-01 10:00,a@b.example,c@d.example,x\n"
    found = brought(content)
    assert draft_of(found).roles == ["", "known_at", "", "", ""]


def test_an_import_that_fails_each_time_stops(
    version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = try_out(bring(version.agreement, marta, table(PAULO)))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    FileImport.objects.update(tries=file_work.MOST_TRIES)
    file_work.work_on_what_was_left(now=NOW)
    found = FileImport.objects.get()
    assert (found.state, found.tries) == (State.STOPPED, 0)
    assert "could not go on" in found.error


def test_an_import_that_was_stopped_goes_on(version: AgreementVersion, marta: User) -> None:
    checked = try_out(bring(version.agreement, marta, table(PAULO, JOAO)))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    file_imports.stop(file_import=checked)
    assert not file_work.work_on(checked.pk, now=NOW)
    with pytest.raises(file_imports.UnableToGoOn, match="Stopped half-way"):
        file_imports.stop(file_import=checked)
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    file_work.work_on(checked.pk, now=NOW)
    assert FileImport.objects.get().state == State.IMPORTED


def test_what_is_thrown_away_is_gone(
    brought: Bring, marta: User, django_capture_on_commit_callbacks: Any
) -> None:
    found = brought(table(PAULO))
    path = Path(found.delivery.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        file_imports.throw_away(file_import=found, by=marta, now=NOW)
    found.refresh_from_db()
    assert (found.state, found.found, path.exists()) == (State.DISCARDED, None, False)


@pytest.fixture
def left_below() -> Callable[[str], list[str]]:
    """What lies in a folder of the stored files beside what was there before."""
    media = Path(settings.MEDIA_ROOT)
    before = set(media.rglob("*"))

    def left_below(folder: str) -> list[str]:
        return sorted(each.name for each in set(media.glob(f"{folder}/*")) - before)

    return left_below


def test_thrown_away_while_its_sheet_is_read_nothing_is_left(
    version: AgreementVersion,
    marta: User,
    monkeypatch: pytest.MonkeyPatch,
    left_below: Callable[[str], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    content = workbook(HEADER, *([*PAULO[:1], f"Paulo {n}", *PAULO[2:]] for n in range(2500)))
    file = SimpleUploadedFile("leads.xlsx", content)
    brought = file_imports.bring(file=file, agreement=version.agreement, by=marta, now=NOW)
    read = workbooks.write_as_text

    def thrown_away_meanwhile(*told: Any, on_progress: Callable[[int], None], **more: Any) -> None:
        def tell(done: int) -> None:
            if done == 2000:
                assert left_below("tables")
                with django_capture_on_commit_callbacks(execute=True):
                    file_imports.throw_away(file_import=brought, by=marta, now=NOW)
            on_progress(done)

        read(*told, on_progress=tell, **more)

    monkeypatch.setattr(workbooks, "write_as_text", thrown_away_meanwhile)
    assert not file_work.work_on(brought.pk, now=NOW)
    assert (left_below("tables"), left_below("deliveries")) == ([], [])
    assert FileImport.objects.get().table.name == ""


def test_what_a_try_left_that_was_killed_is_removed_by_the_next(
    brought: Bring, marta: User, left_below: Callable[[str], list[str]]
) -> None:
    checked = try_out(brought(table(PAULO, BROKEN)))
    folder = Path(settings.MEDIA_ROOT) / "rejects"
    folder.mkdir(exist_ok=True)
    (folder / f"{checked.pk}-left.csv").write_text("João")
    (folder / f"{checked.pk}9-others.csv").write_text("Rui")
    done = take_in(checked, marta)
    kept = Path(str(done.rejects.name)).name
    assert left_below("rejects") == sorted([kept, f"{done.pk}9-others.csv"])


def test_what_another_import_shares_stays(
    brought: Bring, marta: User, django_capture_on_commit_callbacks: Any
) -> None:
    found = brought(table(PAULO))
    path = Path(found.delivery.file.path)
    found.delivery.pk = None
    found.delivery.save()
    with django_capture_on_commit_callbacks(execute=True):
        file_imports.throw_away(file_import=found, by=marta, now=NOW)
    assert path.exists()


def test_stopped_at_its_very_end_an_import_is_over(
    brought: Bring,
    marta: User,
    monkeypatch: pytest.MonkeyPatch,
    left_below: Callable[[str], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    """Nothing is left of it to go on with."""
    checked = try_out(brought(workbook(HEADER, PAULO, BROKEN), "leads.xlsx"))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)

    def stopped_after(**asked: Any) -> Imported:
        done = import_facts(**asked)
        file_imports.stop(file_import=checked)
        return done

    monkeypatch.setattr(file_work, "import_facts", stopped_after)
    with django_capture_on_commit_callbacks(execute=True):
        assert file_work.work_on(checked.pk, now=NOW)
    done = FileImport.objects.get()
    assert (done.state, done.beat_at, done.table.name) == (State.IMPORTED, None, "")
    assert left_below("rejects") == [Path(done.rejects.path).name]


def test_overtaken_at_its_very_end_an_import_is_left_to_who_took_it_over(
    brought: Bring,
    marta: User,
    monkeypatch: pytest.MonkeyPatch,
    left_below: Callable[[str], list[str]],
) -> None:
    checked = try_out(brought(table(PAULO, BROKEN)))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)

    def overtaken_after(**asked: Any) -> Imported:
        done = import_facts(**asked)
        FileImport.objects.update(tries=F("tries") + 1)
        return done

    monkeypatch.setattr(file_work, "import_facts", overtaken_after)
    assert file_work.work_on(checked.pk, now=NOW)
    assert FileImport.objects.get().state == State.IMPORTING
    assert left_below("rejects") == []
    monkeypatch.undo()
    FileImport.objects.update(beat_at=None)
    assert file_work.work_on(checked.pk, now=NOW)
    done = FileImport.objects.get()
    assert done.state == State.IMPORTED
    assert left_below("rejects") == [Path(done.rejects.path).name]


def test_nobody_works_on_what_somebody_works_on(brought: Bring, marta: User) -> None:
    checked = try_out(brought(table(PAULO)))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    assert FileImport.objects.left().filter(pk=checked.pk).update(beat_at=NOW)
    FileImport.objects.update(beat_at=None)
    assert file_work.work_on(checked.pk, now=NOW)
    assert not file_work.work_on(checked.pk, now=NOW)
