"""Logs hold no personal data."""

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from slaportal.discreet import DiscreetFormatter, RefusalFilter


def written(message: str, *args: object, exc_info: object = None) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, exc_info)  # type: ignore[arg-type]
    return DiscreetFormatter("{levelname} {message}", style="{").format(record)


def test_it_works() -> None:
    assert written("Delivery %s waits.", 7) == "ERROR Delivery 7 waits."


def test_addresses_are_struck_out() -> None:
    line = written("Not Found: %s", "/api/v1/leads/crm/ana.souza@example.com/")
    assert line == "ERROR Not Found: /api/v1/leads/crm/…@…/"


def test_rows_that_errors_quote_are_struck_out() -> None:
    quoted = "null value\nDETAIL:  Failing row contains (7, Ana Souza).\n"
    try:
        raise ValueError(quoted)
    except ValueError:
        text = written("It broke.", exc_info=sys.exc_info())
    assert "ValueError: null value\nDETAIL: …" in text
    assert "Ana" not in text


@pytest.mark.parametrize(("status", "has_traceback"), [(403, False), (500, True), (None, True)])
def test_a_refusal_is_a_line_without_a_traceback(status: int | None, has_traceback: bool) -> None:
    try:
        raise PermissionDenied
    except PermissionDenied:
        found = sys.exc_info()
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "Forbidden", (), found)
    if status is not None:
        record.status_code = status
    assert RefusalFilter().filter(record)
    assert (record.exc_info is not None) is has_traceback
