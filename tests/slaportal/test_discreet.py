"""Logs hold no personal data."""

import logging
import sys

from slaportal.discreet import DiscreetFormatter


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
