"""A file is read like the one it is meant to correct, or like the latest with its columns."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.importing import file_work
from leads.models import FileImport, Lead
from tests.leads.importing.file_imports import (
    HEADER,
    NOW,
    PAULO,
    bring,
    draft_of,
    take_in_whole,
    try_out,
)
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

IMPORTS = "/agreements/acme/imports/"
CONTENT = b"id,name,created\n1,Ana,2026-09-01\n2,Rui,soon\n3,Eva,2026-09-01\n"
CONTENT += b"".join(b"%d,Lia,2026-09-01\n" % number for number in range(4, 20))
OTHER = CONTENT + b"20,Lia,2026-09-01\n"

Send = Callable[..., str]


@pytest.fixture
def send(client: Client, marta: User) -> Send:
    """Take a file in under a source; returns the address of its page."""

    def send(name: str, source: str) -> str:
        file = SimpleUploadedFile(name, CONTENT)
        page = str(client.post(IMPORTS, {"file": file})["Location"])
        work()
        for deed, told in (("columns", {"source": source, "go": "check"}), ("take-in", {})):
            client.post(f"{page}{deed}/", told)
            work()
        assert "1 row was rejected." in text_of(client.get(page))
        return page

    return send


def work() -> None:
    file_work.work_on_what_was_left(now=NOW)


def upload(client: Client, page: str, name: str, content: bytes) -> str:
    """Bring a file on a page, with what its form has besides; returns the page of the import."""
    shown = form_values(client.get(page).content.decode(), "import-upload")
    file = SimpleUploadedFile(name, content)
    brought = str(client.post(IMPORTS, shown | {"file": file})["Location"])
    work()
    return brought


def test_it_works(client: Client, send: Send) -> None:
    first = send("fair.csv", "fair")
    send("shop.csv", "shop")
    rejects = b"".join(client.get(f"{first}rejects/").streaming_content)  # type: ignore[attr-defined]

    again = upload(client, first, "corrected.csv", rejects.replace(b"soon", b"2026-09-02"))

    assert draft_of(FileImport.objects.latest("pk")).source == "fair"
    assert "It brings rejected rows of fair.csv again and is read like it." in text_of(
        client.get(again)
    )
    for deed, told in (("columns", {"go": "check"}), ("take-in", {})):
        client.post(f"{again}{deed}/", told)
        work()
    assert Lead.objects.get(name="Rui").identities.get().source == "fair"


@pytest.mark.parametrize(
    ("name", "source"), [("fair.csv", "trade fair"), ("Fair-2026-10 (2).csv", "trade fair"),
                         ("shop.csv", "shop")],
)  # fmt: skip
def test_only_of_files_called_alike_the_source_is_the_same(
    client: Client, send: Send, name: str, source: str
) -> None:
    send("fair.csv", "trade fair")
    page = upload(client, IMPORTS, name, OTHER)
    assert draft_of(FileImport.objects.latest("pk")).source == source
    told = text_of(client.get(page))
    assert "It has the columns of fair.csv and is read like it." in told
    assert ("Its source has another name than “trade fair” there" in told) is (source == "shop")


@pytest.mark.parametrize(
    ("name", "source"), [("fair.csv", "trade fair"), ("Fair-10.csv", "trade fair"), ("x.csv", "x")]
)
def test_one_that_is_called_alike_comes_before_a_later_one(
    client: Client, send: Send, name: str, source: str
) -> None:
    """Also after its import was undone."""
    first = send("fair.csv", "trade fair")
    send("shop.csv", "shop")
    client.post(f"{first}undo/")
    work()
    page = upload(client, IMPORTS, name, OTHER)
    assert draft_of(FileImport.objects.latest("pk")).source == source
    like = "shop" if name == "x.csv" else "fair"
    assert f"It has the columns of {like}.csv and is read like it." in text_of(client.get(page))


def test_the_very_same_file_has_the_same_source_whatever_it_is_called(
    client: Client, send: Send
) -> None:
    """As it is said that nothing counts twice."""
    send("fair.csv", "trade fair")
    told = text_of(client.get(upload(client, IMPORTS, "x.csv", CONTENT)))
    assert "This very file was imported before. What it told is recognised" in told
    assert "Its source has another name" not in told
    assert draft_of(FileImport.objects.latest("pk")).source == "trade fair"


def test_files_of_one_system_have_the_same_source(agreement: Agreement, marta: User) -> None:
    text = "\n".join(",".join(row) for row in (HEADER, PAULO)).encode()
    first = take_in_whole(agreement, marta, text, name="a.csv")
    FileImport.objects.filter(pk=first.pk).update(draft=first.draft | {"source": "our hubspot"})
    other = text.replace(b"Paulo,", b"Pablo,")
    assert draft_of(bring(agreement, marta, other, name="b.csv")).source == "our hubspot"


def test_what_is_posted_beside_a_file_is_no_key_of_just_any_import(
    client: Client, send: Send
) -> None:
    send("fair.csv", "fair")
    for corrects in ("x", "9" * 30, "123456"):
        file = SimpleUploadedFile("other.csv", OTHER)
        page = client.post(IMPORTS, {"file": file, "corrects": corrects})["Location"]
        work()
        assert client.get(page).status_code == 200
        assert draft_of(FileImport.objects.latest("pk")).source == "other"


def test_the_very_same_file_is_named_like_the_one_that_holds(client: Client, send: Send) -> None:
    """Not like a later one that was undone since."""
    send("fair.csv", "trade fair")
    undone = send("x.csv", "something else")
    client.post(f"{undone}undo/")
    work()
    told = text_of(client.get(upload(client, IMPORTS, "y.csv", CONTENT)))
    assert draft_of(FileImport.objects.latest("pk")).source == "trade fair"
    assert "nothing counts twice" in told


def test_named_otherwise_the_very_same_file_is_warned_of(client: Client, send: Send) -> None:
    send("fair.csv", "trade fair")
    page = upload(client, IMPORTS, "x.csv", CONTENT)
    client.post(f"{page}columns/", {"source": "shop", "go": "save"})
    warning = "each would come in a second time: take the source “trade fair”"
    assert warning in text_of(client.get(page))
    client.post(f"{page}columns/", {"source": "shop", "go": "check"})
    work()
    told = text_of(client.get(page))
    assert "Ready to be imported" in told
    assert warning in told
    assert "nothing counts twice" not in told


def test_a_file_that_is_being_imported_is_known_again(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """Whatever it is called; one whose columns were looked at before is warned of."""
    early = bring(agreement, marta, CONTENT, name="early.csv")
    first = try_out(bring(agreement, marta, CONTENT, name="fair.csv"))
    taken = file_imports.take_in(file_import=first, by=marta, now=NOW)
    assert taken.state == FileImport.State.IMPORTING

    second = bring(agreement, marta, CONTENT, name="x.csv")
    assert draft_of(second).source == "fair"
    told = text_of(client.get(f"{IMPORTS}{second.pk}/"))
    assert "This very file is being imported at this moment. What is in is recognised" in told
    told = text_of(client.get(f"{IMPORTS}{early.pk}/"))
    assert "at this moment. There its leads are named by another source" in told
