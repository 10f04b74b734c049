"""Which of many sorted times a percentile touches, so that only these need to be read.

Times of clocks that stopped come first, in ascending order. Those of clocks that did not sort
last whatever they are, and none counts as shorter than the longest that stopped (R10).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from metrics.percentiles import Percentile

SHARES = ("0.5", "0.9", "0.95")
"""Median, p90 and p95."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The neighbours between which a percentile lies, and how far from the lower one."""

    low: int
    high: int
    way: Fraction

    def stopped_places(self, stopped: int) -> list[int]:
        """Return its places among those that stopped."""
        return [place for place in {self.low, self.high} if place < stopped]

    def reaches_beyond(self, stopped: int) -> bool:
        """Whether it touches a clock that did not stop, so that it is "at least"."""
        return self.high >= stopped


def slice_of(count: int, share: str) -> Slice | None:
    """Return what a percentile touches among so many times; none of nothing."""
    if not count:
        return None
    position = (count - 1) * Fraction(share)
    low = int(position)
    return Slice(low, low if position == low else low + 1, position - low)


def percentile(
    touched: Slice | None,
    stopped: int,
    time_at: Callable[[int], int],
    running: Sequence[int],
    longest: int,
) -> Percentile:
    """Return a percentile; equal to ``percentiles.percentiles`` over all times.

    ``stopped`` clocks did stop, the longest after ``longest``; ``time_at`` reads the time of one of
    them by its place, and ``running`` are the times so far of the others in ascending order.
    """
    if touched is None:
        return Percentile(None, False)

    def at(place: int) -> int:
        return time_at(place) if place < stopped else max(running[place - stopped], longest)

    value = at(touched.low) + touched.way * (at(touched.high) - at(touched.low))
    return Percentile(value, touched.reaches_beyond(stopped))
