"""Business time: how much of a schedule's open time lies between instants, and when it is used up.

Instants are aware datetimes of any zone in, UTC out, exact to the microsecond, from 1970 to 2100.
Opening intervals are half-open. An instant is open when its local wall time lies in an interval of
its local date; what happens when clocks are moved, or a date is skipped, follows from that.
"""

from agreements.business_time.arrays import (
    add_business_days_many,
    add_business_many,
    business_between_many,
)
from agreements.business_time.days import (
    add_business_days,
    business_days_used,
    local_day_intervals,
    open_days,
)
from agreements.business_time.instants import (
    add_business,
    business_between,
    is_open,
    open_intervals,
)
from agreements.business_time.schedule import Schedule, Season

__all__ = [
    "Schedule",
    "Season",
    "add_business",
    "add_business_days",
    "add_business_days_many",
    "add_business_many",
    "business_between",
    "business_between_many",
    "business_days_used",
    "is_open",
    "local_day_intervals",
    "open_days",
    "open_intervals",
]
