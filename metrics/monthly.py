"""Keep one row a month and agreement: all that its figures need, whatever instant they are for.

``counts`` of a ``MonthRollUp`` is a JSON object with, in the words of ``metrics.month_counts``:

- ``stages``: version → stage → day → STAGE
- ``handoffs``, ``deals``, ``follow_ups``: version → day → HANDOFF, DEAL, FOLLOW_UP
- ``commitments``: version → clause → day → what the clause speaks of
- ``conversions``: version → clause → day → CONVERSION
- ``clocks``: version → clause → {kind, days: day → CLOCK}
- ``unanswered``: an ``Unanswered`` for each clock that nothing stopped
- ``times``: kind or clause → slices of its times; ``histograms``: kind → buckets
- ``rejections``: reason → rejections of the month's handoffs that stand
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Sum

from agreements.models import Agreement, AgreementVersion
from leads.models import Handoff
from metrics.models import (
    ClockCell,
    ConversionCell,
    DayCell,
    DealCell,
    FollowUpCell,
    HandoffCell,
    MonthRollUp,
    StageCell,
)
from metrics.month_counts import (
    CLOCK,
    CONVERSION,
    DEAL,
    FOLLOW_UP,
    HANDOFF,
    STAGE,
    DayRow,
    Json,
    Times,
    Unanswered,
    by_subject,
    by_version,
    histograms_of,
    of_commitment,
    times_of,
)
from metrics.periods import PeriodKind, period_on

_USED = """
SELECT version_id, kind, tier, picked_by, array_agg(microseconds)
FROM metrics_clockcell, unnest(used) AS microseconds
WHERE agreement_id = %s AND local_date >= %s AND local_date < %s
GROUP BY 1, 2, 3, 4
"""


def refresh_months(
    agreement: Agreement,
    versions: Sequence[AgreementVersion],
    months: Iterable[date],
    now: datetime,
) -> int:
    """Sum these months, given by their first day, again; return how many rows differed."""
    firsts = sorted(months)
    rows = MonthRollUp.objects.filter(agreement=agreement, month__in=firsts)
    stored = {row.month: row for row in rows}
    written = 0
    for first in firsts:
        counts = _Month(agreement, versions, first).counts()
        row = stored.get(first) or MonthRollUp(agreement=agreement, month=first, counts={})
        if row.counts == counts:
            continue
        written += 1
        if not counts:
            row.delete()
            continue
        row.counts, row.changed_at = counts, now
        row.save(update_fields=["counts", "changed_at"] if row.pk else None)
    return written


class _Month:
    """The cells of one month of an agreement while they are summed."""

    def __init__(
        self, agreement: Agreement, versions: Sequence[AgreementVersion], first: date
    ) -> None:
        self._agreement = agreement
        self._period = period_on(PeriodKind.MONTH, first, agreement.time_zone)
        self._terms = {str(version.pk): version.parsed_terms() for version in versions}

    def counts(self) -> Json:
        """Sum everything; parts in which nothing was counted are left out."""
        rows = {
            "stages": self._rows(StageCell, STAGE, "stage"),
            "handoffs": self._rows(HandoffCell, HANDOFF),
            "deals": self._rows(DealCell, DEAL),
            "follow_ups": self._rows(FollowUpCell, FOLLOW_UP),
        }
        unanswered = self._unanswered()
        times = times_between(self._agreement, self._period.from_date, self._period.to_date)
        parts: Json = {
            **{name: by_version(of) for name, of in rows.items()},
            "stages": by_subject(rows["stages"]),
            "commitments": self._commitments(rows),
            "conversions": by_subject(self._rows(ConversionCell, CONVERSION, "clause_key")),
            "clocks": self._clocks(),
            "unanswered": [list(clock) for clock in unanswered],
            "times": times_of(self._terms, times, unanswered),
            "histograms": histograms_of(times),
            "rejections": self._rejections(),
        }
        return {name: part for name, part in parts.items() if part}

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

    def _clocks(self) -> Json:
        summed = (
            self._cells(ClockCell)
            .filter(picked_by="")
            .values_list("version", "clause_key", "kind", "local_date")
            .annotate(**{f"sum_of_{name}": Sum(name) for name in CLOCK})
            .order_by("version", "clause_key", "local_date")
        )
        found: Json = {}
        for version, clause, kind, on_date, *counts in summed:
            clauses = found.setdefault(str(version), {})
            clock = clauses.setdefault(clause, {"kind": kind, "days": {}})
            clock["days"][str(on_date.day)] = counts
        return found

    def _unanswered(self) -> list[Unanswered]:
        cells = self._cells(ClockCell).exclude(unanswered=[])
        rows = cells.values_list(
            "version", "clause_key", "kind", "tier", "picked_by", "local_date", "unanswered"
        )
        found = [
            Unanswered(str(version), clause, kind, tier, picked_by, on_date.day, *clock)
            for version, clause, kind, tier, picked_by, on_date, clocks in rows
            for clock in clocks
        ]
        return sorted(found, key=repr)

    def _rejections(self) -> Json:
        standing = Handoff.objects.filter(
            agreement=self._agreement,
            offered_at__gte=self._period.starts_at,
            offered_at__lt=self._period.ends_at,
            status=Handoff.Status.REJECTED,
        )
        reasons = standing.values_list("reason").annotate(number=Count("pk"))
        return dict(reasons.order_by("reason"))


def times_between(agreement: Agreement, from_date: date, to_date: date) -> list[Times]:
    """Return the times of the clocks that started on the local days [from_date, to_date)."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [agreement.pk, from_date, to_date])
        return [
            Times(str(version), kind, tier, picked_by, np.array(used, dtype=np.int64))
            for version, kind, tier, picked_by, used in cursor.fetchall()
        ]
