"""Keep of each month all that its figures need, whatever instant they are for.

``counts`` of a ``MonthRollUp`` is a JSON object with, in the words of ``metrics.month_counts``:

- ``stages``: version → stage → day → STAGE
- ``handoffs``, ``deals``, ``follow_ups``, ``satisfactions``: version → day → HANDOFF, DEAL,
  FOLLOW_UP, SATISFACTION
- ``commitments``: version → clause → day → what the clause speaks of
- ``conversions``: version → clause → day → CONVERSION
- ``clocks``: version → clause → {kind, days: day → CLOCK}
- ``times``: kind, clause or response time → {row, stopped, longest, given_up, buckets}: which
  ``MonthTimes`` keeps them, how many stopped and were given up, the longest, how they spread
- ``rejections``: reason → rejections of the month's handoffs that stand

``MonthOpenClocks`` keeps the clocks that run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Model, Sum, UniqueConstraint

from agreements.models import Agreement, AgreementVersion
from leads.models import Handoff
from leads.rulebooks import rulebook_of
from metrics.models import (
    ClockCell,
    ConversionCell,
    DayCell,
    DealCell,
    FollowUpCell,
    HandoffCell,
    MonthOpenClocks,
    MonthRollUp,
    MonthTimes,
    SatisfactionCell,
    StageCell,
)
from metrics.month_counts import (
    CONVERSION,
    DEAL,
    FOLLOW_UP,
    HANDOFF,
    SATISFACTION,
    STAGE,
    DayRow,
    Json,
    Unanswered,
    buckets_of,
    by_subject,
    by_version,
    clocks_of,
    joined,
    of_commitment,
    sets_of_times,
)
from metrics.open_clocks import Group, Microseconds, marks_of, packed, run_until_many
from metrics.periods import PeriodKind, period_on

_CLOCK_COUNTS = ("met", "late", "void", "back_dated", "excused", "excepted")

_AT_ONCE = 100

_USED = """
SELECT version_id, clause_key, kind, tier, picked_by, string_agg(int8send(microseconds), '')
FROM metrics_clockcell, unnest(used) AS microseconds
WHERE agreement_id = %s AND local_date >= %s AND local_date < %s
GROUP BY 1, 2, 3, 4, 5
"""


def refresh_months(
    agreement: Agreement,
    versions: Sequence[AgreementVersion],
    months: Iterable[date],
    now: datetime,
) -> int:
    """Sum these months, given by their first day, again; return how many rows differed."""
    return sum(
        _refresh(_Month(agreement, versions, first), agreement, first, now)
        for first in sorted(months)
    )


def _refresh(month: "_Month", agreement: Agreement, first: date, now: datetime) -> int:
    counts = month.counts()
    times = MonthTimes.objects.filter(agreement=agreement, month=first)
    written = _write_rows(MonthTimes, month.rows_of_times(), times)
    running = MonthOpenClocks.objects.filter(agreement=agreement, month=first)
    written += _write_rows(MonthOpenClocks, month.rows_of_running(), running)
    row = MonthRollUp.objects.filter(agreement=agreement, month=first).first()
    if row is None and counts:
        MonthRollUp.objects.create(agreement=agreement, month=first, counts=counts, changed_at=now)
    elif row is not None and not counts:
        row.delete()
    elif row is not None and (written or row.counts != counts):
        row.counts, row.changed_at = counts, now
        row.save(update_fields=["counts", "changed_at"])
    else:
        return written
    return written + 1


def _write_rows(model: type[Model], rows: Iterable[Model], kept: Iterable[Model]) -> int:
    """Put rows in the place of those kept under the same name, where they differ."""
    names = _unique_names(model)
    stored = {tuple(getattr(row, name) for name in names): row for row in kept}
    new = []
    for row in rows:
        known = stored.get(tuple(getattr(row, name) for name in names))
        if known is None or _cells_of(known) != _cells_of(row):
            new.append(row)
        else:
            stored.pop(tuple(getattr(row, name) for name in names))
    model._default_manager.filter(pk__in=[row.pk for row in stored.values()]).delete()
    model._default_manager.bulk_create(new)
    return max(len(new), len(stored))


def _unique_names(model: type[Model]) -> list[str]:
    unique = model._meta.constraints[0]
    assert isinstance(unique, UniqueConstraint)  # noqa: S101 - each has just this one
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    return [columns[name] for name in unique.fields]


def _cells_of(row: Model) -> list[Any]:
    cells = [
        getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"
    ]
    return [bytes(cell) if isinstance(cell, memoryview) else cell for cell in cells]


class _Month:
    """The cells of one month of an agreement while they are summed."""

    def __init__(
        self, agreement: Agreement, versions: Sequence[AgreementVersion], first: date
    ) -> None:
        self._agreement = agreement
        self._period = period_on(PeriodKind.MONTH, first, agreement.time_zone)
        self._terms = {str(version.pk): version.parsed_terms() for version in versions}
        self._versions = {str(version.pk): version for version in versions}
        self._unanswered = self._read_unanswered()
        self._used = used_between(agreement, self._period.from_date, self._period.to_date)
        self._given_up = self._times_given_up()
        self._sets = sets_of_times(self._terms, [*self._used, *self._given_up, *self._running])
        self._rows_by_set = {of: key for key, of in reversed(self._sets.items())}
        self._stopped = {key: self._of_set(self._used, of) for of, key in self._rows_by_set.items()}

    def counts(self) -> Json:
        """Sum everything; parts in which nothing was counted are left out."""
        rows = {
            "stages": self._rows(StageCell, STAGE, "stage"),
            "handoffs": self._rows(HandoffCell, HANDOFF),
            "deals": self._rows(DealCell, DEAL),
            "follow_ups": self._rows(FollowUpCell, FOLLOW_UP),
            "satisfactions": self._rows(SatisfactionCell, SATISFACTION),
        }
        parts: Json = {
            **{name: by_version(of) for name, of in rows.items()},
            "stages": by_subject(rows["stages"]),
            "commitments": self._commitments(rows),
            "conversions": by_subject(self._rows(ConversionCell, CONVERSION, "clause_key")),
            "clocks": clocks_of(self._clock_rows(), self._unanswered),
            "times": self._times(),
            "rejections": self._rejections(),
        }
        return {name: part for name, part in parts.items() if part}

    def rows_of_times(self) -> list[MonthTimes]:
        """Return the rows of the times; clauses that are a whole kind are kept once."""
        return [
            MonthTimes(
                agreement=self._agreement,
                month=self._period.from_date,
                key=key,
                stopped=packed(self._stopped[key]),
                given_up=packed(self._of_set(self._given_up, of)),
            )
            for of, key in self._rows_by_set.items()
        ]

    def rows_of_running(self) -> list[MonthOpenClocks]:
        """Return the rows of the clocks that run."""
        return [
            self._row_of_running(group, clocks) for group, clocks in sorted(self._running.items())
        ]

    def _row_of_running(self, group: Group, clocks: Sequence[Unanswered]) -> MonthOpenClocks:
        due = np.array([clock.due for clock in clocks], dtype=np.int64)
        return MonthOpenClocks(
            agreement=self._agreement,
            month=self._period.from_date,
            version_id=int(group.version),
            clause_key=group.clause,
            kind=group.kind,
            tier=group.tier,
            picked_by=group.picked_by,
            number=due.size,
            marks=packed(marks_of(due)),
            due=packed(due),
            started=packed([clock.started for clock in clocks]),
            odd=dict(_odd(clocks)),
        )

    @cached_property
    def _running(self) -> dict[Group, list[Unanswered]]:
        groups: defaultdict[Group, list[Unanswered]] = defaultdict(list)
        for clock in self._unanswered:
            if clock.given_up is None:
                groups[clock.group].append(clock)
        return groups

    def _times_given_up(self) -> dict[Group, Microseconds]:
        """Return how long the clocks ran that were given up."""
        groups: defaultdict[Group, list[Unanswered]] = defaultdict(list)
        for clock in self._unanswered:
            if clock.given_up is not None:
                groups[clock.group].append(clock)
        times: dict[Group, Microseconds] = {}
        for group, clocks in groups.items():
            rulebook = rulebook_of(self._versions[group.version])
            schedule = rulebook.schedule_of(group.clause, group.tier)
            times[group] = run_until_many(
                schedule,
                [clock.started for clock in clocks],
                [clock.given_up or 0 for clock in clocks],
                {place: clock.pauses for place, clock in enumerate(clocks) if clock.pauses},
            )
        return times

    def _of_set(self, times: Mapping[Group, Microseconds], groups: Iterable[Group]) -> Microseconds:
        return joined(times[group] for group in groups if group in times)

    def _times(self) -> Json:
        found: Json = {}
        for key, of in self._sets.items():
            row = self._rows_by_set[of]
            stopped = self._stopped[row]
            found[key] = {
                "row": row,
                "stopped": stopped.size,
                "longest": int(stopped[-1]) if stopped.size else 0,
                "given_up": self._of_set(self._given_up, of).size,
                "buckets": buckets_of(stopped),
            }
        return found

    def _cells(self, model: type[DayCell]) -> Any:
        return model._default_manager.filter(
            agreement=self._agreement,
            local_date__gte=self._period.from_date,
            local_date__lt=self._period.to_date,
        ).order_by()

    def _rows(self, model: type[DayCell], counts: Sequence[str], subject: str = "") -> list[DayRow]:
        keys = ["version", "local_date", "tier", "picked_by", "source"]
        keys += [subject] if subject else []
        summed = self._cells(model).values_list(*keys)
        return [
            DayRow(
                version=str(row[0] or 0),
                day=str(row[1].day),
                tier=row[2],
                picked_by=row[3],
                source=row[4],
                subject=row[5] if subject else "",
                counts=tuple(row[len(keys) :]),
            )
            for row in summed.annotate(**{f"sum_of_{name}": Sum(name) for name in counts})
        ]

    def _commitments(self, rows: dict[str, list[DayRow]]) -> Json:
        found: Json = {}
        for version, terms in self._terms.items():
            own = {name: [row for row in of if row.version == version] for name, of in rows.items()}
            counted = {
                commitment.key: days
                for commitment in terms.commitments
                if (days := of_commitment(commitment, terms, own))
            }
            if counted:
                found[version] = counted
        return found

    def _clock_rows(self) -> list[tuple[Group, str, list[int]]]:
        keys = ("version", "clause_key", "kind", "tier", "picked_by", "local_date")
        summed = self._cells(ClockCell).values_list(*keys)
        return [
            (Group(str(row[0]), *row[1:5]), str(row[5].day), list(row[6:]))
            for row in summed.annotate(**{f"sum_of_{name}": Sum(name) for name in _CLOCK_COUNTS})
        ]

    def _read_unanswered(self) -> list[Unanswered]:
        cells = self._cells(ClockCell).exclude(unanswered=[])
        rows = cells.values_list(
            "version", "clause_key", "kind", "tier", "picked_by", "local_date", "unanswered"
        )
        found: list[Unanswered] = []
        # There may be hundreds of thousands: a cell at a time, whose clocks share what they can.
        for version, clause, kind, tier, picked_by, day, clocks in rows.iterator(_AT_ONCE):
            group, name = Group(str(version), clause, kind, tier, picked_by), str(day.day)
            found += (Unanswered(group, name, *clock) for clock in clocks)
        found.sort(key=_order)
        return found

    def _rejections(self) -> Json:
        standing = Handoff.objects.filter(
            agreement=self._agreement,
            offered_at__gte=self._period.starts_at,
            offered_at__lt=self._period.ends_at,
            status=Handoff.Status.REJECTED,
        )
        reasons = standing.values_list("reason").annotate(number=Count("pk"))
        return dict(reasons.order_by("reason"))


def _order(clock: Unanswered) -> tuple[Any, ...]:
    """Sort by due time; what else there is, so that equal cells are always in one order."""
    particulars = (clock.adjusted_due, clock.is_excepted, clock.pauses or [])
    return (clock.due, clock.started, clock.group, *particulars)


def _odd(clocks: Iterable[Unanswered]) -> Iterable[tuple[str, list[Any]]]:
    """Give the place and the particulars of each clock that is out of the ordinary."""
    for place, clock in enumerate(clocks):
        adjusted = None if clock.adjusted_due == clock.due else clock.adjusted_due
        if adjusted is not None or clock.is_excepted or clock.pauses:
            yield str(place), [adjusted, clock.is_excepted, clock.pauses]


def used_between(agreement: Agreement, from_date: date, to_date: date) -> dict[Group, Microseconds]:
    """Return the times of the clocks that started on [from_date, to_date) and stopped."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [agreement.pk, from_date, to_date])
        return {
            Group(str(row[0]), *row[1:5]): np.frombuffer(row[5], dtype=">i8").astype(np.int64)
            for row in cursor.fetchall()
        }
