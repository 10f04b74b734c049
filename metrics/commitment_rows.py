"""The rows of the dashboard: each commitment with its figures as they read, raw or adjusted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.wording import promise_sentence
from metrics.addresses import BehindAddress, clause_href
from metrics.attainment import CommitmentFigures, Status, attainment, rate_status
from metrics.figure_words import percent_text, value_text
from metrics.figures import Outcome
from metrics.ledger import Ledger
from metrics.month_figures import MonthFigures
from metrics.periods import PeriodKind
from metrics.reports import commitments_of, is_restated
from metrics.subjects import Subject
from metrics.trends import CommitmentName, TrendPoint, Trends, name_of
from metrics.whys import why


@dataclass(frozen=True, slots=True)
class Aside:
    """A figure beside the main one: what it is, and how it reads."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRow:
    """A commitment as the dashboard shows it.

    ``due_share`` is how much of a volume was due by now. ``finality`` is empty while the period
    runs. ``trend`` are attainments, oldest first.
    """

    key: str
    clause_href: str
    promise: str
    span: str
    target: str
    actual: str
    href: str
    asides: tuple[Aside, ...]
    attained: str
    attained_share: float | None
    due_share: float | None
    pace: str
    status: Status
    finality: str
    trend: tuple[float | None, ...]
    trend_label: str
    is_running: bool
    why: SafeString


def figures_shown(outcome: Outcome, *, adjusted: bool) -> CommitmentFigures:
    """Return a commitment's figures raw, or as they are with blackouts and exceptions left out."""
    figures = outcome.figures
    if not adjusted or figures.adjusted is None:
        return figures
    return replace(
        figures,
        actual=figures.adjusted,
        adjusted=figures.actual,
        attainment=attainment(figures.adjusted, figures.target, figures.direction),
        status=rate_status(
            figures.adjusted,
            figures.target,
            figures.direction,
            over=outcome.working.over,
            warn_at=figures.warn_at,
        ),
    )


class RowWriter:
    """Writes the rows of a month."""

    def __init__(
        self,
        ledger: Ledger,
        month: MonthFigures,
        trends: Trends,
        *,
        restated: Mapping[CommitmentName, dict[str, Any]],
        adjusted: bool,
    ) -> None:
        self._ledger, self._month, self._trends = ledger, month, trends
        self._restated, self._adjusted = restated, adjusted
        self._names: dict[date, str] = {}

    def rows(self, outcomes: Iterable[Outcome]) -> list[CommitmentRow]:
        """Write the rows of some commitments."""
        return [self._row(outcome) for outcome in outcomes]

    def _row(self, outcome: Outcome) -> CommitmentRow:
        figures = figures_shown(outcome, adjusted=self._adjusted)
        version, commitment = outcome.promised.parts[-1]
        is_over = outcome.working.over
        points = self._trends.points[name_of(outcome)]
        href = BehindAddress(self._month.agreement, figures.key, self._month.period)
        subject = Subject(outcome, self._ledger, self._month, href)
        return CommitmentRow(
            key=figures.key,
            clause_href=clause_href(self._month.agreement, version.number, figures.key),
            promise=promise_sentence(commitment, version.terms).removesuffix("."),
            span=_span(outcome),
            target=self._text(outcome, figures.target),
            actual=self._text(outcome, figures.actual),
            href=href(),
            asides=tuple(self._asides(outcome, figures)),
            attained=percent_text(figures.attainment),
            attained_share=None if figures.attainment is None else float(figures.attainment),
            due_share=_due_share(outcome),
            pace=formats.NO_VALUE if is_over else percent_text(figures.pace),
            status=figures.status,
            finality=_finality(outcome),
            trend=tuple(_share(point) for point in points),
            trend_label=self._trend_label(points),
            is_running=not is_over,
            why=why(subject),
        )

    def _text(self, outcome: Outcome, value: Fraction | None) -> str:
        commitment = outcome.promised.commitment
        return value_text(commitment, value, self._month.agreement.currency)

    def _asides(self, outcome: Outcome, figures: CommitmentFigures) -> Iterable[Aside]:
        if figures.is_lower_bound:
            yield Aside("", _("at least"))
        if figures.adjusted is not None and figures.adjusted != figures.actual:
            label = _("raw") if self._adjusted else _("adj.")
            yield Aside(label, self._text(outcome, figures.adjusted))
        frozen = self._restated.get(name_of(outcome))
        if frozen is not None:
            actual = frozen["adjusted"] if self._is_adjusted(outcome) else frozen["actual"]
            value = None if actual is None else Fraction(Decimal(str(actual)))
            yield Aside(_("as closed"), self._text(outcome, value))

    def _trend_label(self, points: Iterable[TrendPoint]) -> str:
        """Say the trend's values, as somebody reads them who does not see the line."""
        pattern = _("%(month)s %(share)s")
        known = [
            pattern % {"month": self._name(point.month), "share": percent_text(point.attainment)}
            for point in points
            if point.attainment is not None
        ]
        if not known:
            return _("No month has been attained yet")
        return _("Attained by month: %(months)s") % {"months": ", ".join(known)}

    def _name(self, month: date) -> str:
        if month not in self._names:
            self._names[month] = formats.month(month)
        return self._names[month]

    def _is_adjusted(self, outcome: Outcome) -> bool:
        return self._adjusted and outcome.figures.adjusted is not None


def restated_in(month: MonthFigures) -> Mapping[CommitmentName, dict[str, Any]]:
    """Return what was frozen of the commitments whose figures are other ones since."""
    closed = month.closed
    if closed is None:
        return {}
    found = {}
    for entry in commitments_of(month):
        frozen = closed.commitment(entry["key"], entry["measure"])
        if frozen is not None and is_restated(entry, frozen):
            found[entry["key"], entry["measure"]] = frozen
    return found


def _span(outcome: Outcome) -> str:
    """Name the period of a commitment that is not promised by the month."""
    periods = outcome.promised.periods
    number, kind, first = len(periods), periods[0].kind, periods[0].from_date
    match kind:
        case PeriodKind.MONTH:
            return ""
        case PeriodKind.DAY:
            return ngettext("over %(number)s day", "over %(number)s days", number) % {
                "number": formats.figure(number)
            }
        case PeriodKind.WEEK:
            return ngettext("over %(number)s week", "over %(number)s weeks", number) % {
                "number": formats.figure(number)
            }
        case PeriodKind.QUARTER:
            return _("quarter %(number)s of %(year)s") % {
                "number": (first.month + 2) // 3,
                "year": first.year,
            }
        case _:
            return _("the year %(year)s") % {"year": first.year}


def _due_share(outcome: Outcome) -> float | None:
    share = outcome.working.share
    if outcome.figures.pace is None or outcome.working.over or share is None:
        return None
    return float(share)


def _finality(outcome: Outcome) -> str:
    if not outcome.working.over:
        return ""
    return _("final") if outcome.figures.final else _("provisional")


def _share(point: TrendPoint) -> float | None:
    return None if point.attainment is None else float(point.attainment)
