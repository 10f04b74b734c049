"""Files in whatever encoding and form, with broken rows among the good: every row is accounted for.

What the good rows say is read as it was meant: instants, amounts and names.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from agreements.models import Agreement, User
from leads.models import Deal, Lead, StageEntry
from leads.rebuild import rebuild
from tests.factories import local
from tests.leads.importing.file_imports import NOW, take_in_whole

pytestmark = pytest.mark.django_db

HEADER = ["Id", "Nome", "E-mail", "Data MQL", "Valor", "Ganho em"]
NAMES = ["João Assunção", "María Núñez", "Conceição Ávila", "André Brandão", "Muñoz & Hijos"]
ROWS = 400
START = local("2026-03-02 09:00")


class Form(NamedTuple):
    """How a file is written."""

    encoding: str
    separator: str
    line_end: str
    date: str = "%d/%m/%Y %H:%M"
    decimal: str = ","

    def amount(self, cents: int) -> str:
        """Write an amount with groups of three digits."""
        text = f"{cents // 100:,}.{cents % 100:02}"
        return text if self.decimal == "." else text.translate(str.maketrans(",.", ".,"))


FORMS = [
    Form("utf-8", ",", "\n", "%m/%d/%Y %H:%M", "."),
    Form("utf-8-sig", ";", "\r\n"),
    Form("utf-16", "\t", "\r\n"),
    Form("utf-16-le", ";", "\n"),
    Form("utf-16-be", ";", "\r\n", "%d.%m.%Y %H:%M"),
    Form("windows-1252", ";", "\r\n", "%d-%m-%Y %H:%M"),
    Form("iso-8859-1", "|", "\n"),
    Form("mac-roman", ";", "\r"),
    Form("cp850", ",", "\r\n", "%m/%d/%Y %I:%M %p", "."),
]


class Good(NamedTuple):
    """A row that can be taken in."""

    name: str
    at: datetime
    cents: int


Break = Callable[[list[str], str], str]


def plain(cells: list[str], separator: str) -> str:
    """Write a row as it should be."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerow(cells)
    return text.getvalue().removesuffix("\r\n")


# What a careless export makes of a row that can be read all the same.
ODD: list[Break] = [
    plain,
    lambda cells, separator: separator.join(f'"{cell}"' for cell in cells),
    lambda cells, separator: plain([f" {cell} " for cell in cells], separator),
    lambda cells, separator: plain([cells[0], f"{cells[1]}\nFilial 2", *cells[2:]], separator),
    lambda cells, separator: plain([cells[0], f'{cells[1]} "Zé"', *cells[2:]], separator),
    lambda cells, separator: (
        plain(cells, separator).replace(cells[1], f'{cells[1]} 12" tela', 1)
        if '"' not in plain(cells, separator)
        else plain(cells, separator)
    ),
]
# And of one that cannot.
BROKEN: list[Break] = [
    lambda cells, separator: plain([cells[0], "a\0b", *cells[2:]], separator),
    lambda cells, separator: plain(["\0" + cells[0], *cells[1:]], separator),
    lambda cells, separator: plain(cells[:-1], separator),
    lambda cells, separator: plain([*cells, "", ""], separator),
    lambda cells, separator: plain(["", *cells[1:]], separator),
    lambda cells, separator: plain([*cells[:3], "31/02/2026 25:00", *cells[4:]], separator),
    lambda cells, separator: plain([*cells[:4], "12,34.56,7", *cells[5:]], separator),
    lambda cells, separator: plain(["x" * 300, *cells[1:]], separator),
]


def lines(form: Form) -> Iterator[tuple[str, Good | None]]:
    """Give lines, each with what its row says; None where it cannot be taken in."""
    chance = random.Random(form.encoding)
    for number in range(ROWS):
        at = START + timedelta(minutes=chance.randrange(200_000))
        good = Good(chance.choice(NAMES), at, chance.randrange(10**7))
        written = at.strftime(form.date)
        cells = [
            f"L{number}", good.name, f"p{number}@example.com", written, form.amount(good.cents),
            written,
        ]  # fmt: skip
        if chance.random() < 0.2:
            yield chance.choice(BROKEN)(cells, form.separator), None
        else:
            yield chance.choice(ODD)(cells, form.separator), good
        if chance.random() < 0.05:
            yield "", None


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.encoding)
def test_every_row_is_accounted_for(agreement: Agreement, marta: User, form: Form) -> None:
    written = [(line, good) for line, good in lines(form)]
    # Never closed, a quotation mark takes the rest of the file: here of the last row.
    last = f'L{ROWS}{form.separator}"open'
    text = form.line_end.join([plain(HEADER, form.separator), *(line for line, _ in written), last])
    content = text.replace("\nFilial", f"{form.line_end}Filial").encode(form.encoding)

    done = take_in_whole(agreement, marta, content)

    good = [each for _, each in written if each]
    rows = sum(bool(line) for line, _ in written) + 1
    summary = done.delivery.summary
    assert summary is not None
    assert (summary["rows"], summary["taken"], summary["rejected"]) == (
        rows, len(good), rows - len(good),
    )  # fmt: skip
    assert sorted(StageEntry.objects.values_list("occurred_at", flat=True)) == sorted(
        each.at for each in good
    )
    deals = Deal.objects.holding().values_list("amount", "occurred_at")
    assert sorted(deals) == sorted((Decimal(each.cents) / 100, each.at) for each in good)
    names = Lead.objects.values_list("name", flat=True)
    assert sorted(name.split(" ")[0] for name in names) == sorted(
        each.name.split(" ")[0] for each in good
    )
    assert rebuild(now=NOW) == 0

    again = take_in_whole(agreement, marta, Path(done.rejects.path).read_bytes())
    assert again.delivery.summary is not None
    assert again.delivery.summary["rejected"] == again.delivery.summary["rows"] == rows - len(good)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_broken_characters_cost_only_their_rows(
    agreement: Agreement, marta: User, encoding: str
) -> None:
    form = Form(encoding, ";", "\n")
    written = [good for _, good in lines(form) if good]
    rows = [
        plain([f"L{number}", good.name, "", good.at.strftime(form.date), "", ""], ";").encode()
        for number, good in enumerate(written)
    ]
    broken = [row.replace(b"\xc3", b"\xff", 1) if number % 9 == 4 else row
              for number, row in enumerate(rows)]  # fmt: skip
    wrong = sum(row != was for row, was in zip(broken, rows, strict=True))
    assert wrong > 20

    done = take_in_whole(agreement, marta, b"\n".join([";".join(HEADER).encode(encoding), *broken]))

    assert done.delivery.summary is not None
    assert done.delivery.summary["rejected"] == wrong
    assert Lead.objects.count() == done.delivery.summary["taken"] == len(rows) - wrong
    kept = Path(done.rejects.path).read_bytes()
    assert kept.count(b"\xff") == wrong, "what was broken comes back as it was"
