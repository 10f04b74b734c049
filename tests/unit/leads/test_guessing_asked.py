"""Columns that are what signed terms ask for, and those that say who may be contacted."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from agreements.rule_words import FIELD_NAMES, field_words
from leads.guessing.columns import guess_columns, role_called
from leads.guessing.drafts import attribute_keys
from leads.guessing.roles import ASKED, ATTRIBUTES, FLAGS, meaning_in
from tests.unit.leads.test_guessing_columns import STAGES, columns, evidence


def role_of(name: str, *asked: str, cells: Sequence[str] = ("SP", "RJ")) -> str:
    return guess_columns(
        ["id", name], [evidence("1"), evidence(*cells)], STAGES, None, asked
    ).roles[1]


@pytest.mark.parametrize(
    "name", ["Estado", "UF", "State", "State/Region", "Provincia", "Estado/Região"]
)
def test_it_works(name: str) -> None:
    assert role_of(name, "segment", "state") == "attribute:state"
    assert role_of(name, "segment") == "own"


def test_the_words_of_stages_come_first() -> None:
    assert role_of("Estado", "state", cells=["Lead", "MQL", "Cliente"]) == "stage_name"


@pytest.mark.parametrize(
    "other", ["Provincia", "Estado/Región", "UF", "State/Region", "Comunidad autónoma"]
)
@pytest.mark.parametrize(
    "words",
    [["Nuevo", "Contactado", "En curso"], ["Novo", "Aberto"], ["New", "Nurture"], ["A1", "B2"]],
)
def test_what_may_be_a_status_pushes_no_state_out(other: str, words: list[str]) -> None:
    columns = [evidence("1", "2", "3"), evidence(*words), evidence("Sevilla", "Madrid")]
    guess = guess_columns(["id", "Estado", other], columns, STAGES, None, ("state",))
    assert guess.roles == ["", "own", "attribute:state"]


@pytest.mark.parametrize(
    "cells",
    [
        ["Nuevo", "Contactado", "Visita el lunes"],
        ["Interesado", "No interesado", "Llamar más tarde"],
        ["Prospecto", "Sin contactar", "Cita concertada"],
        ["Interessada", "Em espera", "Sem responsável"],
        ["Nuevo", "Visita el lunes", "Oferta enviada", "Sin respuesta", "De vacaciones"],
    ],
)
def test_words_of_a_status_are_no_state(cells: Sequence[str]) -> None:
    """But for an attribute of the terms' own that is called just so."""
    assert role_of("Estado", "state", cells=cells) == "own"
    assert role_of("Estado", "estado", cells=cells) == "attribute:estado"
    for states in (["SP", "RJ", "Novo"], ["Jalisco", "Nuevo León", "Nuevo"], ["Sevilla", "Ceuta"]):
        assert role_of("Estado", "state", cells=states) == "attribute:state"


def test_a_state_that_is_mostly_empty_gives_way() -> None:
    columns = [evidence("1"), evidence("SP", "RJ", "MG"), evidence("SP")]
    guess = guess_columns(["id", "Estado", "UF"], columns, STAGES, None, ("state",))
    assert guess.roles == ["", "attribute:state", "own"]


def test_an_attribute_of_the_terms_own_is_known_by_its_key() -> None:
    """Also where other terms would call the column something that every lead has."""
    assert role_of("Cargo") == "job_title"
    assert role_of("Cargo", "cargo", "job_title") == "attribute:cargo"
    assert role_of("Work (email)", "Work (email)") == "attribute:Work (email)"
    assert role_of("UTM Medium", "medium", "utm_medium") == "attribute:utm_medium"


@pytest.mark.parametrize("language", [language for language, _own in settings.LANGUAGES])
def test_every_word_of_an_attribute_in_the_portal_is_known(language: str) -> None:
    asked = [key for key in FIELD_NAMES if key not in {*ATTRIBUTES, *FLAGS}]
    with override(language):
        found = {key: role_called(field_words(key), (), (), asked) for key in FIELD_NAMES}
    assert found == {key: ASKED + key if key in asked else key for key in FIELD_NAMES}


def test_no_other_column_takes_its_key(tmp_path: Path) -> None:
    found = columns(tmp_path, ["id", "State", "UF"], ["1", "open", "SP"])
    keys = attribute_keys(["", "own", "attribute:state"], found)
    assert keys == {1: "state_2", 2: "state"}


@pytest.mark.parametrize(
    ("column", "word", "meant"),
    [
        ("Status para comunicação por email", "true", "no"),
        ("Status para comunicação por email", "false", "yes"),
        ("Acepta recibir correos", "Sí", "no"),
        ("May be contacted", "", ""),
        ("Não contatar", "Sim", "yes"),
    ],
)
def test_a_yes_to_being_contacted_bars_nobody(column: str, word: str, meant: str) -> None:
    assert role_called(column, (), ()) == "do_not_contact"
    assert meaning_in(column, "do_not_contact", word, ()) == meant


@pytest.mark.parametrize(
    "name",
    ["Became MQL", "Became a Marketing Qualified Lead Date", "Data de MQL", "Tornou-se MQL em",
     "Fecha de MQL", "Se convirtió en MQL", "MQL since"],
)  # fmt: skip
def test_the_date_of_a_stage_has_many_names(name: str) -> None:
    assert role_of(name, cells=["2026-09-01", "2026-09-02"]) == "stage:mql"
