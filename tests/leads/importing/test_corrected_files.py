"""Rejected rows that are corrected and sent again: the files name each other."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.models import Lead, LeadIdentity
from tests.leads.importing.corrected_files import CONTENT, IMPORTS, rejects_of, take_in, work
from tests.leads.importing.file_imports import NOW
from tests.leads.pages import stop_time, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marta")]


def test_it_works(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    assert "49 47 2 2 not in yet" in text_of(client.get(IMPORTS))
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "half.csv", half, on=first)

    assert "It brings rejected rows of fair.csv again and is read like it." in text_of(
        client.get(second)
    )
    told = text_of(client.get(first))
    assert "half.csv Imported taken 1, rejected 1" in told
    assert "1 of the rejected rows is not in yet." in told
    listed = text_of(client.get(IMPORTS))
    assert "half.csv corrects fair.csv Imported" in listed
    assert "49 47 2 1 not in yet" in listed

    rest = rejects_of(client, second).replace(b"late", b"2026-09-03")
    third = take_in(client, "rest.csv", rest, on=second)
    assert "It brings rejected rows of half.csv again and is read like it." in text_of(
        client.get(third)
    )
    for page, files in ((first, ["half.csv", "rest.csv"]), (second, ["rest.csv"])):
        told = text_of(client.get(page))
        assert [name in told for name in ("half.csv Imported", "rest.csv Imported")] == [
            "half.csv" in files, True,
        ]  # fmt: skip
        assert "Every row that was rejected came in by them." in told
    assert "49 47 2 0 not in yet" in text_of(client.get(IMPORTS))


def test_what_was_undone_is_out_again(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    corrected = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "corrected.csv", corrected, on=first)
    client.post(f"{second}undo/")
    work()
    told = text_of(client.get(first))
    assert "corrected.csv Undone" in told
    assert "2 of the rejected rows are not in yet." in told


def test_a_row_that_came_twice_is_one(client: Client) -> None:
    """What a file only repeated of another goes with that one."""
    first = take_in(client, "fair.csv", CONTENT)
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "half.csv", half, on=first)
    take_in(client, "again.csv", half, on=first)
    assert "1 of the rejected rows is not in yet." in text_of(client.get(first))
    client.post(f"{second}undo/")
    work()
    assert "2 of the rejected rows are not in yet." in text_of(client.get(first))
    take_in(client, "once more.csv", half, on=first, now=NOW + timedelta(minutes=1))
    assert "1 of the rejected rows is not in yet." in text_of(client.get(first))


def test_files_that_do_not_tell_their_rows_are_named(client: Client) -> None:
    """Until all rows are in by files that do."""
    first = take_in(client, "fair.csv", CONTENT)
    bare = b"id,name,created\n2,Rui,2026-09-02\n"
    second = take_in(client, "bare.csv", bare, on=first)
    told = text_of(client.get(first))
    assert "bare.csv Imported taken 1, rejected 0" in told
    assert "2 of the rejected rows are not known to be in. bare.csv does not tell" in told
    assert "49 47 2 2 not known to be in" in text_of(client.get(IMPORTS))

    half = rejects_of(client, first).replace(b"late", b"2026-09-03")
    take_in(client, "half.csv", half, on=first)
    assert "1 of the rejected rows is not known to be in. bare.csv" in text_of(client.get(first))
    take_in(client, "rest.csv", half.replace(b"soon", b"2026-09-02"), on=first)
    assert "Every row that was rejected came in by them." in text_of(client.get(first))
    client.post(f"{second}undo/")
    work()
    assert "bare.csv does not tell" not in text_of(client.get(first))


def test_a_file_that_tells_of_some_rows_which_they_were_is_named(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    whole = (
        rejects_of(client, first).replace(b"soon", b"2026-09-02").replace(b"late", b"2026-09-03")
    )
    take_in(client, "whole.csv", whole.replace(b"\n3,", b"\n,"), on=first)
    told = text_of(client.get(first))
    assert "1 of the rejected rows is not known to be in. whole.csv does not tell" in told


def test_a_row_without_its_line_has_none_when_it_is_rejected_again(client: Client) -> None:
    """That of the file it came in last is another row's of the file that came first."""
    first = take_in(client, "fair.csv", CONTENT)
    again = rejects_of(client, first).replace(b"\n3,", b"\n,")
    second = take_in(client, "again.csv", again, on=first)
    lines = [row.split(b",")[0] for row in rejects_of(client, second).splitlines()]
    assert lines == [b"\xef\xbb\xbfrejected_line", b"", b"4"]


