"""Stored files: the rows of forgotten people are emptied, everybody else's stay."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from agreements.models import AgreementVersion, User
from leads.actions import file_imports, handoffs
from leads.models import Delivery, FileImport, Forgetting, Lead
from leads.personal.raw_files import search_files
from tests.leads.importing.file_imports import (
    JOAO,
    PAULO,
    bring,
    table,
    take_in_whole,
    work,
    workbook_of,
)
from tests.leads.importing.files import ANA, NOBODY, run, write
from tests.leads.pages import NOW
from tests.leads.personal.forgotten_files import forget, stored, tell_of_paulo

pytestmark = pytest.mark.django_db

_ALSO = ["3", "Two\nlines", "web", "2026-09-04 18:00", "", "", "", "", ""]


def content_of(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.usefixtures("here")
def test_one_row_is_emptied(version: AgreementVersion, admin: User) -> None:
    run(write(NOBODY, _ALSO, encoding="utf-8"))
    before = stored()
    end(version, admin)
    forget("João", admin)
    assert search_files(now=NOW) == 1
    assert "João" not in stored()
    assert "Two\nlines" in stored()
    assert len(stored().splitlines()) == len(before.splitlines())
    assert Forgetting.objects.get().files_searched_at == NOW
    assert search_files(now=NOW) == 0


@pytest.mark.usefixtures("here")
def test_told_again_by_a_file_it_is_emptied_again(version: AgreementVersion, admin: User) -> None:
    run(write(NOBODY))
    end(version, admin)
    forget("João", admin)
    assert search_files(now=NOW) == 1
    run(write(NOBODY, ANA, name="again.csv"))
    assert Lead.objects.filter(name="João").count() == 0
    assert "João" in stored()
    assert search_files(now=NOW) == 1
    assert "João" not in stored()


def test_a_draft_is_searched_by_address(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    brought = bring(version.agreement, admin, table(PAULO, JOAO))
    assert brought.found
    assert brought.found["preview"]
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    brought.refresh_from_db()
    assert "paulo@example.com" not in stored()
    assert "joao@example.com" in stored()
    assert brought.found
    assert brought.found["preview"] == [[""] * 7, JOAO]


def test_what_is_rejected_later_is_searched_too(version: AgreementVersion, admin: User) -> None:
    """Rows that become no facts: of the person's id, of their address, and of somebody else."""
    take_in_whole(version.agreement, admin, table(PAULO))
    end(version, admin)
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    by_id = ["1", "P.", "Souza", "", "yesterday", "", ""]
    by_address = ["4", "P.", "Sousa", "PAULO@example.com", "31/02/2026 10:00", "", ""]
    other = ["5", "Rui", "Alves", "rui@example.com", "yesterday", "", ""]

    done = take_in_whole(version.agreement, admin, table(JOAO, by_id, by_address, other))

    assert done.delivery.summary is not None
    assert (done.delivery.summary["taken"], done.delivery.summary["rejected"]) == (1, 3)
    assert search_files(now=NOW) == 1
    done = FileImport.objects.select_related("delivery").get(pk=done.pk)
    for kept in (stored(), Path(done.rejects.path).read_text()):
        assert not any(word in kept for word in ("Souza", "Sousa", "PAULO"))
        assert "Rui" in kept
    assert "João" in stored()
    assert "yesterday" not in str(done.delivery.summary)
    assert search_files(now=NOW) == 0


def test_the_other_rejected_rows_stay_as_they_were_written(
    version: AgreementVersion, admin: User
) -> None:
    """With the mark of UTF-8 before them, and no cell that a spreadsheet takes for a formula."""
    tell_of_paulo(version)
    of_paulo = [*PAULO[:4], "31/02/2026 10:00", "", ""]
    formula = ["5", "=1+1", "'-x", "rui@example.com", "31/02/2026 10:00", "", "José"]
    done = take_in_whole(version.agreement, admin, table(JOAO, of_paulo, formula))
    before = Path(done.rejects.path).read_bytes().splitlines()
    assert before[2].endswith("5;'=1+1;''-x;rui@example.com;31/02/2026 10:00;;José".encode())
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    after = Path(FileImport.objects.get(pk=done.pk).rejects.path).read_bytes().splitlines()
    assert after == [before[0], b"3;;;;;;;;", before[2]]
    assert after[0].startswith(b"\xef\xbb\xbfrejected_line;")


