"""Keep what the rows of a file tell, batch by batch, each a transaction, two batches at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import DataError, IntegrityError, connections

from agreements.models import Agreement, User
from leads.deadlocks import retry_once
from leads.files.row_problems import UnableToRead
from leads.ingest import Ingested, ingest
from leads.models import Delivery
from leads.told import Told

AT_ONCE = 2
LINES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read, with the line it begins on."""

    line: int
    cells: list[str]
    facts: list[Told]


Batch = list[Row]


@dataclass(slots=True)
class Kept:
    """What became of a batch; a silent row told no facts.

    ``warned`` are the lines of rows a dry run warns of: ``doubled`` tell a deed that an earlier row
    told, ``future`` tell of what is yet to come, ``barred`` of a lead that is not to be contacted.
    After all batches it says how many leads are in no list of the agreement, and where some of them
    stand first.
    """

    facts: Ingested = field(default_factory=Ingested)
    taken: int = 0
    silent: int = 0
    refused: list[tuple[Row, UnableToRead]] = field(default_factory=list)
    unlisted: int = 0
    first_unlisted: list[int] = field(default_factory=list)
    warned: dict[str, list[int]] = field(default_factory=dict)

    def add(self, other: "Kept") -> "Kept":
        """Count another part in."""
        self.facts.add(other.facts)
        self.taken += other.taken
        self.silent += other.silent
        self.refused += other.refused
        return self


@dataclass(frozen=True, slots=True)
class Keeping:
    """Under which agreement, by whom, when and in which delivery the rows came."""

    agreement: Agreement
    by: User | None
    now: datetime
    delivery: Delivery | None = None

    def keep(self, rows: Batch) -> Kept:
        """Keep some rows; one that the database refuses is looked for among the others."""
        facts = [fact for row in rows for fact in row.facts]
        try:
            kept = retry_once(partial(self._ingest, facts))
        except (DataError, IntegrityError, UnicodeError) as error:
            if len(rows) == 1:
                reason = str(error).partition("\n")[0]
                return Kept(refused=[(rows[0], UnableToRead("refused", reason=reason))])
            half = len(rows) // 2
            return self.keep(rows[:half]).add(self.keep(rows[half:]))
        return Kept(kept, taken=len(rows), silent=sum(not row.facts for row in rows))

    def keep_all(self, batches: Iterable[Batch], *, at_once: bool) -> Iterator[Kept]:
        """Keep batch after batch, or while one is kept another one and the reading of the next.

        At once only outside of a transaction, as each goes by a connection of its own.
        """
        return _at_once(self.keep, batches) if at_once else map(self.keep, batches)

    def _ingest(self, facts: list[Told]) -> Ingested:
        if not facts:
            return Ingested()
        return ingest(
            agreement=self.agreement,
            facts=facts,
            by=self.by,
            now=self.now,
            delivery=self.delivery,
        )


def _at_once(keep: Callable[[Batch], Kept], batches: Iterable[Batch]) -> Iterator[Kept]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: deque[Future[Kept]] = deque()
        for batch in batches:
            running.append(pool.submit(_by_own_connection, keep, batch))
            if len(running) > AT_ONCE:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _by_own_connection(keep: Callable[[Batch], Kept], batch: Batch) -> Kept:
    try:
        return keep(batch)
    finally:
        connections.close_all()
