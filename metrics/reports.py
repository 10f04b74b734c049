"""A month's report: everything the dashboard shows, as values ready for JSON."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from agreements.models import Agreement
from agreements.models.contracts import Party
from metrics import periods
from metrics.attainment import rounded
from metrics.figures import Outcome
from metrics.month_figures import (
    ClockKindFigures,
    MonthFigures,
    StageFigures,
    figures_of,
    ledger_of,
)
from metrics.outlook import Outlook, Volumes
from metrics.percentiles import Percentile

Report = dict[str, Any]

_AS_CLOSED = ("target", "actual", "adjusted", "attainment", "pending", "status", "final")
_RESTATED = ("target", "actual", "adjusted", "numerator", "denominator", "status")


def month_report(agreement: Agreement, month: str, now: datetime) -> Report:
    """Return the report of a month such as ``"2026-05"``; raises ValueError for another text.

    Ratios are rounded to six decimals, times are seconds of working time. The figures are the
    current ones; a closed month also tells what they were when it was closed.
    """
    period = periods.month(month, agreement.time_zone)
    ledger = ledger_of(agreement, period, now)
    figures = figures_of(ledger, period)
    report, volumes = report_of(figures), Volumes(ledger)
    for entry, outcome in zip(report["commitments"], figures.outcomes, strict=True):
        entry["projection"] = _projection(volumes.outlook(outcome))
    return _with_closing(report, figures)


def _projection(outlook: Outlook | None) -> Report | None:
    """Write where a running volume will end."""
    if outlook is None:
        return None
    return {
        "end": _number(outlook.end),
        "low": outlook.forecast.low,
        "high": outlook.forecast.high,
        "confidence": _number(outlook.forecast.confidence),
        "chance": outlook.forecast.chance,
        "needed_per_open_day": _number(outlook.needed),
        "basis": str(outlook.forecast.basis),
    }


def report_of(figures: MonthFigures) -> Report:
    """Write a month's current figures as a report."""
    period = figures.period
    return {
        "agreement": figures.agreement.slug,
        "period": {
            "from": period.from_date.isoformat(),
            "to": period.to_date.isoformat(),
            "time_zone": period.time_zone,
            "closed": figures.closed is not None,
        },
        "now": figures.now.isoformat(),
        "versions": [version.number for version in figures.versions],
        "commitments": commitments_of(figures),
        "scores": {party: _number(figures.score(party)) for party in Party.values},
        "adjusted_scores": {
            party: _number(figures.score(party, adjusted=True)) for party in Party.values
        },
        "stages": {stage.key: _stage(stage) for stage in figures.stages},
        "clocks": {clock.kind: _clock(clock) for clock in figures.clocks},
        "handoffs": figures.handoffs,
        "rejections": figures.rejections,
        "deals": {name: _number(value) for name, value in figures.deals.items()},
        "follow_ups": figures.follow_ups,
        "outside_any_version": figures.outside,
        "being_recalculated": figures.is_being_recalculated,
    }


def commitments_of(figures: MonthFigures) -> list[Report]:
    """Write what became of each commitment."""
    return [_commitment(outcome) for outcome in figures.outcomes]


def _with_closing(report: Report, figures: MonthFigures) -> Report:
    """Add what was frozen beside what is current."""
    closed = figures.closed
    report["as_closed"] = closed and {
        "revision": closed.revision,
        "frozen_at": closed.frozen_at.isoformat(),
        "complete": closed.is_complete,
        "scores": closed.report["scores"],
    }
    for entry in report["commitments"]:
        frozen = closed.commitment(entry["key"], entry["measure"]) if closed else None
        entry["as_closed"] = frozen and {name: frozen[name] for name in _AS_CLOSED}
        entry["restated"] = is_restated(entry, frozen)
    return report


def is_restated(current: Report, frozen: Report | None) -> bool:
    """Whether a commitment's figures differ from those that were frozen as final."""
    return (
        frozen is not None
        and frozen["final"]
        and any(frozen[name] != current[name] for name in _RESTATED)
    )


def _number(value: Fraction | None) -> int | float | None:
    return rounded(value)


