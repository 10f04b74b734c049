"""Read instants the way files write them: times of a zone, and dates that stand for midnight."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from leads.files.row_problems import UnableToRead

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_SIGNS = {
    "%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%H": "hh", "%I": "hh", "%M": "mm",
    "%S": "ss", "%f": "ffffff", "%p": "AM", "%z": "+hh:mm",
}  # fmt: skip
_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_LENGTH = len("2026-03-31")


@lru_cache(maxsize=4096)
def instant_of_time(text: str, column: str, zone: str | None, form: str | None) -> datetime:
    """Return the instant of a time in UTC, ``zone`` being that of one that does not say its own.

    Of an hour that the clock went through twice it is the first. Raises UnableToRead.
    """
    at = _formatted(text, column, form) if form else _iso_time(text, column)
    if at.tzinfo is None:
        if zone is None:
            raise UnableToRead("no_zone", column=column, value=text)
        at = at.replace(tzinfo=ZoneInfo(zone))
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise UnableToRead("not_in_range", column=column, value=text) from None
    if not _EARLIEST <= at < _LATEST:
        raise UnableToRead("not_in_range", column=column, value=text)
    return at


@lru_cache(maxsize=4096)
def instant_of_date(text: str, column: str, zone: str, form: str | None) -> datetime:
    """Return the first instant of a local date in UTC. Raises UnableToRead.

    That is midnight, or what the clock shows then where it is put forward at midnight.
    """
    day = _formatted(text, column, form).date() if form else _iso_date(text, column)
    at = datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
    if at.astimezone(ZoneInfo(zone)).date() != day:
        raise UnableToRead("no_such_day", column=column, value=text, zone=zone)
    if not _EARLIEST <= at < _LATEST:
        raise UnableToRead("not_in_range", column=column, value=text)
    return at


def _iso_time(text: str, column: str) -> datetime:
    if len(text) <= _DATE_LENGTH:
        raise UnableToRead(
            "date_without_time" if _is_date(text) else "not_a_time", column=column, value=text
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        code = "no_such_date" if _is_of_the_day(error) else "not_a_time"
        raise UnableToRead(code, column=column, value=text) from None


def _iso_date(text: str, column: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        code = "no_such_date" if _is_of_the_day(error) else "not_a_date"
        raise UnableToRead(code, column=column, value=text) from None
    if len(text) != _DATE_LENGTH:
        raise UnableToRead("not_a_date", column=column, value=text)
    return day


def _is_of_the_day(error: ValueError) -> bool:
    """Whether a date is written as it should be, but its month has no such day."""
    return str(error).startswith("day ")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == _DATE_LENGTH


def _formatted(text: str, column: str, form: str) -> datetime:
    try:
        if _is_iso_beside(text, form):
            return datetime.fromisoformat(text)
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is given afterwards
    except ValueError as error:
        if _is_of_the_day(error):
            raise UnableToRead("no_such_date", column=column, value=text) from None
        shown = _shown(form)
        raise UnableToRead(
            "not_a_formatted_time", column=column, value=text, format=shown
        ) from None


def _is_iso_beside(text: str, form: str) -> bool:
    """Whether a text tells as much as a format in ISO form, which no other can be taken for.

    One that begins with the year can: month and day may stand in either order.
    """
    has_time = "%H" in form or "%I" in form
    is_as_long = (len(text) > _DATE_LENGTH) is has_time
    return is_as_long and bool(_ISO.match(text)) and not form.startswith("%Y")


def _shown(form: str) -> str:
    """Return a format as people write it: DD/MM/YYYY hh:mm."""
    for code, sign in _SIGNS.items():
        form = form.replace(code, sign)
    return form
