"""A time to try next where the one of a draft would be missed."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from agreements.durations import Duration, Unit
from leads.trying.trial import Trial
from metrics.attainment import is_reached
from metrics.backtest import tally_by_holder, whole
from metrics.open_clocks import microseconds
from metrics.rates import Rate

_MOST = 8
_MINUTES = (5, 10, 15, 20, 30, 45, 90)
_HOURS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40)
_DAYS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 45, 60, 90)


class NextTry(NamedTuple):
    """A time, what it would have given, and whether that keeps the promise."""

    within: Duration
    rate: Rate
    is_kept: bool


def next_try(
    trial: Trial, clause_key: str, now: datetime, in_force: Duration | None = None
) -> NextTry | None:
    """Return the shortest usual time longer than the one tried that would keep the promise.

    Where none up to the time in force would, the longest of them; None where there is none.
    """
    commitment = trial.book.terms.commitment(clause_key)
    if commitment.within is None or isinstance(commitment.target, Duration):
        return None
    usual = list(_longer(commitment.within, in_force))
    tried: dict[Duration, NextTry] = {}

    def is_kept(within: Duration) -> bool:
        rate = whole(tally_by_holder(trial.clocks_of(clause_key, within), microseconds(now)))
        kept = rate.value is not None and is_reached(
            rate.value, str(commitment.target), commitment.direction
        )
        tried[within] = NextTry(within, rate, kept)
        return kept

    # The longer the time, the more are met, so that halving finds the shortest.
    place = bisect_left(usual, True, key=is_kept)
    found = usual[place : place + 1] or usual[-1:]
    return tried[found[0]] if found else None


def _longer(tried: Duration, in_force: Duration | None) -> Iterator[Duration]:
    """Give usual times longer than the one tried, and shorter than the one in force if that is."""
    limit = _order(in_force) if in_force is not None else None
    if limit is not None and (limit[0] != _order(tried)[0] or limit <= _order(tried)):
        limit = None
    usual = sorted(_usual(tried), key=_order)
    found = [each for each in usual if _order(each) > _order(tried)]
    yield from (each for each in found[:_MOST] if limit is None or _order(each) < limit)


def _usual(like: Duration) -> Iterator[Duration]:
    if not like.is_open_time:
        yield from (Duration(days, like.unit) for days in _DAYS)
        return
    yield from (Duration(minutes, Unit.MINUTE) for minutes in _MINUTES)
    yield from (Duration(hours, Unit.HOUR) for hours in _HOURS)


def _order(within: Duration) -> tuple[str, int]:
    if within.is_open_time:
        return "open", int(within.open_time.total_seconds())
    return str(within.unit), within.amount
