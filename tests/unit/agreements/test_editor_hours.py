"""Hours as people type them: read leniently, kept when they are wrong, left as they are."""

import pytest

from agreements.editor.hours import (
    copied,
    day_fault,
    day_read,
    overlapping,
    week_shown,
    week_stored,
    year_day_fault,
    year_day_shown,
    year_day_stored,
)

OFFICE = {"mon-thu": "09:00-14:00, 15:30-18:30", "fri": [["09:00", "15:00"]], "seasons": []}


def test_it_works() -> None:
    week = week_shown(OFFICE)
    assert week["tue"] == "09:00-14:00, 15:30-18:30"
    assert week["fri"] == "09:00-15:00"
    assert week["sat"] == ""

    assert week_stored(week, OFFICE) == {key: OFFICE[key] for key in ("mon-thu", "fri")}
    assert week_stored({**week, "sat": "9-13h"}, OFFICE) == {
        "mon-thu": "09:00-14:00, 15:30-18:30",
        "fri": "09:00-15:00",
        "sat": "09:00-13:00",
    }


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("9-18", "09:00-18:00"),
        (" 9:00 – 12:00 ; 13h30-18h ", "09:00-12:00, 13:30-18:00"),
        ("08.00 to 15.00", "08:00-15:00"),
        ("22:00-24", "22:00-24:00"),
        ("mornings", "mornings"),
        ("9-12, later", "9-12, later"),
        ("25:00-26:00", "25:00-26:00"),
    ],
)
def test_hours_are_read_leniently(typed: str, read: str) -> None:
    assert day_read(typed) == read
    assert day_read(read) == read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mornings", "not_hours"),
        ("09:00-12:00, x", "not_hours"),
        ("25:00-26:00", "not_a_time"),
        ("09:75-10:00", "not_a_time"),
        ("22:00-06:00", "over_midnight"),
        ("09:00-09:00", "no_length"),
        ("13:00-18:00, 09:00-13:30", "overlap"),
    ],
)
def test_what_is_wrong_with_a_day(text: str, code: str) -> None:
    fault = day_fault(text)
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize("text", ["", "00:00-24:00", "13:00-18:00, 09:00-13:00", "20:00-24:00"])
def test_nothing_is_wrong_with_a_day(text: str) -> None:
    assert day_fault(text) is None


def test_an_overlap_names_both() -> None:
    fault = day_fault("13:00-18:00, 09:00-13:30")
    assert fault is not None
    assert fault.params == {"first": "09:00-13:30", "second": "13:00-18:00"}


def test_nonsense_is_kept_while_nobody_types() -> None:
    nonsense: list[object] = [
        "always",
        {"monday": "9-18"},
        {"mon": 3},
        {"mon": [["09:00"], {}]},
        None,
        [],
    ]
    for stored in nonsense:
        kept = week_stored(week_shown(stored), stored)
        assert kept == (stored if isinstance(stored, dict) else {})


def test_a_day_given_twice_shows_what_was_said_of_fewer_days() -> None:
    week = week_shown({"mon": "10:00-12:00", "mon-fri": "09:00-18:00"})
    assert (week["mon"], week["tue"]) == ("10:00-12:00", "09:00-18:00")


def test_monday_is_copied() -> None:
    assert copied({"mon": "8-15", "wed": "9-10", "sun": "10:00-11:00"}) == {
        "mon-fri": "8-15",
        "sun": "10:00-11:00",
    }


def test_days_of_the_year() -> None:
    assert year_day_shown("06-05") == ("5", "06")
    assert year_day_stored("5", "06", "06-05") == "06-05"
    assert year_day_stored("7", "06", "06-05") == "06-07"
    assert year_day_stored("", "", None) is None
    for typed in (("31", "02"), ("x", "06"), ("5", "")):
        stored = year_day_stored(*typed, None)
        assert year_day_shown(stored) == typed
        assert year_day_fault(stored)
    for stored in ("13-05", "june", 5, "06"):
        assert year_day_stored(*year_day_shown(stored), stored) == stored
    assert year_day_fault("02-29") is None
    assert year_day_fault(None)


def test_seasons_that_share_a_day() -> None:
    summer, winter = ("06-15", "09-15"), ("12-15", "01-15")
    assert overlapping([summer, winter, ("01-15", "02-01"), ("x", "y")]) == {2: 1}
    assert overlapping([summer, ("09-16", "12-14"), winter]) == {}