def test_a_row_that_was_emptied_keeps_its_line(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    rows = rejects_of(client, first).splitlines()
    second = take_in(client, "emptied.csv", rows[0] + b"\n3,,,,\n4\n", on=first)
    assert "rejected 2" in text_of(client.get(first))
    assert "2 of the rejected rows are not in yet." in text_of(client.get(first))
    lines = [row.split(b",")[0] for row in rejects_of(client, second).splitlines()]
    assert lines[1:] == [b"3", b"4"]


def test_what_is_undone_names_what_corrected_it(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    second = take_in(client, "half.csv", half, on=first)
    asked = client.get(f"{first}undo/")
    assert "half.csv brought rejected rows of this file again and stays." in text_of(asked)
    assert f'href="{second}"' in asked.content.decode()
    assert "again and stays" not in text_of(client.get(f"{second}undo/"))
    client.post(f"{first}undo/")
    work()
    told = text_of(client.get(first))
    assert "half.csv Imported" in told
    assert "not in yet" not in told + text_of(client.get(IMPORTS))


def test_a_date_that_can_be_nothing_else_is_read_beside_a_bad_one(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT.replace(b"2026-09-01", b"13/09/2026"))
    half = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    take_in(client, "half.csv", half, on=first)
    assert "half.csv Imported taken 1, rejected 1" in text_of(client.get(first))


def test_its_rows_are_those_of_the_same_leads(client: Client) -> None:
    """Whatever it is called, and without the reasons: the ids are of the same source."""
    first = take_in(client, "fair.csv", CONTENT.replace(b"Rui", b"=Rui"))
    rows = [row.split(b",") for row in rejects_of(client, first).splitlines()]
    mended = b"\n".join(b",".join([row[0], *row[-3:]]) for row in rows)
    assert b",'=Rui," in mended
    take_in(client, "for Monday.csv", mended.replace(b"soon", b"2026-09-02"))
    lead = Lead.objects.get(identities__source="fair", identities__external_id="2")
    assert lead.name == "=Rui"
    assert not LeadIdentity.objects.exclude(source="fair").exists()
    assert "1 of the rejected rows is not in yet." in text_of(client.get(first))


def test_what_is_undone_names_each_later_file_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only what repeated facts that others had told, not rows that tell the same."""
    first = take_in(client, "fair.csv", CONTENT)
    rows = rejects_of(client, first).replace(b"soon", b"2026-09-02").splitlines()
    take_in(client, "twice.csv", b"\n".join([*rows[:2], rows[1]]), on=first)
    asked = text_of(client.get(f"{first}undo/"))
    assert "twice.csv brought rejected rows of this file again and stays." in asked
    assert "If it only repeated" not in asked

    stop_time(monkeypatch, NOW + timedelta(hours=1))
    again = b"\n".join([*rows[:2], b"5,,4,Lia,2026-09-01"])
    take_in(client, "again.csv", again, on=first)
    take_in(client, "fair.csv", CONTENT)
    asked = text_of(client.get(f"{first}undo/"))
    assert asked.count("again.csv") == 1
    assert asked.count("came later and repeats what was known before.") == 1
    assert asked.count("If it only repeated some of what this file told") == 2


@pytest.mark.parametrize("form", ["2026-09-01 %02d:30", "01/09/2026 %02d:30"])
@pytest.mark.parametrize("is_date_first", [True, False])
def test_a_date_among_times_makes_no_dates_of_them(
    client: Client, form: str, *, is_date_first: bool
) -> None:
    rows = [f"{number},Lia,{form % (number % 24)}" for number in range(4, 20)]
    content = "\n".join(["id,name,created", "1,Rui,soon", "2,Eva,soon", *rows]).encode()
    first = take_in(client, "fair.csv", content)
    cells = [b"2026-09-02", b"2026-09-02 14:30"]
    rejects = rejects_of(client, first)
    for cell in cells if is_date_first else cells[::-1]:
        rejects = rejects.replace(b",soon\r", b"," + cell + b"\r", 1)
    second = take_in(client, "half.csv", rejects, on=first)
    assert "half.csv Imported taken 1, rejected 1" in text_of(client.get(first))
    assert b"2026-09-02\r" in rejects_of(client, second)
    assert b"14:30" not in rejects_of(client, second)
