"""The lines from which rows were first rejected: which of them came in by a corrected file."""

from collections.abc import Iterable, Sequence

from agreements.whole_numbers import whole_number

_LAST = 9_999_999
_MOST_RANGES = 5_000

Ranges = list[list[int]]
"""Lines as pairs of a first and a last one, both included, in order."""


class Lines:
    """A set of lines, a byte for each up to the last of them."""

    def __init__(self) -> None:
        self._marks = bytearray()

    def add(self, line: int) -> None:
        """Put a line in."""
        if line >= len(self._marks):
            self._marks.extend(bytes(line + 1 - len(self._marks)))
        self._marks[line] = 1

    def discard(self, line: int) -> None:
        """Take a line out."""
        if line < len(self._marks):
            self._marks[line] = 0

    def ranges(self) -> Ranges | None:
        """Return the lines as ranges; None where there are too many of these to be kept."""
        found: Ranges = []
        end = 0
        while (first := self._marks.find(1, end)) != -1:
            end = self._marks.find(0, first)
            end = end if end != -1 else len(self._marks)
            found.append([first, end - 1])
            if len(found) > _MOST_RANGES:
                return None
        return found


def lines_of(ranges: Iterable[Sequence[int]]) -> set[int]:
    """Return the lines of ranges."""
    return {line for first, last in ranges for line in range(first, last + 1)}


def line_in(cell: str) -> int | None:
    """Return the line that a cell of a file of rejects tells; None for none."""
    line = whole_number(cell.strip())
    return line if line is not None and line <= _LAST else None
