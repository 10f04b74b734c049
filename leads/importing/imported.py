"""What became of the rows of a file: how many were taken, how many rejected, and why."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leads.files.lines import Ranges
from leads.files.row_problems import UnableToRead
from leads.importing.kept_reasons import as_kept
from leads.ingest import Ingested

_REASONS_SHOWN = 10


@dataclass(slots=True)
class Reason:
    """Why rows were rejected: how many, the first of them, and what is wrong with that one."""

    error: UnableToRead
    line: int
    rows: int = 0


@dataclass(slots=True)
class Imported:
    """What became of a file: every row is taken or rejected; a silent one told no facts.

    ``is_part`` is whether it was stopped before its end. A dry run foresees of how many leads no
    stage and no handoff of the agreement is told. ``warned`` is how many rows it warns of by what
    for, as `Kept.warned` has it, and ``first_lines`` where the first few of each begin. ``lines``
    are those from which the rows taken were rejected before; None where nothing tells them.
    """

    rows: int = 0
    taken: int = 0
    rejected: int = 0
    silent: int = 0
    is_part: bool = False
    unlisted: int = 0
    warned: dict[str, int] = field(default_factory=dict)
    first_lines: dict[str, list[int]] = field(default_factory=dict)
    facts: Ingested = field(default_factory=Ingested)
    rejects: Path | None = None
    lines: Ranges | None = None
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)

    @property
    def new_leads(self) -> int:
        """How many leads it makes known, those among them of which an undo left nothing."""
        return self.facts.leads + self.facts.returned

    @property
    def first_reasons(self) -> list[Reason]:
        """The commonest reasons, at most ten."""
        return sorted(self.reasons.values(), key=lambda one: (-one.rows, one.line))[:_REASONS_SHOWN]

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain data, to be kept; reasons are said when it is read."""
        facts = self.facts
        return {
            "rows": self.rows,
            "taken": self.taken,
            "rejected": self.rejected,
            "silent": self.silent,
            "leads": {"new": self.new_leads},
            "forgotten": facts.forgotten,
            "facts": _counts(facts)
            | {"by_kind": {kind: _counts(facts.by_kind[kind]) for kind in sorted(facts.by_kind)}},
            "reasons": self.reasons_as_json(),
            "rejects": str(self.rejects) if self.rejects else None,
        } | self._if_any()

    def reasons_as_json(self) -> list[dict[str, Any]]:
        """Return the commonest reasons as plain data."""
        return [
            as_kept(one.error) | {"rows": one.rows, "first_line": one.line}
            for one in self.first_reasons
        ]

    def _if_any(self) -> dict[str, Any]:
        told = {
            "known": self.facts.known,
            "unlisted": self.unlisted,
            "is_part": self.is_part,
            "lines_shown": self.first_lines,
            **self.warned,
        }
        return {name: count for name, count in told.items() if count} | (
            {} if self.lines is None else {"lines": self.lines}
        )


def _counts(facts: Ingested) -> dict[str, Any]:
    return {"new": facts.new, "revised": facts.revised, "repeated": facts.repeated}
