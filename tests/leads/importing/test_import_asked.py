"""What the criteria ask for is offered as a meaning of columns, and named where none gives it."""

from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.importing.asked_for import asked_of
from leads.importing.draft_page import draft_context
from leads.importing.drafts import kept_draft, stages_of
from leads.models import Lead
from tests.factories import example_terms, make_user, make_version
from tests.leads.importing.file_imports import NOW, bring, draft_of, take_in, try_out, work
from tests.leads.pages import stop_time, text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

CRITERIA = {
    "required_fields": ["name", "state", "Work (email)"],
    "rules": [
        {"field": "state", "operator": "one_of", "value": ["SP", "RJ"]},
        {
            "any": [
                {"field": "email", "operator": "present"},
                {"field": "fax", "operator": "present"},
            ]
        },
        {"field": "employees", "operator": "is_not", "value": "none"},
    ],
}
FILE = b"id;name;email;Estado;Work (email);created\n1;Ana;a@example.com;SP;w;2026-09-01\n"
ASKS = "The criteria ask for"


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch) -> Agreement:
    stop_time(monkeypatch)
    return make_version(example_terms(handoff=CRITERIA)).agreement


@pytest.fixture
def marta(agreement: Agreement, client: Client) -> User:
    marta = make_user("Marta", team=agreement.marketing_team, role="lead")
    client.force_login(marta)
    return marta


def page_of(pk: int) -> str:
    return f"/agreements/acme/imports/{pk}/"


def test_it_works(client: Client, agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, FILE)
    shown = client.get(page_of(brought.pk)).content.decode()
    assert form_values(shown, "import-columns")["role-3"] == ["attribute:state"]
    assert '<option value="attribute:fax"' in shown
    checked = try_out(brought)
    for page in (shown, client.get(page_of(checked.pk)).content.decode()):
        assert ASKS not in page
    take_in(checked, marta)
    assert Lead.objects.get().attributes == {
        "name": "Ana", "email": "a@example.com", "state": "SP", "Work (email)": "w",
    }  # fmt: skip


def test_the_signed_texts_are_read_once_for_each_thing(
    agreement: Agreement, marta: User, django_assert_num_queries: Any
) -> None:
    """Their stages, what they ask for, and what the one in force does."""
    brought = bring(agreement, marta, FILE)
    brought.draft["reached"] = ""
    with django_assert_num_queries(3):
        draft_context(brought, agreement, now=NOW)


def test_what_no_column_gives_is_named(client: Client, agreement: Agreement, marta: User) -> None:
    """A rule that can hold without an attribute asks for none."""
    brought = bring(agreement, marta, b"id;name;email;created\n1;Ana;a@example.com;2026-09-01\n")
    told = f"{ASKS} “State” and “Work (email)”, and no column gives them."
    assert told in text_of(client.get(page_of(brought.pk)))
    checked = try_out(brought)
    assert told in text_of(client.get(page_of(checked.pk)))
    done = take_in(checked, marta)
    once_more = b"id;name;email;created\n1;Ana;;2026-09-02\n"
    again = try_out(bring(agreement, marta, once_more))
    assert ASKS not in text_of(client.get(page_of(again.pk)))
    file_imports.undo(delivery=done.delivery, by=marta, now=NOW)
    work(done)
    again = try_out(bring(agreement, marta, once_more))
    assert told in text_of(client.get(page_of(again.pk)))


