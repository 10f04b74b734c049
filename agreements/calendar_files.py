"""Reads calendar files (iCalendar, RFC 5545) as days on which somebody may not work.

What a file may hold is bounded, and so is the work that reading it takes; an event that cannot be
read is told by its line and left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar, Component
from icalendar.prop import vRecur

LARGEST = 1_000_000
MOST_EVENTS = 1000
MOST_DAYS = 800
_MOST_TIMES = 20_000
_ONE_DAY = timedelta(days=1)
_MIDNIGHT = time()
_FIRST_YEAR = 1970
_LINE = re.compile(r"[A-Za-z0-9-]+[;:]")
# Rules made of these parts always come to an end or to another day soon.
_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"}
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class UnreadableFile(ValueError):
    """The file is no calendar; the text says in which line, and what to do."""


class _UnreadableEvent(ValueError):
    """An event cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class FileDay:
    """A day that an event of the file lies on; ``times`` says its hours where it has some."""

    day: date
    name: str
    times: str = ""


@dataclass(frozen=True, slots=True)
class FileRead:
    """The days of a file in their order, and what of it was left out, in sentences."""

    days: tuple[FileDay, ...]
    left_out: tuple[str, ...]


def read_calendar_file(content: bytes, *, first: date, last: date, zone: tzinfo) -> FileRead:
    """Read the days of a calendar file from ``first`` to ``last``, both included.

    Hours are those of the file's own zones, and of ``zone`` where they are told in UTC. Raises
    UnreadableFile for what is no calendar file, or too large a one.
    """
    text = _text(content)
    lines = _event_lines(text)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableFile(
            _("The file cannot be read as a calendar: export it again as iCalendar (.ics).")
        ) from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    return _Reading(events, lines, first, last, zone).read()


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise UnreadableFile(_("The file is larger than 1 MB: export fewer events."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            _("Line %(line)d is not UTF-8 text: export the file again as iCalendar (.ics).")
            % {"line": line}
        ) from error


def _event_lines(text: str) -> list[int]:
    """Return in which line each event begins. Raises UnreadableFile for a line that is none."""
    begun: list[int] = []
    open_parts: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line[0] in " \t":
            continue
        if not _LINE.match(line) or (not open_parts and line.strip().upper() != "BEGIN:VCALENDAR"):
            raise UnreadableFile(
                _("Line %(line)d cannot be read as part of a calendar: “%(text)s”.")
                % {"line": number, "text": line.strip()[:60]}
            )
        verb, _colon, part = line.strip().upper().partition(":")
        if verb == "BEGIN":
            open_parts.append(part)
            if part == "VEVENT":
                begun.append(number)
        elif verb == "END" and open_parts.pop() != part:
            raise UnreadableFile(
                _("Line %(line)d ends a part of the calendar that was not begun: “%(text)s”.")
                % {"line": number, "text": line.strip()[:60]}
            )
    if open_parts or not text.strip():
        raise UnreadableFile(_("The file ends too early: the last lines of it are missing."))
    if len(begun) > MOST_EVENTS:
        raise UnreadableFile(
            _("The file has more than %(most)d events: export fewer.") % {"most": MOST_EVENTS}
        )
    return begun


class _Reading:
    """The events of one file while their days are gathered."""

    def __init__(
        self,
        events: Sequence[Component],
        lines: Sequence[int],
        first: date,
        last: date,
        zone: tzinfo,
    ) -> None:
        self.events, self.lines = events, lines
        self.first, self.last, self.zone = first, last, zone
        self.times_left = _MOST_TIMES
        self.days: dict[date, FileDay] = {}
        self.left_out: list[str] = []

    def read(self) -> FileRead:
        moved = self._moved()
        for place, event in enumerate(self.events):
            try:
                for day in self._days_of(event, moved):
                    self._add(day)
            except (_UnreadableEvent, ValueError, OverflowError, TypeError) as error:
                self._leave_out(place, event, error)
        return FileRead(tuple(self.days[day] for day in sorted(self.days)), tuple(self.left_out))

    def _leave_out(self, place: int, event: Component, error: Exception) -> None:
        reason = str(error) if isinstance(error, _UnreadableEvent) else _("its dates are not valid")
        self.left_out.append(
            _("The event “%(name)s” in line %(line)d was left out: %(reason)s.")
            % {
                "name": _name(event) or "–",
                "line": self.lines[place] if place < len(self.lines) else 0,
                "reason": reason,
            }
        )

    def _add(self, day: FileDay) -> None:
        known = self.days.get(day.day)
        if known is None and len(self.days) >= MOST_DAYS:
            raise _UnreadableEvent(_("the file has too many days"))
        if known is None:
            self.days[day.day] = day
        elif day.name not in known.name.split("; "):
            # All day is the longer of the two.
            times = known.times and day.times and f"{known.times}, {day.times}"
            self.days[day.day] = FileDay(day.day, f"{known.name}; {day.name}"[:200], times)

    def _moved(self) -> set[tuple[str, datetime]]:
        """Return the single occurrences that have an event of their own instead."""
        found = set()
        for event in self.events:
            recurrence = getattr(event.get("RECURRENCE-ID"), "dt", None)
            if recurrence is not None:
                found.add((str(event.get("UID", "")), self._local(recurrence)))
        return found

    def _days_of(self, event: Component, moved: set[tuple[str, datetime]]) -> Iterator[FileDay]:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return
        if any(name in {"DTSTART", "DTEND", "DURATION", "RRULE"} for name, _e in event.errors):
            raise _UnreadableEvent(_("its dates are not valid"))
        begins = getattr(event.get("DTSTART"), "dt", None)
        if begins is None:
            raise _UnreadableEvent(_("it has no beginning"))
        is_whole = not isinstance(begins, datetime)
        start, length = self._local(begins), self._length(event, begins)
        if start.year < _FIRST_YEAR or length < timedelta() or length > timedelta(days=400):
            raise _UnreadableEvent(_("its dates are not valid"))
        uid = str(event.get("UID", ""))
        is_moved = event.get("RECURRENCE-ID") is not None
        for at in self._starts(event, start, length):
            if is_moved or (uid, at) not in moved:
                yield from self._days_between(at, at + length, is_whole, _name(event))

    def _local(self, value: date | datetime) -> datetime:
        """Return a date or an instant as the wall clock shows it, without a zone."""
        if not isinstance(value, datetime):
            return datetime.combine(value, _MIDNIGHT)
        if value.utcoffset() == timedelta() and getattr(value.tzinfo, "key", "UTC") == "UTC":
            value = value.astimezone(self.zone)
        return value.replace(tzinfo=None)

    def _length(self, event: Component, begins: date | datetime) -> timedelta:
        duration = getattr(event.get("DURATION"), "dt", None)
        if isinstance(duration, timedelta):
            return duration
        ends = getattr(event.get("DTEND"), "dt", None)
        if ends is None:
            return timedelta() if isinstance(begins, datetime) else _ONE_DAY
        length = self._local(ends) - self._local(begins)
        return length if isinstance(begins, datetime) else max(length, _ONE_DAY)

    def _starts(self, event: Component, start: datetime, length: timedelta) -> Iterator[datetime]:
        """Give the starts of an event that may reach into the days asked for."""
        left_out = set(self._listed(event, "EXDATE"))
        starts = {start, *self._listed(event, "RDATE")}
        if event.get("RRULE") is not None:
            starts.update(self._repeated(event, start, length))
        yield from sorted(starts - left_out)

    def _listed(self, event: Component, name: str) -> Iterator[datetime]:
        found = event.get(name)
        for each in found if isinstance(found, list) else [found]:
            for entry in getattr(each, "dts", ()):
                value = entry.dt[0] if isinstance(entry.dt, tuple) else entry.dt
                yield self._local(value)

    def _repeated(self, event: Component, start: datetime, length: timedelta) -> Iterator[datetime]:
        rule = event["RRULE"]
        if not isinstance(rule, vRecur) or not _is_plain(rule):
            raise _UnreadableEvent(_("it repeats in a way that is not read here, add its days"))
        parts = dict(rule)
        if until := parts.get("UNTIL"):
            parts["UNTIL"] = [self._local(until[0])]
        written = vRecur(parts).to_ical().decode()  # type: ignore[no-untyped-call]
        since = datetime.combine(self.first, _MIDNIGHT) - length
        end = datetime.combine(self.last, time.max)
        for at in islice(rrulestr(written, dtstart=start), max(self.times_left, 0) + 1):
            self.times_left -= 1
            if self.times_left < 0:
                raise _UnreadableEvent(_("the events of the file repeat too often"))
            if at > end:
                return
            if at >= since:
                yield at

    def _days_between(
        self, start: datetime, end: datetime, is_whole: bool, name: str
    ) -> Iterator[FileDay]:
        last = (end - timedelta(microseconds=1)).date() if end > start else start.date()
        day = max(start.date(), self.first)
        while day <= min(last, self.last):
            begins = start.time() if day == start.date() else _MIDNIGHT
            ends = f"{end:%H:%M}" if day == end.date() else "24:00"
            times = f"{begins:%H:%M}–{ends}"
            yield FileDay(day, name, "" if is_whole or times == "00:00–24:00" else times)
            day += _ONE_DAY


def _name(event: Component) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:200]


