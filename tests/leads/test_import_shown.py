"""What is shown of a file before it is taken in: how cells are read, and why rows are rejected."""

import pytest

from agreements.models import Agreement, User
from leads.corrected_files import without_content
from leads.draft_page import draft_context
from leads.models import FileImport, Lead
from tests.leads.file_imports import NOW, bring, draft_of, take_in, try_out

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
    hints = draft_context(brought, agreement, now=NOW)["hints"]
    assert hints["decimal"] == "no cell says which: a guess, please check"


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
    assert row.is_text
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
