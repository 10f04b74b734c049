"""The texts that the cells of a workbook share: millions of them, kept on the disk."""

import os
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from leads.files.workbook_xml import Pieces, tag

# Parts texts, as no XML holds it.
_END = "\0"
_BLOCK = 64
# In characters; in a cell that Excel writes there are 32,767 at most.
_LONGEST = 1 << 20
# In bytes: writers number texts in the order of the cells, so a little is enough.
_MOST_KEPT = 8 << 20
_TABLE, _ENTRY = tag("sst"), tag("si")


class SharedTexts:
    """Texts by their number, in a file that has no name and so is gone with whoever reads it.

    They lie in blocks; of each its place is held in memory, and of the latest what is in them.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places = array("Q", [0])
        self._kept: dict[int, list[str]] = {}
        self._size = 0

    @classmethod
    @contextmanager
    def beside(cls, path: Path) -> Iterator[Self]:
        """Keep texts on the disk where a file lies, as long as this lasts."""
        with TemporaryFile(dir=path.parent) as file:
            yield cls(file)

    def read(self, table: IO[bytes], on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Read a table of texts, once; ``on_progress`` is told nothing but that it goes on.

        Raises ExpatError, and ValueError where one text is too large.
        """
        waiting: list[str] = []
        for some in _Entries().read(table):
            waiting += some
            whole = len(waiting) - len(waiting) % _BLOCK
            self._write(waiting[:whole])
            del waiting[:whole]
            on_progress(0)
        self._write(waiting)
        self._file.flush()

    def _write(self, texts: list[str]) -> None:
        for start in range(0, len(texts), _BLOCK):
            block = _END.join(texts[start : start + _BLOCK]).encode()
            self._file.write(block)
            self._places.append(self._places[-1] + len(block))

    def __getitem__(self, number: int) -> str:
        """Return a text. Raises IndexError where there is none of that number."""
        block, place = divmod(number, _BLOCK)
        return (self._kept.get(block) or self._read(block))[place]

    def _read(self, block: int) -> list[str]:
        if block < 0:
            raise IndexError(block)
        start, end = self._places[block], self._places[block + 1]
        self._size += end - start
        if self._size > _MOST_KEPT:
            self._kept.clear()
            self._size = end - start
        texts = os.pread(self._file.fileno(), end - start, start).decode().split(_END)
        self._kept[block] = texts
        return texts


class _Entries(Pieces[str]):
    """The texts of a table, without how they look and how they are spoken."""

    def _names(self) -> tuple[str, ...]:
        return _TABLE, _ENTRY

    def _begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == _ENTRY:
            self._characters.clear()
        else:
            self._begin_text(name)

    def _end(self, name: str) -> None:
        if name == _ENTRY:
            self._found.append(self._entry())
        elif name == _TABLE:
            self._is_over = True
        else:
            self._end_text(name)

    def _entry(self) -> str:
        text = self._whole_text()
        if len(text) > _LONGEST:
            raise ValueError(f"A text of {len(text)} characters.")
        # So that what looks like the code of a character is none, writers put this before it.
        return text.replace("x005F_", "")
