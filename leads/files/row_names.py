"""How the source of a file calls the lead of a row, whether or not the row can be taken in."""

from collections.abc import Callable, Sequence

from leads.files.cells import CellReaders, Setting
from leads.files.mapping import FactsMapping
from leads.files.mapping_problems import MappingError
from leads.files.row_problems import UnableToRead

NameReader = Callable[[Sequence[str]], tuple[str, str] | None]
NameReaderOf = Callable[[Sequence[str]], NameReader]
"""What makes of the header of a file that which reads the names of its rows."""


def name_reader(mapping: FactsMapping, header: Sequence[str]) -> NameReader:
    """Return what reads the source and the id of a row's lead; None where it does not say."""
    try:
        setting = Setting(stages=(), person=lambda _: 0)
        read = CellReaders(mapping, header, setting).needed(mapping.lead.id, "lead")
    except MappingError:
        return lambda _cells: None
    source = mapping.lead.source or mapping.source

    def name(cells: Sequence[str]) -> tuple[str, str] | None:
        try:
            return source, read([cell.strip() for cell in cells])
        except (UnableToRead, IndexError):
            return None

    return name


def column_reader(source: str, column: str, header: Sequence[str]) -> NameReader:
    """Return what reads the source and the id of a row's lead from a column of which it is known.

    None where the row ends before it, or says nothing there.
    """
    place = header.index(column) if column in header else len(header)

    def name(cells: Sequence[str]) -> tuple[str, str] | None:
        external_id = cells[place].strip() if place < len(cells) else ""
        return (source, external_id) if external_id else None

    return name
