"""Percentiles of a month from a bounded extract of its times, exact at any instant.

A month may have a hundred thousand clocks that stopped and only some that did not. Which of the
stopped a percentile touches depends on how many of the others are past due, so what is kept are
the few neighbours that any such number can make it touch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.percentiles import Percentile

SHARES = ("0.5", "0.9", "0.95")
"""The percentiles that are kept: median, p90 and p95."""

_Microseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slices:
    """``stopped`` times in all, the longest, and by share the first place kept and the times."""

    stopped: int
    longest: int
    kept: dict[str, tuple[int, tuple[int, ...]]]

    def as_json(self) -> dict[str, Any]:
        """Write for a JSON column; ``from_json`` reads it."""
        kept = {share: [first, list(times)] for share, (first, times) in self.kept.items()}
        return {"stopped": self.stopped, "longest": self.longest, "kept": kept}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Slices":
        """Read what ``as_json`` wrote."""
        kept = {share: (first, tuple(times)) for share, (first, times) in told["kept"].items()}
        return cls(told["stopped"], told["longest"], kept)

    def percentile(self, share: str, overdue: Sequence[int]) -> Percentile:
        """Return a percentile of SHARES, with those past due and unanswered at their time so far.

        Equal to ``percentiles.percentiles`` over all times. Raises KeyError for another share.
        """
        first, times = self.kept[share]
        count = self.stopped + len(overdue)
        if not count:
            return Percentile(None, False)
        position = (count - 1) * Fraction(share)
        low = int(position)
        high = low if position == low else low + 1
        running = np.maximum(np.sort(np.asarray(overdue, dtype=np.int64)), self.longest)

        def time_at(place: int) -> int:
            return (
                times[place - first] if place < self.stopped else int(running[place - self.stopped])
            )

        value = time_at(low) + (position - low) * (time_at(high) - time_at(low))
        return Percentile(value, high >= self.stopped)


def slices_of(times: _Microseconds, unanswered: int) -> Slices:
    """Keep what the percentiles can touch while up to so many more join, sorting last."""
    stopped = np.sort(times)
    kept = {}
    for share in SHARES:
        low = int(max(stopped.size - 1, 0) * Fraction(share))
        high = int(max(stopped.size + unanswered - 1, 0) * Fraction(share)) + 2
        kept[share] = (low, tuple(stopped[low:high].tolist()))
    longest = int(stopped[-1]) if stopped.size else 0
    return Slices(int(stopped.size), longest, kept)
