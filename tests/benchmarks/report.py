"""What a benchmark says: one figure, held against its budget."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measured figure. `at_least` says on which side of it the budget lies."""

    name: str
    figure: float
    budget: float
    at_least: bool
    detail: str

    @property
    def holds(self) -> bool:
        """Whether the figure is within its budget."""
        return self.figure >= self.budget if self.at_least else self.figure <= self.budget


def print_lines(lines: Iterable[Line]) -> None:
    """Print the lines as a table: name, figure, budget, whether it holds, and how it was made."""
    rows = [("what", "figure", "budget", "", "how"), *map(_row, lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, figure, budget, holds, detail in rows:
        sys.stdout.write(
            f"{name:<{widths[0]}}  {figure:>{widths[1]}}  {budget:>{widths[2]}}  "
            f"{holds:<{widths[3]}}  {detail}\n"
        )


def _row(line: Line) -> tuple[str, str, str, str, str]:
    sign = "≥" if line.at_least else "≤"
    holds = "within" if line.holds else "OVER" if not line.at_least else "UNDER"
    return line.name, _text(line.figure), f"{sign} {_text(line.budget)}", holds, line.detail


def _text(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:,.2f}"
