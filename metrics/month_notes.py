"""What has to be known beside the figures of a month: that it was closed, and what is outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.expiry import DAYS_AHEAD, days_left
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
    return [
        *ending_of(ledger, month),
        *_silence(ledger, month),
        *_closing(month, restated),
        *_outside(month),
    ]


def ending_of(ledger: Ledger, month: MonthFigures) -> Iterator[Note]:
    """Say when the agreement ends, from the first warning of it on."""
    agreement, zone = month.agreement, ZoneInfo(month.agreement.time_zone)
    ends_at = ledger.versions[-1].ends_at if ledger.versions else month.now
    first_warning = max(DAYS_AHEAD)
    if not month.now < ends_at < month.now + timedelta(days=first_warning + 1):
        return
    end = ends_at.astimezone(zone).date()
    if days_left(end, month.now.astimezone(zone).date()) > first_warning:
        return
    was_ended = agreement.ended_at == ends_at
    yield Note(
        _("The agreement ends on %(day)s.") % {"day": formats.long_day(end - timedelta(days=1))},
        _("It was ended on purpose.") if was_ended else _("No other version follows it yet."),
        _("Open the agreement"),
        reverse("agreements:document", args=[agreement.slug]),
    )


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
