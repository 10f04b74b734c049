"""A few of the times give the very percentiles that all of them would give."""

from hypothesis import given
from hypothesis import strategies as st

from metrics.percentiles import percentiles
from metrics.slices import SHARES, percentile, slice_of

times = st.lists(st.integers(0, 10**9), max_size=60)


@given(times, times)
def test_equal_to_percentiles_over_everything(stopped: list[int], overdue: list[int]) -> None:
    ordered, running = sorted(stopped), sorted(overdue)
    longest = ordered[-1] if ordered else 0
    read: set[int] = set()

    def time_at(place: int) -> int:
        read.add(place)
        return ordered[place]

    touched = [slice_of(len(stopped) + len(overdue), share) for share in SHARES]
    found = [percentile(each, len(stopped), time_at, running, longest) for each in touched]

    assert found == percentiles(stopped, overdue, SHARES)
    foretold = {place for each in touched if each for place in each.stopped_places(len(stopped))}
    assert read == foretold
    assert [value.is_lower_bound for value in found] == [
        each is not None and each.reaches_beyond(len(stopped)) for each in touched
    ]
