"""What has to be known beside the figures of a month: that it was closed, and what is outside."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from metrics.addresses import behind_href, dashboard_href
from metrics.ledger import Ledger
from metrics.models import FrozenMonth, MonthRollUp
from metrics.month_figures import MonthFigures
from metrics.periods import PeriodKind, period_on


@dataclass(frozen=True, slots=True)
class Note:
    """A conclusion, its reason, and where it leads."""

    title: str
    text: str = ""
    action_label: str = ""
    action_href: str = ""


def notes_of(ledger: Ledger, month: MonthFigures, *, restated: int) -> list[Note]:
    """Return the notes of a month; ``restated`` figures are other ones than when it was closed."""
    return [*_silence(ledger, month), *_closing(month, restated), *_outside(month)]


def _silence(ledger: Ledger, month: MonthFigures) -> Iterator[Note]:
    """Lead from a month that nobody told anything of to the latest one before it."""
    agreement, period = month.agreement, month.period
    if period.from_date in ledger.months:
        return
    counted = MonthRollUp.objects.filter(agreement=agreement, month__lt=period.from_date)
    latest = counted.order_by("-month").values_list("month", flat=True).first()
    if latest is not None:
        name = {"month": formats.month(latest)}
        yield Note(
            _("Nothing has been told of this month."),
            _("The latest figures before it are of %(month)s.") % name,
            _("Show %(month)s") % name,
            dashboard_href(agreement, period_on(PeriodKind.MONTH, latest, period.time_zone)),
        )


def _closing(month: MonthFigures, restated: int) -> Iterator[Note]:
    closed = month.closed
    if closed is None:
        return
    title = _closed_by(month.frozen[0])
    waiting = sum(not entry["final"] for entry in closed.report["commitments"])
    sentences = []
    if restated:
        sentences.append(
            ngettext(
                "%(number)s figure was restated since; it stands beside the one as closed.",
                "%(number)s figures were restated since; they stand beside those as closed.",
                restated,
            )
            % {"number": formats.figure(restated)}
        )
    if waiting:
        sentences.append(
            ngettext(
                "%(number)s figure is provisional until nothing of it is pending.",
                "%(number)s figures are provisional until nothing of them is pending.",
                waiting,
            )
            % {"number": formats.figure(waiting)}
        )
    yield Note(title, " ".join(sentences))


def _closed_by(first: FrozenMonth) -> str:
    parts = {
        "date": formats.instant(first.frozen_at),
        "name": first.frozen_by.name if first.frozen_by else "",
    }
    if first.frozen_by is None:
        return _("This month was closed on %(date)s.") % parts
    return _("This month was closed on %(date)s by %(name)s.") % parts


def _outside(month: MonthFigures) -> Iterator[Note]:
    """Name what happened while no version was in force: it is counted, and judged by nothing."""
    handoffs = month.outside.get("handoffs", 0)
    if handoffs:
        yield Note(
            ngettext(
                "%(number)s handoff was offered outside any version.",
                "%(number)s handoffs were offered outside any version.",
                handoffs,
            )
            % {"number": formats.figure(handoffs)},
            _("No promise judges them."),
            _("Show them"),
            behind_href(month.agreement, "outside.handoffs", month.period),
        )
