"""The XML in workbooks, read piece by piece: whatever a part unpacks to, a little of it is held."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import IO, Generic, TypeVar
from xml.parsers import expat

from openpyxl.xml.constants import SHEET_MAIN_NS

MOST_HELD = 32 << 20
"""How many bytes are held: of a row, of a text, or of a part that is read as a whole."""

_CHUNK = 1 << 18

Piece = TypeVar("Piece")


def tag(name: str) -> str:
    """Return how the parser calls an element of sheets and of what belongs to them."""
    return f"{SHEET_MAIN_NS} {name}"


SPOKEN, TEXT = tag("rPh"), tag("t")


class Pieces(ABC, Generic[Piece]):
    """Collects what stands in a part, such as its rows, while a parser reads on.

    The characters that were told since the last element whose text matters are in ``_characters``.
    """

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._is_over = False
        self._characters: list[str] = []
        self._texts: list[str] = []
        self._is_spoken = False

    def read(self, file: IO[bytes]) -> Iterator[list[Piece]]:
        """Give what was found, some pieces at a time.

        Raises ExpatError, and ValueError where one piece is too large or entities are declared.
        """
        parser, held = self._parser(), 0
        while chunk := file.read(_CHUNK):
            # The rest is read to its end, since only there an archive tells whether it is damaged.
            if self._is_over:
                continue
            parser.Parse(chunk, False)
            held = 0 if self._found else held + len(chunk)
            if held > MOST_HELD:
                raise ValueError(f"A piece of more than {MOST_HELD} bytes.")
            found, self._found = self._found, []
            yield found
        if not self._is_over:
            parser.Parse(b"", True)

    def _parser(self) -> expat.XMLParserType:
        # Names that are known before are told as the very same objects, which are soon compared.
        known = {name: name for name in (SPOKEN, TEXT, *self._names())}
        parser = expat.ParserCreate(namespace_separator=" ", intern=known)
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters.append
        parser.StartDoctypeDeclHandler = _refuse_declarations
        return parser

    @abstractmethod
    def _names(self) -> tuple[str, ...]:
        """Return the names of the elements that matter."""

    @abstractmethod
    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of an element that begins."""

    @abstractmethod
    def _end(self, name: str) -> None:
        """Take note of an element that ends."""

    def _begin_text(self, name: str) -> None:
        """Take note of what begins within a text of several runs, or of one."""
        if name == TEXT:
            self._characters.clear()
        elif name == SPOKEN:
            self._is_spoken = True

    def _end_text(self, name: str) -> None:
        """Take note of what ends within a text; how it is spoken is left out."""
        if name == SPOKEN:
            self._is_spoken = False
        elif name == TEXT and not self._is_spoken:
            self._texts.append("".join(self._characters))

    def _whole_text(self) -> str:
        """Return the runs of a text as one, and begin with the next."""
        text = "".join(self._texts)
        self._texts.clear()
        return text


def _refuse_declarations(*_: object) -> None:
    raise ValueError("No part of a workbook declares entities.")
