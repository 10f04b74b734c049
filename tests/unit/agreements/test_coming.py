"""When a text comes into force, and what that means for the versions around it."""

from datetime import UTC, datetime

import pytest

from agreements.coming import Coming, SignedSpan, coming_period

NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)


def day(month: int, number: int = 1, year: int = 2026) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


ENDLESS = SignedSpan(1, day(1), None)
ENDING = SignedSpan(1, day(1), day(12))
NEXT = SignedSpan(2, day(10), None)


def coming(
    *signed: SignedSpan, wanted_from: datetime | None = None, wanted_to: datetime | None = None
) -> Coming:
    return coming_period(signed, wanted_from=wanted_from, wanted_to=wanted_to, now=NOW)


def test_it_works() -> None:
    assert coming(ENDLESS, wanted_from=day(7), wanted_to=day(1, year=2027)) == Coming(
        day(7), day(1, year=2027), replaces=ENDLESS
    )


def test_the_first_one() -> None:
    assert coming(wanted_from=day(7)) == Coming(day(7), None)


def test_at_once_where_no_day_is_wanted() -> None:
    assert coming(ENDLESS) == Coming(NOW, None, replaces=ENDLESS)


def test_never_from_before_now_on() -> None:
    assert coming(ENDLESS, wanted_from=day(6)) == Coming(NOW, None, is_late=True, replaces=ENDLESS)


def test_one_that_ends_by_itself_ends_sooner() -> None:
    assert coming(ENDING, wanted_from=day(7)).replaces == ENDING


@pytest.mark.parametrize(("start", "since"), [(day(12), None), (day(12, 15), day(12))])
def test_a_gap_before(start: datetime, since: datetime | None) -> None:
    found = coming(ENDING, wanted_from=start)
    assert found.replaces is None
    assert found.uncovered_since == since


def test_a_gap_that_has_begun() -> None:
    over = SignedSpan(1, day(1), day(5))
    assert coming(over).uncovered_since == day(5)


def test_the_next_one_cuts_it() -> None:
    for wanted_to in (None, day(11)):
        found = coming(ENDLESS, NEXT, wanted_from=day(7), wanted_to=wanted_to)
        assert (found.ends_at, found.cut_by) == (NEXT.starts_at, NEXT)
        assert found.resumes_with is None


def test_a_gap_after() -> None:
    found = coming(NEXT, wanted_from=day(7), wanted_to=day(9))
    assert (found.ends_at, found.cut_by, found.resumes_with) == (day(9), None, NEXT)


def test_the_next_one_follows_at_once() -> None:
    found = coming(NEXT, wanted_from=day(7), wanted_to=NEXT.starts_at)
    assert (found.ends_at, found.cut_by, found.resumes_with) == (NEXT.starts_at, None, None)
