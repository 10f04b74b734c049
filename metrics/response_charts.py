"""The distribution of first follow-ups under a clause as a chart, with the promise as a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from agreements import formats
from agreements.wording import tier_names
from leads.queue.countdown import working_day
from metrics.addresses import BehindAddress
from metrics.charts import Chart
from metrics.figure_words import count_text
from metrics.findings import response_finding, time_text
from metrics.month_counts import EDGES
from metrics.month_figures import MonthFigures
from metrics.responses import Responses

_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_ALL = (0, *EDGES)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure under a chart, with its name and the leads behind it."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseChart:
    """A distribution, and the figures under it."""

    chart: Chart
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class _Bin:
    """Those above ``lower`` up to ``upper``, in microseconds; without an upper end all later."""

    lower: int
    upper: int | None
    count: int


def response_chart(month: MonthFigures, responses: Responses) -> ResponseChart | None:
    """Draw how long first follow-ups took; nothing where none has come due."""
    if not responses.times.n:
        return None
    return _Distribution(month, responses).chart()


class _Distribution:
    """The first follow-ups under one clause in a month."""

    def __init__(self, month: MonthFigures, responses: Responses) -> None:
        self._month, self._responses = month, responses
        self._commitment = responses.commitment
        within = self._commitment.within
        self._promise = within.open_time // _MICROSECOND if within and within.is_open_time else None
        self._day = working_day(responses.version.rulebook.schedule)
        self._bins = self._shown_bins()
        clocks = responses.outcome.clocks
        self._given_up = clocks.given_up if clocks else 0
        self._open = responses.times.unanswered - self._given_up
        self._edges = _edge_texts(get_language() or "")
        self._href = BehindAddress(month.agreement, self._commitment.key, month.period)

    def chart(self) -> ResponseChart:
        tiers = tier_names(self._commitment, self._responses.version.terms)
        parts = {"clause": self._commitment.key, "tiers": tiers}
        title = (
            _("Time to first follow-up, %(tiers)s (%(clause)s)") % parts
            if tiers
            else _("Time to first follow-up (%(clause)s)") % parts
        )
        chart = Chart(
            id=f"responses-{self._commitment.key}",
            title=title,
            finding=response_finding(self._responses.times, self._commitment.within, self._day),
            definition=_(
                "Working time from receipt to the first follow-up, pauses out. One that is past "
                "due and has not come counts with its time so far and sorts last, so that a "
                "percentile it touches is “at least”."
            ),
            data=self._data(),
            table={
                "head": [_("Working time"), _("Handoffs")],
                "rows": [*(self._row(each) for each in self._bins), *self._open_row()],
            },
            caption=self._caption(),
        )
        return ResponseChart(chart=chart, facts=tuple(self._facts()))

    def _facts(self) -> Iterator[Fact]:
        times = self._responses.times
        yield Fact(_("Median"), time_text(times.median, self._day))
        yield Fact(_("9 of 10 within"), time_text(times.p90, self._day))
        yield Fact(_("19 of 20 within"), time_text(times.p95, self._day))
        yield Fact(_("Followed up or overdue"), count_text(times.n), self._href())
        yield Fact(
            _("Still unanswered"),
            count_text(self._open),
            self._href("unanswered") if self._open else "",
        )
        if self._given_up:
            yield Fact(_("Given up"), count_text(self._given_up), self._href("given_up"))

    def _shown_bins(self) -> list[_Bin]:
        """Return the bins from the first to the last with anything in it, the promise included."""
        every = [
            _Bin(lower, upper, count)
            for lower, upper, count in zip(
                _ALL, (*EDGES, None), self._responses.buckets, strict=True
            )
        ]
        wanted = [
            place
            for place, each in enumerate(every)
            if each.count or (self._promise is not None and self._holds_promise(each))
        ]
        return every[wanted[0] : wanted[-1] + 1] if wanted else []

    def _holds_promise(self, each: _Bin) -> bool:
        promise = self._promise or 0
        return each.lower < promise and (each.upper is None or promise <= each.upper)

    def _data(self) -> dict[str, Any]:
        bins = [
            {
                "count": each.count,
                "is_late": self._promise is not None and each.lower >= self._promise,
                "is_open": False,
                "telling": [self._name(each), self._handoffs(each.count)],
                "href": self._bin_href(each),
            }
            for each in self._bins
        ]
        edges = [self._edge(each.lower) for each in self._bins]
        edges.append(self._edge(self._bins[-1].upper) if self._bins else "")
        if self._open:
            bins.append(self._open_bin())
            edges.append("")
        return {"kind": "distribution", "bins": bins, "edges": edges, "promise": self._line()}

    def _open_bin(self) -> dict[str, Any]:
        return {
            "count": self._open,
            "is_late": True,
            "is_open": True,
            "telling": [_("Past due, not followed up"), self._handoffs(self._open)],
            "href": self._href("unanswered"),
        }

    def _line(self) -> dict[str, Any] | None:
        """Return where the promise stands, counted in bins."""
        promise, within = self._promise, self._commitment.within
        if promise is None or within is None:
            return None
        for place, each in enumerate(self._bins):
            if self._holds_promise(each):
                upper = each.upper or promise
                share = (promise - each.lower) / (upper - each.lower)
                label = _("promise %(time)s") % {"time": formats.promise(within)}
                return {"at": place + share, "label": label}
        return None

    def _name(self, each: _Bin) -> str:
        if each.upper is None:
            return _("over %(time)s") % {"time": self._edge(each.lower)}
        parts = {"from": self._edge(each.lower), "to": self._edge(each.upper)}
        return _("%(from)s to %(to)s") % parts

    def _edge(self, at: int | None) -> str:
        return "" if at is None else self._edges[at]

    def _handoffs(self, number: int) -> str:
        shown = {"number": count_text(number)}
        return ngettext("%(number)s handoff", "%(number)s handoffs", number) % shown

    def _row(self, each: _Bin) -> list[Any]:
        return [
            self._name(each),
            {"href": self._bin_href(each), "text": count_text(each.count)},
        ]

    def _open_row(self) -> list[list[Any]]:
        if not self._open:
            return []
        text = count_text(self._open)
        return [
            [
                _("Past due, not followed up"),
                {"href": self._href("unanswered"), "text": text},
            ]
        ]

    def _caption(self) -> str:
        parts = [_("Working time; the steps are not evenly long.")]
        if self._promise is not None:
            parts.append(_("Dark: in time. Light: late."))
        if self._open:
            parts.append(_("Dashed: past due and not followed up."))
        return " ".join(parts)

    def _bin_href(self, each: _Bin) -> str:
        upper = "" if each.upper is None else each.upper // _SECOND
        return self._href(part=f"used.{each.lower // _SECOND}-{upper}")


@lru_cache(maxsize=16)
def _edge_texts(language: str) -> dict[int, str]:
    """Write where bins begin and end, once for each language."""
    with override(language):
        return {at: formats.working_time(at * _MICROSECOND) for at in _ALL}
