"""Calendar files: whole days, hours, spans and repetitions, each bounded and told by its line."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from agreements.calendar_files import (
    LARGEST,
    MOST_EVENTS,
    FileRead,
    UnreadableFile,
    read_calendar_file,
)

FIRST, LAST = date(2027, 1, 1), date(2028, 12, 31)


def calendar(*events: str) -> bytes:
    inner = "".join(f"BEGIN:VEVENT\n{each}\nEND:VEVENT\n" for each in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{inner}END:VCALENDAR\n".encode()


def read(*events: str) -> FileRead:
    return read_calendar_file(calendar(*events), first=FIRST, last=LAST, zone=ZoneInfo("UTC"))


def days(*events: str) -> list[str]:
    found = read(*events)
    assert not found.left_out
    return [f"{each.day} {each.times}".strip() for each in found.days]


def test_it_works() -> None:
    found = read("SUMMARY:New Year\nDTSTART;VALUE=DATE:20270101")
    assert [(each.day, each.name, each.times) for each in found.days] == [
        (date(2027, 1, 1), "New Year", "")
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "DTSTART;VALUE=DATE:20270102\nDTEND;VALUE=DATE:20270105",
            ["2027-01-02", "2027-01-03", "2027-01-04"],
        ),
        ("DTSTART;VALUE=DATE:20270102\nDURATION:P2D", ["2027-01-02", "2027-01-03"]),
        ("DTSTART:20270102T140000\nDTEND:20270102T180000", ["2027-01-02 14:00–18:00"]),
        (
            "DTSTART:20270102T140000\nDTEND:20270104T100000",
            ["2027-01-02 14:00–24:00", "2027-01-03", "2027-01-04 00:00–10:00"],
        ),
        ("DTSTART:20270102T000000\nDTEND:20270103T000000", ["2027-01-02"]),
        (
            "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY",
            ["2027-05-01", "2028-05-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20270104\nRRULE:FREQ=WEEKLY;UNTIL=20270118",
            ["2027-01-04", "2027-01-11", "2027-01-18"],
        ),
        (
            "DTSTART;VALUE=DATE:20270104\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20270111",
            ["2027-01-04", "2027-01-18"],
        ),
        (
            "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            ["2027-11-25", "2028-11-23"],
        ),
        (
            "DTSTART;VALUE=DATE:20270104\nRDATE;VALUE=DATE:20270301,20270302",
            ["2027-01-04", "2027-03-01", "2027-03-02"],
        ),
        ("DTSTART;VALUE=DATE:20260104", []),
        ("DTSTART;VALUE=DATE:20270104\nSTATUS:CANCELLED", []),
    ],
)
def test_events(event: str, expected: list[str]) -> None:
    assert days(event) == expected


def test_hours_are_those_of_the_place() -> None:
    told_in_utc = calendar("DTSTART:20270102T230000Z\nDTEND:20270103T010000Z")
    found = read_calendar_file(
        told_in_utc, first=FIRST, last=LAST, zone=ZoneInfo("America/Sao_Paulo")
    )
    assert [(each.day.day, each.times) for each in found.days] == [(2, "20:00–22:00")]
    in_its_zone = "DTSTART;TZID=Europe/Madrid:20270102T090000\nDURATION:PT2H"
    assert days(in_its_zone) == ["2027-01-02 09:00–11:00"]


def test_an_occurrence_that_was_moved() -> None:
    weekly = "UID:a\nDTSTART;VALUE=DATE:20270104\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = "UID:a\nRECURRENCE-ID;VALUE=DATE:20270111\nDTSTART;VALUE=DATE:20270113"
    assert days(weekly, moved) == ["2027-01-04", "2027-01-13"]


def test_two_events_on_a_day() -> None:
    found = read(
        "SUMMARY:Fair\nDTSTART:20270104T090000\nDTEND:20270104T100000",
        "SUMMARY:Holiday\nDTSTART;VALUE=DATE:20270104",
        "SUMMARY:Fair\nDTSTART;VALUE=DATE:20270104",
    )
    assert [(each.name, each.times) for each in found.days] == [("Fair; Holiday", "")]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;COUNT=3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=YEARLY;BYWEEKNO=53",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=OFTEN",
    ],
)
def test_rules_that_are_not_read(rule: str) -> None:
    found = read(f"SUMMARY:x\nDTSTART;VALUE=DATE:20270104\nRRULE:{rule}")
    assert not found.days
    assert "“x” in line 3 was left out" in found.left_out[0]


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:x",
        "SUMMARY:x\nDTSTART;VALUE=DATE:20279999",
        "SUMMARY:x\nDTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY",
        "SUMMARY:x\nDTSTART;VALUE=DATE:20270105\nDTEND;VALUE=DATE:20300101",
        "SUMMARY:x\nDTSTART:20270105T100000\nDTEND:20270105T090000",
    ],
)
def test_events_that_are_left_out(event: str) -> None:
    found = read(event, "SUMMARY:good\nDTSTART;VALUE=DATE:20270104")
    assert [each.name for each in found.days] == ["good"]
    assert len(found.left_out) == 1


def test_what_repeats_too_often_is_left_out() -> None:
    daily = "DTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY"
    found = read(daily, daily)
    assert len(found.left_out) >= 1
    assert len(found.days) <= 800


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ends too early"),
        (b"hello", "Line 1 cannot be read"),
        (b"BEGIN:VEVENT\nEND:VEVENT", "Line 1 cannot be read"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nhello\n", "Line 3 cannot be read"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "Line 3 ends a part"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nX:1", "Line 3 cannot be read"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "ends too early"),
        (b"BEGIN:VCALENDAR\nX:\xff\n", "Line 2 is not UTF-8"),
        (b"x" * (LARGEST + 1), "larger than 1 MB"),
    ],
)
def test_files_that_are_none(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_calendar_file(content, first=FIRST, last=LAST, zone=UTC)
    assert said in str(refused.value)


def test_too_many_events() -> None:
    with pytest.raises(UnreadableFile, match="more than 1000 events"):
        read(*["DTSTART;VALUE=DATE:20270104"] * (MOST_EVENTS + 1))
