"""Business time over arrays beside two packages that count it, on the same schedule in one run."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import perf_counter

import businesstimedelta
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from agreements.business_time import Schedule, add_business_many, business_between_many
from tests.benchmarks.report import Line, print_lines

# UTC spares the other packages every conversion, so the ratios are at their lowest.
SCHEDULE = Schedule(
    "UTC",
    dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "12:00"), ("13:00", "18:00"))),
)
FEW = 300
ROUNDS = 5
_DAY = 86_400 * 10**6


def measure(count: int = 1_000_000) -> list[Line]:
    """What each package takes for one interval, divided by what the array functions take.

    Raises ValueError when their answers differ: then the ratio would mean nothing.
    """
    random = np.random.default_rng(7)
    starts = np.datetime64("2024-01-01", "us") + random.integers(0, 730 * _DAY, count)
    ends = starts + random.integers(0, 14 * _DAY, count).astype("timedelta64[us]")
    hours = random.integers(1, 41, count)
    return [_between(starts, ends), _due(starts, hours)]


def _between(starts: NDArray[np.datetime64], ends: NDArray[np.datetime64]) -> Line:
    """The open time between two instants up to 14 days apart."""
    work = businesstimedelta.WorkDayRule(time(9), time(18), list(range(5)))
    lunch = businesstimedelta.LunchTimeRule(time(12), time(13), list(range(5)))
    rules = businesstimedelta.Rules([work, lunch])
    few = [(_moment(start), _moment(end)) for start, end in zip(starts[:FEW], ends, strict=False)]

    def single() -> list[timedelta]:
        return [rules.difference(start, end).timedelta for start, end in few]

    for theirs, ours in zip(single(), business_between_many(SCHEDULE, starts, ends), strict=False):
        # The package counts whole seconds.
        if abs(theirs - ours.item()) >= timedelta(seconds=1):
            raise ValueError(f"businesstimedelta counts {theirs} where we count {ours}.")
    return _line(
        "business time: × businesstimedelta",
        7_000,
        (single, len(few)),
        (lambda: business_between_many(SCHEDULE, starts, ends), starts.size),
    )


def _due(starts: NDArray[np.datetime64], hours: NDArray[np.int64]) -> Line:
    """The instant by which 1 to 40 open hours have passed."""
    opens, closes = ["09:00", "13:00"], ["12:00", "18:00"]
    offsets = {
        count: pd.offsets.CustomBusinessHour(count, start=opens, end=closes)
        for count in range(1, 41)
    }
    few = [
        (pd.Timestamp(start), offsets[count])
        for start, count in zip(starts[:FEW], hours.tolist(), strict=False)
    ]
    amounts = hours.astype("timedelta64[h]").astype("timedelta64[us]")

    def single() -> list[pd.Timestamp]:
        return [start + offset for start, offset in few]

    ours = add_business_many(SCHEDULE, starts[:FEW], amounts[:FEW])
    theirs = np.array(single(), dtype="datetime64[us]")
    # Where a promise ends at a close pandas names the next opening: no open time lies between.
    if (theirs < ours).any() or business_between_many(SCHEDULE, ours, theirs).any():
        raise ValueError("pandas finds other due times than we do.")
    return _line(
        "business time: × pandas CustomBusinessHour",
        800,
        (single, len(few)),
        (lambda: add_business_many(SCHEDULE, starts, amounts), starts.size),
    )


def _line(
    name: str,
    budget: float,
    theirs: tuple[Callable[[], object], int],
    ours: tuple[Callable[[], object], int],
) -> Line:
    """Time both by turns, so that a slow moment of the machine falls on both."""
    rounds = [(_seconds_each(*theirs), _seconds_each(*ours)) for _ in range(ROUNDS)]
    slow, fast = (median(column) for column in zip(*rounds, strict=True))
    detail = (
        f"{slow * 1e6:,.0f} µs each of {theirs[1]:,} against {fast * 1e9:.1f} ns each of "
        f"{ours[1]:,}, median of {ROUNDS}"
    )
    return Line(name, slow / fast, budget, at_least=True, detail=detail)


def _seconds_each(call: Callable[[], object], count: int) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) / count


def _moment(instant: np.datetime64) -> datetime:
    moment: datetime = instant.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    print_lines(measure())
