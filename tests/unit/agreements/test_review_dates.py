"""Reviews come round on the weekday that was agreed."""

import itertools
from datetime import date

import pytest

from agreements.review_dates import review_dates


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        ("weekly", [date(2026, 6, 16), date(2026, 6, 23), date(2026, 6, 30)]),
        ("fortnightly", [date(2026, 6, 23), date(2026, 7, 7), date(2026, 7, 21)]),
        ("monthly", [date(2026, 7, 7), date(2026, 8, 4), date(2026, 9, 1)]),
        ("quarterly", [date(2026, 7, 7), date(2026, 10, 6), date(2027, 1, 5)]),
    ],
)
def test_it_works(cadence: str, expected: list[date]) -> None:
    assert review_dates(cadence, "tue", date(2026, 6, 10), 3) == expected


def test_a_day_of_review_is_not_the_next_one() -> None:
    assert review_dates("weekly", "wed", date(2026, 6, 10), 1) == [date(2026, 6, 17)]


def test_without_a_weekday_it_is_monday() -> None:
    assert review_dates("monthly", None, date(2026, 12, 31), 2) == [
        date(2027, 1, 4),
        date(2027, 2, 1),
    ]


def test_fortnights_go_on_over_the_years() -> None:
    days = review_dates("fortnightly", "fri", date(2026, 1, 1), 60)
    assert {(late - early).days for early, late in itertools.pairwise(days)} == {14}
    assert {day.weekday() for day in days} == {4}
    # The same fortnights, whenever one asks.
    assert review_dates("fortnightly", "fri", days[20], 39) == days[21:]
