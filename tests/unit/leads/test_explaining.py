"""Every kind of clock, and every way it can end, reads as sentences that can be checked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from agreements.clock import Grade, Mark, MarkKind, replay_all
from agreements.rulebook import Rulebook
from agreements.terms import parse_terms
from leads.story.case import LiveClock
from leads.story.explaining import Basis, tell
from leads.story.hours_picture import DAYS_DRAWN, HoursPicture, picture_of
from tests.factories import example_terms, local

BASIS = Basis(1, "Office", 7, {date(2026, 9, 7): "Independence"})


def mark(kind: str, at: str, **details: Any) -> Mark:
    return Mark(local(at), MarkKind(kind), "crm", f"{kind}-{at}", **details)


OFFERED = mark("offered", "2026-09-04 17:40")
RECEIVED = mark("assigned", "2026-09-04 17:43", holder=1)


def explain(
    clause: dict[str, Any],
    *marks: Mark,
    now: datetime,
    basis: Basis = BASIS,
    hours_on_holiday: Sequence[tuple[str, str]] = (),
) -> tuple[str, HoursPicture]:
    """Explain the latest clock of a clause over marks, as plain text, and as a picture."""
    commitment = {"key": "S9", "party": "sales", "target": "90%"} | clause
    routing = {"key": "M1", "party": "marketing", "measure": "routing", "target": "90%"}
    terms = parse_terms(example_terms(commitments=[routing | {"within": "5min"}, commitment]))
    book = Rulebook(terms, {"office": {"2026-09-07": list(hours_on_holiday)}})
    promise, schedule = next(each for each in book.promises("", {}) if each[0].clause_key == "S9")
    state = replay_all(promise, schedule, marks)[-1]
    clock = LiveClock(state, terms.commitment("S9"), schedule, 1)
    explanation, telling = tell(clock, terms, basis, now)
    text = " ".join(telling.sentences).replace("\N{NO-BREAK SPACE}", " ")
    return text.replace("<strong>", "").replace("</strong>", ""), picture_of(
        explanation, basis, now
    )


@pytest.mark.parametrize(
    ("clause", "marks", "sentences"),
    [
        (
            {"measure": "handover", "party": "marketing", "within": "5min"},
            [mark("stage_entered", "2026-09-08 09:00", stage="mql")],
            [
                "Handing the lead over is promised within 5 min.",
                "The clock began on Tue 8 Sep 09:00, when the lead reached the stage MQL.",
                "All of it is used, and 55 min of working time more has passed since.",
            ],
        ),
        (
            {"measure": "acceptance", "within": "4h"},
            [OFFERED, RECEIVED],
            [
                "Accepting or rejecting is promised within 4 h.",
                "when sales received the handoff.",
                "Counted so far: 1 h 17; 2 h 43 is left.",
            ],
        ),
        (
            {"measure": "first_follow_up", "within": "4h", "evidence": "contact"},
            [OFFERED, RECEIVED],
            ["A first contact is promised within 4 h."],
        ),
        (
            {"measure": "first_follow_up", "within": "4h", "evidence": "conversation"},
            [OFFERED, RECEIVED],
            ["A first conversation is promised within 4 h."],
        ),
        (
            {"measure": "first_follow_up", "within": "1bd"},
            [OFFERED, RECEIVED],
            ["It ends with the last close of the next working day after the start."],
        ),
        (
            {"measure": "persistence", "within": "10bd", "count": 1},
            [OFFERED, RECEIVED],
            ["The promise is 1 attempt within 10 working days, unless somebody answers before."],
        ),
        (
            {"measure": "disposition", "within": "15bd"},
            [OFFERED, RECEIVED, mark("qualified", "2026-09-08 09:30")],
            [
                "An outcome is promised within 15 working days.",
                "It was met on Tue 8 Sep 09:30: working day 1 of 15.",
            ],
        ),
        (
            {"measure": "disposition", "within": "30d"},
            [OFFERED, RECEIVED],
            [
                "An outcome is promised within 30 days. The day it starts on is not counted.",
                "up to day 4 of 30",
            ],
        ),
        (
            {"measure": "disposition", "within": "2bd"},
            [mark("offered", "2026-09-08 09:10"), mark("assigned", "2026-09-08 09:11", holder=1)],
            ["Its first day is still to come."],
        ),
        (
            {"measure": "stage_age", "within": "5bd", "stage": "sql"},
            [mark("stage_entered", "2026-09-04 10:00", stage="sql")],
            [
                "Moving on from the stage SQL is promised within 5 working days.",
                "when the lead reached the stage SQL.",
            ],
        ),
        (
            {"measure": "first_follow_up", "within": "4h"},
            [OFFERED, RECEIVED, mark("withdrawn", "2026-09-08 09:30")],
            ["It ended without a verdict on Tue 8 Sep 09:30."],
        ),
        (
            {"measure": "persistence", "within": "10bd", "count": 6, "channels": 2},
            [OFFERED, RECEIVED, mark("recycled", "2026-09-08 09:30", not_reached=True)],
            [
                "The promise is 6 attempts over 2 channels within 10 working days",
                "The handoff was given up on Tue 8 Sep 09:30, before the promise was met.",
            ],
        ),
        (
            {"measure": "first_follow_up", "within": "30min"},
            [OFFERED, RECEIVED, mark("follow_up", "2026-09-08 09:30", grade=Grade.ATTEMPT)],
            [
                "It was due on Tue 8 Sep 09:13 and met on Tue 8 Sep 09:30, 17 min of working time",
            ],
        ),
        (
            {"measure": "first_follow_up", "within": "4h"},
            [
                OFFERED,
                RECEIVED,
                mark("rejected", "2026-09-08 09:10"),
                mark("decided", "2026-09-08 09:30", overturned=True),
            ],
            ["The clock began anew on Tue 8 Sep 09:30, when the rejection was overturned."],
        ),
    ],
    ids=lambda value: value.get("measure") if isinstance(value, dict) else "",
)
def test_each_clock_reads(clause: dict[str, Any], marks: list[Mark], sentences: list[str]) -> None:
    text, picture = explain(clause, *marks, now=local("2026-09-08 10:00"))
    for sentence in sentences:
        assert sentence in text
    assert picture.days


def test_what_is_not_counted_is_named() -> None:
    text, picture = explain(
        {"measure": "acceptance", "within": "4h"},
        OFFERED,
        RECEIVED,
        now=local("2026-09-08 10:00"),
    )
    assert (
        "Not counted: Independence (Mon 7 Sep), one weekend, lunch 12:00–13:00 and the hours "
        "before 09:00 and after 18:00."
    ) in text
    assert [day.note for day in picture.days] == ["", "", "", "Independence", ""]
    assert picture.days[4].at_y == pytest.approx(1 / 9)
    assert picture.days[4].due_y == pytest.approx(4.71666 / 9, abs=0.001)


def test_a_promise_in_days_that_starts_on_a_holiday_names_it() -> None:
    text, picture = explain(
        {"measure": "disposition", "within": "2bd"},
        mark("offered", "2026-09-07 09:10"),
        mark("assigned", "2026-09-07 09:11", holder=1),
        now=local("2026-09-08 10:00"),
    )
    assert "Not counted: Independence (Mon 7 Sep)," in text
    first = picture.days[0]
    assert (first.note, first.telling) == ("Independence", "Mon 7 Sep: closed, Independence.")
    assert first.blocks[0].kind == "outside"


def test_a_day_with_hours_of_its_own_is_named() -> None:
    text, picture = explain(
        {"measure": "first_follow_up", "within": "4h"},
        OFFERED,
        RECEIVED,
        now=local("2026-09-08 10:00"),
        hours_on_holiday=[("09:00", "11:00")],
    )
    assert "part of Mon 7 Sep, which has hours of its own" in text
    assert [day.total for day in picture.days] == ["0:17", "–", "–", "2:00", "1:00"]


@pytest.mark.parametrize(
    ("kind", "label"), [("follow_up", "met"), ("withdrawn", "end"), ("contested", "now")]
)
def test_where_a_clock_ended_stands_in_the_place_of_now(kind: str, label: str) -> None:
    grade = Grade.ATTEMPT if kind == "follow_up" else None
    ending = mark(kind, "2026-09-04 17:50", grade=grade)
    _text, picture = explain(
        {"measure": "first_follow_up", "within": "4h"},
        *(OFFERED, RECEIVED, ending),
        now=local("2026-09-04 17:52"),
    )
    first = picture.days[0]
    assert (first.at, first.at_y is not None, first.is_low) == (label, True, True)
    drawn = {block.kind for day in picture.days for block in day.blocks}
    assert ("left" in drawn) is (label == "now")
    assert any("left" in item.label for item in picture.legend) is (label == "now")


def test_day_and_night_there_is_nothing_that_does_not_count() -> None:
    text, picture = explain(
        {"measure": "first_follow_up", "within": "4h", "calendar": "always"},
        mark("offered", "2026-09-08 09:00"),
        mark("assigned", "2026-09-08 09:00", holder=1),
        now=local("2026-09-08 10:00"),
        basis=Basis(1),
    )
    assert "Not counted" not in text
    assert "Counted in local time of America/Sao Paulo, under clause S9 of version 1." in text
    assert [hour.label for hour in picture.hours] == ["00", "06", "12", "18", "24"]
    assert picture.footer == "Local time of America/Sao Paulo"


def test_a_long_story_is_cut_and_still_adds_up() -> None:
    _text, picture = explain(
        {"measure": "first_follow_up", "within": "4h"},
        OFFERED,
        RECEIVED,
        now=local("2026-12-18 10:00"),
    )
    assert len(picture.days) == DAYS_DRAWN
    assert picture.cut == 106 - DAYS_DRAWN
    assert any(day.due_y is not None for day in picture.days)
    late = next(item.label for item in picture.legend if item.kind == "late")
    assert late.replace("\N{NO-BREAK SPACE}", " ") == "late 581 h 17"
