"""Example 5: clocks that ran in a blackout, raw and adjusted (R12)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreements.clock import Grade, MarkKind, Status, replay
from agreements.durations import Duration
from tests.unit.agreements.worked_example_1 import FIRST_FOLLOW_UP, SCHEDULE, local, mark

BLACKOUT = (local("09-10 10:00"), local("09-10 14:00"))
NOW = local("09-30 18:00")
CLOCKS = [
    # start, due, first follow-up, minutes late and used, due, minutes late and used, adjusted
    ("09-10 09:30", "09-10 14:30", "09-10 15:10", (40, 280), "09-10 17:30", (0, 100)),
    ("09-09 16:00", "09-10 11:00", "09-10 15:30", (210, 450), "09-10 15:00", (30, 270)),
    ("09-10 11:00", "09-10 16:00", "09-10 16:20", (20, 260), "09-10 18:00", (0, 140)),
    ("09-10 13:15", "09-10 17:15", "09-10 17:40", (25, 265), "09-10 18:00", (0, 220)),
    ("09-10 09:00", "09-10 14:00", "09-10 16:30", (150, 390), "09-10 17:00", (0, 210)),
]
IDS = ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("start", "due", "called", "raw", "due_adjusted", "adjusted"), CLOCKS, ids=IDS
)
def test_a_blackout_pauses_adjusted_clocks_only(
    start: str,
    due: str,
    called: str,
    raw: tuple[int, int],
    due_adjusted: str,
    adjusted: tuple[int, int],
) -> None:
    marks = (
        mark(start, MarkKind.OFFERED),
        mark(start, MarkKind.ASSIGNED, holder="Ana"),
        mark(called, MarkKind.FOLLOW_UP, channel="call", grade=Grade.ATTEMPT),
    )
    for blackouts, due_at, (late, used) in (
        ((), due, raw),
        ((BLACKOUT,), due_adjusted, adjusted),
    ):
        state = replay(FIRST_FOLLOW_UP, SCHEDULE, marks, blackouts=blackouts)
        assert state.due_at == local(due_at)
        assert state.used == timedelta(minutes=used)
        assert state.late_by(NOW) == timedelta(minutes=late)
        assert state.status_at(NOW) is (Status.BREACHED if late else Status.MET)


def test_a_blackout_knows_no_longest_pause_and_joins_other_pauses() -> None:
    marks = (
        mark("09-10 09:00", MarkKind.OFFERED),
        mark("09-10 09:00", MarkKind.ASSIGNED, holder="Ana"),
        mark("09-10 13:30", MarkKind.PAUSED, until=local("09-10 15:00"), reason="on holiday"),
    )
    two_weeks = (local("09-10 10:00"), local("09-24 14:00"))
    state = replay(FIRST_FOLLOW_UP, SCHEDULE, marks, blackouts=[two_weeks])
    assert state.due_at == local("09-24 17:00")
    assert [(each.start, each.end, each.reasons) for each in state.pauses] == [
        (*two_weeks, ("blackout", "on holiday"))
    ]


def test_a_whole_day_of_blackout_moves_a_promise_in_business_days() -> None:
    promise = replace(FIRST_FOLLOW_UP, within=Duration.parse("2bd"))
    marks = (
        mark("09-09 16:00", MarkKind.OFFERED),
        mark("09-09 16:00", MarkKind.ASSIGNED, holder="Ana"),
    )
    whole_day = (local("09-10 09:00"), local("09-10 18:00"))
    part_of_it = (local("09-10 09:00"), local("09-10 17:59"))
    for blackouts, due in (([], "09-11"), ([part_of_it], "09-11"), ([whole_day], "09-14")):
        state = replay(promise, SCHEDULE, marks, blackouts=blackouts)
        assert state.due_at == local(f"{due} 18:00")
