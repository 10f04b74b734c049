"""What is stored for the figures of an agreement: its versions and its rolled-up months."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from agreements.models import Agreement, AgreementVersion
from agreements.rulebook import Rulebook
from agreements.terms import Terms
from agreements.terms.commitments import Commitment
from leads.rulebooks import rulebooks_of
from metrics.month_counts import Json
from metrics.open_clocks import Mask, OpenClocks, microseconds
from metrics.pace import Span, WorkingTime, working_time_of
from metrics.percentiles import ResponseTimes
from metrics.periods import Dates, Period, PeriodKind, local_date, local_dates_many, period_on
from metrics.stored_clocks import read_open_clocks

MONTHS_BEFORE = 6
"""How many months before those asked for a ledger also knows the counts of commitments of."""

# In one go: the counts of the months asked for, what commitments counted in some before them, and
# by which transaction every month was written that a trend may rest on.
_STORED = """
SELECT month, xmin::text, changed_at,
    CASE WHEN month >= %(first)s AND month < %(to)s THEN counts END,
    CASE WHEN month >= %(earliest)s AND month < %(first)s
        THEN COALESCE(counts -> 'commitments', '{}') END
FROM metrics_monthrollup
WHERE agreement_id = %(agreement)s AND month >= %(years_from)s AND month < %(years_to)s
"""

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

    Of a few months ``before`` them it knows what commitments counted, unless all are over; of
    these years it knows which transaction has ``written`` each month, which tells apart what one
    instant cannot. ``times`` remembers what ``metrics.response_times`` has worked out of a month,
    key by key.
    """

    agreement: Agreement
    versions: Sequence[InForce]
    months: dict[date, Json]
    before: dict[date, Json]
    written: dict[date, str]
    now: datetime
    read_clocks: Callable[[], dict[date, list[OpenClocks]]] = field(repr=False)
    changed_at: datetime | None = None
    times: dict[date, dict[str, ResponseTimes]] = field(
        default_factory=dict, init=False, repr=False
    )
    _inside: dict[tuple[Period, ...], list[tuple[date, Dates | None]]] = field(
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
            for day, counts in self._month(first, part, version, subject).items():
                on_date = first.replace(day=int(day))
                if period.from_date <= on_date < period.to_date:
                    yield on_date, counts

    def _month(self, first: date, part: str, version: str, subject: str | None) -> Json:
        """Return the counts of a part by the number of the day in the month."""
        of_version: Json = self.months.get(first, {}).get(part, {}).get(version, {})
        found: Json = of_version if subject is None else of_version.get(subject, {})
        days: Json = found.get("days", found)
        return days

    def sums(
        self, part: str, version: str, subject: str | None, periods: Iterable[Period]
    ) -> list[Any]:
        """Sum the counts over all days of some periods; empty where nothing was counted."""
        found: list[Sequence[Any]] = []
        for period in periods:
            if period.kind is PeriodKind.MONTH:
                found += self._month(period.from_date, part, version, subject).values()
            else:
                found += (counts for _, counts in self.days(part, version, subject, period))
        return [_sum(column) for column in zip(*found, strict=True)]

    def running(
        self, periods: Iterable[Period], *, version: str = "", clause: str = ""
    ) -> Iterator[tuple[OpenClocks, Mask | None]]:
        """Give the running clocks of the months of some periods, in groups.

        With each goes a mask of those that started in the periods; None says all of them did.
        Those of a version and clause, if named, are without those that a rule picked again.
        """
        for first, inside in self._months_under(tuple(periods)):
            for clocks in self.open_clocks.get(first, ()):
                group = clocks.group
                if clause and (group.version, group.clause, group.picked_by) != (
                    version,
                    clause,
                    "",
                ):
                    continue
                yield clocks, None if inside is None else self._is_inside(clocks, inside)

    def _months_under(self, periods: tuple[Period, ...]) -> list[tuple[date, Dates | None]]:
        """Return the months that periods reach into, each with their days unless all are in."""
        if periods not in self._inside:
            days = {day for period in periods for day in period.days()}
            sorted_days = np.array(sorted(days), dtype="datetime64[D]")
            self._inside[periods] = [
                (first, None if days.issuperset(_whole(first, self.time_zone)) else sorted_days)
                for first in sorted({day.replace(day=1) for day in days})
            ]
        return self._inside[periods]

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


def _whole(first: date, time_zone: str) -> list[date]:
    return period_on(PeriodKind.MONTH, first, time_zone).days()


def _sum(column: Sequence[Any]) -> Any:
    """Sum stored counts; amounts are stored as decimal strings, and they are rare."""
    try:
        return sum(column)
    except TypeError:
        return sum(map(Decimal, column), Decimal(0))


def exact_sum(values: Iterable[Any]) -> Fraction:
    """Sum whole numbers and decimals exactly."""
    return sum((Fraction(value) for value in values), Fraction(0))


def _months_of(period: Period) -> Iterator[date]:
    first = period.from_date.replace(day=1)
    while first < period.to_date:
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


def versions_of(agreement: Agreement) -> list[InForce]:
    """Read the signed versions of an agreement, the earliest first; two queries."""
    signed = AgreementVersion.objects.signed().filter(agreement=agreement)
    versions = list(signed.order_by("effective"))
    books = rulebooks_of(versions)
    return [
        InForce(
            key=str(version.pk),
            number=version.number,
            starts_at=version.effective_from or _BEFORE_ALL,
            ends_at=version.effective_to or _AFTER_ALL,
            terms=books[version.pk].terms,
            rulebook=books[version.pk],
        )
        for version in versions
    ]


def open_ledger(
    agreement: Agreement,
    versions: Sequence[InForce],
    from_date: date,
    to_date: date,
    now: datetime,
) -> Ledger:
    """Read the months of an agreement that overlap [from_date, to_date); one query."""
    first = from_date.replace(day=1)
    stored = _stored(agreement, first, to_date, local_date(now, agreement.time_zone))
    known = [month for month in stored if month.counts is not None]
    return Ledger(
        agreement=agreement,
        versions=versions,
        months={month.first: month.counts for month in known},
        before={each.first: each.commitments for each in stored if each.commitments is not None},
        written={month.first: month.written_by for month in stored},
        now=now,
        read_clocks=partial(read_open_clocks, agreement, from_date, to_date, microseconds(now)),
        changed_at=max((month.changed_at for month in known), default=None),
    )


class _Stored(NamedTuple):
    """A month as it is stored; without its counts where nobody asked for them."""

    first: date
    written_by: str
    changed_at: datetime
    counts: Any
    commitments: Any


def _stored(agreement: Agreement, first: date, to_date: date, today: date) -> list[_Stored]:
    latest_year = (to_date - timedelta(days=1)).year
    asked: dict[str, int | date] = {
        "agreement": agreement.pk,
        "first": first,
        "to": to_date,
        "earliest": months_before(first, MONTHS_BEFORE) if today < to_date else first,
        "years_from": min(first, date(latest_year - 1, 1, 1)),
        "years_to": date(latest_year + 1, 1, 1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORED, asked)
        return [_Stored(*row[:3], *map(_read, row[3:])) for row in cursor.fetchall()]


def _read(document: str | None) -> Any:
    return None if document is None else json.loads(document)


def months_before(first: date, number: int) -> date:
    """Return the first day of the month so many months before one, given by its own."""
    for _ in range(number):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
