"""What tests of corrected rows start from: files that people bring, and take in as proposed."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads.importing import file_work
from tests.leads.importing.file_imports import NOW
from tests.page_forms import form_values

IMPORTS = "/agreements/acme/imports/"
CONTENT = b"id,name,created\n1,Ana,2026-09-01\n2,Rui,soon\n3,Eva,late\n"
CONTENT += b"".join(b"%d,Lia,2026-09-01\n" % number for number in range(4, 50))


def work(now: datetime = NOW) -> None:
    """Do what is owed, as the background does."""
    file_work.work_on_what_was_left(now=now)


def bring(client: Client, name: str, content: bytes, *, on: str = IMPORTS) -> str:
    """Bring a file on a page and have it looked through; returns its page."""
    shown = form_values(client.get(on).content.decode(), "import-upload")
    file = SimpleUploadedFile(name, content)
    page = str(client.post(IMPORTS, shown | {"file": file})["Location"])
    work()
    return page


def take_in(
    client: Client, name: str, content: bytes, *, on: str = IMPORTS, now: datetime = NOW
) -> str:
    """Bring a file on a page and take it in as it is proposed; returns its page."""
    page = bring(client, name, content, on=on)
    for deed, told in (("columns", {"go": "check"}), ("take-in", {})):
        client.post(f"{page}{deed}/", told)
        work(now)
    return page


def rejects_of(client: Client, page: str) -> bytes:
    """Return the rejected rows of an import as they are downloaded on its page."""
    return b"".join(client.get(f"{page}rejects/").streaming_content)  # type: ignore[attr-defined]
