"""The grid of targets: a row for each stage, a cell for each month, some set by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError

from agreements.editor import typed
from agreements.editor.fields import errors_at, separators
from agreements.funnel_plan import Row, UnableToPlan
from agreements.terms import Funnel, Problem
from agreements.terms.values import MONTHS

_CELL = "cell"


@dataclass(frozen=True, slots=True)
class GridCell:
    """One month of a stage: what is shown, whether it was set by hand, and why."""

    name: str
    month: str
    value: str
    is_by_hand: bool
    note: str
    errors: list[str]

    @property
    def id(self) -> str:
        """The id of its input, by which the focus finds it again."""
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class GridRow:
    """A stage of the plan with its months, quarters and year."""

    key: str
    name: str
    cells: list[GridCell]
    quarters: list[Decimal]
    year: Decimal


@dataclass(frozen=True, slots=True)
class Grid:
    """The targets by month, or what keeps them from being computed."""

    months: tuple[str, ...]
    rows: list[GridRow]
    season: list[int]
    errors: list[str]

    @property
    def by_hand(self) -> list[GridCell]:
        """The cells that were set by hand."""
        return [cell for row in self.rows for cell in row.cells if cell.is_by_hand]


def grid_of(part: Mapping[str, Any], problems: Sequence[Problem]) -> Grid:
    """Return the grid of a section's part; without rows where the funnel cannot be read.

    Cells set by hand that cannot be counted stand in it as they were typed, to be typed again; the
    others are computed as if there were none.
    """
    errors = errors_at(problems, "funnel.targets", inside=True)
    funnel = _funnel_of(part)
    if funnel is None:
        return Grid(MONTHS, [], [], errors)
    targets = _targets(part)
    names = {stage.key: stage.name for stage in funnel.stages}
    rows = [funnel.plan.rows[key] for key in names if key in funnel.plan.rows]
    if funnel.plan.revenue is not None:
        rows.append(funnel.plan.revenue)
    shown = [
        _row(
            row,
            names.get(row.key) or _("Revenue"),
            funnel.months,
            targets.get(row.key, {}),
            problems,
        )
        for row in rows
    ]
    season = funnel.goal.seasonality if funnel.goal else {}
    return Grid(funnel.months, shown, [int(season.get(each, 1)) for each in funnel.months], errors)


def _funnel_of(part: Mapping[str, Any]) -> Funnel | None:
    """Return the funnel with the cells set by hand, or without; None where none can be planned."""
    funnel = part.get("funnel", {})
    if not isinstance(funnel, Mapping):
        return None
    for each in (funnel, {key: value for key, value in funnel.items() if key != "targets"}):
        try:
            found = Funnel.model_validate(each)
            found.plan  # noqa: B018  it says whether it can be planned
        except (ValidationError, UnableToPlan):
            continue
        return found
    return None


def _targets(part: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the cells set by hand, as they are stored, by stage and month."""
    funnel = part.get("funnel")
    targets = funnel.get("targets") if isinstance(funnel, Mapping) else None
    rows = targets.items() if isinstance(targets, Mapping) else ()
    return {key: dict(row) for key, row in rows if isinstance(row, Mapping)}


def _row(
    row: Row,
    name: str,
    months: Sequence[str],
    by_hand: Mapping[str, Any],
    problems: Sequence[Problem],
) -> GridRow:
    cells = []
    for month, value in zip(months, row.months, strict=True):
        own = by_hand.get(month)
        told = own if isinstance(own, Mapping) else {"value": own}
        shown = f"{round(value, 0):f}" if own is None else told.get("value")
        cells.append(
            GridCell(
                f"{_CELL}.{row.key}.{month}",
                month,
                typed.number_shown(shown, separators()),
                own is not None,
                str(told.get("note") or ""),
                errors_at(problems, f"funnel.targets.{row.key}.{month}", inside=True),
            )
        )
    return GridRow(row.key, name, cells, list(row.quarters), sum(row.months, Decimal(0)))


def read_cells(part: dict[str, Any], data: QueryDict) -> dict[str, Any]:
    """Return the part with the cells that were typed over; one that was emptied is computed again.

    A cell tells beside it what it showed: only what differs from that was typed.
    """
    funnel = part.get("funnel")
    if not isinstance(funnel, Mapping):
        return part
    targets, cells = funnel.get("targets"), _targets(part)
    for name in data:
        match name.split("."):
            case ["cell", key, month, "note"]:
                _note(cells.get(key, {}), month, data.get(name, "").strip())
            case ["cell", key, month]:
                _type(cells, key, month, data.get(name, ""), data.get(f"{name}.was", ""))
    kept = {key: row for key, row in cells.items() if row}
    if kept == (targets or {}):
        return part
    rest_of = {key: value for key, value in funnel.items() if key != "targets"}
    return {**part, "funnel": rest_of | ({"targets": kept} if kept else {})}


def _type(cells: dict[str, dict[str, Any]], key: str, month: str, value: str, shown: str) -> None:
    """Set a cell that was typed over by hand; an emptied one is computed again."""
    if value.strip() == shown.strip():
        return
    row = cells.setdefault(key, {})
    was = row.pop(month, None)
    number = typed.number_stored(value, separators())
    if number is not None:
        note = was.get("note") if isinstance(was, Mapping) else None
        row[month] = {"value": number, "note": note} if note else number


def _note(row: dict[str, Any], month: str, note: str) -> None:
    if month not in row:
        return
    was = row[month]
    value = was.get("value") if isinstance(was, Mapping) else was
    old = was.get("note", "") if isinstance(was, Mapping) else ""
    if note != old:
        row[month] = {"value": value, "note": note} if note else value
