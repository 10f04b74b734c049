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
from tests.leads.importing.file_imports import NOW, bring, draft_of, take_in, take_in_whole, try_out

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
ODD = 10_000


def odd_rows() -> Iterator[tuple[list[str], bool]]:
    """Rows, each with whether it can be taken in."""
    chance = random.Random(11)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number in range(ODD):
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
    ("encoding", "separator"),
    [("utf-8-sig", ","), ("windows-1252", ";"), ("utf-16", "\t")],
)
def test_ten_thousand_odd_rows(
    agreement: Agreement, marta: User, encoding: str, separator: str
) -> None:
    rows = [
        (row if encoding != "windows-1252" else [cell.replace("李", "Li") for cell in row], is_good)
        for row, is_good in odd_rows()
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([HEADER, *(row for row, _ in rows)])
    content = text.getvalue().encode(encoding)

    done = take_in_whole(agreement, marta, content)

    good = [row for row, is_good in rows if is_good]
    assert summary_of(done.delivery) == (ODD, len(good), ODD - len(good))
    assert LeadChange.objects.holding().count() == len(good)
    assert StageEntry.objects.holding().count() == sum(bool(row[4]) for row in good)
    assert {*Lead.objects.values_list("email", flat=True)} == {row[2] for row in good}
    kept = Path(done.rejects.path).read_text(encoding=encoding)
    rejected = list(csv.reader(io.StringIO(kept), delimiter=separator))
    assert len(rejected) == 1 + ODD - len(good)
    assert rebuild(now=NOW) == 0

    again = take_in_whole(agreement, marta, Path(done.rejects.path).read_bytes())
    assert summary_of(again.delivery) == (ODD - len(good), 0, ODD - len(good))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "proposed"),
    [
        (real_data.OLIST_MQLS, 8000, {"known_at", "own", "origin"}),
        (real_data.OLIST_DEALS, 842, {"deal_won_at", "industry", "own"}),
        (real_data.BPI_CASES, 13_087, {"known_at", "own"}),
    ],
)
def test_real_files(
    agreement: Agreement, marta: User, name: str, rows: int, proposed: set[str]
) -> None:
    content = (real_data.folder() / name).read_bytes()
    brought = bring(agreement, marta, content, name=Path(name).name)
    assert {role for role in draft_of(brought).roles if role} == proposed

    done = take_in(try_out(brought), marta)

    assert summary_of(done.delivery) == (rows, rows, 0)
    assert Lead.objects.count() == rows
    assert rebuild(now=NOW) == 0