def _is_plain(rule: vRecur) -> bool:
    """Whether a rule is of those whose next day is never far to seek."""
    parts: dict[str, list[Any]] = {str(key).upper(): list(value) for key, value in rule.items()}
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    if frequency not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"} or parts.keys() - _RULE_PARTS:
        return False
    by = [name for name in parts if name.startswith("BY")]
    interval = int(parts.get("INTERVAL", [1])[0])
    if not 0 < interval <= 100 or (frequency == "DAILY" and interval > 1 and by):
        return False
    if "BYDAY" in by and ("BYMONTHDAY" in by or not _are_near(parts["BYDAY"], frequency)):
        return False
    months = [int(each) for each in parts.get("BYMONTH", range(1, 13)) if 0 < int(each) <= 12]
    days = [abs(int(each)) for each in parts.get("BYMONTHDAY", [1])]
    return any(0 < day <= _LONGEST_MONTH[month - 1] for day in days for month in months)


def _are_near(days: Sequence[Any], frequency: str) -> bool:
    """Whether weekdays such as 2SU are counted no further than each month has them."""
    counts = [int(re.sub(r"[A-Za-z]+$", "", str(day)) or 0) for day in days]
    most = 4 if frequency in {"MONTHLY", "YEARLY"} else 0
    return all(-most <= count <= most for count in counts)
