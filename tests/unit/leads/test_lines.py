"""Lines are kept as ranges, and forgotten where they are too many."""

import pytest

from leads.files.lines import Lines, line_in, lines_of


def test_it_works() -> None:
    lines = Lines()
    for line in (7, 3, 4, 9, 4, 8):
        lines.add(line)
    lines.discard(8)
    lines.discard(100)
    assert lines.ranges() == [[3, 4], [7, 7], [9, 9]]
    assert lines_of([[3, 4], [7, 7], [9, 9]]) == {3, 4, 7, 9}


def test_none_are_no_ranges() -> None:
    assert Lines().ranges() == []
    assert lines_of([]) == set()


def test_too_many_ranges_are_not_kept() -> None:
    lines = Lines()
    for line in range(0, 20_002, 2):
        lines.add(line)
    assert lines.ranges() is None


@pytest.mark.parametrize(
    ("cell", "line"),
    [("3", 3), (" 12 ", 12), ("", None), ("3.5", None), ("-1", None), ("³", None),
     ("99999999", None)],
)  # fmt: skip
def test_the_line_a_row_came_from(cell: str, line: int | None) -> None:
    assert line_in(cell) == line
