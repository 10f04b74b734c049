"""A sheet is written as text just as openpyxl reads its cells, in memory that does not grow."""

import csv
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from leads.files import shared_texts, sheet_rows, workbook_parts, workbook_xml, workbooks
from leads.files.delimited import UnableToReadFile
from leads.files.workbooks import filled_sheets, sheets_of, write_as_text
from tests.workbook_files import shared, sheet, workbook_at

# Of each kind a cell: type, value and style. Styles: 1 date, 2 date and hours, 3 hour, 4 span.
CELLS = [
    ("n", "12", 0), ("n", "0012", 0), ("n", "-7.50", 0), ("n", "1.5E3", 0), ("n", "1e-7", 0),
    ("n", "1234567890123456789", 0), ("n", "1E+18", 0), ("n", "0.1", 6), ("n", "3.0", 5),
    ("n", "46000", 1), ("n", "46000.5", 1), ("n", "46000.75", 2), ("n", "46000", 2),
    ("n", "46000.4444444444", 2), ("n", "0.25", 3), ("n", "59", 1), ("n", "0.5", 4),
    ("n", "1.2345", 4), ("n", "-5", 1), ("n", "99999999", 1),
    ("s", "0", 0), ("s", "1", 0), ("s", "2", 0), ("b", "1", 0), ("b", "0", 0), ("e", "#N/A", 0),
    ("str", " a formula’s text ", 0), ("d", "2026-09-04", 0), ("d", "2026-09-04T10:20:30", 2),
    ("d", "2026-09-04T00:00:00", 1), ("d", "10:20:30", 0), ("n", "", 0), ("s", "", 0),
    ("other", "what?", 0),
]  # fmt: skip
TEXTS = shared("<t> Ana </t>", "<r><t>Jo</t></r><r><t>ão</t></r><rPh sb='0' eb='1'/>", "<t/>")
INLINE = ["<is><t> in the cell </t></is>", "<is><r><t>a</t></r><r><t>b</t></r></is>", "<is/>", ""]


def cell(name: str, kind: str, value: str, style: int, formula: str = "") -> str:
    told = f"<f>{formula}</f>" if formula else ""
    return f'<c r="{name}" t="{kind}" s="{style}">{told}<v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows_of(path: Path, **options: Any) -> list[list[str]]:
    target = path.with_suffix(".csv")
    write_as_text(path, target, **options)
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def as_openpyxl_reads(path: Path) -> list[list[str]]:
    """The first sheet by openpyxl: rows as wide as the first, blank ones left out."""
    found: list[list[str]] = []
    with closing(load_workbook(path, read_only=True, data_only=True)) as book:
        for cells in book.worksheets[0].iter_rows():
            texts = [_text(each) for each in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                width = len(found[0]) if found else 0
                found.append(texts + [""] * (width - len(texts)))
    return found


def _text(read: Any) -> str:
    value, hours = read.value, set("hs") & set((read.number_format or "").lower())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and value.time() == time.min and not hours:
        return value.date().isoformat()
    if isinstance(value, datetime):
        return (value + timedelta(seconds=0.5)).replace(microsecond=0).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value).strip()


@pytest.mark.filterwarnings("ignore:.*outside the limits for dates")
@pytest.mark.parametrize("counts_from_1904", [False, True])
def test_each_kind_of_cell(tmp_path: Path, counts_from_1904: bool) -> None:
    rows = [
        row(1, '<c r="A1" t="s"><v>0</v></c>', '<c r="C1"><v>1</v></c>'),
        *(row(number, cell(f"A{number}", *each)) for number, each in enumerate(CELLS, 2)),
        *(row(n, f'<c r="B{n}" t="inlineStr">{told}</c>') for n, told in enumerate(INLINE, 50)),
        row(60, cell("A60", "n", "46001", 1, "A1+1"), cell("B60", "str", "text", 0, "B1")),
        row(61, "<c><v>1</v></c>", "<c/>", "<c><v>3</v></c>"),
        row(70, cell("E70", "n", "5", 0)),
        "<row><c><v>6</v></c></row>",
    ]
    texts = {"texts": TEXTS, "counts_from_1904": counts_from_1904}
    path = workbook_at(tmp_path / "leads.xlsx", {"Leads": sheet(*rows)}, **texts)  # type: ignore[arg-type]

    read = rows_of(path)

    assert read == as_openpyxl_reads(path)
    assert read[:3] == [["Ana", "", "1"], ["12", "", ""], ["12", "", ""]]
    assert ["#VALUE!", "", ""] in read
    assert read[-1] == ["6", "", ""]


