"""Rejected rows that are corrected and sent again: the files name each other."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads import file_work
from leads.corrected_files import corrections_of
from leads.models import Delivery, FileImport
from tests.leads.file_imports import NOW
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marta")]

IMPORTS = "/agreements/acme/imports/"
LIKE_IT = "again and is read like it."
CONTENT = b"id,name,created\n1,Ana,2026-09-01\n2,Rui,soon\n3,Eva,late\n"
CONTENT += b"".join(b"%d,Lia,2026-09-01\n" % number for number in range(4, 50))


def work(now: datetime = NOW) -> None:
    file_work.work_on_what_was_left(now=now)


def take_in(
    client: Client, name: str, content: bytes, *, on: str = IMPORTS, now: datetime = NOW
) -> str:
    """Bring a file on a page and take it in as it is proposed; returns its page."""
    shown = form_values(client.get(on).content.decode(), "import-upload")
    file = SimpleUploadedFile(name, content)
    page = str(client.post(IMPORTS, shown | {"file": file})["Location"])
    work()
    for deed, told in (("columns", {"go": "check"}), ("take-in", {})):
        client.post(f"{page}{deed}/", told)
        work(now)
    return page


def rejects_of(client: Client, page: str) -> bytes:
    return b"".join(client.get(f"{page}rejects/").streaming_content)  # type: ignore[attr-defined]


def test_it_works(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "half.csv", half, on=first)

    assert "It brings rejected rows of fair.csv again and is read like it." in text_of(
        client.get(second)
    )
    told = text_of(client.get(first))
    assert "half.csv Imported taken 1, rejected 1" in told
    assert "1 of the rejected rows is not in yet." in told
    listed = text_of(client.get(IMPORTS))
    assert "half.csv corrects fair.csv Imported" in listed
    assert "49 47 2 1 not in yet" in listed

    rest = rejects_of(client, second).replace(b"late", b"2026-09-03")
    third = take_in(client, "rest.csv", rest, on=second)
    assert "It brings rejected rows of half.csv again and is read like it." in text_of(
        client.get(third)
    )
    for page, files in ((first, ["half.csv", "rest.csv"]), (second, ["rest.csv"])):
        told = text_of(client.get(page))
        assert [name in told for name in ("half.csv Imported", "rest.csv Imported")] == [
            "half.csv" in files, True,
        ]  # fmt: skip
        assert "Every row that was rejected came in by them." in told
    assert "49 47 2 0 not in yet" in text_of(client.get(IMPORTS))


def test_what_was_undone_is_out_again(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    corrected = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "corrected.csv", corrected, on=first)
    client.post(f"{second}undo/")
    work()
    told = text_of(client.get(first))
    assert "corrected.csv Undone" in told
    assert "2 of the rejected rows are not in yet." in told


def test_a_row_that_came_twice_is_one(client: Client) -> None:
    """What a file only repeated of another goes with that one."""
    first = take_in(client, "fair.csv", CONTENT)
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "half.csv", half, on=first)
    take_in(client, "again.csv", half, on=first)
    assert "1 of the rejected rows is not in yet." in text_of(client.get(first))
    client.post(f"{second}undo/")
    work()
    assert "2 of the rejected rows are not in yet." in text_of(client.get(first))
    take_in(client, "once more.csv", half, on=first, now=NOW + timedelta(minutes=1))
    assert "1 of the rejected rows is not in yet." in text_of(client.get(first))


def test_files_that_do_not_tell_their_rows_are_not_counted(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    bare = b"id,name,created\n2,Rui,2026-09-02\n"
    take_in(client, "bare.csv", bare, on=first)
    told = text_of(client.get(first))
    assert "bare.csv Imported taken 1, rejected 0" in told
    assert "not in yet" not in told + text_of(client.get(IMPORTS))


def test_what_is_undone_names_what_corrected_it(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    take_in(client, "half.csv", half, on=first)
    client.post(f"{first}undo/")
    work()
    told = text_of(client.get(first))
    assert "half.csv Imported" in told
    assert "not in yet" not in told + text_of(client.get(IMPORTS))


@pytest.mark.parametrize(
    ("name", "content", "corrects"),
    [
        ("fair.rejects.csv", None, "fair.csv"),
        ("fair.rejects (1).csv", None, "fair.csv"),
        ("shop.rejects.csv", None, None),
        ("corrected.csv", None, None),
        ("fair.rejects.csv", CONTENT, None),
        ("fair.rejects.csv", b"rejected_line,rejected_reason,id,town\n3,soon,2,Rio\n", None),
    ],
)
def test_brought_elsewhere_it_is_known_by_its_name(
    client: Client, name: str, content: bytes | None, corrects: str | None
) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    take_in(client, name, rejects_of(client, first) if content is None else content)
    corrected = FileImport.objects.latest("pk").corrects
    assert (corrected and str(corrected)) == corrects


def test_another_file_brought_on_its_page_corrects_nothing(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    take_in(client, "towns.csv", b"id,town\n1,Rio\n", on=first)
    assert FileImport.objects.latest("pk").corrects is None
    assert corrections_of(Delivery.objects.all()) == {}
