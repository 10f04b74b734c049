"""How long clocks took, with those that are past due and unanswered at their time so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial

from django.db import connection

from agreements.terms import Terms
from metrics.ledger import Ledger
from metrics.models import MonthTimes
from metrics.month_counts import RESPONSES, Json, buckets_of, joined, sets_of_times
from metrics.monthly import used_between
from metrics.open_clocks import Mask, Microseconds, OpenClocks, unpacked
from metrics.percentiles import Percentile, ResponseTimes, response_times
from metrics.periods import Period, PeriodKind
from metrics.slices import SHARES, Slice, percentile, slice_of

NOTHING = ResponseTimes(0, 0, *[Percentile(None, False)] * 3)

# Of a column that is stored uncompressed, only the pages with these bytes are read.
_TOUCHED = """
SELECT asked.key, asked.place, substring(times.stopped FROM asked.place * 8 + 1 FOR 8)
FROM unnest(%s::text[], %s::int[]) AS asked (key, place)
JOIN metrics_monthtimes AS times ON times.key = asked.key
WHERE times.agreement_id = %s AND times.month = %s
"""


def times_in(ledger: Ledger, key: str, periods: Sequence[Period]) -> ResponseTimes:
    """Return the times of a kind of clock, a clause or a promised response time."""
    if [period.kind for period in periods] == [PeriodKind.MONTH]:
        asked = {key, *_follow_ups(ledger)}
        return times_of_month(ledger, periods[0].from_date, asked)[key]
    return _times_over(ledger, key, periods)


def buckets_in(ledger: Ledger, key: str, periods: Sequence[Period]) -> tuple[int, ...]:
    """Count those that stopped within each of ``month_counts.EDGES``, and last later ones."""
    if [period.kind for period in periods] == [PeriodKind.MONTH]:
        stored: Json = ledger.months.get(periods[0].from_date, {}).get("times", {})
        return tuple(stored[key]["buckets"] if key in stored else buckets_of(joined([])))
    return tuple(buckets_of(_stopped_over(ledger, key, periods)))


def times_of_month(ledger: Ledger, first: date, keys: Iterable[str]) -> dict[str, ResponseTimes]:
    """Return the times of kinds, clauses or response times of a month, read together."""
    stored: Json = ledger.months.get(first, {}).get("times", {})
    known, asked = ledger.times.setdefault(first, {}), list(keys)
    missing = {key: stored[key] for key in asked if key in stored and key not in known}
    if missing:
        known |= _Times(ledger, first, missing).all()
    return {key: known.get(key, NOTHING) for key in asked}


def _follow_ups(ledger: Ledger) -> Iterator[str]:
    """Give the clauses that promise first follow-ups, or how long they take."""
    for version in ledger.versions:
        for commitment in version.terms.commitments:
            if commitment.measure == "first_follow_up" or commitment.measure in RESPONSES:
                yield commitment.key


class _Times:
    """Some of the stored times of a month, while percentiles are read from them."""

    def __init__(self, ledger: Ledger, first: date, stored: Json) -> None:
        self._ledger, self._first, self._stored = ledger, first, stored
        running = ledger.open_clocks.get(first, ())
        sets = sets_of_times(_terms(ledger), [clocks.group for clocks in running])
        self._running = {
            key: [clocks for clocks in running if clocks.group in sets.get(key, ())]
            for key in stored
        }

    def all(self) -> dict[str, ResponseTimes]:
        unanswered = {
            key: of["given_up"] + sum(clocks.past for clocks in self._running[key])
            for key, of in self._stored.items()
        }
        touched = {
            key: [slice_of(of["stopped"] + unanswered[key], share) for share in SHARES]
            for key, of in self._stored.items()
        }
        times = self._read_touched(touched)
        return {
            key: ResponseTimes(
                of["stopped"] + unanswered[key],
                unanswered[key],
                *self._percentiles(key, touched[key], times),
            )
            for key, of in self._stored.items()
        }

    def _percentiles(
        self, key: str, touched: Sequence[Slice | None], times: Mapping[tuple[str, int], int]
    ) -> Iterable[Percentile]:
        of = self._stored[key]
        stopped = of["stopped"]
        beyond = any(each and each.reaches_beyond(stopped) for each in touched)
        running = self._times_so_far(key) if beyond else []
        for each in touched:
            time_at = partial(_time_at, times, of["row"])
            yield percentile(each, stopped, time_at, running, of["longest"])

    def _read_touched(
        self, touched: Mapping[str, Sequence[Slice | None]]
    ) -> dict[tuple[str, int], int]:
        asked = sorted(
            {
                (self._stored[key]["row"], place)
                for key, slices in touched.items()
                for each in slices
                if each
                for place in each.stopped_places(self._stored[key]["stopped"])
            }
        )
        if not asked:
            return {}
        with connection.cursor() as cursor:
            rows, places = [row for row, _ in asked], [place for _, place in asked]
            cursor.execute(_TOUCHED, [rows, places, self._ledger.agreement.pk, self._first])
            return {(row, place): int(unpacked(time)[0]) for row, place, time in cursor.fetchall()}

    def _times_so_far(self, key: str) -> list[int]:
        """Return how long the clocks ran that are past due or were given up, in order."""
        so_far = [_so_far(self._ledger, clocks) for clocks in self._running[key]]
        if self._stored[key]["given_up"]:
            so_far.append(self._given_up[self._stored[key]["row"]])
        times: list[int] = joined(so_far).tolist()
        return times

    @cached_property
    def _given_up(self) -> dict[str, Microseconds]:
        rows = MonthTimes.objects.filter(agreement=self._ledger.agreement, month=self._first)
        return {key: unpacked(times) for key, times in rows.values_list("key", "given_up")}


def _time_at(times: Mapping[tuple[str, int], int], row: str, place: int) -> int:
    return times[row, place]


def _times_over(ledger: Ledger, key: str, periods: Sequence[Period]) -> ResponseTimes:
    """Join the times of other periods than months from the cells of their days."""
    running = list(ledger.running(periods))
    groups = [clocks.group for clocks, _ in running]
    wanted = sets_of_times(_terms(ledger), groups).get(key, frozenset())
    overdue = [
        _so_far(ledger, clocks, inside) for clocks, inside in running if clocks.group in wanted
    ]
    return response_times(_stopped_over(ledger, key, periods), joined(overdue))


def _stopped_over(ledger: Ledger, key: str, periods: Sequence[Period]) -> Microseconds:
    used = used_between(ledger.agreement, periods[0].from_date, periods[-1].to_date)
    wanted = sets_of_times(_terms(ledger), used).get(key, frozenset())
    return joined(used[group] for group in wanted)


def _so_far(ledger: Ledger, clocks: OpenClocks, inside: Mask | None = None) -> Microseconds:
    """Return how long the clocks of a group ran that are past due."""
    version, clause, _, tier, _ = clocks.group
    rulebooks = {each.key: each.rulebook for each in ledger.versions}
    schedule = rulebooks[version].schedule_of(clause, tier)
    return clocks.times_so_far(schedule, inside)


def _terms(ledger: Ledger) -> dict[str, Terms]:
    return {version.key: version.terms for version in ledger.versions}
