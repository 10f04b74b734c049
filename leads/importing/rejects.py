"""The file of rejected rows as somebody takes it along: with the reasons in their language."""

import codecs
import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.utils import translation

from leads.files.delimited import Rows, defused, fitting, tolerance
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead
from leads.importing.kept_reasons import cell_in_words

_ROWS_AT_ONCE = 500


def rejects_in_words(path: Path, form: FileFormat, language: str) -> Iterator[bytes]:
    """Give the bytes of a stored file of rejects, piece by piece; all but the reasons as stored.

    Raises OSError, and UnableToReadFile, with the first piece.
    """
    encoder = codecs.getincrementalencoder(form.encoding)(tolerance(form))
    with Rows(path, form, is_lenient=True, as_written=True) as rows:
        batch = [rows.first_row]
        for _line, cells in rows:
            batch.append([] if isinstance(cells, UnableToRead) else cells)
            if len(batch) == _ROWS_AT_ONCE:
                yield encoder.encode(_written(batch, form, language))
                batch = []
        yield encoder.encode(_written(batch, form, language))
    yield encoder.encode("", final=True)


def _written(rows: list[list[str]], form: FileFormat, language: str) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=form.delimiter)
    # The language of the request ends before its last piece is asked for.
    with translation.override(language):
        writer.writerows(_told(cells, form) for cells in rows)
    return text.getvalue()


def _told(cells: list[str], form: FileFormat) -> list[str]:
    """Return a row with its reason in words, which stands behind the line."""
    reasons = [defused(fitting(cell_in_words(cell), form)) for cell in cells[1:2]]
    return [*cells[:1], *reasons, *cells[2:]]
