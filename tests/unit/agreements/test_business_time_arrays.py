"""Business time over arrays: shapes, what is not known, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agreements.business_time import (
    Schedule,
    add_business,
    add_business_days,
    add_business_days_many,
    add_business_many,
    business_between,
    business_between_many,
)

SPLIT = [("09:00", "12:00"), ("13:00", "18:00")]
SCHEDULE = Schedule(
    "America/Sao_Paulo",
    dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), SPLIT),
    {"2026-09-07": []},
)
FRIDAY = datetime(2026, 9, 4, 20, 43, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, 17, 20, tzinfo=UTC)


def instants(*texts: str) -> NDArray[np.datetime64]:
    return np.array(texts, dtype="datetime64[us]")


def lengths(*minutes: int) -> NDArray[np.timedelta64]:
    return np.array(minutes, dtype="timedelta64[m]").astype("timedelta64[us]")


def test_it_works() -> None:
    starts = instants("2026-09-04T20:43", "2026-09-08T17:20")
    ends = instants("2026-09-08T17:20", "2026-09-04T20:43")
    used = business_between_many(SCHEDULE, starts, ends)
    assert used.dtype == "timedelta64[us]"
    assert used.tolist() == [timedelta(minutes=277), timedelta(0)]
    due = add_business_many(SCHEDULE, starts, lengths(240, 60))
    assert due.dtype == "datetime64[us]"
    np.testing.assert_array_equal(due, instants("2026-09-08T16:43", "2026-09-08T18:20"))
    days = add_business_days_many(SCHEDULE, starts, np.array([10, 1]))
    assert days.dtype == "datetime64[us]"
    np.testing.assert_array_equal(days, instants("2026-09-21T21:00", "2026-09-09T21:00"))


def test_nothing_added_gives_the_start_itself() -> None:
    starts = instants("2026-09-05T12:00:00.000001", "2026-09-04T20:43")
    for amounts in (lengths(0, 0), lengths(0, 240)):
        assert add_business_many(SCHEDULE, starts, amounts)[0] == starts[0]
    for counts in ([0, 0], [0, 10]):
        assert add_business_days_many(SCHEDULE, starts, np.array(counts))[0] == starts[0]


def test_many_instants_of_many_years_give_what_single_ones_give() -> None:
    # Enough of them that places are looked up in a table, over hours that lie on a coarse grid.
    random = np.random.default_rng(7)
    span = int(timedelta(days=365 * 30) / timedelta(microseconds=1))
    starts = np.datetime64("1990-01-01", "us") + random.integers(0, span, 150_000)
    amounts = random.integers(0, 10**12, 150_000).astype("timedelta64[us]")
    counts = random.integers(0, 60, 150_000)
    used = business_between_many(SCHEDULE, starts, starts + amounts)
    due = add_business_many(SCHEDULE, starts, amounts)
    days = add_business_days_many(SCHEDULE, starts, counts)
    for row in range(0, 150_000, 997):
        start, amount = starts[row].item().replace(tzinfo=UTC), amounts[row].item()
        assert used[row].item() == business_between(SCHEDULE, start, start + amount)
        assert due[row].item().replace(tzinfo=UTC) == add_business(SCHEDULE, start, amount)
        count = int(counts[row])
        assert days[row].item().replace(tzinfo=UTC) == add_business_days(SCHEDULE, start, count)


def test_one_side_may_be_single() -> None:
    starts = instants("2026-09-04T20:43", "2026-09-08T16:20")
    used = business_between_many(SCHEDULE, starts, np.datetime64("2026-09-08T17:20", "us"))
    assert used.tolist() == [timedelta(minutes=277), timedelta(minutes=60)]
    due = add_business_many(SCHEDULE, starts, timedelta(hours=4))
    np.testing.assert_array_equal(due, instants("2026-09-08T16:43", "2026-09-08T20:20"))
    np.testing.assert_array_equal(
        add_business_days_many(SCHEDULE, starts, 1),
        instants("2026-09-08T21:00", "2026-09-09T21:00"),
    )


def test_shapes_are_kept() -> None:
    grid = instants("2026-09-04T20:43", "2026-09-08T17:20").reshape(2, 1)
    assert add_business_many(SCHEDULE, grid, lengths(1, 2, 3)).shape == (2, 3)
    nothing = instants()
    assert business_between_many(SCHEDULE, nothing, nothing).shape == (0,)
    assert add_business_many(SCHEDULE, nothing, timedelta(hours=1)).shape == (0,)


def test_what_is_not_known_stays_unknown() -> None:
    starts = instants("2026-09-04T20:43", "NaT", "2026-09-04T20:43", "NaT")
    ends = instants("2026-09-08T17:20", "2026-09-08T17:20", "NaT", "NaT")
    used = business_between_many(SCHEDULE, starts, ends)
    assert used[0] == timedelta(minutes=277)
    assert np.isnat(used).tolist() == [False, True, True, True]
    amounts = lengths(240, 240, 0, 0)
    amounts[2] = np.timedelta64("NaT")
    due = add_business_many(SCHEDULE, starts, amounts)
    assert due[0] == np.datetime64("2026-09-08T16:43")
    assert np.isnat(due).tolist() == [False, True, True, True]
    days = add_business_days_many(SCHEDULE, starts, 1)
    assert np.isnat(days).tolist() == [False, True, False, True]
    assert np.isnat(business_between_many(SCHEDULE, starts[3:], ends[3:])).all()


def test_coarser_units_are_read_and_inputs_are_left_alone() -> None:
    starts = np.array(["2026-09-04T20:43"], dtype="datetime64[m]")
    amounts = np.array([4], dtype="timedelta64[h]")
    due = add_business_many(SCHEDULE, starts, amounts)
    assert due.dtype == "datetime64[us]"
    np.testing.assert_array_equal(due, instants("2026-09-08T16:43"))
    assert (starts[0], amounts[0]) == (
        np.datetime64("2026-09-04T20:43", "m"),
        np.timedelta64(4, "h"),
    )


@pytest.mark.parametrize(
    "starts",
    [
        np.array(["2026-09-04T20:43"], dtype="datetime64[ns]"),
        np.array([1.5]),
        np.array([1]),
        [FRIDAY],
        np.array([FRIDAY]),
        None,
    ],
)
def test_arrays_that_are_no_exact_instants_are_refused(starts: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot be read exactly: give datetime64\[us\], in UTC"):
        business_between_many(SCHEDULE, starts, instants("2026-09-08T17:20"))


def test_arrays_that_are_no_exact_amounts_are_refused() -> None:
    starts = instants("2026-09-04T20:43")
    wrong: Any
    for wrong in (np.array([3600]), np.array([1], dtype="timedelta64[ns]"), 4):
        with pytest.raises(ValueError, match=r"give timedelta64\[us\]"):
            add_business_many(SCHEDULE, starts, wrong)
    with pytest.raises(ValueError, match="does not count days: give integers"):
        add_business_days_many(SCHEDULE, starts, np.array([1.5]))


def test_negative_amounts_are_refused() -> None:
    starts = instants("2026-09-04T20:43", "2026-09-04T20:43")
    with pytest.raises(ValueError, match="-60000000 microseconds of open time are negative"):
        add_business_many(SCHEDULE, starts, lengths(1, -1))
    with pytest.raises(ValueError, match="-1 business days are negative"):
        add_business_days_many(SCHEDULE, starts, np.array([1, -1]))


def test_instants_outside_the_years_are_refused_by_name() -> None:
    inside = instants("2026-09-04T20:43", "2026-09-04T20:43")
    for culprit in ("1969-06-01T00:00", "2101-06-01T00:00", "+290000-01-01T00:00"):
        outside = instants("2026-09-04T20:43", culprit)
        message = f"{culprit[1:]}.* is outside the years 1970 to 2100"
        with pytest.raises(ValueError, match=message):
            business_between_many(SCHEDULE, inside, outside)
        with pytest.raises(ValueError, match=message):
            add_business_many(SCHEDULE, outside, lengths(1))
        with pytest.raises(ValueError, match=message):
            add_business_days_many(SCHEDULE, outside, 1)


def test_what_ends_after_the_last_year_is_refused_by_name() -> None:
    starts = instants("2026-09-04T20:43", "2100-12-31T13:00")
    due = add_business_many(SCHEDULE, starts, lengths(7 * 60))
    np.testing.assert_array_equal(due[1:], instants("2100-12-31T21:00"))
    longest = np.array([0, np.iinfo(np.int64).max], dtype="timedelta64[us]")
    for amounts in (lengths(7 * 60 + 1), longest):
        with pytest.raises(ValueError, match=r"open time after 2100-12-31T13:00.* end beyond"):
            add_business_many(SCHEDULE, starts, amounts)
    for schedule in (SCHEDULE, Schedule.always("UTC")):
        with pytest.raises(ValueError, match=r"1 business days after 2100-12-31T13.* end beyond"):
            add_business_days_many(schedule, starts, 1)
