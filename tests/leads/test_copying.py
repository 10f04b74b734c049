"""What is copied into the database is what comes out of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError

from leads.copying import allocate_keys, copy_rows
from leads.models import HandoffEvent, Lead
from tests.factories import local

pytestmark = pytest.mark.django_db

NASTY = [
    "tab\tin it",
    "two\nlines",
    "back\\slash \\N \\t",
    "çã “quoted”",
    "\r",
    "",
    "\\.",
    "a\x07b",
]
COLUMNS = ("name", "origin", "attributes", "is_email_verified", "first_heard_at")
AT = datetime(2026, 3, 31, 16, 5, 7, 123456, tzinfo=UTC)


def copied(*rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Copy rows of leads, the columns left out empty, and read them again."""
    left_out = ("company", "email", "phone", "is_contact_barred")
    copy_rows(Lead, (*COLUMNS, *left_out), [(*row, "", "", "", False) for row in rows])
    return list(Lead.objects.order_by("pk").values_list(*COLUMNS))


def test_it_works() -> None:
    rows = [("Ana", "web", {"a": 1}, True, AT), ("Bo", None, {"b": None}, False, AT)]
    assert copied(*rows) == rows


def test_texts_are_kept_as_they_are() -> None:
    rows: list[tuple[Any, ...]] = [
        (text, text, {"text": text, text: [text]}, True, AT) for text in NASTY
    ]
    assert copied(*rows) == rows


def test_a_row_alone_is_kept_too() -> None:
    for text in NASTY:
        Lead.objects.all().delete()
        row = (text, text, {"text": text}, False, AT)
        assert copied(row) == [row]


def test_equal_values_that_are_written_otherwise_stay_what_they_are() -> None:
    rows = [("", None, {"a": value}, True, AT) for value in (True, 1, True)]
    assert [row[2]["a"] is True for row in copied(*rows)] == [True, False, True]


def test_an_instant_is_the_same_in_any_zone() -> None:
    here = local("2026-03-31 16:05")
    assert copied(("", None, {}, True, here), ("", None, {}, True, AT))[0][4] == here


def test_a_choice_is_written_as_its_value() -> None:
    kind = HandoffEvent.Kind.OFFERED
    assert copied((kind, None, {}, True, AT), ("x", None, {}, True, AT))[0][0] == "offered"


def test_nothing_is_copied_of_nothing() -> None:
    assert copied() == []


def test_keys_are_taken_once_each() -> None:
    first, again = allocate_keys(Lead, 3), allocate_keys(Lead, 2)
    assert first == sorted(first)
    assert len({*first, *again}) == 5
    assert allocate_keys(Lead, 0) == []


def test_what_the_database_refuses_is_an_error_of_the_database() -> None:
    with pytest.raises(DataError, match="invalid input syntax"):
        copied(("Ana", None, {"a": float("inf")}, False, AT))