def _commitment(outcome: Outcome) -> Report:
    promised, figures = outcome.promised, outcome.figures
    commitment = promised.commitment
    report = figures.rounded()
    report.pop("lowest")
    report.pop("highest")
    at_least = report.pop("is_lower_bound")
    return {
        **report,
        "period": {
            "kind": commitment.period,
            "from": promised.from_date.isoformat(),
            "to": promised.to_date.isoformat(),
        },
        "shortfall": _number(figures.shortfall),
        "range": None
        if figures.lowest is None
        else [_number(figures.lowest), _number(figures.highest)],
        "at_least": at_least,
        "exceeds_validity": outcome.exceeds_validity,
        "missing": outcome.missing or None,
        **_details(outcome),
    }


def _details(outcome: Outcome) -> Report:
    """Give what only some measures have."""
    details: Report = {}
    if outcome.clocks is not None:
        counts = outcome.clocks.compliance
        details |= {
            "met": counts.met,
            "breached": counts.breached,
            "late": outcome.clocks.late,
            "unanswered": outcome.clocks.unanswered,
            "given_up": outcome.clocks.given_up,
            "back_dated": outcome.clocks.back_dated,
            "excepted": counts.excepted,
            "excused_by_blackout": counts.excused_by_blackout,
        }
    if outcome.times is not None:
        details |= {"n": outcome.times.n, "unanswered": outcome.times.unanswered}
    if outcome.acceptance is not None:
        said = outcome.acceptance
        details |= {
            "accepted_at_first": _number(said.at_first),
            "contested_waiting": said.waiting + said.waiting_not_charged,
            "overturned": said.overturned,
            "upheld": said.upheld,
            "not_charged": said.not_charged,
        }
    if outcome.refused_deals:
        details["refused_deals"] = outcome.refused_deals
    return details


def _stage(stage: StageFigures) -> Report:
    return {
        "actual": stage.entered,
        "target": _number(stage.target),
        "implied": stage.implied,
        "without_handoff": stage.unoffered,
    }


def _clock(clock: ClockKindFigures) -> Report:
    counts, times = clock.figures.compliance, clock.times
    named = {"median": times.median, "p90": times.p90, "p95": times.p95}
    return {
        "met": counts.met,
        "breached": counts.breached,
        "pending": counts.pending,
        "void": counts.void,
        "compliance": _number(counts.raw.value),
        "adjusted_compliance": _number(counts.adjusted.value),
        **{f"{name}_s": _seconds(percentile) for name, percentile in named.items()},
        "at_least": at_least(named.items()),
        "n": times.n,
        "late": clock.figures.late,
        "unanswered": clock.figures.unanswered,
        "given_up": clock.figures.given_up,
        "back_dated": clock.figures.back_dated,
        "excepted": counts.excepted,
        "excused_by_blackout": counts.excused_by_blackout,
    }


def at_least(named: Iterable[tuple[str, Percentile]]) -> list[str]:
    """Name the percentiles that are lower bounds, because a clock they touch still runs."""
    return [name for name, percentile in named if percentile.is_lower_bound]


def _seconds(percentile: Percentile) -> int | float | None:
    return None if percentile.value is None else rounded(percentile.value / 1_000_000)


def report_table(report: Report) -> str:
    """Lay a report out for a terminal."""
    period, lines = report["period"], list[str]()
    state = "closed" if period["closed"] else "open"
    lines.append(f"{report['agreement']}  {period['from']} to {period['to']} ({state})")
    columns = ("key", "measure", "target", "actual", "attainment", "pace", "status", "final")
    lines += _table(
        columns, [[commitment[name] for name in columns] for commitment in report["commitments"]]
    )
    lines += _table(
        ("stage", "actual", "target", "implied"),
        [
            [key, stage["actual"], stage["target"], stage["implied"]]
            for key, stage in report["stages"].items()
        ],
    )
    counts = ("met", "breached", "pending", "void", "compliance", "adjusted_compliance")
    times = ("median_s", "p90_s", "p95_s")
    lines += _table(
        ("clock", *counts, *times),
        [
            [kind, *(of[name] for name in (*counts, *times))]
            for kind, of in report["clocks"].items()
        ],
    )
    return "\n".join(lines)


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    """Align cells in columns, figures to the right; nothing at all without rows."""
    told = [[_cell(cell) for cell in row] for row in rows]
    if not told:
        return []
    names = list(head)
    widths = [max(map(len, column)) for column in zip(names, *told, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (names, *told)
    ]
    return ["", lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
