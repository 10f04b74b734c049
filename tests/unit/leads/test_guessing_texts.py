"""How a file is written is found out from the file itself."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.guessing.encodings import EncodingGuess, EncodingGuesser
from leads.guessing.evidence import Evidence
from leads.guessing.numbers import currency_in, decimal_of, is_number, plain_number
from leads.guessing.separators import SEPARATORS, guess_separator
from leads.guessing.times import ORDERS, TimeEvidence, read_shape

PORTUGUESE = "Nome;Função;Observação\nJoão Assunção;Direção;Não há previsão de reunião à tarde\n"
LETTERS = st.text("abcdefghijklmnop áãçéíõúÁÃÇ", min_size=1, max_size=12)


def guess(content: bytes, *, pieces: int = 1 << 20) -> EncodingGuess:
    guesser = EncodingGuesser()
    for start in range(0, len(content), pieces):
        guesser.feed(content[start : start + pieces])
    return guesser.guess()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1252", "windows-1252"),
        ("mac-roman", "mac-roman"),
        ("cp850", "cp850"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 3, 1 << 20])
def test_it_works(written: str, expected: str, pieces: int) -> None:
    content = PORTUGUESE.encode(written)
    found = guess(content, pieces=pieces)
    assert found.encoding == expected
    assert content.decode(found.encoding).removeprefix("\ufeff") == PORTUGUESE


def test_plain_letters_are_utf_8_for_certain() -> None:
    assert guess(b"id,name\n1,Paulo\n") == EncodingGuess("utf-8")


def test_a_few_broken_bytes_do_not_make_another_encoding() -> None:
    found = guess(PORTUGUESE.encode() + b"Jo\xe3o;;\n")
    assert (found.encoding, found.faults, found.is_sure) == ("utf-8", 1, False)


@given(st.text(max_size=300), st.integers(1, 40))
def test_what_is_utf_8_is_told_as_such(text: str, pieces: int) -> None:
    """A file that begins with another encoding's mark, or is half zeros, is something else."""
    content = text.encode()
    if content[:2] not in {b"\xff\xfe", b"\xfe\xff"} and content.count(0) <= len(content) // 5:
        assert guess(content, pieces=pieces) == EncodingGuess("utf-8")


@given(
    st.lists(st.lists(LETTERS, min_size=3, max_size=3), min_size=2, max_size=20),
    st.sampled_from(SEPARATORS),
)
def test_the_separator_is_found(rows: list[list[str]], separator: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    assert guess_separator(text.getvalue()) == separator


def test_commas_inside_of_cells_mislead_nobody() -> None:
    assert guess_separator('id;value\n1;"1.234,50"\n2;"2.000,00"\n3;7,5\n') == ";"
    assert guess_separator("id\n1\n2\n") == ","
    assert guess_separator("") == ","


@pytest.mark.parametrize("sign", SEPARATORS)
def test_a_file_may_say_what_parts_its_cells(sign: str) -> None:
    assert guess_separator(f"sep={sign}\r\nid,na;me\r\n") == sign


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.234,50", ","), ("1,234.50", "."), ("12,5", ","), ("12.5", "."), ("0.125", "."),
        ("1.234.567", ","), ("1,234,567", "."), ("1234.567", "."), ("-7,25", ","),
        ("1.234", None), ("1,234", None), ("1234", None), ("12.5 kg", None), ("", None),
        ("R$ 1.234,01", ","), ("-R$\N{NO-BREAK SPACE}7,5", ","), ("US$1,234.50", "."),
        ("12,50 €", ","),        ("BRL 12.5", "."), ("ABC 12.5", None), ("R$", None),
    ],
)  # fmt: skip
def test_the_decimal_sign_of_a_number(cell: str, expected: str | None) -> None:
    assert decimal_of(cell) == expected


@pytest.mark.parametrize(
    ("cell", "currency", "number"),
    [
        ("R$ 1.234,01", "BRL", "1234.01"),
        ("-R$ 7,5", "BRL", "-7.5"),
        ("US$10", "USD", "10"),
        ("12,50 €", "EUR", "12.50"),
        ("$ 3", "", "3"),
        ("MXN 3", "MXN", "3"),
        ("1.234", "", "1234"),
        ("R$ 1.23,4", "BRL", None),
        ("R$ R$ 5", "", None),
        ("", "", None),
    ],
)
def test_money_is_a_number_of_a_currency(cell: str, currency: str, number: str | None) -> None:
    assert currency_in(cell) == currency
    assert plain_number(cell, ",") == (None if number is None else Decimal(number))
    assert is_number(cell) or number is None


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_a_number_with_cents_tells_its_sign(value: object) -> None:
    point = f"{value:,.2f}"
    comma = point.translate(str.maketrans(",.", ".,"))
    assert (decimal_of(point), decimal_of(comma)) == (".", ",")


FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y", "%d.%m.%Y %H:%M",
    "%d/%m/%Y, %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%y", "%Y/%m/%d %H:%M:%S", "%d-%m-%Y",
)  # fmt: skip


@given(
    st.datetimes(datetime(1975, 1, 1), datetime(2068, 12, 31)).map(  # noqa: DTZ001 - local times
        lambda at: at.replace(microsecond=0)
    ),
    st.sampled_from(FORMATS),
)
def test_a_time_is_read_back_by_the_format_that_is_found(at: datetime, form: str) -> None:
    text = at.strftime(form)
    read = read_shape(text)
    assert read is not None
    order = "mdy" if form.startswith("%m") else "dmy"
    found = read[0].format(order)  # type: ignore[arg-type]
    expected = datetime.strptime(text, form)  # noqa: DTZ007 - local times
    if found is None:
        assert datetime.fromisoformat(text) == expected
    else:
        assert datetime.strptime(text, found) == expected  # noqa: DTZ007 - local times


@pytest.mark.parametrize(
    "cell", ["", "2026", "1.234", "45/45/2026", "31/31/2026", "10:30", "1.2.3.4", "12-34", "n/a"]
)
def test_other_cells_are_no_times(cell: str) -> None:
    assert read_shape(cell) is None


@pytest.mark.parametrize(
    ("cells", "day_first", "month_first"),
    [
        (["03/04/2026", "25/04/2026"], 1, 0),
        (["03/04/2026", "04/25/2026"], 0, 1),
        (["03/04/2026"], 0, 0),
    ],
)
def test_which_of_day_and_month_comes_first(
    cells: list[str], day_first: int, month_first: int
) -> None:
    evidence = TimeEvidence({})
    assert all(evidence.add(cell) for cell in cells)
    assert (evidence.day_first, evidence.month_first) == (day_first, month_first)


@pytest.mark.parametrize(
    ("cell", "has_time", "has_zone", "formats"),
    [
        ("2026-03-31T16:05:00-03:00", True, True, [None, None]),
        ("2026-03-31", False, False, [None, None]),
        ("2026-3-1 9:05", True, False, ["%Y-%m-%d %H:%M"] * 2),
        ("31/03/2026 16:05", True, False, ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
        ("3/31/2026, 4:05 PM", True, False, ["%d/%m/%Y, %I:%M %p", "%m/%d/%Y, %I:%M %p"]),
    ],
)
def test_how_a_time_is_written(
    cell: str, has_time: bool, has_zone: bool, formats: list[str | None]
) -> None:
    read = read_shape(cell)
    assert read is not None
    shape = read[0]
    assert (shape.has_time, shape.has_zone) == (has_time, has_zone)
    assert [shape.format(order) for order in ORDERS] == formats


def test_what_a_column_holds() -> None:
    column = Evidence()
    for cell in ["a@b.example", "c@d.example", "", "000000000000000AAA", "+55 11 98888-7777"]:
        column.add(cell)
    assert (column.filled, column.emails, column.phones) == (4, 2, 1)
    assert column.nulls == ["000000000000000AAA"]
    assert column.samples == ["a@b.example", "c@d.example", "000000000000000AAA"]
    assert not column.is_number
    for number in range(60):
        column.add(f"word {number}")
    assert column.has_more
    assert len(column.different) == 40


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["R$ 1,50", "R$ 2"], True), (["1,50", "2"], True), (["1", "2"], False),
        (["R$ 1,50", "US$ 2"], False), (["1,50", "x"], False), (["1,50", "007"], False),
        (["415.555.2671", "1,50"], False),
    ],
)  # fmt: skip
def test_a_column_of_numbers_is_of_one_currency(cells: list[str], expected: bool) -> None:
    assert seen(cells).is_number is expected


@pytest.mark.parametrize(
    ("cells", "group", "odd"),
    [
        (["1.200", "35", "2.500"], ".", ""), (["1,200", "35"], ",", ""), (["R$ 1.200"], ".", ""),
        (["1.200", "35", "muitos"], ".", "muitos"), (["1.200", "11-50", "n/a"], ".", ""),
        (["1.200", "1,200"], "", ""), (["1.200", "0,5"], "", ""), (["35", "20", "x"], "", "x"),
        (["28.013", "01.310"], "", ""), (["28013", "08001"], "", ""), (["-23.550"], "", ""),
        (["1.200", "R$ 300"], "", ""), (["1.200", "007", "300", "x"], "", ""),
    ],
)  # fmt: skip
def test_whole_numbers_may_be_written_in_groups(cells: list[str], group: str, odd: str) -> None:
    column = seen(cells)
    assert (column.group, column.odd_one) == (group, odd)


def seen(cells: list[str]) -> Evidence:
    column = Evidence()
    for cell in cells:
        column.add(cell)
    return column
