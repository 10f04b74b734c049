"""A real file as careless hands make it: every row is accounted for, and the clean ones come in."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from agreements.models import Agreement, User
from leads.models import FileImport, Lead
from leads.rebuild import rebuild
from tests.leads import independent_counts, real_data
from tests.leads.importing.file_imports import NOW, take_in_whole

pytestmark = [pytest.mark.django_db, pytest.mark.data]

# How each third of the file is written; the real one knows no letters beyond ASCII.
FORMS = [("windows-1252", ";"), ("utf-16", "\t"), ("utf-8", ",")]
IN_WORDS = {"paid_search": "anúncio pago", "social": "redes sociais — promoção"}
# Half of a character, as a byte that was lost leaves it, and how what has such is written and read.
HALF = "\udcc3"
BROKEN = {"utf-8": "surrogateescape"}


class Written(NamedTuple):
    """A row as it stands in a file; ``cells`` are what a reader finds in it, none in a blank line.

    ``is_clean`` is whether it can be taken in.
    """

    text: str
    cells: list[str]
    is_clean: bool = False


# What puts the cells of a row in wrong places, or wrong ones in the right places.
SPOILS: list[Callable[[list[str]], list[str]]] = [
    lambda cells: cells[1:],
    lambda cells: ["", *cells],
    lambda cells: ["", *cells[:-1]],
    lambda cells: [*cells[1:], ""],
    lambda cells: ["", *cells[1:]],
    lambda cells: [cells[0], f"{cells[1][:4]}-02-30", *cells[2:]],
    lambda cells: [cells[0], "2018-13-01", *cells[2:]],
    lambda cells: [cells[0], "", *cells[2:]],
]


def never_closed(cells: list[str], following: list[str], separator: str) -> Written:
    """Open a quotation mark that only one in the next row closes: the two are read as one row."""
    mark, rest = following[1][:4], following[1][4:]
    text = "\n".join(
        [
            separator.join([cells[0], f'"{cells[1]}', *cells[2:]]),
            separator.join([following[0], f'{mark}"{rest}', *following[2:]]),
        ]
    )
    swallowed = separator.join(cells[1:]) + "\n" + separator.join([following[0], mark])
    return Written(text, [cells[0], swallowed + rest, *following[2:]])


def spoilt(real: Iterator[list[str]], encoding: str, separator: str) -> Iterator[Written]:
    """Give the rows of a real file, some of them spoilt, some twice, and blank lines between."""
    chance = random.Random(encoding)
    for cells in real:
        kind = chance.random()
        if kind < 0.02:
            yield Written("", [])
        following = next(real, None) if 0.02 <= kind < 0.03 else None
        if following:
            yield never_closed(cells, following, separator)
        elif 0.03 <= kind < 0.11:
            wrong = chance.choice(SPOILS)(cells)
            yield Written(separator.join(wrong), wrong)
        elif encoding in BROKEN and 0.11 <= kind < 0.13:
            broken = [*cells[:3], f"indica{HALF}o"]
            yield Written(separator.join(broken), broken)
        else:
            yield from [Written(separator.join(cells), cells, is_clean=True)] * (1 + (kind > 0.6))


def real_rows() -> Iterator[list[str]]:
    """Give the header of the real file and its rows, as a spreadsheet in Portuguese has them."""
    rows = independent_counts.rows(real_data.folder() / real_data.OLIST_MQLS)
    yield [*rows[0]]
    for row in rows:
        *cells, origin = row.values()
        yield [*cells, IN_WORDS.get(origin, origin)]


def rejected_in(done: FileImport, encoding: str, separator: str) -> list[list[str]]:
    """Return the cells of the rows in the file of rejects, without the line and the reason."""
    kept = Path(done.rejects.path).read_bytes().decode(encoding, BROKEN.get(encoding, "strict"))
    rows = csv.reader(io.StringIO(kept, newline=""), delimiter=separator)
    return [cells for _line, _reason, *cells in rows][1:]


def test_it_works(agreement: Agreement, marta: User) -> None:
    """Three files of a third each, ten thousand odd rows together."""
    header, *real = real_rows()
    everything: list[Written] = []
    for part, (encoding, separator) in enumerate(FORMS):
        written = [*spoilt(iter(real[part::3]), encoding, separator)]
        text = "\n".join([separator.join(header), *(row.text for row in written)])

        done = take_in_whole(
            agreement, marta, text.encode(encoding, BROKEN.get(encoding, "strict"))
        )

        rows = [row for row in written if row.cells]
        wrong = [row.cells for row in rows if not row.is_clean]
        summary = done.delivery.summary
        assert summary is not None
        assert summary["rows"] == summary["taken"] + summary["rejected"] == len(rows)
        assert summary["rejected"] == len(wrong) > 200
        assert summary["facts"]["repeated"] > 200
        assert rejected_in(done, encoding, separator) == wrong
        everything += rows
    assert len(everything) > 10_000
    clean = {row.cells[0]: row.cells[3] or None for row in everything if row.is_clean}
    assert dict(Lead.objects.values_list("identities__external_id", "origin")) == clean
    assert rebuild(now=NOW) == 0
