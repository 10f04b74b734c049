"""When a time zone's distance from UTC changes, from the zone's own history."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
# In no zone do two changes since 1970 lie much closer than seven days (Boa Vista, 2000), so looking
# every third day sees all of them.
_STEP = 3 * 86_400


@lru_cache(maxsize=4096)
def offset_changes(time_zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """The changes within a year of UTC: (instant, offset from then on), both in microseconds.

    The first entry is the beginning of the year with the offset in force there.
    """
    zone = ZoneInfo(time_zone)
    start, end = _second_of(year), _second_of(year + 1)
    offset = _offset_at(zone, start)
    changes = [(start, offset)]
    for second in range(start, end, _STEP):
        later = min(second + _STEP, end - 1)
        if _offset_at(zone, later) != offset:
            change = _change_between(zone, second, later)
            offset = _offset_at(zone, change)
            changes.append((change, offset))
    return tuple((second * _SECOND, offset * _SECOND) for second, offset in changes)


def _change_between(zone: ZoneInfo, before: int, after: int) -> int:
    old = _offset_at(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_at(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset_at(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return (offset or timedelta(0)) // timedelta(seconds=1)


def _second_of(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
