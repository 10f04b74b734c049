"""Which columns of a file hold numbers: by their cells, their names and the sign of the file."""

from pathlib import Path

import pytest

from leads.guessing.found_columns import Column
from leads.guessing.looking import as_document, look
from leads.told import ToldAttributes
from tests.unit.leads.test_guessing_columns import columns, draft, told

EMPLOYEES = "Nº de funcionários"


def column_of(tmp_path: Path, name: str, *cells: str) -> Column:
    return columns(tmp_path, ["id", name], *(["1", cell] for cell in cells))[1]


@pytest.mark.parametrize(
    ("decimal", "cells", "expected"),
    [
        (",", ["1.200", "35", "2.500"], "1200"),
        (".", ["1,200", "35"], "1200"),
        (".", ["1.200", "35"], "1.200"),
        (",", ["1.200", "35", "muitos"], "1.200"),
        (",", ["1.200", "35", "0,5"], "1200"),
    ],
)
def test_it_works(tmp_path: Path, decimal: str, cells: list[str], expected: str) -> None:
    """Without a cell that says which sign parts fractions, the sign of the file decides."""
    found = columns(tmp_path, ["id", EMPLOYEES], *(["1", cell] for cell in cells))
    [known] = told(draft(["", "employees"], decimal=decimal), found, ["1", cells[0]])
    assert isinstance(known, ToldAttributes)
    assert known.attributes == {"employees": expected}


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("CEP", ["28.013", "41.001"]),
        ("Código Postal", ["28.013", "41.001"]),
        ("DNI", ["30.123.456", "28.456.789"]),
        ("CUIT", ["30.123.456.789"]),
        ("CNPJ", ["12.345.678/0001-90", "12.345.678"]),
        ("NIF", ["501.964.843", "x", "503.504.564"]),
        ("Work phone", ["415.555.2671", "555.1230"]),
        ("Account", ["415.555.2671", "415.555.2672"]),
        ("ID do pedido", ["1.200", "1.201"]),
        ("Zip", ["02,134", "10,001"]),
    ],
)
def test_codes_stay_text(tmp_path: Path, name: str, cells: list[str]) -> None:
    column = column_of(tmp_path, name, *cells)
    for decimal in ".,":
        assert not column.is_number_as("own", decimal)
        assert not column.is_text_as("own", decimal)


def test_codes_do_not_say_which_sign_parts_fractions(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("id;phone\n1;555.1234\n2;555.1235\n")
    assert as_document(look(path))["is_decimal_sure"] is False


def test_a_telephone_is_no_number_whatever_it_is_called(tmp_path: Path) -> None:
    column = column_of(tmp_path, "Contact", "555.1230", "555.1231")
    assert column.is_number_as("own", ".")
    assert not column.is_number_as("phone", ".")


@pytest.mark.parametrize("name", ["Latitude", "Longitud", "Lat.", "Coordenadas"])
def test_coordinates_stay_as_written_and_tell_no_sign(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"id;{name};Valor\n1;40.417;1,5\n2;41.3851;2\n")
    found = as_document(look(path))
    assert (found["decimal"], found["is_decimal_sure"]) == (",", True)
    assert not Column(**found["columns"][1]).is_number_as("own", ",")


@pytest.mark.parametrize("cells", [["40.417", "41.385"], ["1.200", "35", "muitos"]])
def test_under_its_own_name_no_cell_becomes_another_number(
    tmp_path: Path, cells: list[str]
) -> None:
    """But where one says which sign makes groups."""
    column = column_of(tmp_path, "Altura", *cells)
    for decimal in ".,":
        assert not column.is_number_as("own", decimal)
        assert not column.is_text_as("own", decimal)
    assert column_of(tmp_path, "Seguidores", "1.200", "1.200.300").is_number_as("own", ",")


def test_under_its_own_name_a_column_may_have_another_sign_than_the_file(tmp_path: Path) -> None:
    column = column_of(tmp_path, "Norte", "40.417", "41.3851", "-3.7")
    assert column.is_number_as("own", ".")
    assert not column.is_number_as("own", ",")
    assert column.is_number_as("amount", ",")


def test_below_zero_there_are_no_groups(tmp_path: Path) -> None:
    column = column_of(tmp_path, "Norte", "40.417", "-3.704")
    assert not column.is_number_as("attribute:north", ",")


def test_one_odd_cell_is_named_where_it_alone_makes_a_text(tmp_path: Path) -> None:
    column = column_of(tmp_path, EMPLOYEES, "1.200", "muitos", "35")
    assert column.odd == "muitos"
    assert column.is_text_as("employees", ",")
    assert not column.is_text_as("employees", ".")
