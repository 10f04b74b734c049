"""A column of a file as it was found, to be kept and to be asked what its cells are. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from leads.guessing.roles import OWN_NAME


class Column(NamedTuple):
    """A column as it was found; ``formats`` are by the order of day and month, None is ISO.

    ``is_number`` is whether it holds numbers whatever the decimal sign of the file is, ``decimal``
    the sign that all its cells with one say it is, if so; ``group`` is the sign that makes groups
    of its numbers, unless it is the decimal sign. ``odd`` is a cell that
    is no number among many that are. ``has_empty`` is whether some of its cells are empty, or may
    be. ``lines`` are where each of the ``different`` cells was first seen, and ``empty_line`` an
    empty one; 0 for unknown.
    """

    name: str
    is_usable: bool
    samples: list[str]
    different: list[str]
    has_more: bool
    is_time: bool
    has_time: bool
    has_zone: bool
    formats: dict[str, str | None]
    is_number: bool
    nulls: list[str]
    has_empty: bool = False
    odd: str = ""
    lines: Sequence[int] = ()
    empty_line: int = 0
    group: str = ""
    decimal: str = ""

    def is_number_as(self, role: str, decimal: str) -> bool:
        """Tell whether its cells are read as numbers; those of a telephone never are.

        Under its own name a column with another decimal sign than the file stays as written.
        """
        is_fit = role != OWN_NAME or self.decimal in {"", decimal}
        is_grouped = self._is_grouped_as(role, decimal) and not self.odd
        return ((self.is_number and is_fit) or is_grouped) and role != "phone"

    def is_text_as(self, role: str, decimal: str) -> bool:
        """Tell whether but for one odd cell they would be read as numbers.

        Under its own name a column of whole numbers without signs is none: it stays as written.
        """
        is_number = not self.group or self._is_grouped_as(role, decimal)
        is_meant = role != "phone" and (role != OWN_NAME or self.has_signs)
        return bool(self.odd) and is_number and is_meant

    @property
    def has_signs(self) -> bool:
        """Whether some of its numbers have a sign that depends on who wrote them."""
        return bool(self.decimal or self.group)

    def _is_grouped_as(self, role: str, decimal: str) -> bool:
        """Tell whether its sign makes groups; nobody knows it of a column of any other kind.

        Under its own name a latitude such as 40.417 is not to become another number.
        """
        return self.group not in {"", decimal} and role != OWN_NAME

    def line_of(self, word: str) -> int:
        """Return where a word was first seen; 0 for unknown."""
        return dict(zip(self.different, self.lines, strict=False)).get(word, self.empty_line)

    def words_of(self, role: str) -> list[str]:
        """Return the words that have to be given a meaning; an empty cell may tell a stage."""
        return [*self.different, ""] if role == "stage_name" and self.has_empty else self.different
