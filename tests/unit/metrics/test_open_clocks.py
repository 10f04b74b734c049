"""What running clocks are at an instant, counted without looking at each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.business_time import Schedule
from metrics.open_clocks import (
    BLOCK,
    Found,
    Group,
    Mask,
    Microseconds,
    Odd,
    OpenClocks,
    block_at,
    found_in,
    instant,
    marks_of,
    microseconds,
    packed,
    run_until_many,
    unpacked,
)
from metrics.rates import Outcome, tally

GROUP = Group("1", "S2", "first_follow_up", "", "")
MINUTE = 60_000_000


@dataclass(frozen=True)
class At:
    """When clocks started, at hand."""

    started: Microseconds

    def first(self, number: int) -> Microseconds:
        return self.started[:number]

    def all(self) -> Microseconds:
        return self.started


def clocks_of(
    due: Microseconds, now: int, odd: Mapping[int, Odd], started: Microseconds | None = None
) -> OpenClocks:
    past = int(np.searchsorted(due, now, side="left"))
    return OpenClocks(
        group=GROUP,
        now=now,
        number=due.size,
        past=past,
        next_due=None if past == due.size else int(due[past]),
        odd=odd,
        started=At(due - 10 if started is None else started),
    )


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
    clocks = clocks_of(np.array([due for due, _, _ in told], dtype=np.int64), now, odd)
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

    assert clocks.counts() == tallied(told)
    assert clocks.counts(mask) == tallied(
        [clock for clock, is_chosen in zip(told, chosen, strict=True) if is_chosen]
    )


@given(st.lists(st.integers(0, 400), max_size=5 * BLOCK), st.integers(-1, 401))
def test_the_marks_lead_to_the_block_that_tells_what_is_past(due: list[int], now: int) -> None:
    times = np.array(sorted(due), dtype=np.int64)
    marks = marks_of(times)

    found = block_at(marks, times.size, now)
    if not isinstance(found, Found):
        start = found * BLOCK
        found = found_in(found, times[start : start + BLOCK], marks, now)

    past = sum(time < now for time in due)
    assert found == Found(past, min((time for time in due if time >= now), default=None))


def test_times_so_far_leave_pauses_out(schedule: Schedule) -> None:
    start = microseconds(datetime(2026, 9, 2, 12, tzinfo=UTC))  # 09:00 in São Paulo
    now = start + 90 * MINUTE
    pause = [instant(start + 10 * MINUTE).isoformat(), instant(start + 40 * MINUTE).isoformat()]
    dues = np.array([start + 30 * MINUTE, start + 60 * MINUTE, now], dtype=np.int64)
    clocks = clocks_of(dues, now, {1: Odd(None, False, [pause])}, np.full(3, start))

    assert clocks.times_so_far(schedule).tolist() == [90 * MINUTE, 60 * MINUTE]
    only_later = np.array([False, True, True])
    assert clocks.times_so_far(schedule, only_later).tolist() == [60 * MINUTE]
    assert clocks.overdue_started(only_later).tolist() == [start]
    assert run_until_many(schedule, [start], [now], {0: [pause]}).tolist() == [60 * MINUTE]


@pytest.mark.parametrize("values", [[], [-1, 0, 2**62]])
def test_packed_values_are_read_back(values: list[int]) -> None:
    assert unpacked(memoryview(packed(values))).tolist() == values
