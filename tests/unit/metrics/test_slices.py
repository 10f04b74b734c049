"""Slices give the very percentiles that all times would give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.percentiles import percentiles
from metrics.slices import SHARES, Slices, slices_of

times = st.lists(st.integers(0, 10**9), max_size=60)


@given(times, times, st.data())
def test_equal_to_percentiles_over_everything(
    stopped: list[int], unanswered: list[int], data: st.DataObject
) -> None:
    """However many of those unanswered are past due by then."""
    slices = slices_of(np.array(stopped, dtype=np.int64), len(unanswered))
    overdue = unanswered[: data.draw(st.integers(0, len(unanswered)))]

    expected = percentiles(stopped, overdue, SHARES)

    read = Slices.from_json(slices.as_json())
    assert [read.percentile(share, overdue) for share in SHARES] == expected


def test_what_is_kept_does_not_grow_with_what_stopped() -> None:
    for size in (100, 100_000):
        slices = slices_of(np.arange(size, dtype=np.int64), 5)
        assert max(len(values) for _, values in slices.kept.values()) <= 8


def test_a_share_that_is_not_kept_is_refused() -> None:
    with pytest.raises(KeyError):
        slices_of(np.array([1, 2], dtype=np.int64), 0).percentile("0.99", [])
