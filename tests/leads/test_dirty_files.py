"""Dirty files come in by the browser, and every row of them is accounted for."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agreements.models import Agreement, User
from leads.models import Delivery, Lead, LeadChange, StageEntry
from leads.rebuild import rebuild
from tests.leads import real_data
from tests.leads.file_imports import NOW, bring, draft_of, take_in, take_in_whole, try_out

pytestmark = pytest.mark.django_db

HEADER = ["Id", "Nome", "E-mail", "Criado em", "Data MQL", "Responsável", "Valor", "Ganho em"]
NAMES = [
    "João Assunção",
    "María Núñez",
    "Zoë",
    "O'Neil; Jr.",
    'Ana "Nina" Souza',
    "=SOMA(A1)",
    "李",
    "",
]


def odd_rows(number_of_rows: int) -> Iterator[tuple[list[str], bool]]:
    """Rows, each with whether it can be taken in."""
    chance = random.Random(11)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number in range(number_of_rows):
        at = start + timedelta(minutes=chance.randrange(200_000))
        row = [
            f"L{number}", chance.choice(NAMES), f"p{number}@example.com",
            at.strftime("%d/%m/%Y %H:%M"),
            at.strftime("%d/%m/%Y %H:%M") if chance.random() < 0.7 else "",
            chance.choice(["Ana", "Bruno", " "]),
            chance.choice(["1.234,50", "7,5", "900", ""]), "",
        ]  # fmt: skip
        is_bad = chance.random() < 0.08
        yield (spoilt(row, chance), False) if is_bad else (row, True)


def spoilt(row: list[str], chance: random.Random) -> list[str]:
    """Return a row that cannot be taken in."""
    return chance.choice(
        [
            [*row[:3], "ontem", *row[4:]],
            [*row[:3], "31/02/2026 10:00", *row[4:]],
            [*row[:3], "", *row[4:]],
            row[:-2],
            [*row, "zu viel"],
            ["", *row[1:]],
            ["x" * 300, *row[1:]],
            [*row[:6], "muito", row[3]],
        ]
    )


def summary_of(delivery: Delivery) -> tuple[int, int, int]:
    told = delivery.summary
    assert told is not None
    return told["rows"], told["taken"], told["rejected"]


@pytest.mark.parametrize(
    ("number", "encoding", "separator"),
    [(10_000, "windows-1252", ";"), (1000, "utf-8-sig", ","), (1000, "utf-16", "\t")],
)
def test_ten_thousand_odd_rows(
    agreement: Agreement, marta: User, number: int, encoding: str, separator: str
) -> None:
    rows = [
        (row if encoding != "windows-1252" else [cell.replace("李", "Li") for cell in row], is_good)
        for row, is_good in odd_rows(number)
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([HEADER, *(row for row, _ in rows)])
    content = text.getvalue().encode(encoding)

    done = take_in_whole(agreement, marta, content)

    good = [row for row, is_good in rows if is_good]
    assert summary_of(done.delivery) == (number, len(good), number - len(good))
    assert LeadChange.objects.holding().count() == len(good)
    assert StageEntry.objects.holding().count() == sum(bool(row[4]) for row in good)
    assert {*Lead.objects.values_list("email", flat=True)} == {row[2] for row in good}
    kept = Path(done.rejects.path).read_text(encoding=encoding)
    rejected = list(csv.reader(io.StringIO(kept), delimiter=separator))
    assert len(rejected) == 1 + number - len(good)
    assert rebuild(now=NOW) == 0

    again = take_in_whole(agreement, marta, Path(done.rejects.path).read_bytes())
    assert summary_of(again.delivery) == (number - len(good), 0, number - len(good))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "proposed"),
    [
        (real_data.OLIST_MQLS, 8000, {"known_at", "own", "origin"}),
        (real_data.OLIST_DEALS, 842, {"deal_won_at", "industry", "own"}),
        # Of its 13,087 cases, all alike.
        (real_data.BPI_CASES, 3000, {"known_at", "own"}),
    ],
)
def test_real_files(
    agreement: Agreement, marta: User, name: str, rows: int, proposed: set[str]
) -> None:
    lines = (real_data.folder() / name).read_bytes().splitlines(keepends=True)
    content = b"".join(lines[: rows + 1])
    brought = bring(agreement, marta, content, name=Path(name).name)
    assert {role for role in draft_of(brought).roles if role} == proposed

    done = take_in(try_out(brought), marta)

    assert summary_of(done.delivery) == (rows, rows, 0)
    assert Lead.objects.count() == rows
    assert rebuild(now=NOW) == 0
