"""The hours of a clock as a picture: days from left to right, hours of the day downwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements import formats
from agreements.clock import ExplainedDay, Explanation, Interval, Skip, Status
from leads.story.explaining import Basis, minute_of, opening_of, usual_opening

DAYS_DRAWN = 42
"""More days than these are cut: the first ones and those around the due time stay."""

_ZERO = timedelta(0)
_INSTANT = timedelta(microseconds=1)
_WHOLE_DAY = (0, 24 * 60)
# Labels closer to each other than this share of the axis would touch.
_LABEL_HEIGHT = 0.07
_LONGEST_NOTE = 24
# Below this share of a column a label under its line would lie on the sum.
_LOW = 0.85


@dataclass(frozen=True, slots=True)
class Hour:
    """A label of the axis, at a share of its height."""

    label: str
    y: float


@dataclass(frozen=True, slots=True)
class Block:
    """Some hours of a day; kind is counted, left, late, paused, outside or closed."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day; ``telling`` says it in words.

    ``at_y`` is where the clock is, or ended, if it was that day; ``at`` says which.
    """

    weekday: str
    number: str
    is_open: bool
    is_counted: bool
    is_week_start: bool
    blocks: tuple[Block, ...]
    note: str
    at: str
    at_y: float | None
    due_y: float | None
    total: str
    telling: str

    @property
    def is_low(self) -> bool:
        """Whether there is no room for a label below the line."""
        return self.at_y is not None and self.at_y > _LOW


@dataclass(frozen=True, slots=True)
class LegendItem:
    """What a kind of block means, with how much there is of it."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class HoursPicture:
    """Everything the picture shows; ``cut`` is how many days are left out."""

    hours: tuple[Hour, ...]
    days: tuple[Column, ...]
    legend: tuple[LegendItem, ...]
    cut: int
    footer: str
    label: str


def picture_of(explanation: Explanation, basis: Basis, now: datetime) -> HoursPicture:
    """Draw an explanation, which may be of an earlier instant, in the zone of its hours."""
    with timezone.override(ZoneInfo(explanation.time_zone)):
        return _Drawing(explanation, basis, now).picture()


