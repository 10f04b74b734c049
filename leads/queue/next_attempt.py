"""When and how to try next to reach somebody. Pure: values in, values out.

The rule, so that anybody can check it:

1. The open time that is left until the attempts are due is shared out evenly: with n attempts to
   go there are n + 1 equal parts, and the next attempt falls at the end of the first one.
2. It does not fall on the local day of the last attempt, but on the next open one: one channel
   counts once a day, and who could not talk today may tomorrow.
3. It falls into the other half of that day's open hours than the last attempt, 30 minutes after
   that half begins: who does not answer in the morning may in the afternoon.
4. Where 2 and 3 would come past due, the end of that first part stands; past due already, it is
   the next open moment.
5. It is made over that channel of call, e-mail and message that was used least, and never over the
   last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.business_time import (
    Schedule,
    add_business,
    business_between,
    local_day_intervals,
    open_days,
    open_intervals,
)

CHANNELS = ("call", "email", "message")
_INTO_THE_HALF = timedelta(minutes=30)
_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Touch:
    """An attempt that was made."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """When to try next, and over which channel."""

    at: datetime
    channel: str


def next_attempt(
    schedule: Schedule, touches: Sequence[Touch], *, to_go: int, due_at: datetime, now: datetime
) -> Suggestion | None:
    """Suggest the next attempt; None where none is to go, or nothing opens within 60 days.

    ``touches`` are the attempts so far in the order in which they were made, ``to_go`` is how many
    are still to be made until ``due_at``.
    """
    if to_go < 1:
        return None
    if due_at <= now:
        opens = open_intervals(schedule, now, now + _AHEAD)
        return Suggestion(opens[0][0], _channel(touches)) if opens else None
    evenly = add_business(schedule, now, business_between(schedule, now, due_at) / (to_go + 1))
    better = _another_half(schedule, touches[-1].at, evenly) if touches else evenly
    at = better if better is not None and now < better <= due_at else evenly
    return Suggestion(at, _channel(touches))


def _another_half(schedule: Schedule, last: datetime, evenly: datetime) -> datetime | None:
    """Return the moment in the other half of the first open day from then on, after the last's."""
    last_day = _day(schedule, last)
    first = max(_day(schedule, evenly), last_day + timedelta(days=1))
    days = open_days(schedule, first, first + _AHEAD)
    if not days:
        return None
    hours = local_day_intervals(schedule, days[0])
    begins = hours[0][0]
    if not _was_in_second_half(schedule, last, last_day):
        whole = sum((end - start for start, end in hours), timedelta())
        begins = add_business(schedule, begins, whole / 2)
    return add_business(schedule, begins, _INTO_THE_HALF)


def _was_in_second_half(schedule: Schedule, at: datetime, day: date) -> bool:
    """Whether half of the day's open time had passed; without any, whether it was past noon."""
    hours = local_day_intervals(schedule, day)
    if not hours:
        return at.astimezone(ZoneInfo(schedule.time_zone)).hour >= 12
    whole = sum((end - start for start, end in hours), timedelta())
    return business_between(schedule, hours[0][0], at) >= whole / 2


def _day(schedule: Schedule, at: datetime) -> date:
    return at.astimezone(ZoneInfo(schedule.time_zone)).date()


def _channel(touches: Sequence[Touch]) -> str:
    last = touches[-1].channel if touches else ""
    used = [touch.channel for touch in touches]
    return min((each for each in CHANNELS if each != last), key=used.count)
