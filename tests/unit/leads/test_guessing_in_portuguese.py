"""Files whose columns are called in Portuguese or Spanish, stages and deals first of all."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from leads.guessing.roles import UNDECIDED, plain_name
from leads.told import ToldAttributes
from tests.unit.leads.test_guessing_columns import columns, draft, roles, told

STAGES, DEALS = ["Lead", "MQL", "Cliente"], ["Ganho", "Perdido", "Em aberto"]
NEGOCIOS: dict[str, Sequence[str]] = {
    "ID do negócio": ["N1", "N2", "N3"],
    "Código": ["1", "2", "3"],
    "Valor": ["R$ 1.234,50", "R$ 9,00", "dez mil"],
    "Moeda": ["BRL", "BRL", "BRL"],
    "Situação": DEALS,
    "Data de fechamento": ["01/11/2026 14:00", "02/11/2026 14:00", "25/12/2026 14:00"],
    "Motivo da perda": ["", "Preço", ""],
    "Proprietário": ["Ana", "Rui", "Ana"],
}


def role_of(name: str, cells: Sequence[str]) -> str:
    found, _lead = roles({"id": ["1"], name: cells})
    return found[name]


def test_it_works() -> None:
    found, lead = roles(NEGOCIOS)
    assert lead == "Código"
    assert found == {
        "ID do negócio": "deal_id", "Valor": "amount", "Moeda": "currency",
        "Situação": "deal_status", "Data de fechamento": "deal_closed_at",
        "Motivo da perda": "reason", "Proprietário": "person",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Etapa", "Estágio", "Fase", "Status", "Situação", "Estado", "Nível", "stage"]
)
def test_what_names_stages_is_found(name: str) -> None:
    """Also by its words alone, whatever it is called."""
    assert role_of(name, STAGES) == "stage_name"


@pytest.mark.parametrize("name", ["Etapa", "Estágio", "Fase", "Status", "Situação"])
def test_words_that_nobody_knows_may_be_those_of_stages(name: str) -> None:
    assert role_of(name, ["Novo", "Em contato"]) == "stage_name"


@pytest.mark.parametrize(
    ("name", "cells"),
    [("Estado", ["SP", "RJ"]), ("Nível", ["Lead", "Ouro", "Prata"]), ("Status", DEALS)],
)
def test_others_keep_their_name(name: str, cells: Sequence[str]) -> None:
    """How a deal ended tells nothing where no column says when."""
    assert role_of(name, cells) == "own"


@pytest.mark.parametrize("name", ["Situação", "Estado", "Status"])
def test_how_deals_ended_is_found(name: str) -> None:
    found, _lead = roles({"id": ["1"], name: DEALS, "Fecha de cierre": ["2026-09-01"]})
    assert found == {name: "deal_status", "Fecha de cierre": "deal_closed_at"}


def test_a_column_called_so_or_of_dates_comes_before_one_that_only_looks_so() -> None:
    found, _lead = roles({"id": ["1"], "Nível": STAGES, "Etapa": ["Novo"]})
    assert found == {"Nível": "own", "Etapa": "stage_name"}
    found, _lead = roles({"id": ["1"], "Nível": STAGES, "Virou MQL em": ["2026-09-01"]})
    assert found == {"Nível": "own", "Virou MQL em": "stage:mql"}


@pytest.mark.parametrize(
    ("header", "name", "expected"),
    [
        (("Nome", "Sobrenome"), "Zé", "first_name"),
        (("Nombre", "Apellidos"), "Lucía", "first_name"),
        (("Nombre", "Primer apellido"), "Luz", "first_name"),
        (("Name", "Surname"), "Ana Lúcia", "first_name"),
        (("Nome", "Sobrenome"), "Zé Souza", "name"),
        (("Nome completo", "Sobrenome"), "Zé", "name"),
    ],
)
def test_a_name_beside_a_last_name_is_the_first_one(
    header: tuple[str, str], name: str, expected: str
) -> None:
    """Where it is not the whole one, called so or ending with the last name itself."""
    first, last = header
    found, _lead = roles({"id": ["1"], first: [name], last: ["Souza"]})
    assert found == {first: expected, last: "last_name"}


def test_two_last_names_are_parts_of_the_name(tmp_path: Path) -> None:
    """Of the second one alone nobody knows whose it is."""
    header = ["id", "Nombre", "Apellido paterno", "Segundo apellido"]
    found, _lead = roles({name: ["Ana"] for name in header})
    expected = ["first_name", "last_name", "second_last_name"]
    assert [*found.values()] == expected
    row = ["1", "Ana", "Gil", "Sanz"]
    [known] = told(draft(["", *expected]), columns(tmp_path, header, row), row)
    assert isinstance(known, ToldAttributes)
    assert known.attributes == {"name": "Ana Gil Sanz"}
    found, _lead = roles({"id": ["1"], "Nombre": ["Ana"], "Segundo apellido": ["Sanz"]})
    assert found == {"Nombre": "name", "Segundo apellido": "own"}


def test_where_leads_come_from_is_found() -> None:
    for name in ("Origem do lead", "Origen del lead"):
        assert role_of(name, ["evento"]) == "origin"


def test_undecided_words_are_plain_and_decided_nowhere_else() -> None:
    assert all(plain_name(word) == word for word in UNDECIDED)
    found, _lead = roles({name: ["x"] for name in ["id", *UNDECIDED]})
    assert set(found.values()) == {"own", "stage_name"}


@pytest.mark.parametrize(
    "name",
    ["Data de entrada", "Fecha de entrada", "Data de criação", "Fecha de creación", "Created",
     "Lead created", "Data de inclusão", "Fecha de alta", "Fecha de ingreso", "Entry date",
     "Carimbo de data/hora", "Marca temporal", "Recebido em"],
)  # fmt: skip
def test_when_a_lead_became_known_is_found(name: str) -> None:
    assert role_of(name, ["2026-09-01"]) == "known_at"
    assert role_of(name, ["sim"]) == "own"
