"""Rows of stored files that tell of somebody, found by what names a person beyond doubt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from agreements.terms import TermsError, document_from_yaml
from leads.files import workbooks
from leads.files.delimited import Rows
from leads.files.mapping import FactsMapping, FileFormat, parse_mapping
from leads.files.mapping_problems import MappingError
from leads.files.row_names import NameReaderOf, column_reader, name_reader
from leads.files.row_problems import UnableToRead
from leads.guessing.drafts import Draft
from leads.models import Delivery, FileImport
from leads.personal.blanking import addresses_in
from leads.personal.fingerprints import fingerprint_of_address, veiled

_CHUNK = 1 << 20
# The marks that programs put before a text, and what is blank in whatever encoding.
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom files are searched for: by names of leads, and by fingerprints of addresses."""

    names: frozenset[tuple[str, str]]
    prints: frozenset[str]

    def is_in(self, cells: Iterable[str], names: Iterable[tuple[str, str] | None] = ()) -> bool:
        """Whether a row tells of somebody sought, by any of the names that its lead may have."""
        for name in filter(None, names):
            source, external_id = name
            if name in self.names or (source, veiled(external_id)) in self.names:
                return True
        found = (address for cell in cells for address in addresses_in(cell))
        return any(fingerprint_of_address(address) in self.prints for address in found)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is written, how its rows may name their leads, and who is sought in it."""

    form: FileFormat
    names: Sequence[NameReaderOf]
    sought: Sought

    def of_sheets(self) -> "Reading":
        """Return the reading of sheets that were written as text."""
        return replace(self, form=FileFormat())

    @contextmanager
    def rows(self, path: Path) -> Iterator[tuple[Rows, Callable[[list[str]], bool]]]:
        """Give the rows of a text as they are written, and what tells whether one is sought.

        Raises OSError, and UnableToReadFile.
        """
        with Rows(path, self.form, is_lenient=True, as_written=True) as rows:
            readers = [names(rows.header) for names in self.names]

            def is_sought(cells: list[str]) -> bool:
                meant = rows.meant(cells)
                return self.sought.is_in(meant, (name_of(meant) for name_of in readers))

            yield rows, is_sought

    def is_any_in(self, path: Path) -> bool:
        """Whether any row of a text or a workbook is sought.

        Raises OSError, and UnableToReadFile.
        """
        if is_blank(path):
            return False
        if workbooks.kind_of(path) == workbooks.WORKBOOK:
            with TemporaryDirectory() as place:
                sheets = texts_of_sheets(path, Path(place))
                return any(self.of_sheets()._is_any_in(text) for _sheet, text in sheets)
        return self._is_any_in(path)

    def _is_any_in(self, path: Path) -> bool:
        with self.rows(path) as (rows, is_sought):
            told = (cells for _line, cells in rows if not isinstance(cells, UnableToRead))
            return self.sought.is_in(rows.first_row) or any(map(is_sought, told))


def reading_of(
    sharing: Sequence[Delivery], imports: Sequence[FileImport], sought: Sought
) -> Reading:
    """Return how a file is read that deliveries share, brought in the browser or otherwise."""
    mappings = [*_mappings(each.mapping for each in sharing)]
    names: list[NameReaderOf] = [partial(name_reader, mapping) for mapping in mappings]
    form = mappings[0].file if mappings else FileFormat()
    for file_import in imports:
        draft = file_import.draft
        if "encoding" in draft and (not mappings or "columns" in (file_import.found or {})):
            form = FileFormat(encoding=draft["encoding"], delimiter=draft["delimiter"])
        names += _names_of_draft(file_import)
    return Reading(form, names, sought)


def _mappings(documents: Iterable[object]) -> Iterator[FactsMapping]:
    for document in documents:
        with suppress(MappingError):
            if document:
                yield parse_mapping(document)


def _names_of_draft(file_import: FileImport) -> Iterator[NameReaderOf]:
    """Give how rows name their leads as somebody said, or it was guessed, of a file on its way."""
    columns = (file_import.found or {}).get("columns", ())
    if not columns or "roles" not in file_import.draft:
        return
    draft = Draft.read(file_import.draft)
    if draft.document.strip():
        with suppress(TermsError):
            for mapping in _mappings([document_from_yaml(draft.document)]):
                yield partial(name_reader, mapping)
    elif 0 <= draft.lead < len(columns):
        yield partial(column_reader, draft.source, columns[draft.lead]["name"])


def is_blank(path: Path) -> bool:
    """Whether nothing stands in a file."""
    with path.open("rb") as file:
        return not any(chunk.strip(_BLANK) for chunk in iter(partial(file.read, _CHUNK), b""))


def texts_of_sheets(path: Path, place: Path) -> Iterator[tuple[str, Path]]:
    """Write every sheet of a workbook that holds something as text, hidden ones too.

    Raises OSError, and UnableToReadFile.
    """
    for number, sheet in enumerate(workbooks.sheets_of(path)):
        text = place / f"{number}.text.csv"
        workbooks.write_as_text(path, text, sheet=sheet, is_lenient=True)
        if text.stat().st_size:
            yield sheet, text
