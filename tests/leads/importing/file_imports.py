"""What tests of imports in the browser start from: a file that was brought, and its work done."""

import csv
import io
from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.files.mapping import parse_mapping
from leads.guessing.drafts import Draft, document_of
from leads.importing import file_work
from leads.importing.drafts import columns_in
from leads.models import FileImport
from tests.factories import local

NOW = local("2026-09-08 10:00")
HEADER = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Create Date",
    "MQL Date",
    "Contact owner",
]
PAULO = ["1", "Paulo", "Souza", "paulo@example.com", "31/08/2026 09:00", "04/09/2026 17:40", "Ana"]
JOAO = ["2", "João", "Assunção", "joao@example.com", "01/09/2026 09:00", "", ""]


def table(*rows: Sequence[str], separator: str = ";", encoding: str = "utf-8") -> bytes:
    """Write rows below the header as a file."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)


def workbook_of(hidden: Collection[str] = (), /, **sheets: Sequence[Sequence[str]]) -> bytes:
    """Write sheets, each of some rows of texts, as a workbook; some of them hidden."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            cells = [WriteOnlyCell(sheet, value) for value in row]
            for cell in cells:
                # What begins like a formula is none.
                cell.data_type = "s"
            sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bring(
    agreement: Agreement,
    by: User,
    content: bytes,
    *,
    name: str = "leads.csv",
    now: datetime = NOW,
) -> FileImport:
    """Bring a file and have it looked through."""
    file = SimpleUploadedFile(name, content)
    brought = file_imports.bring(file=file, agreement=agreement, by=by, now=now)
    return work(brought, now=now)


def work(file_import: FileImport, *, now: datetime = NOW) -> FileImport:
    """Do what an import owes, as the background does."""
    assert file_work.work_on(file_import.pk, now=now)
    return FileImport.objects.select_related("delivery").get(pk=file_import.pk)


def draft_of(file_import: FileImport) -> Draft:
    """Return what was proposed, or said."""
    return Draft.read(file_import.draft)


def try_out(file_import: FileImport) -> FileImport:
    """Have it told what would become of the rows, as they are proposed to be read."""
    draft = draft_of(file_import)
    document = document_of(draft, columns_in(file_import.found or {}))
    file_imports.try_out(
        file_import=file_import, mapping=parse_mapping(document), document=document
    )
    return work(file_import)


def take_in(file_import: FileImport, by: User, *, now: datetime = NOW) -> FileImport:
    """Have the rows taken in."""
    file_imports.take_in(file_import=file_import, by=by, now=now)
    return work(file_import, now=now)


def take_in_whole(agreement: Agreement, by: User, content: bytes, **options: object) -> FileImport:
    """Bring a file and take it in as it is proposed to be read."""
    brought = bring(agreement, by, content, **options)  # type: ignore[arg-type]
    assert brought.state == FileImport.State.DRAFT, brought.error
    checked = try_out(brought)
    assert checked.state == FileImport.State.CHECKED, checked.error
    return take_in(checked, by)
