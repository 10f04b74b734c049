"""The notes of a dry run are of one kind, and say in which lines the first rows stand."""

import pytest
from django.test import Client

from agreements.models import Agreement, User
from tests.leads.importing.file_imports import bring, take_in, try_out
from tests.leads.pages import text_of

pytestmark = pytest.mark.django_db

UNDATED = "No column says when the leads became known."
GUESS = "A guess: in dates the day comes first."
OTHER_WAY = "has the same columns, and its dates are read the other way round."


def told_of(client: Client, pk: int) -> str:
    return text_of(client.get(f"/agreements/acme/imports/{pk}/"))


def test_it_works(client: Client, agreement: Agreement, marta: User) -> None:
    rows = b"".join(b"%d;Lead %d;MQL;2027-01-0%d;x\n" % (n, n, n) for n in range(1, 6))
    checked = try_out(bring(agreement, marta, b"id;name;Etapa;created;baja\n" + rows))
    response = client.get(f"/agreements/acme/imports/{checked.pk}/")
    notes = response.context["notes"]
    assert "The first are in lines 2, 3 and 4." in text_of(response)
    assert all(note.title for note in notes)
    tones = [note.tone for note in notes]
    assert tones == sorted(tones, reverse=True)
    assert {*tones} == {"warn", "accent"}


def test_a_file_without_dates_says_what_is_taken_instead(
    client: Client, agreement: Agreement, marta: User
) -> None:
    checked = try_out(bring(agreement, marta, b"id;name\n1;Ana\n2;Rui\n"))
    told = told_of(client, checked.pk)
    assert f"{UNDATED} What no column dates is taken to have happened on Tue 8 Sep 2026" in told
    assert "2 leads are told to have reached “Lead”." in told


@pytest.mark.parametrize("column", ["created", "MQL date"])
def test_a_file_with_dates_does_not(
    client: Client, agreement: Agreement, marta: User, column: str
) -> None:
    content = f"id;name;{column}\n1;Ana;2026-09-01\n2;Rui;2026-09-02\n".encode()
    assert UNDATED not in told_of(client, try_out(bring(agreement, marta, content)).pk)


def test_a_lead_that_a_later_row_lists_is_named_no_more(
    client: Client, agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.importing.imports.BATCH", 2)
    rows = b"1;Ana;x\n2;Rui;x\n3;Eva;x\n2;Rui;MQL\n"
    brought = bring(agreement, marta, b"id;name;Etapa\n" + rows)
    brought.draft |= {"reached": "-"}
    brought.save()
    told = told_of(client, try_out(brought).pk)
    assert "2 leads would be in no list of the agreement. They are in lines 2 and 4." in told


def test_last_names_that_are_left_out_are_named(
    client: Client, agreement: Agreement, marta: User
) -> None:
    brought = bring(agreement, marta, b"id;Nombre;Apellidos\n1;Ana;Gil\n")
    left_out = "“Apellidos” is left out: “Nombre” is the whole name."
    assert left_out not in told_of(client, brought.pk)
    brought.draft["roles"][1] = "name"
    brought.save()
    assert left_out in told_of(client, brought.pk)
    assert left_out in told_of(client, try_out(brought).pk)


def test_two_files_whose_dates_are_read_in_two_ways_say_so(
    client: Client, agreement: Agreement, marta: User
) -> None:
    unsure = bring(agreement, marta, b"id,name,created\n1,Ana,02/03/2026\n", name="one.csv")
    assert OTHER_WAY not in told_of(client, unsure.pk)
    surely = bring(agreement, marta, b"id,name,created\n2,Rui,03/25/2026\n", name="two.csv")
    assert f"“two.csv” {OTHER_WAY} There the cells say so" in told_of(client, unsure.pk)
    assert f"“one.csv” {OTHER_WAY} Here the cells say so" in told_of(client, surely.pk)
    taken = take_in(try_out(unsure), marta)
    assert taken.state == "imported"
    assert f"“one.csv” {OTHER_WAY}" in told_of(client, try_out(surely).pk)
    surely.delete()
    other = bring(agreement, marta, b"id,name,created\n3,Eva,04/05/2026\n", name="three.csv")
    other.draft["order"] = "mdy"
    other.save()
    assert f"“one.csv” {OTHER_WAY} In neither do the cells" in told_of(client, other.pk)


def test_two_files_that_say_so_themselves_may_be_read_in_two_ways(
    client: Client, agreement: Agreement, marta: User
) -> None:
    """As those of two countries; also once one is in, and so are rows of it that were corrected."""
    content = b"id,name,created\n1,Ana,25/03/2026\n2,Rui,45/03/2026\n6,Leo,26/03/2026\n"
    madrid = take_in(try_out(bring(agreement, marta, content, name="madrid.csv")), marta)
    content = b"id,name,created\n3,Eva,03/25/2026\n4,Gil,soon\n5,Ivo,02/03/2026\n"
    chicago = bring(agreement, marta, content, name="chicago.csv")
    assert OTHER_WAY not in told_of(client, chicago.pk)
    again = bring(agreement, marta, b"id,name,created\n2,Rui,05/03/2026\n", name="again.csv")
    assert OTHER_WAY in told_of(client, again.pk)
    again.corrects = madrid
    again.save()
    assert OTHER_WAY not in told_of(client, again.pk)
    assert OTHER_WAY not in told_of(client, chicago.pk)
    assert GUESS not in told_of(client, try_out(again).pk)


def test_an_order_that_makes_no_difference_is_no_guess(
    client: Client, agreement: Agreement, marta: User
) -> None:
    content = b"id,name,created\n1,Ana,12/set/2026\n2,Rui,13/out/2026\n3,Eva,02/03/2026\n"
    assert GUESS not in told_of(client, try_out(bring(agreement, marta, content)).pk)
    content = b"id,name,created\n1,Ana,02/03/2026\n"
    assert GUESS in told_of(client, try_out(bring(agreement, marta, content)).pk)


def test_files_without_days_and_months_to_mistake_say_nothing(
    client: Client, agreement: Agreement, marta: User
) -> None:
    bring(agreement, marta, b"id,name,created\n1,Ana,2026-03-02\n", name="one.csv")
    surely = bring(agreement, marta, b"id,name,created\n2,Rui,03/25/2026\n", name="two.csv")
    assert OTHER_WAY not in told_of(client, surely.pk)
