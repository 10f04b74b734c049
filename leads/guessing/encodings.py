"""Guess in which encoding a file was written, from all of its bytes, in memory of constant size.

Pure.
"""

import codecs
import re
from dataclasses import dataclass

ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "iso-8859-1", "iso-8859-15",
    "windows-1250", "windows-1251", "mac-roman", "cp850", "cp437", "shift_jis", "gb18030",
)  # fmt: skip
"""What a person may choose instead."""

_SINGLE_BYTE = ("windows-1252", "mac-roman", "cp850")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = frozenset("áàâãäåéèêëíìîïóòôõöúùûüçñßÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑºª°“”‘’–—€©®¿¡")
_NOT_DECODED = re.compile("[\udc80-\udcff]")
_SAMPLE = 1 << 16
# So many times more characters than faults speak for UTF-8 in which a few bytes are broken.
_MOSTLY = 2


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """An encoding, and how many bytes of the file do not fit it; none where it is certain."""

    encoding: str
    faults: int = 0
    is_sure: bool = True


class EncodingGuesser:
    """Is fed with a file piece by piece and then says what it is."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._head, self._foreign = b"", bytearray()
        self._characters, self._faults = 0, 0
        self._zeros, self._size = [0, 0], 0

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""
        self._head = (self._head + chunk[:4])[:4]
        if chunk.count(0):
            start = self._size % 2
            self._zeros[start] += chunk[::2].count(0)
            self._zeros[1 - start] += chunk[1::2].count(0)
        self._size += len(chunk)
        self._count(self._decoder.decode(chunk), chunk)

    def _count(self, text: str, chunk: bytes) -> None:
        if text.isascii():
            return
        faults = len(_NOT_DECODED.findall(text))
        self._faults += faults
        self._characters += sum(1 for sign in text if sign > "\x7f") - faults
        if faults and len(self._foreign) < _SAMPLE:
            self._foreign += bytes(byte for byte in chunk if byte > 0x7F)

    def guess(self) -> EncodingGuess:
        """Say what the file is in, after its last piece."""
        self._count(self._decoder.decode(b"", final=True), b"")
        for mark, encoding in _MARKS:
            if self._head.startswith(mark):
                faults = self._faults if encoding == "utf-8" else 0
                return EncodingGuess(encoding, faults)
        if sum(self._zeros) > self._size // 5:
            # Of Latin letters the zero byte comes second in the little-endian order.
            is_little = self._zeros[1] >= self._zeros[0]
            return EncodingGuess("utf-16-le" if is_little else "utf-16-be")
        if self._faults == 0 or self._characters >= _MOSTLY * self._faults:
            return EncodingGuess("utf-8", self._faults, is_sure=self._faults == 0)
        return EncodingGuess(_single_byte(bytes(self._foreign[:_SAMPLE])), is_sure=False)


def _single_byte(foreign: bytes) -> str:
    """Return the encoding in which most of these bytes are letters of Western languages."""

    def letters(encoding: str) -> int:
        return sum(sign in _LETTERS for sign in foreign.decode(encoding, "replace"))

    return max(_SINGLE_BYTE, key=letters)
