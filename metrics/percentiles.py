"""Percentiles of response times in which some clocks are still unanswered (R10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from metrics.attainment import Number, exact

Times: TypeAlias = Sequence[int] | npt.NDArray[np.int64] | npt.NDArray[np.timedelta64]
"""Microseconds as integers, or an array of timedelta64."""

_Microseconds = npt.NDArray[np.int64]


class Percentile(NamedTuple):
    """Microseconds, none of nothing; a lower bound is shown as "at least"."""

    value: Fraction | None
    is_lower_bound: bool


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """The times of ``n`` clocks, of which ``unanswered`` are past due and still run."""

    n: int
    unanswered: int
    median: Percentile
    p90: Percentile
    p95: Percentile


def response_times(answered: Times, overdue: Times) -> ResponseTimes:
    """Median, p90 and p95 of clocks that stopped and of those past due, with their time so far."""
    median, p90, p95 = percentiles(answered, overdue, ("0.5", "0.9", "0.95"))
    return ResponseTimes(len(answered) + len(overdue), len(overdue), median, p90, p95)


def percentiles(answered: Times, overdue: Times, qs: Iterable[Number]) -> list[Percentile]:
    """A percentile for each q from 0 to 1, by linear interpolation between neighbours.

    An unanswered clock sorts last whatever its time so far. It therefore counts as no shorter than
    the longest answered one, or a higher percentile could be the smaller number; and it makes each
    percentile that touches it a lower bound. Raises ValueError for a q outside 0 to 1.
    """
    stopped, running = _sorted(answered), _sorted(overdue)
    times = np.maximum.accumulate(np.concatenate((stopped, running)))
    return [_percentile(times, stopped.size, _share(q)) for q in qs]


def _percentile(times: _Microseconds, answered: int, q: Fraction) -> Percentile:
    if times.size == 0:
        return Percentile(None, False)
    position = (times.size - 1) * q
    low = int(position)
    high = low if position == low else low + 1
    step = int(times[high]) - int(times[low])
    return Percentile(int(times[low]) + (position - low) * step, high >= answered)


def _sorted(times: Times) -> _Microseconds:
    array = np.asarray(times)
    if array.dtype.kind == "m":
        array = array.astype("timedelta64[us]")
    return np.sort(array.astype(np.int64))


def _share(q: Number) -> Fraction:
    share = exact(q)
    if not 0 <= share <= 1:
        raise ValueError(f"{q} is not a share: give a percentile from 0 to 1, such as 0.9.")
    return share
