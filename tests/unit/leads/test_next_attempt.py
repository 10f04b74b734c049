"""When and how to try next: the rule of the module, clause by clause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agreements.business_time import Schedule, is_open
from leads.queue.next_attempt import Suggestion, Touch, next_attempt

ZONE = ZoneInfo("America/Sao_Paulo")
OFFICE = Schedule.from_document(
    {
        "time_zone": "America/Sao_Paulo",
        "week": {key: [["09:00", "18:00"]] for key in ("mon", "tue", "wed", "thu", "fri")},
        "closures": {"2026-09-07": []},
    }
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def suggested(now: str, due_at: str, *touches: tuple[str, str], to_go: int = 1) -> str:
    made = [Touch(local(at), channel) for at, channel in touches]
    found = next_attempt(OFFICE, made, to_go=to_go, due_at=local(due_at), now=local(now))
    assert found is not None
    return f"{found.at.astimezone(ZONE):%a %d %H:%M} {found.channel}"


def test_it_works() -> None:
    """One attempt on Tuesday morning, five to go in eight days: on Wednesday after midday."""
    made = ("2026-09-08 10:00", "call")
    assert suggested("2026-09-08 10:05", "2026-09-18 18:00", made, to_go=5) == "Wed 09 14:00 email"


def test_who_was_tried_in_the_afternoon_is_tried_in_the_morning() -> None:
    made = ("2026-09-08 16:00", "email")
    assert suggested("2026-09-08 16:05", "2026-09-18 18:00", made, to_go=9) == "Wed 09 09:30 call"


def test_the_rest_is_shared_out_evenly() -> None:
    """Two to go in 80 hours of nine a day: 26 h 40 on, which is Friday."""
    made = ("2026-09-08 10:00", "call")
    assert suggested("2026-09-08 10:00", "2026-09-18 18:00", made, to_go=2) == "Fri 11 14:00 email"


def test_a_closed_day_is_passed_over() -> None:
    made = ("2026-09-04 10:00", "call")
    assert suggested("2026-09-04 10:05", "2026-09-18 18:00", made, to_go=5) == "Tue 08 14:00 email"


def test_what_would_come_late_comes_evenly() -> None:
    """Due at noon: there is no other day and no other half."""
    made = ("2026-09-08 10:00", "call")
    assert suggested("2026-09-08 10:00", "2026-09-08 12:00", made) == "Tue 08 11:00 email"


def test_what_is_late_comes_when_it_next_opens() -> None:
    made = ("2026-09-08 10:00", "call")
    assert suggested("2026-09-08 20:00", "2026-09-08 12:00", made) == "Wed 09 09:00 email"
    assert suggested("2026-09-09 11:00", "2026-09-08 12:00", made) == "Wed 09 11:00 email"


def test_without_an_attempt_the_first_is_a_call_when_its_part_is_over() -> None:
    assert suggested("2026-09-08 10:00", "2026-09-08 16:00", to_go=2) == "Tue 08 12:00 call"


def test_an_attempt_out_of_hours_has_its_half_by_noon() -> None:
    early, late = ("2026-09-06 08:00", "other"), ("2026-09-06 20:00", "other")
    assert suggested("2026-09-06 21:00", "2026-09-18 18:00", early, to_go=9) == "Tue 08 14:00 call"
    assert suggested("2026-09-06 21:00", "2026-09-18 18:00", late, to_go=9) == "Tue 08 09:30 call"


def test_the_channel_used_least_is_next() -> None:
    tried = [("2026-09-08 10:00", "call"), ("2026-09-09 10:00", "email")]
    due_at = "2026-09-18 18:00"
    assert suggested("2026-09-09 10:00", due_at, *tried).endswith("message")
    tried.append(("2026-09-10 10:00", "message"))
    assert suggested("2026-09-10 10:00", due_at, *tried).endswith("call")


def test_nothing_to_go_asks_for_nothing() -> None:
    now = local("2026-09-08 10:00")
    assert next_attempt(OFFICE, [], to_go=0, due_at=now + timedelta(days=3), now=now) is None


@pytest.mark.parametrize("hours", range(1, 200, 7))
@pytest.mark.parametrize("to_go", [1, 3, 6])
def test_it_is_always_open_ahead_and_in_time(hours: int, to_go: int) -> None:
    now, last = local("2026-09-08 10:00"), Touch(local("2026-09-08 09:30"), "call")
    due_at = now + timedelta(hours=hours)
    found = next_attempt(OFFICE, [last], to_go=to_go, due_at=due_at, now=now)
    assert isinstance(found, Suggestion)
    assert now < found.at <= due_at
    assert is_open(OFFICE, found.at) or is_open(OFFICE, found.at - timedelta(microseconds=1))
    assert found.channel != "call"
