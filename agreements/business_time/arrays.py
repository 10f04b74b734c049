"""The same arithmetic over NumPy arrays of instants.

Instants are datetime64[us] in UTC, lengths timedelta64[us]; arrays broadcast against each other.
NaT on either side gives NaT. Errors are those of the scalar functions and name the first culprit.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agreements.business_time.places import Integers
from agreements.business_time.schedule import Schedule
from agreements.business_time.timeline import (
    DAY,
    Timeline,
    beyond,
    limits,
    timeline_beyond,
    timeline_over,
)

Instants: TypeAlias = NDArray[np.datetime64]
Lengths: TypeAlias = NDArray[np.timedelta64]
Given: TypeAlias = Instants | np.datetime64

_NAT = np.iinfo(np.int64).min


# A batch and what is computed from it stay in the processor's cache.
_BATCH = 16_384
# Longer than all the years there are; it keeps sums of instants and lengths within 64 bits.
_LONGEST = 200 * 366 * DAY


def business_between_many(schedule: Schedule, starts: Given, ends: Given) -> Lengths:
    """The open time inside each ``[start, end)``: `business_between` for each pair."""

    def compute(first: Integers, last: Integers) -> Integers:
        line = _timeline_over(schedule, first, last)
        used = line.open_before_many(last) - line.open_before_many(first)
        np.maximum(used, 0, out=used)
        return used

    return _by_batches(compute, _instants(starts), _instants(ends)).view("timedelta64[us]")


def add_business_many(schedule: Schedule, starts: Given, amounts: Lengths | timedelta) -> Instants:
    """The earliest instant by which each amount has passed: `add_business` for each pair."""

    def compute(first: Integers, lengths: Integers) -> Integers:
        return _add_business(schedule, first, lengths)

    return _by_batches(compute, _instants(starts), _lengths(amounts)).view("datetime64[us]")


def add_business_days_many(
    schedule: Schedule, starts: Given, ns: NDArray[np.integer[Any]] | int
) -> Instants:
    """The last close of each n-th open local day: `add_business_days` for each pair."""

    def compute(first: Integers, counts: Integers) -> Integers:
        return _add_days(schedule, first, counts)

    return _by_batches(compute, _instants(starts), _counts(ns)).view("datetime64[us]")


def _add_business(schedule: Schedule, first: Integers, lengths: Integers) -> Integers:
    line: Timeline | None = _timeline_over(schedule, first)
    _refuse_negative(lengths, "microseconds of open time")
    if not lengths.any():
        return first.copy()
    while line is not None:
        targets = line.open_before_many(first) + np.minimum(lengths, _LONGEST)
        if targets.max() <= line.total:
            due = np.where(lengths == 0, first, line.reached_many(targets))
            if due.max() <= limits(schedule.time_zone)[1]:
                return due
        line = timeline_beyond(schedule, line)
    worst = int(targets.argmax())
    raise beyond(int(first[worst]), f"{timedelta(microseconds=int(lengths[worst]))} of open time")


def _add_days(schedule: Schedule, first: Integers, counts: Integers) -> Integers:
    line: Timeline | None = _timeline_over(schedule, first)
    _refuse_negative(counts, "business days")
    if not counts.any():
        return first.copy()
    while line is not None:
        days = line.local_days_many(first)
        places = line.open_days_through_many(days) + np.minimum(counts, _LONGEST) - 1
        if places.max() < line.open_days.size:
            due = np.where(counts == 0, first, line.day_closes[places])
            if due.max() <= limits(schedule.time_zone)[1]:
                return due
        line = timeline_beyond(schedule, line)
    worst = int(places.argmax())
    raise beyond(int(first[worst]), f"{counts[worst]} business days")


def _by_batches(
    compute: Callable[[Integers, Integers], Integers], first: Integers, second: Integers
) -> Integers:
    """Broadcast, compute batch by batch where neither side is NaT, and leave NaT elsewhere."""
    first, second = np.broadcast_arrays(first, second)
    shape, first, second = first.shape, first.ravel(), second.ravel()
    result = np.empty(first.size, dtype=np.int64)
    for start in range(0, first.size, _BATCH):
        batch = slice(start, start + _BATCH)
        result[batch] = _where_known(compute, first[batch], second[batch])
    return result.reshape(shape)


def _where_known(
    compute: Callable[[Integers, Integers], Integers], first: Integers, second: Integers
) -> Integers:
    if min(first.min(), second.min()) != _NAT:
        return compute(first, second)
    known = (first != _NAT) & (second != _NAT)
    result = np.full(first.size, _NAT)
    if known.any():
        result[known] = compute(first[known], second[known])
    return result


def _timeline_over(schedule: Schedule, *columns: Integers) -> Timeline:
    return timeline_over(
        schedule,
        min(int(column.min()) for column in columns),
        max(int(column.max()) for column in columns),
    )


def _refuse_negative(amounts: Integers, unit: str) -> None:
    if amounts.min() < 0:
        culprit = amounts[amounts < 0][0]
        raise ValueError(f"{culprit} {unit} are negative: give zero or more.")


def _instants(values: Given) -> Integers:
    return _microseconds(values, "datetime64[us]")


def _lengths(values: Lengths | timedelta) -> Integers:
    if isinstance(values, timedelta):
        values = np.asarray(np.timedelta64(values, "us"))
    return _microseconds(values, "timedelta64[us]")


def _microseconds(values: Any, dtype: str) -> Integers:
    """The integers behind an array; a unit that is finer than microseconds is refused."""
    given = getattr(values, "dtype", None)
    if not isinstance(given, np.dtype):
        given = np.dtype(object)
    if given.kind != np.dtype(dtype).kind or not np.can_cast(given, dtype, casting="safe"):
        raise ValueError(f"An array of {given} cannot be read exactly: give {dtype}, in UTC.")
    return np.asarray(values).astype(dtype, copy=False).view(np.int64)


def _counts(values: Any) -> Integers:
    counts = np.asarray(values)
    if counts.dtype.kind not in "iu":
        raise ValueError(f"An array of {counts.dtype} does not count days: give integers.")
    return counts.astype(np.int64)