_NUMBERS = st.one_of(st.integers(-(10**6), 10**12), st.floats(-1e6, 1e12)).map(str)
_CELLS = st.one_of(
    st.tuples(st.just("n"), _NUMBERS, st.integers(0, 6)),
    st.tuples(st.just("s"), st.sampled_from("012"), st.integers(0, 6)),
    st.sampled_from(CELLS),
)


@pytest.mark.filterwarnings("ignore:.*outside the limits for dates")
@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.integers(0, 25), _CELLS, max_size=6), max_size=8))
def test_whatever_cells_there_are(told: list[dict[int, tuple[str, str, int]]]) -> None:
    rows = [
        row(n, *(cell(f"{chr(65 + place)}{n}", *cells[place]) for place in sorted(cells)))
        for n, cells in enumerate(told, 1)
    ]
    with TemporaryDirectory() as folder:
        path = workbook_at(Path(folder) / "leads.xlsx", {"A": sheet(*rows)}, texts=TEXTS)
        assert rows_of(path, sheet="A") == as_openpyxl_reads(path)


def test_what_openpyxl_writes(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "leads.xlsx"
    moment = datetime.fromisoformat("2026-09-04T10:20:30")
    for written in (["Id", "At", "On"], [1, moment, moment.date()], ["ção", time(7, 5), True]):
        book.worksheets[0].append(written)
    book.save(path)
    assert rows_of(path) == as_openpyxl_reads(path)
    assert rows_of(path)[1] == ["1", "2026-09-04T10:20:30", "2026-09-04"]


def test_names_with_prefixes_and_what_is_around_the_rows(tmp_path: Path) -> None:
    plain = sheet(
        row(1, cell("A1", "s", "0", 0)),
        before='<cols><col min="1" max="2" width="9"/></cols>',
        after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
    )
    marked = plain.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    prefixed = marked.replace("xmlns=", "xmlns:x=")
    for told in (plain, prefixed):
        path = workbook_at(tmp_path / "leads.xlsx", {"Leads": told}, texts=TEXTS)
        assert rows_of(path) == as_openpyxl_reads(path) == [["Ana"]]


def test_a_formula_whose_result_is_an_empty_text_has_one(tmp_path: Path) -> None:
    rows = [row(1, cell("A1", "n", "1", 0), cell("B1", "str", "", 0, 'IF(A1,"",1)'))]
    path = workbook_at(tmp_path / "leads.xlsx", {"Leads": sheet(*rows)})
    assert rows_of(path) == [["1"]]


@pytest.mark.parametrize("told", ["<f>1+1</f>", "<f>1+1</f><v/>", "<f/><v></v>"])
def test_a_formula_without_a_result_is_refused(tmp_path: Path, told: str) -> None:
    path = workbook_at(
        tmp_path / "leads.xlsx", {"Leads": sheet(row(3, f'<c r="A3"/><c r="AB3">{told}</c>'))}
    )
    with pytest.raises(UnableToReadFile, match=r"leads\.xlsx has a formula in AB3"):
        write_as_text(path, tmp_path / "leads.csv", sheet="Leads")
    assert rows_of(path, sheet="Leads", is_lenient=True) == []


def test_sheets_that_hold_something(tmp_path: Path) -> None:
    filled = sheet(row(1, cell("A1", "s", "0", 0)))
    path = workbook_at(
        tmp_path / "leads.xlsx",
        {
            "Empty": sheet(row(1, '<c r="A1" s="1"/>')),
            "Leads": filled,
            "Late": sheet(row(40, "<c><v>1</v></c>")),
        },
        texts=TEXTS,
    )
    assert sheets_of(path) == ["Empty", "Leads", "Late"]
    assert filled_sheets(path) == ["Leads", "Late"]
    assert rows_of(path) == [["Ana"]]
    assert rows_of(path, sheet="Empty") == []


def large(path: Path, rows: int) -> Path:
    """Write a workbook whose texts are all different."""
    texts = shared(*(f"<t>Somebody whose number is {n}</t>" for n in range(rows * 4)))
    told = (
        row(
            n + 1,
            *(
                cell(f"{letter}{n + 1}", "s", str(4 * n + place), 0)
                for place, letter in enumerate("ABCD")
            ),
        )
        for n in range(rows)
    )
    return workbook_at(path, {"Leads": sheet(*told)}, texts=texts)


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_texts, "_MOST_KEPT", 20_000)
    monkeypatch.setattr(workbook_xml, "_CHUNK", 1 << 14)

    def peak(rows: int) -> int:
        path = large(tmp_path / f"{rows}.xlsx", rows)
        tracemalloc.start()
        write_as_text(path, tmp_path / "leads.csv")
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(4000) < 1.1 * peak(2000)
    assert len((tmp_path / "leads.csv").read_text().splitlines()) == 2000


