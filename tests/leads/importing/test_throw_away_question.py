"""A file is thrown away after a question that names it; nothing goes by the question."""

import re

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.models import FileImport
from tests.leads.importing.file_imports import NOW, bring, take_in, try_out
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

CONTENT = b"id,name\n1,Ana\n"


def page_of(file_import: FileImport) -> str:
    return f"/agreements/acme/imports/{file_import.pk}/"


def state_of(file_import: FileImport) -> str:
    return FileImport.objects.get(pk=file_import.pk).state


def test_it_works(client: Client, agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, CONTENT, name="fair.csv")
    page = page_of(brought)
    (address,) = re.findall(r'href="(.*/throw-away/)"', client.get(page).content.decode())
    question = client.get(address)
    assert "Throw away fair.csv?" in text_of(question)
    assert f'href="{page}"' in question.content.decode()
    assert state_of(brought) == FileImport.State.DRAFT

    assert client.post(address)["Location"] == page
    assert state_of(brought) == FileImport.State.DISCARDED


@pytest.mark.parametrize("step", ["draft", "checked"])
def test_no_button_of_the_import_throws_it_away(
    client: Client, agreement: Agreement, marta: User, step: str
) -> None:
    brought = bring(agreement, marta, CONTENT)
    if step == "checked":
        try_out(brought)
    shown = client.get(page_of(brought)).content.decode()
    assert not re.search(r'action="[^"]*/throw-away/"', shown)


def test_what_was_taken_in_is_not_asked_about(
    client: Client, agreement: Agreement, marta: User
) -> None:
    done = take_in(try_out(bring(agreement, marta, CONTENT)), marta, now=NOW)
    question = client.get(f"{page_of(done)}throw-away/")
    assert "or was taken in" in text_of(question)
    assert "btn-danger" not in question.content.decode()
    client.post(f"{page_of(done)}throw-away/")
    assert state_of(done) == FileImport.State.IMPORTED


def test_nobody_else_is_asked(client: Client, agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, CONTENT)
    client.logout()
    assert client.get(f"{page_of(brought)}throw-away/").status_code == 302