class _Drawing:
    """One picture while it is drawn, in the zone that is active."""

    def __init__(self, explanation: Explanation, basis: Basis, now: datetime) -> None:
        self.explanation, self.basis = explanation, basis
        self.has_ended = explanation.ended_at is not None or explanation.now < now
        self.days = _cut(explanation.days, self._due_date())
        openings = [opening for opening in map(opening_of, self.days) if opening]
        self.first = min((each[0][0] for each in openings), default=_WHOLE_DAY[0])
        self.last = max((each[-1][1] for each in openings), default=_WHOLE_DAY[1])

    def picture(self) -> HoursPicture:
        return HoursPicture(
            hours=self._axis(),
            days=tuple(self._column(place, day) for place, day in enumerate(self.days)),
            legend=tuple(self._legend()),
            cut=len(self.explanation.days) - len(self.days),
            footer=self._footer(),
            label=_("Hours counted and not counted, day by day"),
        )

    def _due_date(self) -> date:
        due_at = self.explanation.due_at or self.explanation.now
        return timezone.localtime(due_at - _INSTANT).date()

    def _axis(self) -> tuple[Hour, ...]:
        marks = {minute for span in usual_opening(self.days) for minute in span}
        if not marks or marks == set(_WHOLE_DAY):
            marks = {0, 6 * 60, 12 * 60, 18 * 60, 24 * 60}
        hours: list[Hour] = []
        for minute in sorted(marks):
            y = self._y(minute)
            if not hours or y - hours[-1].y >= _LABEL_HEIGHT:
                hours.append(Hour(_hour_label(minute), y))
        return tuple(hours)

    def _y(self, minute: int) -> float:
        share = (minute - self.first) / (self.last - self.first)
        return min(max(share, 0.0), 1.0)

    def _column(self, place: int, day: ExplainedDay) -> Column:
        opening = opening_of(day)
        counted = day.counted_time
        return Column(
            weekday=date_format(day.date, "D")[:1].upper(),
            number=str(day.date.day),
            is_open=bool(opening),
            is_counted=counted > _ZERO,
            is_week_start=day.date.weekday() == 0 or place == 0,
            blocks=tuple(self._blocks(day)),
            note=self._short_note(day),
            at=self._at_label(),
            at_y=self._at_y(day),
            due_y=self._due_y(day),
            total=formats.hours(counted),
            telling=self._telling(day),
        )

    def _blocks(self, day: ExplainedDay) -> list[Block]:
        if not opening_of(day):
            kind = "outside" if day.skipped is Skip.CLOSURE else "closed"
            return [Block(kind, 0.0, 1.0)]
        groups = ("counted", "left", "late", "paused", "outside")
        return [
            self._block(self._kind(group), span, day.date)
            for group in groups
            for span in getattr(day, group)
        ]

    def _kind(self, group: str) -> str:
        """Return how a group of hours is drawn: once a clock has ended, nothing is left of it."""
        return "outside" if group == "left" and self.has_ended else group

    def _block(self, kind: str, span: Interval, day: date) -> Block:
        top, bottom = (self._y(minute_of(at, day)) for at in span)
        return Block(kind, top, bottom - top)

    def _note(self, day: ExplainedDay) -> str:
        if day.skipped is not Skip.CLOSURE:
            return ""
        return self.basis.closure_names.get(day.date, "") or _("closed")

    def _short_note(self, day: ExplainedDay) -> str:
        """Return as much of a day's name as fits into its column."""
        return Truncator(self._note(day)).chars(_LONGEST_NOTE)

    def _at_y(self, day: ExplainedDay) -> float | None:
        at = self.explanation.ended_at or self.explanation.now
        return self._y(minute_of(at, day.date)) if timezone.localdate(at) == day.date else None

    def _at_label(self) -> str:
        if not self.has_ended:
            return _("now")
        if self.explanation.status is Status.MET:
            return pgettext("on a line in a picture of hours", "met")
        return pgettext("on a line in a picture of hours", "end")

    def _due_y(self, day: ExplainedDay) -> float | None:
        due_at = self.explanation.due_at
        if due_at is None or self._due_date() != day.date:
            return None
        return self._y(minute_of(due_at, day.date))

    def _telling(self, day: ExplainedDay) -> str:
        parts = {"date": formats.day(day.date, self.explanation.now), "note": self._note(day)}
        if day.skipped is Skip.CLOSURE:
            return _("%(date)s: closed, %(note)s.") % parts
        if day.skipped is Skip.WEEKEND:
            return _("%(date)s: weekend.") % parts
        if not opening_of(day):
            return _("%(date)s: no hours.") % parts
        times = {
            _("%(time)s counted"): day.counted_time,
            _("%(time)s left"): _ZERO if self.has_ended else day.left_time,
            _("%(time)s late"): day.late_time,
            _("%(time)s paused"): day.paused_time,
        }
        told = [
            pattern % {"time": formats.working_time(time)}
            for pattern, time in times.items()
            if time
        ]
        parts["times"] = ", ".join(told) or _("nothing counted")
        return _("%(date)s: %(times)s.") % parts

    def _legend(self) -> list[LegendItem]:
        drawn = {block.kind for day in self.days for block in self._blocks(day)}
        told = self.explanation
        left = formats.left_beside(told.counted, told.left)
        labels = {
            "counted": _("counted %(time)s") % {"time": formats.working_time(told.counted)},
            "left": _("left %(time)s") % {"time": formats.working_time(left)},
            "late": _("late %(time)s") % {"time": formats.working_time(told.late)},
            "paused": _("paused %(time)s") % {"time": formats.working_time(told.paused)},
            "outside": _("open or holiday, outside the clock"),
            "closed": _("weekend, closed"),
        }
        return [LegendItem(kind, label) for kind, label in labels.items() if kind in drawn]

    def _footer(self) -> str:
        parts = {
            "zone": formats.zone_name(self.explanation.time_zone),
            "calendar": self.basis.calendar_name,
            "revision": formats.figure(self.basis.revision_number),
        }
        if self.basis.revision_number is None:
            return _("Local time of %(zone)s") % parts
        return _("Local time of %(zone)s · calendar “%(calendar)s”, revision %(revision)s") % parts


def _cut(days: Sequence[ExplainedDay], due: date) -> tuple[ExplainedDay, ...]:
    """Keep the days that can be drawn: the first, and as many up to just after the due date."""
    if len(days) <= DAYS_DRAWN:
        return tuple(days)
    half = DAYS_DRAWN // 2
    place = next((n for n, day in enumerate(days) if day.date >= due), len(days) - 1)
    end = min(max(place + 5, DAYS_DRAWN), len(days))
    return (*days[:half], *days[end - half : end])


def _hour_label(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    if rest:
        return f"{hour:02}:{rest:02}"
    return f"{hour:02}"
