"""Close months: freeze what is final, carry what is provisional until it is final too.

What was frozen never changes. Facts that come later restate a month: its report then shows the
figures as closed and the current ones.
"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from agreements.models.contracts import Party
from leads.models import Change
from metrics import periods
from metrics.attainment import credit, rounded, score
from metrics.models import FrozenMonth
from metrics.month_figures import MonthFigures, month_figures
from metrics.periods import Period, PeriodKind, period_on
from metrics.reports import Report, report_of
from metrics.rollup import lock_figures


class UnableToClose(ValueError):
    """The month cannot be closed yet; the text says why."""


class AlreadyClosed(ValueError):
    """Somebody closed the month before; the text says when."""


@transaction.atomic
def close_month(*, agreement: Agreement, month: str, by: User | None, now: datetime) -> FrozenMonth:
    """Freeze the figures of a month such as ``"2026-05"``; ``by`` None is the administrator.

    Raises UnableToClose while the month runs or is being recalculated, AlreadyClosed, and
    ValueError for a text that is no month.
    """
    period = periods.month(month, agreement.time_zone)
    lock_figures(agreement)
    figures = month_figures(agreement, period, now)
    _check_can_close(figures)
    frozen = FrozenMonth.objects.create(
        agreement=agreement,
        month=period.from_date,
        revision=1,
        frozen_at=now,
        frozen_by=by,
        report=report_of(figures),
    )
    Audit.objects.record("metrics.month.closed", frozen, by=by, now=now)
    return frozen


def _check_can_close(figures: MonthFigures) -> None:
    period = figures.period
    if figures.closed is not None:
        closed_date = periods.local_date(figures.frozen[0].frozen_at, period.time_zone)
        raise AlreadyClosed(
            _("%(month)s was closed on %(date)s.")
            % {"month": period.label, "date": closed_date.isoformat()}
        )
    if figures.now < period.ends_at:
        raise UnableToClose(
            _("%(month)s runs until %(date)s: close it when it has ended.")
            % {"month": period.label, "date": period.days()[-1].isoformat()}
        )
    if _is_being_recalculated(figures.agreement, period):
        raise UnableToClose(
            _("%(month)s is being recalculated: try again in a minute.") % {"month": period.label}
        )


def _is_being_recalculated(agreement: Agreement, period: Period) -> bool:
    days = Change.objects.filter(agreement=agreement)
    return days.filter(local_date__gte=period.from_date, local_date__lt=period.to_date).exists()


def complete_months(*, now: datetime) -> int:
    """Freeze what has become final in months that were closed before; return how many months.

    Safe to run twice and at the same time: what is frozen stays as it is.
    """
    waiting = FrozenMonth.objects.filter(report__commitments__contains=[{"final": False}])
    months = waiting.values_list("agreement", "month").distinct().order_by("agreement", "month")
    agreements = Agreement.objects.in_bulk([agreement for agreement, _month in months])
    return sum(_complete(agreements[agreement], month, now) for agreement, month in months)


@transaction.atomic
def _complete(agreement: Agreement, first: date, now: datetime) -> bool:
    lock_figures(agreement)
    period = period_on(PeriodKind.MONTH, first, agreement.time_zone)
    figures = month_figures(agreement, period, now)
    latest = figures.closed
    if latest is None or latest.is_complete or _is_being_recalculated(agreement, period):
        return False
    report = report_of(figures)
    report["commitments"], has_new = _with_frozen(report, latest.report)
    if not has_new:
        return False
    report["scores"] = {party: _score(report["commitments"], party) for party in Party.values}
    frozen = FrozenMonth.objects.create(
        agreement=agreement,
        month=first,
        revision=latest.revision + 1,
        frozen_at=now,
        report=report,
    )
    Audit.objects.record("metrics.month.completed", frozen, by=None, now=now)
    return True


def _with_frozen(report: Report, earlier: Report) -> tuple[list[Report], bool]:
    """Put what was frozen as final in the place of the current; tell whether more is final now."""
    frozen = {
        (entry["key"], entry["measure"]): entry
        for entry in earlier["commitments"]
        if entry["final"]
    }
    current = {(entry["key"], entry["measure"]): entry for entry in report["commitments"]}
    has_new = any(entry["final"] for name, entry in current.items() if name not in frozen)
    return list((current | frozen).values()), has_new


def _score(entries: list[Report], party: str) -> int | float | None:
    parts = [
        (_exact(entry["weight"]), _credit(entry))
        for entry in entries
        if entry["party"] == party and not entry["exceeds_validity"]
    ]
    return rounded(score(parts))


def _credit(entry: Report) -> Fraction | None:
    return credit(_exact(entry["actual"]), _exact(entry["target"]), entry["direction"])


def _exact(value: Any) -> Any:
    return None if value is None else Decimal(str(value))
