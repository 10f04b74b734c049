"""Files are looked through and read row by row, and rejected rows can be sent again."""

import hashlib
from pathlib import Path

import pytest

from leads.files.delimited import Rejects, Rows, UnableToReadFile, look_through
from leads.files.mapping import FileFormat
from leads.files.row_problems import UnableToRead

UTF_8 = FileFormat()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "leads.csv"
    path.write_bytes(content)
    return path


def rows_of(path: Path, form: FileFormat = UTF_8) -> list[tuple[int, list[str] | UnableToRead]]:
    with Rows(path, form) as rows:
        return list(rows)


def test_it_works(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfid , name\n1,Ana\n\n2,"two\nlines"\n3,Bo\n'
    path = written(tmp_path, content)

    looked = look_through(path, UTF_8)

    assert (looked.size, looked.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert not looked.has_zeros
    assert rows_of(path) == [(2, ["1", "Ana"]), (4, ["2", "two\nlines"]), (6, ["3", "Bo"])]
    with Rows(path, UTF_8) as rows:
        assert rows.header == ["id", "name"]
        list(rows)
        assert rows.bytes_read == len(content)


def test_another_encoding_is_told_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,João\n".encode("latin-1"))
    with pytest.raises(UnableToReadFile) as raised:
        look_through(path, UTF_8)
    assert str(raised.value) == (
        "leads.csv is not utf-8 (byte 13 is not): save it as UTF-8, or name its encoding in the "
        "mapping, as in “file: {encoding: windows-1252}”."
    )


def test_a_character_cut_off_at_the_end_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "id\nã".encode()[:-1])
    with pytest.raises(UnableToReadFile, match="is not utf-8"):
        look_through(path, UTF_8)


def test_utf_16_that_is_taken_for_utf_8_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,Ana\n".encode("utf-16-le"))
    with pytest.raises(UnableToReadFile, match="probably UTF-16"):
        look_through(path, UTF_8)
    form = FileFormat(encoding="utf-16-le")
    assert look_through(path, form).sha256
    assert rows_of(path, form) == [(2, ["1", "Ana"])]


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    with pytest.raises(UnableToReadFile, match=r"leads\.csv is empty"):
        rows_of(written(tmp_path, b""))


def test_a_quotation_mark_that_is_never_closed_costs_only_what_it_swallows(tmp_path: Path) -> None:
    filler = b"x,y\n" * 40_000
    rows = rows_of(written(tmp_path, b'id,name\n1,"open\n' + filler))
    assert rows[0][0] == 2
    assert isinstance(rows[0][1], UnableToRead)
    assert rows[-1][1] == ["x", "y"]


def test_rejects_are_written_with_the_first_of_them(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with Rejects(path, ["id", "name"], UTF_8) as rejects:
        assert not rejects.is_written
    assert not path.exists()
    with Rejects(path, ["id", "name"], FileFormat(delimiter=";", encoding="latin-1")) as rejects:
        rejects.add(3, "Too bad.", ["1", "João"])
        assert rejects.is_written
    assert path.read_text("latin-1").splitlines() == [
        "rejected_line;rejected_reason;id;name",
        "3;Too bad.;1;João",
    ]


@pytest.mark.parametrize("encoding", ["cp850", "iso-8859-1", "shift_jis", "windows-1251"])
def test_reasons_are_written_in_whatever_the_encoding_has(tmp_path: Path, encoding: str) -> None:
    path, form = tmp_path / "rejects.csv", FileFormat(encoding=encoding)
    with Rejects(path, ["id"], form) as rejects:
        rejects.add(2, "“Data” não é – o que devia ser.", ["1"])
    _header, row = path.read_text(encoding).splitlines()
    assert row.startswith('2,"""Data"" n')
    assert row.endswith(' - o que devia ser.",1')


def test_rejects_that_are_sent_again_do_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with Rejects(path, ["rejected_line", "rejected_reason", "id"], UTF_8) as rejects:
        rejects.add(2, "Still bad.", ["7", "Too bad.", "1"])
    assert rows_of(path) == [(2, ["2", "Still bad.", "1"])]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (["rejected_line", "id"], ["7", "1"]),
        (["id", "rejected_line"], ["1", " 7 "]),
        (["id", "rejected_reason", "rejected_line"], ["1", "Too bad.", "7"]),
    ],
)
def test_rejects_are_known_by_the_column_of_their_lines(
    tmp_path: Path, header: list[str], cells: list[str]
) -> None:
    """Wherever it stands, and without the reasons: cells come as they were before."""
    content = ",".join([*header, "note"]) + "\n" + ",".join([*cells, "'=1+1"]) + "\n"
    with Rows(written(tmp_path, content.encode()), UTF_8) as rows:
        (row,) = [row for _line, row in rows if not isinstance(row, UnableToRead)]
        assert rows.is_rejects
        assert row[-1] == "=1+1"
        assert rows.line_told(row) == 7
        assert rows.emptied(row) == ["7" if each == "rejected_line" else "" for each in rows.header]
        assert rows.line_told(row[:0]) is None
    path = tmp_path / "rejects.csv"
    with Rejects(path, rows.header, UTF_8) as rejects:
        rejects.add(None, "Still bad.", row)
    assert path.read_text("utf-8-sig").splitlines() == [
        "rejected_line,rejected_reason,id,note", ",Still bad.,1,'=1+1",
    ]  # fmt: skip


@pytest.mark.parametrize("is_lenient", [True, False])
def test_utf_8_that_is_taken_for_utf_16_is_told(tmp_path: Path, is_lenient: bool) -> None:
    path = written(tmp_path, "id,name\n1,João\n".encode())
    with pytest.raises(UnableToReadFile, match=r"^leads\.csv is not utf-16 \(byte 1 is not\)"):
        Rows(path, FileFormat(encoding="utf-16"), is_lenient=is_lenient)
