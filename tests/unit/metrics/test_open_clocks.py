"""What running clocks are at an instant, counted without looking at each."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule
from metrics.open_clocks import (
    Group,
    Mask,
    Odd,
    OpenClocks,
    instant,
    microseconds,
    packed,
    run_until_many,
    unpacked,
)
from metrics.rates import Outcome, tally

GROUP = Group("1", "S2", "first_follow_up", "", "")
MINUTE = 60_000_000


def clocks_of(due: list[int], odd: dict[int, Odd]) -> OpenClocks:
    dues = np.array(sorted(due), dtype=np.int64)
    return OpenClocks(GROUP, dues, odd, read_started=lambda: dues - 10)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.none() | st.integers(0, 30), st.booleans())),
    st.integers(0, 60),
    st.data(),
)
def test_counts_equal_a_tally_of_each(
    told: list[tuple[int, int | None, bool]], now: int, data: st.DataObject
) -> None:
    told.sort(key=lambda clock: clock[0])
    odd = {
        place: Odd(None if later is None else due + later, is_excepted, None)
        for place, (due, later, is_excepted) in enumerate(told)
    }
    clocks = clocks_of([due for due, _, _ in told], odd)
    chosen = data.draw(st.lists(st.booleans(), min_size=len(told), max_size=len(told)))
    mask: Mask = np.array(chosen, dtype=bool)

    def outcome(due: int) -> Outcome:
        return Outcome.BREACHED if due < now else Outcome.PENDING

    def tallied(those: list[tuple[int, int | None, bool]]) -> Counter[str]:
        counted = tally(
            (outcome(due), outcome(due + (later or 0)), is_excepted)
            for due, later, is_excepted in those
        )
        names = ("breached", "pending", "excused_pending", "excepted")
        return Counter({name: getattr(counted, name) for name in names})

    assert clocks.counts(now) == tallied(told)
    assert clocks.counts(now, mask) == tallied(
        [clock for clock, is_chosen in zip(told, chosen, strict=True) if is_chosen]
    )


def test_a_clock_is_overdue_after_its_due_time() -> None:
    clocks = clocks_of([5, 7], {})

    assert [clocks.overdue(now) for now in (5, 6, 7, 8)] == [0, 1, 1, 2]
    assert [clocks.next_due(now) for now in (5, 6, 8)] == [5, 7, None]


def test_times_so_far_leave_pauses_out(schedule: Schedule) -> None:
    start = microseconds(datetime(2026, 9, 2, 12, tzinfo=UTC))  # 09:00 in São Paulo
    now = start + 90 * MINUTE
    pause = [instant(start + 10 * MINUTE).isoformat(), instant(start + 40 * MINUTE).isoformat()]
    dues = np.array([start + 30 * MINUTE, start + 60 * MINUTE, now], dtype=np.int64)
    clocks = OpenClocks(
        GROUP, dues, {1: Odd(None, False, [pause])}, lambda: np.full(3, start, dtype=np.int64)
    )

    times = clocks.times_so_far(schedule, now)

    assert times.tolist() == [90 * MINUTE, 60 * MINUTE]
    only_second = np.array([False, True, True])
    assert clocks.times_so_far(schedule, now, only_second).tolist() == [60 * MINUTE]
    assert run_until_many(schedule, [start], [now], {0: [pause]}).tolist() == [60 * MINUTE]


@pytest.mark.parametrize("values", [[], [-1, 0, 2**62]])
def test_packed_values_are_read_back(values: list[int]) -> None:
    assert unpacked(memoryview(packed(values))).tolist() == values
