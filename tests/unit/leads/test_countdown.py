"""What a chip counts down: open time left, over lunch, nights, weekends and pauses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.business_time import Schedule
from agreements.clock import Pause
from leads.queue.countdown import Countdown, coming_spans, count_down, working_day

ZONE = ZoneInfo("America/Sao_Paulo")
DAY = [("09:00", "12:00"), ("13:00", "18:00")]
OFFICE = Schedule(ZONE.key, dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), DAY))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def spans(text: str) -> list[tuple[datetime, datetime]]:
    return [
        (
            datetime.fromtimestamp(int(start), UTC).astimezone(ZONE),
            datetime.fromtimestamp(int(end), UTC).astimezone(ZONE),
        )
        for start, end in (span.split("-") for span in text.split())
    ]


def four_hours(now: str, *pauses: Pause, due: str = "2026-09-08 14:00") -> Countdown:
    return count_down(
        OFFICE,
        started_at=at("2026-09-08 09:00"),
        due_at=at(due),
        warn_at=0.8,
        now=at(now),
        pauses=pauses,
    )


def test_it_works() -> None:
    running = four_hours("2026-09-08 11:30")

    assert running.status == "running"
    assert (running.left, running.total) == (timedelta(hours=1, minutes=30), timedelta(hours=4))
    assert running.warn_left == timedelta(minutes=48)
    assert running.used_share == 0.625
    assert running.day == timedelta(hours=8)
    assert spans(running.spans)[:2] == [
        (at("2026-09-08 11:30"), at("2026-09-08 12:00")),
        (at("2026-09-08 13:00"), at("2026-09-08 18:00")),
    ]


def test_it_is_due_soon_once_the_share_is_used() -> None:
    assert four_hours("2026-09-08 13:12").status == "due_soon"
    assert four_hours("2026-09-08 13:11").status == "running"


def test_one_that_stops_at_its_due_time_is_met_so_it_is_late_only_after() -> None:
    assert four_hours("2026-09-08 14:00").status == "due_soon"
    late = four_hours("2026-09-08 15:20")
    assert (late.status, late.left, late.used_share) == ("overdue", -timedelta(minutes=80), 1.0)


def test_a_pause_is_taken_out() -> None:
    pause = Pause(at("2026-09-08 10:00"), at("2026-09-08 11:00"))
    paused = four_hours("2026-09-08 10:30", pause, due="2026-09-08 15:00")

    assert (paused.status, paused.left) == ("paused", timedelta(hours=3))
    assert paused.total == timedelta(hours=4)
    assert spans(paused.spans)[0] == (at("2026-09-08 11:00"), at("2026-09-08 12:00"))


def test_over_a_long_closure_the_clock_stands_still() -> None:
    closed = OFFICE.with_closures({"2026-09-07": [], "2026-09-08": []})
    now = at("2026-09-05 12:00")
    assert spans(coming_spans(closed, now)) == [(now, now)]


def test_without_open_time_nothing_or_all_is_used() -> None:
    none = count_down(
        OFFICE,
        started_at=at("2026-09-05 10:00"),
        due_at=at("2026-09-05 12:00"),
        warn_at=0.8,
        now=at("2026-09-05 11:00"),
    )
    assert none.used_share == 1.0


def test_a_working_day_is_the_longest_of_the_week() -> None:
    assert working_day(OFFICE) == timedelta(hours=8)
    assert working_day(Schedule.always(ZONE.key)) == timedelta(hours=24)
