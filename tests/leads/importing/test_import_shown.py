"""What is shown of a file before it is taken in: how cells are read, and why rows are rejected."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.importing.corrected_files import without_content
from leads.importing.draft_page import draft_context
from leads.models import FileImport, Lead
from tests.leads.importing.file_imports import NOW, bring, draft_of, take_in, try_out
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db


def shown_of(brought: FileImport, agreement: Agreement) -> list[list[tuple[str, str]]]:
    """Return the first rows, each cell with how it is read."""
    preview: list[list[tuple[str, str]]] = draft_context(brought, agreement, now=NOW)["preview"]
    return preview


def test_beside_semicolons_a_comma_is_guessed(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, b"id;valor\n1;1.000\n2;1.100\n")
    assert draft_of(brought).decimal == ","
    brought.draft["roles"] = ["", "amount"]
    assert [row[1] for row in shown_of(brought, agreement)] == [
        ("1.000", "1,000"),
        ("1.100", "1,100"),
    ]
    assert sign_of(brought, agreement) == (
        "a guess, please check: “1.000” in “valor” is 1 with a decimal point and 1000 with a "
        "decimal comma"
    )


def sign_of(brought: FileImport, agreement: Agreement) -> str:
    """Return what is said of the decimal sign."""
    hint: str = draft_context(brought, agreement, now=NOW)["hints"]["decimal"]
    return hint


@pytest.mark.parametrize(
    ("header", "row", "decimal"),
    [
        ("id,name,employees", '1,Ana,"1,200"', "."),
        ("id,nome,funcionários", '1,Ana,"1,200"', "."),
        ("id,nome,funcionários", "1,Ana,1.200", ","),
        ("id,first name,State", '1,Ana,"1,200"', "."),
        ("id,nome,Aberto em,Estado", '1,Ana,12/31/2026,"1,200"', "."),
        ("id,nome,Estado", '1,Ana,"1,200"', ","),
        ("id;name;employees", "1;Ana;1,200", ","),
        ("id,name,employees", '1,Ana,"1.200,5"', ","),
    ],
)
def test_without_a_cell_that_says_it_other_things_tell_the_sign(
    agreement: Agreement, marta: User, header: str, row: str, decimal: str
) -> None:
    """What is usual where the agreement is comes last."""
    assert agreement.currency == "BRL"
    brought = bring(agreement, marta, f"{header}\n{row}\n".encode())
    assert draft_of(brought).decimal == decimal


def test_a_cell_that_could_be_two_numbers_is_named_before_it_is_taken_in(
    client: Client, agreement: Agreement, marta: User
) -> None:
    content = b'id,name,Employees,Followers\n1,Ana,"1,200","2,300"\n'
    brought = bring(agreement, marta, content)
    assert sign_of(brought, agreement) == (
        "a guess, please check: “1,200” in “Employees” is 1200 with a decimal point and 1.2 with a "
        "decimal comma"
    )
    shown = draft_context(brought, agreement, now=NOW)["rows"]
    kept = "“2,300” could be either of two numbers, so that its cells are kept as written."
    assert [row.as_text for row in shown] == ["", "", "", kept]
    checked = try_out(brought)
    client.force_login(marta)
    told = text_of(client.get(f"/agreements/acme/imports/{checked.pk}/"))
    assert "A guess: in numbers a point parts the fraction. “1,200” in “Employees” is 1200" in told
    assert "go back to the columns if it is 1.2." in told
    take_in(checked, marta)
    lead = Lead.objects.get()
    assert lead.attributes["employees"] == "1200"
    assert lead.attributes["followers"] == "2,300"


def test_three_decimals_are_not_shown_as_a_group(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, b"id,valor\n1,1.000\n2,1.100\n")
    brought.draft |= {"roles": ["", "amount"], "decimal": "."}
    shown = [row[1] for row in shown_of(brought, agreement)]
    assert shown == [("1.000", "1"), ("1.100", "1.1")]


def test_whole_numbers_in_groups_are_numbers(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, "id;Nº de funcionários\n1;1.200\n2;35\n".encode())
    assert shown_of(brought, agreement)[0][1] == ("1.200", "1,200")
    form = without_content(brought.found or {})["forms"][1]
    assert (form["group"], form["is_number"]) == (".", False)
    take_in(try_out(brought), marta)
    assert {lead.attributes["employees"] for lead in Lead.objects.all()} == {"1200", "35"}


def test_the_cell_that_makes_a_text_of_numbers_is_named(agreement: Agreement, marta: User) -> None:
    content = "id;Nº de funcionários\n1;1.200\n2;35\n3;muitos\n".encode()
    brought = bring(agreement, marta, content)
    row = draft_context(brought, agreement, now=NOW)["rows"][1]
    assert row.as_text == "“muitos” is no number, so that all of its cells are kept as text."
    assert without_content(brought.found or {})["forms"][1]["group"] == ""


def test_times_are_shown_in_the_zone_of_the_file(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, b"id,created at\n1,2026-09-01 10:00\n")
    assert "10:00" in shown_of(brought, agreement)[0][1][1]


def test_what_is_chosen_for_a_time_and_is_none_is_not_readable(
    agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id,name,when\n1,Ana,soon\n2,Rui,later\n")
    brought.draft["roles"] = ["", "name", "known_at"]
    assert shown_of(brought, agreement)[0][2] == ("soon", "not readable")


def test_times_that_are_used_for_nothing_are_named(agreement: Agreement, marta: User) -> None:
    brought = bring(agreement, marta, b"id,cadastro,Touched\n1,2026-09-01 10:00,2026-09-02 11:00\n")
    assert draft_of(brought).roles[1] == "known_at"
    assert draft_context(brought, agreement, now=NOW)["unused_times"] == ["Touched"]


TITLE = "The first row names fewer columns than the rows below it have."


@pytest.mark.parametrize(
    ("content", "is_said"),
    [
        (b"Leads of week 45\nid;name;created\n1;Ana;2026-09-01\n", True),
        (b"Leads of week 45;;\nid;name;created\n1;Ana;2026-09-01\n", True),
        (b"id;name;created\n1;Ana;2026-09-01;more\n2;Rui;\n", False),
        (b"id\n1\n", False),
    ],
)
def test_a_title_above_the_header_is_pointed_out(
    agreement: Agreement, marta: User, content: bytes, is_said: bool
) -> None:
    brought = bring(agreement, marta, content)
    notes = draft_context(brought, agreement, now=NOW)["notes"]
    assert (TITLE in [note.title for note in notes]) is is_said


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x", (False, False)), ("2026-09-01", (False, False)), ("2026-09-01 10:00", (True, False)),
        ("2026-09-01T10:00:00-03:00", (True, True)),
    ],
)  # fmt: skip
def test_whether_there_are_times_and_whether_every_one_says_its_zone(
    agreement: Agreement, marta: User, cell: str, expected: tuple[bool, bool]
) -> None:
    brought = bring(agreement, marta, f"id;created\n1;{cell}\n".encode())
    shown = draft_context(brought, agreement, now=NOW)
    assert (shown["holds_times"], shown["all_say_zones"]) == expected


def test_rows_that_are_too_short_and_too_long_are_told_apart(
    agreement: Agreement, marta: User
) -> None:
    content = b"id;name;email\n1;Ana;a@example.com\n\n2;Rui\n3;Eva;e@example.com;more\n"
    checked = try_out(bring(agreement, marta, content))
    foreseen = checked.foreseen or {}
    assert (foreseen["rows"], foreseen["taken"], foreseen["rejected"]) == (3, 1, 2)
    assert [reason["params"]["found"] for reason in foreseen["reasons"]] == [2, 4]