@pytest.mark.parametrize("name", ["Souza", "So\nuza"])
def test_a_reason_goes_on_quoting_the_row_it_is_about(
    version: AgreementVersion, admin: User, name: str
) -> None:
    """Though an empty line stands before it, and a row of several lines is emptied."""
    of_paulo = [PAULO[0], PAULO[1], name, *PAULO[3:]]
    other = ["5", "Rui", "Alves", "rui@example.com", "31/02/2026 10:00", "", ""]
    done = take_in_whole(version.agreement, admin, table(of_paulo, [], JOAO, other))
    assert done.delivery.summary is not None
    before = done.delivery.summary["reasons"]
    assert "31/02/2026" in str(before)
    end(version, admin)

    forget(f"Paulo {name}", admin)
    assert search_files(now=NOW) == 1

    done = FileImport.objects.select_related("delivery").get(pk=done.pk)
    assert "Paulo" not in stored()
    assert done.delivery.summary is not None
    assert done.delivery.summary["reasons"] == before


def test_a_mark_stays_before_a_file_that_has_one_alone(
    version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    contents = [table(PAULO, JOAO, encoding=encoding) for encoding in ("utf-8", "utf-8-sig")]
    brought = [bring(version.agreement, admin, content) for content in contents]
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 2
    for each, content in zip(brought, contents, strict=True):
        each.delivery.refresh_from_db()
        kept = Path(each.delivery.file.path).read_bytes()
        assert kept.splitlines()[::2] == content.splitlines()[::2]
        assert b"paulo" not in kept


def test_a_draft_is_searched_by_the_column_that_names_the_lead(
    version: AgreementVersion, admin: User
) -> None:
    content = b"id;name;phone\n9;Paulo Souza;11 98765-4321\n10;Rui;11 2345-6789\n"
    drafts = [bring(version.agreement, admin, content, name="crm.csv") for _ in range(2)]
    at = "{instant: '2026-09-01T09:00:00Z'}"
    fact = f"{{attributes: {{name: name}}, id: '{{id}}', at: {at}}}"
    by_hand = f"source: crm\nlead: id\nfacts: [{fact}]"
    FileImport.objects.filter(pk=drafts[1].pk).update(
        draft=drafts[1].draft | {"source": "elsewhere", "document": by_hand}
    )
    tell_of_paulo(version)
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 2
    for each in drafts:
        each.delivery.refresh_from_db()
        kept = Path(each.delivery.file.path).read_text().splitlines()
        assert kept == ["id;name;phone", ";;", "10;Rui;11 2345-6789"]


@pytest.mark.parametrize(
    "said", [{"lead": -1}, {"document": "source: ["}, {"document": "- crm"}], ids=str
)
def test_a_draft_that_names_no_lead_is_searched_by_address(
    version: AgreementVersion, admin: User, said: dict[str, object]
) -> None:
    tell_of_paulo(version)
    brought = bring(version.agreement, admin, table(PAULO, JOAO))
    FileImport.objects.filter(pk=brought.pk).update(draft=brought.draft | said)
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    assert "paulo@example.com" not in stored()


def test_a_workbook_becomes_text(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Email", "Name"], ["paulo@example.com", "Paulo"], ["x@example.com", "Rui"]):
        sheet.append(row)
    bring(version.agreement, admin, content_of(book), name="book.xlsx")
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    assert stored().splitlines() == ["Email,Name", ",", "x@example.com,Rui"]


def test_every_sheet_of_a_workbook_is_searched(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    rows = [["Email", "Name"], ["paulo@example.com", "Paulo"], ["x@example.com", "=Rui"]]
    content = workbook_of(Notes=[["Note"], ["none"]], Leads=rows)
    brought = bring(version.agreement, admin, content, name="book.xlsx")
    assert brought.state == FileImport.State.SHEET
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    file_imports.choose_sheet(file_import=brought, sheet="Leads")
    read = work(FileImport.objects.get(pk=brought.pk))
    assert Path(read.table.path).read_text().splitlines() == ["Email,Name", "x@example.com,=Rui"]
    assert search_files(now=NOW) == 0


def test_sheets_that_nobody_imports_are_searched(version: AgreementVersion, admin: User) -> None:
    """A hidden sheet without names of columns, one of spaces, and a formula without a result."""
    tell_of_paulo(version)
    book = Workbook()
    leads, hidden = book.worksheets[0], book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    for row in (["Email", "Name"], ["x@example.com", "Rui"], ["", "=1+1"]):
        leads.append(row)
    hidden.append(["paulo@example.com", "Paulo"])
    book.create_sheet("Spaces").append([" "])
    brought = bring(version.agreement, admin, content_of(book), name="book.xlsx")
    assert brought.state == FileImport.State.SHEET
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    assert stored().splitlines() == ["Email,Name", "x@example.com,Rui"]


def test_a_draft_is_read_as_it_was_found_to_be_written(
    version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    content = table(PAULO, JOAO, separator="\t", encoding="utf-16")
    brought = bring(version.agreement, admin, content)
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    brought.refresh_from_db()
    kept = Path(brought.delivery.file.path).read_text(encoding="utf-16")
    assert ("paulo@example.com" in kept, "joao@example.com" in kept) == (False, True)


@pytest.mark.usefixtures("here")
def test_a_file_is_read_by_the_mapping_of_each_who_brought_it(
    version: AgreementVersion, admin: User
) -> None:
    file = write(NOBODY)
    run(file)
    first = Delivery.objects.get()
    wrong = (first.mapping or {}) | {"lead": {"id": {"column": "origin"}}}
    Delivery.objects.filter(pk=first.pk).update(mapping=wrong)
    run(file)
    assert Delivery.objects.latest("pk").file == first.file
    end(version, admin)
    forget("João", admin)
    assert search_files(now=NOW) == 1
    assert "João" not in stored()


def test_what_cannot_be_read_is_tried_once(
    version: AgreementVersion, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    tell_of_paulo(version)
    refused = bring(version.agreement, admin, b"%PDF-1.7 paulo@example.com", name="leads.pdf")
    bring(version.agreement, admin, table(PAULO))
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    assert f"delivery {refused.pk} " in caplog.text
    assert Forgetting.objects.get().files_searched_at == NOW
    assert list(Delivery.objects.unsearched()) == [refused.delivery]


def test_nobody_is_in_a_blank_file(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    for content in (b"", b"\xff\xfe", b" \r\n\r\n"):
        bring(version.agreement, admin, content, name="blank.csv")
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 0
    assert Forgetting.objects.get().files_searched_at == NOW
    assert not Delivery.objects.unsearched().exists()


@pytest.mark.parametrize("encoding", ["utf-16", "klingon"])
def test_whatever_is_wrong_with_a_file_the_others_are_searched(
    version: AgreementVersion, admin: User, caplog: pytest.LogCaptureFixture, encoding: str
) -> None:
    """Somebody named an encoding that the file is not in, or that nobody knows."""
    tell_of_paulo(version)
    wrong = bring(version.agreement, admin, table(PAULO), name="wrong.csv")
    FileImport.objects.filter(pk=wrong.pk).update(draft=wrong.draft | {"encoding": encoding})
    bring(version.agreement, admin, table(PAULO, JOAO))
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    assert "paulo@example.com" not in stored()
    assert f"delivery {wrong.pk} " in caplog.text
    assert list(Delivery.objects.unsearched()) == [wrong.delivery]
    assert Forgetting.objects.get().files_searched_at == NOW


def test_what_can_be_read_again_is_searched_by_the_next_deed(
    version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    content = workbook_of(Leads=[["Email"], ["paulo@example.com"], ["x@example.com"]])
    brought = bring(version.agreement, admin, content, name="book.xlsx")
    path = Path(brought.delivery.file.path)
    path.write_bytes(content[: len(content) // 2])
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 0
    assert Delivery.objects.unsearched().get().unsearchable_at == NOW
    path.write_bytes(content)
    Forgetting.objects.update(files_searched_at=None)
    assert search_files(now=NOW) == 1
    assert not Delivery.objects.unsearched().exists()
    assert "paulo" not in stored()


def test_what_is_not_there_is_tried_again(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    brought = bring(version.agreement, admin, table(PAULO))
    forget("Paulo Souza", admin)
    path = Path(brought.delivery.file.path)
    elsewhere = path.rename(path.with_suffix(".away"))
    assert search_files(now=NOW) == 0
    assert Forgetting.objects.get().files_searched_at is None
    elsewhere.rename(path)
    assert search_files(now=NOW) == 1


def test_what_is_worked_on_waits(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    brought = bring(version.agreement, admin, table(PAULO))
    FileImport.objects.filter(pk=brought.pk).update(state="importing")
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 0
    assert Forgetting.objects.get().files_searched_at is None


@pytest.mark.usefixtures("here")
def test_by_command(
    version: AgreementVersion, admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    run(write(NOBODY))
    end(version, admin)
    forget("João", admin)
    call_command("search_files")
    assert capsys.readouterr().out.endswith("1 files rewritten.\n")
    Delivery.objects.update(unsearchable_at=NOW)
    call_command("search_files")
    told = f"0 files rewritten.\nDelivery {Delivery.objects.get().pk} cannot be searched: "
    assert told in capsys.readouterr().out


def end(version: AgreementVersion, admin: User) -> None:
    """End what the file offered."""
    for handoff in version.agreement.handoffs.open():
        handoffs.withdraw(handoff=handoff, by=admin, now=NOW)
