"""Rejected rows known again: of which imports they are, by their lines and by what is their own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from math import log2
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from leads.files.delimited import LINE, REASON, Rows, UnableToReadFile
from leads.files.mapping import FileFormat, parse_mapping
from leads.files.mapping_problems import MappingError
from leads.files.row_problems import UnableToRead
from leads.models import FileImport

# So many cells of a file are kept to be compared; of a longer one single rows, at least so many.
_MOST_CELLS, _FEWEST_ROWS = 100_000, 200
# So much of what is a row's own has to be as it was.
_ENOUGH = 0.5
# Imports whose shares are no further apart fit alike.
_NEARLY = 0.1
_Cells = Mapping[str, str]


class Fits(NamedTuple):
    """The imports that fit the rows of a file best; ``parts`` are several that fit some each.

    ``is_sample`` is whether not all rows were compared.
    """

    alike: list[FileImport]
    parts: list[FileImport]
    is_sample: bool


class _Told(NamedTuple):
    """A rejected row that is brought again: the line it tells, and its filled cells."""

    line: int
    cells: _Cells


def fitting_imports(
    path: Path,
    form: FileFormat,
    rows: int,
    imports: Iterable[FileImport],
    on_look: Callable[[], None],
) -> Fits | None:
    """Return which of some imports rejected the rows of a file; None where no row tells its line.

    All of its ``rows`` are compared with those that each import rejected from the same lines, or
    one of so many where they are more than memory of constant size holds; each time ``on_look`` is
    called. Raises OSError, and UnableToReadFile.
    """
    with Rows(path, form, is_lenient=True, as_written=True) as read:
        most = max(_FEWEST_ROWS, _MOST_CELLS // len(read.header))
        step = max(1, -(-rows // most))
        told = [*_told(read, step)]
    if not told:
        return None
    shares: dict[FileImport, list[float]] = {}
    for each in imports:
        shares[each] = _shares(each, told)
        on_look()
    parts = _parts(shares)
    if len(parts) > 1:
        return Fits([], parts, step > 1)
    means = {each: fmean(found) for each, found in shares.items()}
    least = max(_ENOUGH, max(means.values(), default=0) - _NEARLY)
    return Fits([each for each, mean in means.items() if mean >= least], [], step > 1)


def _told(rows: Rows, step: int) -> Iterator[_Told]:
    """Give one of so many rows, but for those without a line and those that were emptied."""
    for number, (_line, cells) in enumerate(rows):
        if number % step or isinstance(cells, UnableToRead):
            continue
        line, filled = rows.line_told(cells), _filled(rows, cells)
        if line is not None and filled:
            yield _Told(line, filled)


def _filled(rows: Rows, cells: list[str]) -> _Cells:
    meant = zip(rows.header, rows.meant(cells), strict=False)
    named = ((name, cell.strip()) for name, cell in meant)
    return {name: cell for name, cell in named if cell and name not in {LINE, REASON}}


def _shares(file_import: FileImport, told: Sequence[_Told]) -> list[float]:
    """Return how much of each row is as an import rejected it from the same line, 0 to 1."""
    places: dict[int | None, list[int]] = defaultdict(list)
    for place, row in enumerate(told):
        places[row.line].append(place)
    weights, shares = _weights(file_import), [0.0] * len(told)
    with suppress(OSError, UnableToReadFile, MappingError):
        form = parse_mapping(file_import.delivery.mapping).file
        path = Path(file_import.rejects.path)
        with Rows(path, form, is_lenient=True, as_written=True) as rows:
            for _line, cells in rows:
                if isinstance(cells, UnableToRead):
                    continue
                for place in places.get(rows.line_told(cells), ()):
                    share = _share(told[place].cells, _filled(rows, cells), weights)
                    shares[place] = max(shares[place], share)
    return shares


def _weights(file_import: FileImport) -> Mapping[str, float]:
    """Return by its name how much a cell of a column counts: as much as it tells rows apart.

    That is for nothing where all rows of the import have the same, and most where each has another;
    where no column tells rows apart, all count alike.
    """
    different: Mapping[str, int] = (file_import.found or {}).get("different", {})
    weights = {name: log2(max(number, 1)) for name, number in different.items()}
    return defaultdict(float, weights) if any(weights.values()) else defaultdict(lambda: 1.0)


def _share(now: _Cells, before: _Cells, weights: Mapping[str, float]) -> float:
    whole = sum(weights[name] for name in before)
    alike = sum(weights[name] for name, cell in before.items() if now.get(name) == cell)
    return alike / whole if whole else 0.0


def _parts(shares: Mapping[FileImport, Sequence[float]]) -> list[FileImport]:
    """Return the fewest imports that rejected all of the rows that any of them did."""
    rows_of = {
        each: {place for place, share in enumerate(found) if share >= _ENOUGH}
        for each, found in shares.items()
    }
    parts, left = [], set[int]().union(*rows_of.values())
    while left:
        most = max(rows_of, key=lambda each: len(rows_of[each] & left))
        parts.append(most)
        left -= rows_of[most]
    return parts
