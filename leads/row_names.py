"""How the source of a file calls the lead of a row, whether or not the row can be taken in."""

from collections.abc import Callable, Sequence

from leads.cells import CellReaders, Setting
from leads.mapping import FactsMapping
from leads.mapping_problems import MappingError
from leads.row_problems import UnableToRead

NameReader = Callable[[Sequence[str]], tuple[str, str] | None]


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
