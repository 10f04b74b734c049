"""Charts of the dashboard: what each draws, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from agreements import formats
from agreements.terms import Commitment, Terms
from metrics.addresses import BehindAddress
from metrics.figure_words import exactly, percent_text, value_text
from metrics.figures import Outcome
from metrics.findings import volume_finding
from metrics.month_figures import MonthFigures
from metrics.outlook import Outlook, WorkingDay
from metrics.pace import gap
from metrics.periods import PeriodKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with its finding and its definition; ``table`` says the same as ``data``."""

    id: str
    title: str
    finding: str
    definition: str
    data: dict[str, Any]
    table: dict[str, Any]
    caption: str


def volume_chart(
    month: MonthFigures,
    outcome: Outcome,
    days: Sequence[WorkingDay],
    outlook: Outlook | None,
) -> Chart | None:
    """Draw a volume by working day against the straight line to its goal, if it has one."""
    if not days or outcome.figures.target is None:
        return None
    return _VolumeChart(month, outcome, days, outlook).chart()


@dataclass(frozen=True, slots=True, kw_only=True)
class _DayTexts:
    """How the figures of a working day read; no address on a day to come."""

    day: str
    actual: str
    so_far: str
    due: str
    href: str


class _VolumeChart:
    """One volume over its period."""

    def __init__(
        self,
        month: MonthFigures,
        outcome: Outcome,
        days: Sequence[WorkingDay],
        outlook: Outlook | None,
    ) -> None:
        self._month, self._outcome, self._days, self._outlook = month, outcome, days, outlook
        self._past = [day for day in days if day.so_far is not None]
        self._target = outcome.figures.target or Fraction(0)
        self._commitment: Commitment = outcome.promised.commitment
        self._terms: Terms = outcome.promised.parts[-1][0].terms
        self._period = outcome.promised.periods[0]
        self._behind = BehindAddress(month.agreement, self._commitment.key, month.period)
        self._year = timezone.localtime(month.now).year
        self._texts = {day: self._texts_of(day) for day in days}

    def chart(self) -> Chart:
        forecast = self._outlook.forecast if self._outlook else None
        return Chart(
            id=f"volume-{self._commitment.key}",
            title=self._title(),
            finding=volume_finding(
                self._gaps(),
                is_over=self._outcome.working.over,
                highest=forecast.high if forecast else None,
                target=self._target,
            ),
            definition=self._definition(),
            data=self._data(),
            table={
                "head": [_("Day"), _("That day"), _("So far"), _("Due by then")],
                "rows": [self._row(day) for day in self._past],
            },
            caption=self._caption(),
        )

    def _title(self) -> str:
        names = {stage.key: stage.name for stage in self._terms.stages}
        titles = {
            "stage_volume": _("%(stage)s delivered against the goal"),
            "accepted_volume": _("Accepted handoffs against the goal"),
            "stage_value": _("Value of %(stage)s against the goal"),
            "follow_up_volume": _("Follow-ups against the goal"),
            "customers": _("Customers won against the goal"),
            "revenue": _("Revenue against the goal"),
        }
        stage = names.get(self._commitment.stage or "", "")
        return titles[self._commitment.measure] % {"stage": stage}

    def _definition(self) -> str:
        line = _("The line spreads the goal evenly over the working time of the period.")
        return f"{_(self._commitment.definition.definition)} {line}"

    def _gaps(self) -> list[Fraction]:
        """Return how far each day ended over or under the line; today as far as it has gone."""
        gaps = [(day.so_far or Fraction(0)) - (day.due or Fraction(0)) for day in self._past]
        working, actual = self._outcome.working, self._outcome.figures.actual or Fraction(0)
        now = gap(actual, self._target, working)
        if gaps and now is not None:
            gaps[-1] = now
        return gaps

    def _caption(self) -> str:
        parts = [
            _("Dark: that day. Light: before. Working days only, each with the days off before.")
        ]
        if self._outlook:
            share = percent_text(self._outlook.forecast.confidence)
            parts.append(_("Band: %(share)s interval.") % {"share": share})
        return " ".join(parts)

    def _data(self) -> dict[str, Any]:
        is_running = not self._outcome.working.over and bool(self._past)
        return {
            "kind": "volume",
            "days": [self._day(day) for day in self._days],
            "goal_label": _("goal %(number)s") % {"number": self._text(self._target)},
            "today": len(self._past) - 1 if is_running else None,
            "today_label": self._today_label() if is_running else "",
            "today_note": self._today_note() if is_running else "",
            "projection": self._projection() if is_running else None,
        }

    def _today_label(self) -> str:
        return _("%(number)s so far") % {"number": self._text(self._outcome.figures.actual)}

    def _today_note(self) -> str:
        gaps = self._gaps()
        number = {"number": self._text(Fraction(round(abs(gaps[-1]))))}
        if gaps[-1] < 0:
            return _("%(number)s behind pace") % number
        return _("%(number)s ahead of pace") % number

    def _projection(self) -> dict[str, Any] | None:
        if self._outlook is None:
            return None
        forecast = self._outlook.forecast
        return {
            "end": float(self._outlook.end),
            "low": forecast.low,
            "high": forecast.high,
            "label": _("ends at %(number)s") % {"number": self._text(_rounded(self._outlook.end))},
            "note": interval_text(forecast.low, forecast.high),
        }

    def _day(self, day: WorkingDay) -> dict[str, Any]:
        return {
            "label": self._label(day.on_date),
            "actual": _number(day.actual),
            "cumulative": _number(day.so_far),
            "goal": _number(day.due),
            "telling": self._telling(day),
            "href": self._texts[day].href or None,
        }

    def _label(self, on_date: date) -> str:
        if self._period.kind is PeriodKind.MONTH:
            return str(on_date.day)
        return _day_text(get_language() or "", on_date, self._year)

    def _texts_of(self, day: WorkingDay) -> _DayTexts:
        return _DayTexts(
            day=_day_text(get_language() or "", day.on_date, self._year),
            actual=self._text(day.actual),
            so_far=self._text(day.so_far),
            due=formats.NO_VALUE if day.due is None else self._text(_rounded(day.due)),
            href="" if day.actual is None else self._href(day),
        )

    def _telling(self, day: WorkingDay) -> list[str]:
        texts = self._texts[day]
        lines = [texts.day]
        if day.actual is not None:
            lines.append(self._words["that_day"] % {"number": texts.actual})
            lines.append(self._words["so_far"] % {"number": texts.so_far})
        if day.due is not None:
            lines.append(self._words["due"] % {"number": texts.due})
        return lines

    @cached_property
    def _words(self) -> dict[str, str]:
        return {
            "that_day": _("That day: %(number)s"),
            "so_far": _("So far: %(number)s"),
            "due": _("Due by then: %(number)s"),
        }

    def _row(self, day: WorkingDay) -> list[Any]:
        texts = self._texts[day]
        return [texts.day, {"href": texts.href, "text": texts.actual}, texts.so_far, texts.due]

    def _href(self, day: WorkingDay) -> str:
        return self._behind(from_date=day.from_date, to_date=day.to_date)

    def _text(self, value: Fraction | None) -> str:
        return value_text(self._commitment, value, self._month.agreement.currency)


def interval_text(low: int, high: int) -> str:
    """Write an interval of whole numbers."""
    return _("%(low)s–%(high)s") % {"low": formats.figure(low), "high": formats.figure(high)}


@lru_cache(maxsize=4096)
def _day_text(language: str, on: date, year: int) -> str:
    """Write a date once for each language, with its year unless it is that one."""
    with override(language):
        return formats.day(on, datetime(year, 7, 1, tzinfo=UTC))


def _rounded(value: Fraction) -> Fraction:
    return Fraction(round(value))


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def days_text(days: Fraction) -> str:
    """Write a number of working days, with one decimal."""
    return formats.figure(exactly(days), 1)
