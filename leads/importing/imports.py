"""Import a file: its rows are told as facts, a batch a transaction, as often as one likes."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from django.core.files import File
from django.db import connection, transaction

from agreements.models import Agreement, Audit, User
from leads import models
from leads.files.cells import Setting
from leads.files.delimited import Looked, Rejects, Rows, look_through
from leads.files.lines import Lines
from leads.files.mapped_rows import RowReader
from leads.files.mapping import AttributesMapping, FactsMapping, MappingFile
from leads.files.row_problems import UnableToRead
from leads.importing.batches import LINES_SHOWN, Batch, Keeping, Kept, Row
from leads.importing.dry_run import DryRun
from leads.importing.imported import Imported, Reason
from leads.importing.kept_reasons import as_cell, as_kept, sentence_of
from leads.importing.parts import keep_part, with_earlier_parts
from leads.models import Delivery
from leads.owners import Owners
from leads.personal.rows_of_forgotten import RowsOfForgotten

BATCH = 500
# The planner is told of new rows after so many facts, and again each time there are as many times
# more: until it knows, it reads whole tables to find a few leads.
_FIRST_LOOK, _TIMES_MORE = 5000, 4
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEPT_BEFORE = Looked(0, "", has_zeros=True)
_TABLES = (
    models.Lead, models.LeadIdentity, models.Handoff, models.HandoffEvent, models.FollowUp,
    models.StageEntry, models.Deal, models.Satisfaction, models.LeadChange, models.Clock,
    models.Breach, models.Change,
)  # fmt: skip

GoesOn = Callable[[int, Imported], bool]
"""Is told how many bytes were read and what became of rows so far; False stops the import."""


def import_facts(
    *,
    path: Path,
    mapping: MappingFile,
    agreement: Agreement,
    by: User | None,
    now: datetime,
    rejects: Path | None = None,
    is_dry_run: bool = False,
    delivery: Delivery | None = None,
    goes_on: GoesOn = lambda *_: True,
) -> Imported:
    """Tell the rows of a file as facts of an agreement, in memory of constant size.

    A file that is not in its encoding is refused. One that came as ``delivery`` is kept already:
    of it only the rows are rejected that cannot be read, as is any that holds a zero character.

    Importing again what was broken off, or a file that was imported before, ends in the same
    state. Rows that cannot be read go to the file ``rejects``. A dry run compares the facts with
    what is kept and keeps none. Where ``goes_on`` stops it, the rows at hand are finished: all that
    were read are counted, and what became of them is kept of the delivery. Where none is left then,
    it is imported.
    Raises OSError, UnableToReadFile, and MappingError where the mapping does not fit the file.
    """
    form = mapping.mapping.file
    is_lenient = delivery is not None
    looked = _KEPT_BEFORE if is_lenient else look_through(path, form)
    with Rows(path, form, is_lenient=is_lenient) as rows:
        owners = Owners(mapping.mapping.source, adds=not is_dry_run)
        reader = RowReader(mapping.mapping, rows.header, _setting(agreement, owners))
        with Rejects(rejects, rows.header, form) as rejected:
            checks = RowChecks(looked.has_zeros, form.encoding if is_lenient else "")
            forgotten = None if is_dry_run else RowsOfForgotten(mapping.mapping, rows.header)
            # Whoever takes along what is kept in the portal reads it in a language of their own.
            say = as_cell if is_lenient else _sentence_of
            one_run = _Import(rows, reader, rejected, checks, forgotten, say)
            run = partial(one_run.run, goes_on=goes_on)
            if forgotten is None:
                return run(DryRun(agreement, now).foresee_all)
            delivery = delivery or _delivery(path, mapping, looked, agreement, by, now)
            at_once = not connection.in_atomic_block and not _joins_leads(mapping.mapping)
            keeping = Keeping(agreement, by, now, delivery)
            imported = run(lambda rows: _analyzing(keeping.keep_all(rows, at_once=at_once)))
            forgotten.owe_a_search()
            imported.facts = with_earlier_parts(delivery, imported.facts, now)
    if imported.is_part:
        keep_part(delivery, imported)
    else:
        _finish(delivery, imported, by, now)
    return imported


def _joins_leads(mapping: FactsMapping) -> bool:
    """Whether leads may turn out to be one by what is told: then a batch has to know the others."""
    return any(
        isinstance(fact, AttributesMapping) and "email_verified" in fact.attributes
        for fact in mapping.facts
    )


def _setting(agreement: Agreement, owners: Owners) -> Setting:
    """Gather the words of every version, as a file may reach over several."""
    versions = [version.parsed_terms() for version in agreement.versions.signed()]
    currencies = {agreement.currency} if agreement.currency else set()
    return Setting(
        stages=tuple(dict.fromkeys(stage.key for terms in versions for stage in terms.stages)),
        person=owners,
        currency=agreement.currency,
        currencies=currencies.union(*(terms.exchange_rates for terms in versions)),
    )


def _delivery(
    path: Path,
    mapping: MappingFile,
    looked: Looked,
    agreement: Agreement,
    by: User | None,
    now: datetime,
) -> Delivery:
    """Keep the file as it came; one whose import was broken off is taken up again."""
    same = Delivery.objects.filter(
        kind=Delivery.Kind.FILE, agreement=agreement, content_hash=looked.sha256
    )
    unfinished = same.filter(processed_at=None, mapping=mapping.document, file_import=None)
    broken_off = unfinished.order_by("pk").first()
    if broken_off is not None:
        return broken_off
    delivery = Delivery(
        kind=Delivery.Kind.FILE,
        source=mapping.mapping.source,
        agreement=agreement,
        received_at=now,
        received_by=by,
        file_name=path.name[-255:],
        content_hash=looked.sha256,
        mapping=dict(mapping.document),
    )
    kept = same.exclude(file="").exclude(file=None).order_by("pk").first()
    if kept is not None:
        delivery.file.name = kept.file.name
        delivery.save()
        return delivery
    with path.open("rb") as file:
        delivery.file.save(f"{looked.sha256}{path.suffix[:8]}", File(file))
    return delivery


@transaction.atomic
def _finish(delivery: Delivery, imported: Imported, by: User | None, now: datetime) -> None:
    summary = imported.as_json()
    delivery.processed_at, delivery.summary = now, summary
    delivery.save(update_fields=["processed_at", "summary"])
    counts = {key: summary[key] for key in ("rows", "taken", "rejected")}
    Audit.objects.record(
        "leads.file.imported", delivery, by=by, now=now, file_name=delivery.file_name, **counts
    )
    if imported.facts.new + imported.facts.revised >= _FIRST_LOOK:
        _analyze()


def _analyzing(batches: Iterable[Kept]) -> Iterator[Kept]:
    new, next_look = 0, _FIRST_LOOK
    for kept in batches:
        new += kept.facts.new
        if new >= next_look:
            _analyze()
            next_look *= _TIMES_MORE
        yield kept


def _analyze() -> None:
    """Let the planner know how much there is now."""
    tables = ", ".join(f'"{model._meta.db_table}"' for model in _TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


@dataclass(frozen=True, slots=True)
class RowChecks:
    """What can be wrong with the characters of a row; ``encoding`` is named where any can be."""

    has_zeros: bool
    encoding: str = ""

    def __call__(self, cells: list[str]) -> None:
        """Raise UnableToRead for a row that cannot be kept."""
        if self.has_zeros and any("\0" in cell for cell in cells):
            raise UnableToRead("zero_character")
        if self.encoding:
            try:
                "".join(cells).encode()
            except UnicodeEncodeError:
                name = self.encoding.removesuffix("-sig")
                raise UnableToRead("not_encoded", encoding=name) from None


def _sentence_of(error: UnableToRead) -> str:
    return sentence_of(as_kept(error))


def _of_quote(error: UnableToRead, line: int, cells: list[str]) -> UnableToRead:
    """Say of a row that is too short or too long which quotation mark took lines into a cell."""
    ends = [len(_LINE_END.findall(cell)) for cell in cells]
    if error.code != "wrong_width" or not any(ends):
        return error
    # One that is never closed takes the end of the last line along.
    last = line + sum(ends) - cells[-1].endswith(("\n", "\r"))
    found, expected = error.params["found"], error.params["expected"]
    return UnableToRead("lines_swallowed", first=line, last=last, found=found, expected=expected)


class _Import:
    """One run over the rows of a file.

    ``forgotten`` looks at the rows that become no facts; None where none of them is kept. ``say``
    writes why a row is rejected.
    """

    def __init__(
        self,
        rows: Rows,
        reader: RowReader,
        rejects: Rejects,
        check: RowChecks,
        forgotten: RowsOfForgotten | None,
        say: Callable[[UnableToRead], str],
    ) -> None:
        self._rows, self._reader, self._rejects = rows, reader, rejects
        self._check, self._forgotten, self._say = check, forgotten, say
        self._imported, self._is_stopped = Imported(), False
        self._lines = Lines() if rows.is_rejects else None

    def run(
        self,
        keep_all: Callable[[Iterator[Batch]], Iterable[Kept]],
        *,
        goes_on: GoesOn,
    ) -> Imported:
        """Read the rows, have them kept batch by batch, and count what became of them."""
        for kept in keep_all(self._batches()):
            self._count(kept)
            self._ask(goes_on)
        self._ask(goes_on)
        self._imported.rejects = self._rejects.path if self._rejects.is_written else None
        self._imported.lines = self._lines.ranges() if self._lines is not None else None
        return self._imported

    def _ask(self, goes_on: GoesOn) -> None:
        if not self._is_stopped:
            self._is_stopped = not goes_on(self._rows.bytes_read, self._imported)

    def _batches(self) -> Iterator[Batch]:
        """Read the rows; once it is stopped, no more than those at hand.

        That is between two batches; it is a part only where a row comes after them.
        """
        batch: Batch = []
        for line, cells in self._rows:
            if self._is_stopped:
                self._imported.is_part = True
                return
            self._imported.rows += 1
            row = self._read(line, cells)
            if row is None:
                continue
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read(self, line: int, cells: list[str] | UnableToRead) -> Row | None:
        if isinstance(cells, UnableToRead):
            self._reject(line, cells, [])
            return None
        if self._lines is not None and (first := self._rows.line_told(cells)):
            self._lines.add(first)
        try:
            self._check(cells)
            row = Row(line, cells, self._reader(cells))
        except UnableToRead as error:
            self._reject(line, _of_quote(error, line, cells), cells)
            return None
        if self._forgotten and not row.facts:
            self._forgotten.add(cells)
        return row

    def _count(self, kept: Kept) -> None:
        self._imported.facts.add(kept.facts)
        self._imported.taken += kept.taken
        self._imported.silent += kept.silent
        self._imported.unlisted += kept.unlisted
        for name, lines in kept.warned.items():
            self._imported.warned[name] = self._imported.warned.get(name, 0) + len(lines)
        for name, lines in (kept.warned | {"unlisted": kept.first_unlisted}).items():
            if lines:
                first = self._imported.first_lines.setdefault(name, [])
                first += lines[: LINES_SHOWN - len(first)]
        for row, error in kept.refused:
            self._reject(row.line, error, row.cells)

    def _reject(self, line: int, error: UnableToRead, cells: list[str]) -> None:
        if self._forgotten:
            self._forgotten.add(cells)
        first: int | None = line
        if self._lines is not None:
            # Corrected again, it is still the row of the file that came first.
            first = self._rows.line_told(cells)
            if first:
                self._lines.discard(first)
        self._rejects.add(first, self._say(error), cells)
        # Rows that are too short and rows that are too long are not the same mistake.
        of = error.column or str(error.params.get("found", ""))
        reason = self._imported.reasons.setdefault((error.code, of), Reason(error, line))
        reason.rows += 1
        self._imported.rejected += 1
