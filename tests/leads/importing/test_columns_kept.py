"""The page of the columns says why one that is called like part of a deal keeps its own name."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.models import Lead
from tests.leads.importing.file_imports import bring, draft_of, take_in_whole
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

WHY = "“Valor” is about a deal: choose the columns that say when and how it ended"


def page_of(client: Client, agreement: Agreement, by: User, content: str) -> str:
    brought = bring(agreement, by, content.encode())
    return text_of(client.get(f"/agreements/acme/imports/{brought.pk}/"))


def test_it_works(client: Client, agreement: Agreement, marta: User) -> None:
    told = page_of(client, agreement, marta, "Código;Valor;Proprietário\n1;9,50;Ana\n")
    assert WHY in told
    assert "“Proprietário” names an owner" in told


def test_of_columns_that_tell_something_nothing_is_said(
    client: Client, agreement: Agreement, marta: User
) -> None:
    deals = "Código;Valor;Situação;Data de fechamento;Apelido\n1;9,50;Ganho;01/09/2026;A\n"
    assert "keep this one under its own name" not in page_of(client, agreement, marta, deals)


def test_rows_with_ids_of_deals_are_deals(agreement: Agreement, marta: User) -> None:
    content = b"id do negocio,id,valor,situacao,data de fechamento\n7,1,9,Ganho,2026-09-01\n"
    draft = draft_of(bring(agreement, marta, content))
    assert (draft.kind, draft.lead) == ("deal", 1)


@pytest.mark.parametrize("content", ["Código;Etapa\n1;Novo\n", "Código;Nome\n1;Ana\n"])
def test_it_is_asked_which_stage_rows_have_of_which_no_column_says_it(
    client: Client, agreement: Agreement, marta: User, content: str
) -> None:
    assert "in rows in which no column says it" in page_of(client, agreement, marta, content)


def test_one_cell_that_makes_text_of_numbers_is_named(
    client: Client, agreement: Agreement, marta: User
) -> None:
    content = "Código;Receita estimada;Valor\n1;1.000,50;9,50\n2;9,10;dez mil\n3;muito;7,50\n"
    told = page_of(client, agreement, marta, content)
    assert "“muito” is no number, so that all of its cells are kept as text." in told
    assert told.count("so that all of its cells are kept as text") == 2
    assert "kept as text" not in page_of(client, agreement, marta, "id;Size\n1;9,5\n2;\n3;7,5\n")
    assert "kept as text" not in page_of(client, agreement, marta, "id;Size\n1;9,5\n2;big\n3;low\n")


def test_one_cell_that_is_no_number_among_whole_ones_is_named(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """Where the column is meant to hold them: under its own name it may be of house numbers."""
    content = "Código;{};Nome\n1;120;Ana\n2;35;Rui\n3;dez;Eva\n"
    told = page_of(client, agreement, marta, content.format("Funcionários"))
    assert "“dez” is no number: no rule that asks for one holds of that row." in told
    told = page_of(client, agreement, marta, content.format("Porta"))
    assert "is no number" not in told


def test_the_page_of_a_lead_names_them_as_the_file_did(
    client: Client, agreement: Agreement, marta: User
) -> None:
    content = "Código;Nome;Etapa;Nº de funcionários (2025)\n1;Ana;MQL;12\n"
    take_in_whole(agreement, marta, content.encode())
    lead = Lead.objects.get()
    assert sorted(lead.attributes) == ["name", "no_de_funcionarios_2025"]
    page = text_of(client.get(f"/agreements/acme/leads/{lead.pk}/"))
    assert "Nº de funcionários (2025) 12" in page
    assert "o_de_funcionarios" not in page
    Lead.objects.update(attributes={"plan_b": "yes"})
    assert "Plan_b yes" in text_of(client.get(f"/agreements/acme/leads/{lead.pk}/"))