def test_a_file_of_deals_is_asked_for_nothing(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;won date;amount\n1;2026-09-01;9\n")
    assert ASKS not in text_of(client.get(page_of(brought.pk)))


def test_a_column_that_kept_its_name_in_an_earlier_file_is_pointed_out(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, FILE)
    brought.draft["roles"][3] = "own"
    brought.save()
    take_in(try_out(brought), marta)
    later = bring(agreement, marta, FILE + b"2;Rui;r@example.com;RJ;v;2026-09-02\n", now=NOW)
    assert draft_of(later).roles[3] == "own"
    told = text_of(client.get(page_of(later.pk)))
    assert "The terms ask for “State”: choose it if this column says it." in told


def test_what_every_lead_has_is_pointed_out_where_the_criteria_miss_it(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;nome;cargo\n1;Ana;CEO\n")
    brought.draft["roles"] = ["", "own", "own"]
    brought.save()
    told = text_of(client.get(page_of(brought.pk)))
    assert "The terms ask for “Name”: choose it if this column says it." in told
    assert "The terms ask for “Job title”" not in told


@pytest.mark.parametrize(
    ("name", "cells", "is_said"),
    [
        ("Opted out of email: One to one", "Yes", True),
        ("Cancelou a inscrição do boletim", "Sim", True),
        ("Unsubscribed", "B17", True),
        ("Unsubscribed", "2026-09-01", False),
        ("Opted out reason", "too much", False),
        ("Newsletter", "yes", False),
    ],
)
def test_what_may_say_who_is_not_to_be_contacted_is_pointed_out(
    client: Client, agreement: Agreement, marta: User, name: str, cells: str, is_said: bool
) -> None:
    brought = bring(agreement, marta, f"id;{name}\n1;{cells}\n".encode())
    assert draft_of(brought).roles[1] == "own"
    told = text_of(client.get(page_of(brought.pk)))
    hint = "This may say who is not to be contacted: choose “Not to be contacted” if it does."
    assert (hint in told) is is_said


@pytest.mark.parametrize(
    ("words", "role", "hint"),
    [
        (["SP", "Novo", "RJ"], "attribute:state", "“Novo” is a status: choose “Keep it under its"),
        (["Sevilla", "Cádiz"], "attribute:state", "“Sevilla” is no state that is known: choose"),
        (["SP", "Rio de Janeiro"], "attribute:state", ""),
        (["Nuevo", "Visita", "De viaje"], "own", "The terms ask for “State”: choose it if"),
        (["Nuevo", "Contactado", "De viaje"], "own", ""),
    ],
)
def test_what_may_be_a_state_or_a_status_says_so(
    agreement: Agreement, marta: User, words: list[str], role: str, hint: str
) -> None:
    rows = "".join(f"{number};{word}\n" for number, word in enumerate(words))
    brought = bring(agreement, marta, f"id;Estado\n{rows}".encode())
    assert draft_of(brought).roles[1] == role
    told = draft_context(brought, agreement, now=NOW)["rows"][1].choice
    assert told.startswith(hint)
    assert bool(told) is bool(hint)


def test_what_may_be_the_last_name_is_pointed_out(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, b"id;Nome;Apelido\n1;Ana;Gil\n")
    hint = "This may be the last name: choose “Last name” if it is."
    assert draft_context(brought, agreement, now=NOW)["rows"][2].choice == hint
    brought = bring(agreement, marta, b"id;Nome;Apelido;Sobrenome\n1;Ana;Nana;Gil\n")
    assert draft_context(brought, agreement, now=NOW)["rows"][2].choice == ""


def test_a_state_that_another_column_is_taken_for_is_pointed_out(
    client: Client, agreement: Agreement, marta: User
) -> None:
    content = "id;Estado;Provincia\n1;Nuevo;SP\n2;Contactado;RJ\n"
    brought = bring(agreement, marta, content.encode())
    assert draft_of(brought).roles == ["", "own", "attribute:state"]
    hint = "The terms ask for “State”: choose it if this column says it."
    assert hint not in text_of(client.get(page_of(brought.pk)))
    brought.draft["roles"] = ["", "attribute:state", "own"]
    brought.save()
    assert hint in text_of(client.get(page_of(brought.pk)))


def test_of_a_file_brought_before_signing_the_state_is_the_column_called_so_without_doubt(
    agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;Estado;Provincia\n1;A1;SP\n2;B2;RJ\n")
    brought.draft |= {"roles": ["", "own", "own"], "reached": ""}
    kept = kept_draft(brought, stages_of(agreement), asked_of(agreement))
    assert kept.roles == ["", "own", "attribute:state"]
