"""Shared texts on the disk are those that openpyxl holds in memory."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import gettempdir
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.reader.strings import read_string_table

from leads.files import shared_texts, workbook_xml
from leads.files.shared_texts import SharedTexts
from tests.workbook_files import shared

HERE = Path(gettempdir()) / "leads.xlsx"
_LETTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n ")
_RUN = st.text(_LETTERS, max_size=12).map(lambda text: f"<t>{escape(text)}</t>")
_RUNS = st.lists(_RUN.map(lambda run: f"<r><rPr><b/></rPr>{run}</r>"), max_size=4).map("".join)
ENTRIES = [
    "<t>Ana</t>",
    '<t xml:space="preserve">  two  spaces </t>',
    "<t/>",
    "",
    "<t>a&amp;b &lt;c&gt; &#233; &#x1F600;</t>",
    "<t><![CDATA[<raw> & such]]></t>",
    "<t>one\ntwo</t>",
    "<t>_x000D_ and _x005F_x000D_</t>",
    "<r><t>Jo</t></r><r><rPr><b/><sz val='11'/></rPr><t>ão</t></r><r><t/></r>",
    "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/>",
    "<r><t>東</t></r><r><t>京</t></r><rPh sb='0' eb='1'><t>トウ</t></rPh>",
    "\n  <t>indented</t>\n",
]


def kept_of(xml: str) -> Iterator[SharedTexts]:
    with SharedTexts.beside(HERE) as texts:
        texts.read(BytesIO(xml.encode()))
        yield texts


def read(xml: str, numbers: Sequence[int]) -> list[str]:
    return [texts[number] for texts in kept_of(xml) for number in numbers]


def held(xml: str) -> list[str]:
    table: list[str] = read_string_table(BytesIO(xml.encode()))
    return table


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_kind_of_entry(entry: str) -> None:
    xml = shared("<t>before</t>", entry, "<t>after</t>")
    assert read(xml, range(3)) == held(xml)


@given(st.lists(_RUN | _RUNS, max_size=200))
def test_whatever_is_written(entries: list[str]) -> None:
    xml = shared(*entries)
    assert read(xml, range(len(entries))) == held(xml)


def test_prefixed_names() -> None:
    xml = shared(*ENTRIES[:4]).replace("xmlns=", "xmlns:x=")
    for name in ("sst", "si", "t"):
        for mark in ("<", "</"):
            xml = xml.replace(f"{mark}{name}>", f"{mark}x:{name}>")
            xml = xml.replace(f"{mark}{name} ", f"{mark}x:{name} ").replace("<t/>", "<x:t/>")
    assert read(xml, range(4)) == held(xml) == ["Ana", "  two  spaces ", "", ""]


def test_in_any_order_with_little_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_texts, "_MOST_KEPT", 4000)
    xml = shared(*(f"<t>text {number} é</t>" for number in range(1000)))
    numbers = [Random(1).randrange(1000) for _ in range(3000)]
    assert read(xml, numbers) == [f"text {number} é" for number in numbers]


@pytest.mark.parametrize("number", [-1, 3, 64, 1 << 40])
def test_what_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(IndexError):
        read(shared(*ENTRIES[:3]), [number])


def test_without_a_table_there_are_none() -> None:
    with SharedTexts.beside(HERE) as texts, pytest.raises(IndexError):
        texts[0]


def test_one_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_xml, "MOST_HELD", 1 << 20)
    with pytest.raises(ValueError, match="A piece of more than"):
        read(shared("<t>a</t>", f"<t>{'x' * (2 << 20)}</t>"), [0])


def test_the_longest_is_refused_as_well() -> None:
    runs = f"<r><t>{'x' * (1 << 19)}</t></r>"
    assert len(read(shared(runs * 2), [0])[0]) == 1 << 20
    with pytest.raises(ValueError, match="A text of 1048577 characters"):
        read(shared(runs * 2 + "<r><t>x</t></r>"), [0])


def test_declared_entities_are_refused() -> None:
    bomb = '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">]>' + shared("<t>&a;&a;</t>")
    with pytest.raises(ValueError, match="declares entities"):
        read(bomb, [0])
