"""Rows of a file that tell nothing of people who were forgotten, and yet hold them."""

from collections.abc import Sequence

from leads.any_of import AnyOf
from leads.files.mapping import FactsMapping
from leads.files.row_names import name_reader
from leads.models import Forgetting
from leads.personal.blanking import addresses_in
from leads.personal.known_again import known_again

_AT_ONCE = 1000


class RowsOfForgotten:
    """Looks for forgotten people in rows that become no facts: who is found is owed a search.

    Rows that become facts are looked at where facts come in.
    """

    def __init__(self, mapping: FactsMapping, header: Sequence[str]) -> None:
        self._name_of = name_reader(mapping, header)
        self._is_anybody = Forgetting.objects.lasting().exists()
        self._names: set[tuple[str, str]] = set()
        self._addresses: set[str] = set()
        self._lead_ids: set[int] = set()

    def add(self, cells: Sequence[str]) -> None:
        """Look at a row, sooner or later."""
        if not self._is_anybody:
            return
        if (name := self._name_of(cells)) is not None:
            self._names.add(name)
        self._addresses.update(each for cell in cells for each in addresses_in(cell))
        if len(self._names) + len(self._addresses) >= _AT_ONCE:
            self._look()

    def owe_a_search(self) -> None:
        """Have the stored files searched anew for whoever was found."""
        self._look()
        rows = Forgetting.objects.lasting().filter(AnyOf("lead", self._lead_ids))
        if self._lead_ids:
            rows.update(files_searched_at=None)

    def _look(self) -> None:
        if self._names or self._addresses:
            self._lead_ids |= known_again(self._names, self._addresses).lead_ids
        self._names, self._addresses = set(), set()