def test_what_lies_on_the_disk_meanwhile_has_no_name(tmp_path: Path) -> None:
    path, target, seen = large(tmp_path / "leads.xlsx", 1000), tmp_path / "leads.csv", []

    def look(done: int) -> None:
        seen.append((done, sorted(each.name for each in tmp_path.iterdir())))

    write_as_text(path, target, on_progress=look)
    assert {done for done, _ in seen} == {0, 1000}
    assert {tuple(names) for _, names in seen} == {("leads.csv", "leads.xlsx")}


Build = Callable[[Path], Path]


def built(rows: str, **options: Any) -> Build:
    return lambda path: workbook_at(path, {"Leads": sheet(rows)}, **options)


@pytest.mark.parametrize(
    "build",
    [
        built(row(1, cell("A1", "s", "3", 0)), texts=TEXTS),
        built(row(1, cell("A1", "s", "-1", 0)), texts=TEXTS),
        built(row(1, cell("A1", "s", "0", 0))),
        built(row(1, cell("A1", "n", "one", 0))),
        built(row(1, cell("XFE1", "n", "1", 0))),
        built(row(1_048_577, "<c><v>1</v></c>")),
        built('<row r="1"><c><v>1</v></row>'),
        built(row(1, "<c><v>1</v></c>") + f"<row>{' ' * 200_000}</row>"),
        built(row(1, "<c><v>1</v></c>"), texts=f"<!DOCTYPE sst>{TEXTS}"),
        built(row(1, "<c><v>1</v></c>"), texts=shared(f"<t>{'x' * 200_000}</t>")),
    ],
)
def test_damage_is_told(tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_xml, "_CHUNK", 1 << 14)
    monkeypatch.setattr(workbook_xml, "MOST_HELD", 100_000)
    with pytest.raises(UnableToReadFile, match="is damaged"):
        rows_of(build(tmp_path / "leads.xlsx"), sheet="Leads")
    assert {each.name for each in tmp_path.iterdir()} <= {"leads.xlsx", "leads.csv"}


def test_damage_below_the_rows_is_told(tmp_path: Path) -> None:
    rows = row(1, "<c><v>1</v></c>")
    told = sheet(rows, after=f"<extLst>{'<ext/>' * 300_000}</extLst>")
    path = workbook_at(tmp_path / "leads.xlsx", {"Leads": told})
    with zipfile.ZipFile(path) as archive:
        check = archive.getinfo("xl/worksheets/sheet1.xml").CRC.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(check, b"\0\0\0\0"))
    with pytest.raises(UnableToReadFile, match="is damaged"):
        rows_of(path)


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_what_is_read_as_a_whole_may_not_be_large(
    tmp_path: Path, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "MOST_HELD", 10_000)
    path = large(tmp_path / "leads.xlsx", 500)
    assert len(rows_of(path)) == 500
    with zipfile.ZipFile(path) as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in told.items():
            archive.writestr(name, content + b" " * 20_000 * (name == member))
    with pytest.raises(UnableToReadFile, match="unpacks to more than can be read safely"):
        rows_of(path)


def test_one_text_in_many_cells_fills_neither_memory_nor_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(n, *["<c t='s'><v>0</v></c>"] * 6) for n in (1, 2, 3, 4)]
    text = shared(f"<t>{'x' * 10_000}</t>")
    path = workbook_at(tmp_path / "leads.xlsx", {"Leads": sheet(*rows)}, texts=text)
    monkeypatch.setattr(sheet_rows, "MOST_HELD", 60_000)
    assert len(rows_of(path)) == 4
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 150_000)
    with pytest.raises(UnableToReadFile, match="unpacks to more than can be read safely"):
        rows_of(path)
    monkeypatch.setattr(sheet_rows, "MOST_HELD", 59_999)
    with pytest.raises(UnableToReadFile, match="is damaged"):
        rows_of(path)
