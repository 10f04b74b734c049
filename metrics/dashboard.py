"""The dashboard of an agreement for a month, as a page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement
from metrics.charts import Chart, days_text, volume_chart
from metrics.commitment_rows import RowWriter, restated_in
from metrics.figures import Outcome
from metrics.findings import verdict
from metrics.funnel_rows import FunnelPicture, funnel_picture
from metrics.ledger import Ledger
from metrics.month_figures import MonthFigures, figures_of, ledger_of
from metrics.outlook import Outlook, Volumes
from metrics.outlook_words import OutlookTelling, outlook_telling
from metrics.party_cards import PartyCard, PartyWriter
from metrics.periods import Period, PeriodKind
from metrics.response_charts import ResponseChart, response_chart
from metrics.responses import responses_of
from metrics.tiles import Tile, tiles_of
from metrics.trends import CommitmentName, Trends, name_of, trends_of

_DRAWN = (PeriodKind.MONTH, PeriodKind.QUARTER)


@dataclass(frozen=True, slots=True)
class Tick:
    """A working day, or a part of one, in a picture of the month as wide as one."""

    x: float
    width: float
    is_gone: bool


@dataclass(frozen=True, slots=True)
class PeriodGone:
    """How much of the working time of a month is gone."""

    text: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Everything the dashboard of a month shows of its figures."""

    verdict: str
    gone: PeriodGone
    parties: tuple[PartyCard, ...]
    funnel: FunnelPicture | None
    tiles: tuple[Tile, ...]
    has_clocks: bool
    restated: int


def read_month(agreement: Agreement, period: Period, now: datetime) -> tuple[Ledger, MonthFigures]:
    """Read what is stored for the dashboard of a month."""
    ledger = ledger_of(agreement, period, now)
    return ledger, figures_of(ledger, period)


def dashboard_of(ledger: Ledger, month: MonthFigures, *, adjusted: bool) -> Dashboard:
    """Lay out the dashboard of a month, with raw or with adjusted figures."""
    return _Writer(ledger, month, adjusted=adjusted).dashboard()


class _Writer:
    """Lays out one dashboard."""

    def __init__(self, ledger: Ledger, month: MonthFigures, *, adjusted: bool) -> None:
        self._ledger, self._month = ledger, month
        trends: Trends = trends_of(ledger, month.period, month.outcomes)
        self._restated = restated_in(month)
        self._rows = RowWriter(ledger, month, trends, restated=self._restated, adjusted=adjusted)
        self._cards = PartyWriter(month, trends, adjusted=adjusted)
        self._volumes = Volumes(ledger)
        self._outlooks: dict[CommitmentName, Outlook | None] = {
            name_of(outcome): self._volumes.outlook(outcome) for outcome in month.outcomes
        }

    def dashboard(self) -> Dashboard:
        period, statuses = self._month.period, self._cards.statuses()
        funnel, has_clocks = funnel_picture(self._ledger, self._month), self._has_clocks()
        return Dashboard(
            verdict=verdict(
                statuses,
                is_over=self._month.now >= period.ends_at,
                month=formats.month(period.from_date),
            ),
            gone=period_gone(self._ledger, period),
            parties=tuple(self._party(party) for party in statuses),
            funnel=funnel,
            tiles=tiles_of(
                list(self._volume_charts()),
                funnel,
                list(self._responses()),
                has_breaches=has_clocks,
            ),
            has_clocks=has_clocks,
            restated=len(self._restated),
        )

    def _has_clocks(self) -> bool:
        judging = self._ledger.judging([self._month.period])
        return any(version.terms.clock_commitments for version in judging)

    def _party(self, party: str) -> PartyCard:
        outcomes = self._cards.outcomes_of(party)
        return self._cards.card(party, self._rows.rows(outcomes), self._tellings(outcomes))

    def _tellings(self, outcomes: list[Outcome]) -> Iterator[OutlookTelling]:
        for outcome in outcomes:
            outlook = self._outlooks[name_of(outcome)]
            if outlook is not None and outlook.needed:
                yield outlook_telling(outcome, outlook, self._month.agreement.currency)

    def _volume_charts(self) -> Iterator[Chart]:
        for outcome in self._month.outcomes:
            kinds = [period.kind for period in outcome.promised.periods]
            if not outcome.promised.commitment.definition.has_pace or len(kinds) > 1:
                continue
            if kinds[0] in _DRAWN:
                days = self._volumes.working_days(outcome)
                chart = volume_chart(self._month, outcome, days, self._outlooks[name_of(outcome)])
                if chart is not None:
                    yield chart

    def _responses(self) -> Iterator[ResponseChart]:
        for responses in responses_of(self._ledger, self._month.outcomes):
            chart = response_chart(self._month, responses)
            if chart is not None:
                yield chart


def period_gone(ledger: Ledger, period: Period) -> PeriodGone:
    """Tell how many of a month's working days are gone, in words and as a picture."""
    working = ledger.whole_working_time(period)
    elapsed = working.days_elapsed or Fraction(0)
    parts = {"number": days_text(elapsed), "all": formats.figure(working.open_days)}
    if working.over:
        text = _("All %(all)s working days are gone") % parts
    else:
        text = _("%(number)s of %(all)s working days gone") % parts
    return PeriodGone(text, tuple(_ticks(working.open_days, float(elapsed))))


def _ticks(days: int, elapsed: float) -> Iterator[Tick]:
    """Give each day as a tick with a gap after it; the day that runs is two."""
    gap = 0.16
    for place in range(days):
        gone = min(max(elapsed - place, 0.0), 1.0) * (1 - gap)
        if gone:
            yield Tick(place / days, gone / days, is_gone=True)
        if gone < 1 - gap:
            yield Tick((place + gone) / days, (1 - gap - gone) / days, is_gone=False)
