"""What is stored for the figures of an agreement: its versions and its rolled-up months."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from agreements.models import Agreement, AgreementVersion
from agreements.rulebook import Rulebook
from agreements.terms import Terms
from agreements.terms.commitments import Commitment
from leads.rulebooks import rulebook_of
from metrics.models import MonthRollUp
from metrics.month_counts import Json
from metrics.open_clocks import Mask, OpenClocks, microseconds
from metrics.pace import Span, WorkingTime, working_time_of
from metrics.percentiles import ResponseTimes
from metrics.periods import Dates, Period, PeriodKind, local_date, local_dates_many, period_on
from metrics.stored_clocks import read_open_clocks

_BEFORE_ALL = datetime(1970, 1, 2, tzinfo=UTC)
_AFTER_ALL = datetime(2100, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class InForce:
    """A signed version: its terms, its rules and the instants [starts_at, ends_at) it judges."""

    key: str
    number: int
    starts_at: datetime
    ends_at: datetime
    terms: Terms
    rulebook: Rulebook = field(repr=False)

    def touches(self, period: Period) -> bool:
        """Whether it is in force at any time of a period."""
        return self.starts_at < period.ends_at and self.ends_at > period.starts_at

    def commitment(self, key: str, measure: str) -> Commitment | None:
        """Return its commitment of a key, if it has one of that measure."""
        for commitment in self.terms.commitments:
            if commitment.key == key and commitment.measure == measure:
                return commitment
        return None


@dataclass
class Ledger:
    """The stored counts of some months, by the first day of each, read at ``now``.

    ``times`` remembers what ``metrics.response_times`` has read.
    """

    agreement: Agreement
    versions: Sequence[InForce]
    months: dict[date, Json]
    now: datetime
    read_clocks: Callable[[], dict[date, list[OpenClocks]]] = field(repr=False)
    changed_at: datetime | None = None
    times: dict[date, Mapping[str, ResponseTimes]] = field(
        default_factory=dict, init=False, repr=False
    )
    _working: dict[tuple[Period, tuple[str, ...]], WorkingTime] = field(
        default_factory=dict, init=False, repr=False
    )

    @property
    def time_zone(self) -> str:
        return self.agreement.time_zone

    @property
    def today(self) -> date:
        """The local date of ``now``."""
        return local_date(self.now, self.agreement.time_zone)

    @cached_property
    def now_in_microseconds(self) -> int:
        return microseconds(self.now)

    @cached_property
    def open_clocks(self) -> dict[date, list[OpenClocks]]:
        """The running clocks by the month they started in; read once they are asked for."""
        return self.read_clocks()

    def in_force(self, period: Period) -> list[InForce]:
        """Return the versions in force at any time of a period, the earliest first."""
        return [version for version in self.versions if version.touches(period)]

    def judging(self, periods: Sequence[Period]) -> list[InForce]:
        """Return the versions in force in some periods, or that judge a clock started in them.

        A handoff offered under one version may be received when the next one is in force.
        """
        judging = {
            version
            for period in periods
            for first in _months_of(period)
            for version in self.months.get(first, {}).get("clocks", {})
        }
        return [
            version
            for version in self.versions
            if version.key in judging or any(version.touches(period) for period in periods)
        ]

    def days(
        self, part: str, version: str, subject: str | None, period: Period
    ) -> Iterator[tuple[date, list[Any]]]:
        """Give the counts of a part, and in it of a stage or clause, day by day."""
        for first in _months_of(period):
            of_version = self.months.get(first, {}).get(part, {}).get(version, {})
            found = of_version if subject is None else of_version.get(subject, {})
            for day, counts in found.get("days", found).items():
                on_date = first.replace(day=int(day))
                if period.from_date <= on_date < period.to_date:
                    yield on_date, counts

    def sums(
        self, part: str, version: str, subject: str | None, periods: Iterable[Period]
    ) -> list[Any]:
        """Sum the counts over all days of some periods; empty where nothing was counted."""
        total: list[Any] = []
        for period in periods:
            for _, counts in self.days(part, version, subject, period):
                known = total or [0] * len(counts)
                total = [one + number(more) for one, more in zip(known, counts, strict=True)]
        return total

    def running(
        self, periods: Iterable[Period], *, version: str = "", clause: str = ""
    ) -> Iterator[tuple[OpenClocks, Mask | None]]:
        """Give the running clocks of the months of some periods, in groups.

        With each goes a mask of those that started in the periods; None says all of them did.
        Those of a version and clause, if named, are without those that a rule picked again.
        """
        days = {day for period in periods for day in period.days()}
        for first in sorted({day.replace(day=1) for day in days}):
            whole = days.issuperset(period_on(PeriodKind.MONTH, first, self.time_zone).days())
            inside = None if whole else np.array(sorted(days), dtype="datetime64[D]")
            for clocks in self.open_clocks.get(first, ()):
                group = clocks.group
                if clause and (group.version, group.clause, group.picked_by) != (
                    version,
                    clause,
                    "",
                ):
                    continue
                yield clocks, None if inside is None else self._is_inside(clocks, inside)

    def _is_inside(self, clocks: OpenClocks, days: Dates) -> Mask:
        started = clocks.started.all().astype("datetime64[us]")
        inside: Mask = np.isin(local_dates_many(started, self.time_zone), days)
        return inside

    # -- working time

    def working_time(self, period: Period, versions: Sequence[InForce]) -> WorkingTime:
        """Return the working time of a period while these versions were in force."""
        name = (period, tuple(version.key for version in versions))
        if name not in self._working:
            spans = [
                Span(each.rulebook.schedule, each.starts_at, each.ends_at) for each in versions
            ]
            self._working[name] = working_time_of(spans, period, self.now)
        return self._working[name]

    def whole_working_time(self, period: Period) -> WorkingTime:
        """Return the working time of a whole period; a gap has the hours of the version before.

        The time before the first version has the hours of the first one.
        """
        name = (period, ("",))
        if name not in self._working:
            self._working[name] = working_time_of(self.spans_without_gaps(), period, self.now)
        return self._working[name]

    def spans_without_gaps(self) -> list[Span]:
        """Return whose hours hold when, without any gap."""
        starts = [_BEFORE_ALL, *(version.starts_at for version in self.versions[1:]), _AFTER_ALL]
        return [
            Span(version.rulebook.schedule, starts[place], starts[place + 1])
            for place, version in enumerate(self.versions)
        ]


def _span(version: InForce) -> Span:
    return Span(version.rulebook.schedule, version.starts_at, version.ends_at)


def number(value: Any) -> Any:
    """Return a stored count as a number; amounts are stored as decimal strings."""
    return Decimal(value) if isinstance(value, str) else value


def exact_sum(values: Iterable[Any]) -> Fraction:
    """Sum whole numbers and decimals exactly."""
    return sum((Fraction(value) for value in values), Fraction(0))


def _months_of(period: Period) -> Iterator[date]:
    first = period.from_date.replace(day=1)
    while first < period.to_date:
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


def open_ledger(agreement: Agreement, from_date: date, to_date: date, now: datetime) -> Ledger:
    """Read the versions of an agreement and the months that overlap [from_date, to_date)."""
    months = {"month__gte": from_date.replace(day=1), "month__lt": to_date}
    rows = MonthRollUp.objects.filter(agreement=agreement, **months)
    stored = list(rows.values_list("month", "counts", "changed_at"))
    versions = AgreementVersion.objects.signed().filter(agreement=agreement).order_by("effective")
    return Ledger(
        agreement=agreement,
        versions=[
            InForce(
                key=str(version.pk),
                number=version.number,
                starts_at=version.effective_from or _BEFORE_ALL,
                ends_at=version.effective_to or _AFTER_ALL,
                terms=version.parsed_terms(),
                rulebook=rulebook_of(version),
            )
            for version in versions
        ],
        months={month: counts for month, counts, _ in stored},
        now=now,
        read_clocks=partial(read_open_clocks, agreement, from_date, to_date, microseconds(now)),
        changed_at=max((changed_at for _, _, changed_at in stored), default=None),
    )
