"""Why a clock is due when it is, in sentences that can be copied into a dispute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.clock import ClockKind, ClockState, ExplainedDay, Explanation, Skip, Status, explain
from agreements.durations import Unit
from agreements.terms import Terms
from leads.deeds.effects import day_words, kind_name
from leads.story.case import LiveClock

_ZERO = timedelta(0)
_NOON = (11 * 60, 15 * 60)


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a clock is counted: the version, and the calendar as it was revised.

    A clock that knows no closures has no calendar. ``closure_names`` are the days' names by date.
    """

    version_number: int
    calendar_name: str = ""
    revision_number: int | None = None
    closure_names: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Telling:
    """An explanation in words: what is asked, and the sentences that answer it."""

    question: str
    sentences: tuple[SafeString, ...]


def tell(
    clock: LiveClock, terms: Terms, basis: Basis, now: datetime
) -> tuple[Explanation, Telling]:
    """Explain a clock; every instant is told in the zone whose hours are counted.

    One that was past due when its handoff was closed is explained as it stood then.
    """
    explanation = explain(clock.state, clock.schedule, clock.until(now))
    with timezone.override(ZoneInfo(explanation.time_zone)):
        teller = _Teller(clock.state, terms, basis, explanation, now)
        return explanation, Telling(teller.question(), tuple(teller.sentences()))


class _Teller:
    """Puts one explanation into words, in the zone that is active."""

    def __init__(
        self,
        state: ClockState,
        terms: Terms,
        basis: Basis,
        explanation: Explanation,
        now: datetime,
    ) -> None:
        self.state, self.terms, self.basis = state, terms, basis
        self.explanation, self.now = explanation, now

    def question(self) -> str:
        return _("Why %(due)s?") % {"due": formats.instant(self.state.due_at, self.now)}

    def sentences(self) -> list[SafeString]:
        told = [
            self.promised(),
            self.began(),
            self.counted(),
            self.not_counted(),
            *self.paused(),
            self.by_which_rules(),
        ]
        return [sentence for sentence in told if sentence]

    def promised(self) -> SafeString:
        within = self.state.promise.within
        sentences = {
            ClockKind.HANDOVER: _("Handing the lead over is promised within {within}."),
            ClockKind.ROUTING: _("Assigning the handoff is promised within {within}."),
            ClockKind.ACCEPTANCE: _("Accepting or rejecting is promised within {within}."),
            ClockKind.FIRST_FOLLOW_UP: self._first_follow_up(),
            ClockKind.PERSISTENCE: _(
                "The promise is {attempts} within {within}, unless somebody answers before."
            ),
            ClockKind.DISPOSITION: _("An outcome is promised within {within}."),
            ClockKind.STAGE_AGE: _("Moving on from the stage {stage} is promised within {within}."),
        }
        told = format_html(
            sentences[self.state.kind],
            within=formats.strong(formats.promise(within)),
            attempts=formats.strong(self._attempts()),
            stage=self._stage_name(),
        )
        if within.unit is Unit.BUSINESS_DAY:
            return format_html("{} {}", told, self._how_working_days_end(within.amount))
        if within.unit is Unit.DAY:
            return format_html("{} {}", told, _("The day it starts on is not counted."))
        return told

    def _first_follow_up(self) -> str:
        return {
            "attempt": _("A first follow-up is promised within {within}."),
            "contact": _("A first contact is promised within {within}."),
            "conversation": _("A first conversation is promised within {within}."),
        }[str(self.state.promise.evidence)]

    def _attempts(self) -> str:
        promise = self.state.promise
        attempts = ngettext(
            "%(number)s attempt", "%(number)s attempts", promise.count
        ) % {"number": formats.figure(promise.count)}  # fmt: skip
        if promise.channels == 1:
            return attempts
        return _("%(attempts)s over %(channels)s channels") % {
            "attempts": attempts,
            "channels": formats.figure(promise.channels),
        }

    def _how_working_days_end(self, days: int) -> str:
        if days == 1:
            return _("It ends with the last close of the next working day after the start.")
        return _(
            "The day it starts on is not counted; it ends with the last close of working day "
            "%(days)s."
        ) % {"days": formats.figure(days)}

    def _stage_name(self) -> str:
        key = self.state.promise.stage
        return next((stage.name for stage in self.terms.stages if stage.key == key), key or "")

    def began(self) -> SafeString:
        return format_html(
            self._beginning(),
            start=formats.strong(formats.instant(self.state.started_at, self.now)),
            stage=self._stage_name(),
        )

    def _beginning(self) -> str:
        kind = self.state.kind
        if kind in (ClockKind.STAGE_AGE, ClockKind.HANDOVER):
            return _("The clock began on {start}, when the lead reached the stage {stage}.")
        if self.state.occurrence:
            return _("The clock began anew on {start}, when the rejection was overturned.")
        if kind is ClockKind.ROUTING or not self.state.promise.starts_received:
            return _("The clock began on {start}, when the handoff was offered.")
        return _("The clock began on {start}, when sales received the handoff.")

    def counted(self) -> SafeString:
        state, status = self.state, self.explanation.status
        if state.void_at is not None and status is Status.VOID:
            return format_html(
                _("It ended without a verdict on {end}."),
                end=formats.strong(formats.instant(state.void_at, self.now)),
            )
        if state.gave_up_at is not None and state.stopped_at is None:
            return format_html(
                _("The handoff was given up on {end}, before the promise was met."),
                end=formats.strong(formats.instant(state.gave_up_at, self.now)),
            )
        if state.stopped_at is not None and state.stopped_at <= self.now:
            return self._met()
        return self._running()

    def _met(self) -> SafeString:
        state = self.state
        parts = {
            "end": formats.strong(formats.instant(state.stopped_at, self.now)),
            "due": formats.instant(state.due_at, self.now),
            "used": formats.strong(formats.working_time(self.explanation.counted)),
            "late": formats.strong(formats.working_time(self.explanation.late)),
            "day": formats.strong(day_words(self.state, self.explanation.now)),
        }
        if self.explanation.status is Status.BREACHED:
            return format_html(
                _("It was due on {due} and met on {end}, {late} of working time late."), **parts
            )
        if state.promise.within.is_open_time:
            return format_html(_("It was met on {end}, after {used} of working time."), **parts)
        return format_html(_("It was met on {end}: {day}."), **parts)

    def _past_due(self) -> str:
        if self.explanation.now < self.now:
            return _(
                "All of it was used, and {late} of working time more, when the handoff was closed "
                "on {end}."
            )
        return _("All of it is used, and {late} of working time more has passed since.")

    def _running(self) -> SafeString:
        left = formats.left_beside(self.explanation.counted, self.explanation.left)
        parts = {
            "counted": formats.strong(formats.working_time(self.explanation.counted)),
            "left": formats.strong(formats.working_time(left)),
            "late": formats.strong(formats.working_time(self.explanation.late)),
            "day": formats.strong(day_words(self.state, self.explanation.now)),
            "end": formats.strong(formats.instant(self.explanation.now, self.now)),
        }
        if self.explanation.status is Status.BREACHED:
            return format_html(self._past_due(), **parts)
        if self.state.promise.within.is_open_time:
            return format_html(_("Counted so far: {counted}; {left} is left."), **parts)
        if not self.explanation.counted:
            return format_html("{}", _("Its first day is still to come."))
        return format_html(
            _("Counted so far: {counted}, up to {day}; {left} of working time is left."), **parts
        )

    def not_counted(self) -> SafeString:
        parts = [*self._closures(), *self._closed_days(), *self._closed_hours()]
        if not parts:
            return SafeString()
        return format_html(_("Not counted: {parts}."), parts=get_text_list(parts, _("and")))

    def _closures(self) -> list[str]:
        named = []
        for day in self.explanation.days:
            name = self.basis.closure_names.get(day.date, "")
            parts = {"name": name, "date": formats.day(day.date, self.now)}
            if day.skipped is Skip.CLOSURE:
                named.append(
                    _("%(name)s (%(date)s)") % parts if name else _("the closed %(date)s") % parts
                )
            elif day.is_closure and day.skipped is None and opening_of(day):
                named.append(_("part of %(date)s, which has hours of its own") % parts)
        return named

    def _closed_days(self) -> list[str]:
        weekends = {day.isocalendar()[:2] for day in self.explanation.skipped(Skip.WEEKEND)}
        closed = len(self.explanation.skipped(Skip.CLOSED))
        parts = []
        if weekends:
            parts.append(
                ngettext("one weekend", "%(number)s weekends", len(weekends))
                % {"number": formats.figure(len(weekends))}
            )
        if closed:
            parts.append(
                ngettext("one day without hours", "%(number)s days without hours", closed)
                % {"number": formats.figure(closed)}
            )
        return parts

    def _closed_hours(self) -> list[str]:
        opening = usual_opening(self.explanation.days)
        if not opening or self.state.promise.within.unit is Unit.DAY:
            return []
        parts = []
        for (_opens, closes), (reopens, _closes) in pairwise(opening):
            is_lunch = _NOON[0] <= closes and reopens <= _NOON[1]
            pattern = _("lunch %(from)s–%(to)s") if is_lunch else _("the break %(from)s–%(to)s")
            parts.append(pattern % {"from": clock_time(closes), "to": clock_time(reopens)})
        first, last = opening[0][0], opening[-1][1]
        if last - first < 24 * 60:
            parts.append(
                _("the hours before %(first)s and after %(last)s")
                % {"first": clock_time(first), "last": clock_time(last)}
            )
        return parts

    def paused(self) -> list[SafeString]:
        told = [
            format_html(
                _("It was paused from {start} to {end}, which takes {length} out: {reason}."),
                start=formats.instant(each.pause.start, self.now),
                end=formats.instant(each.pause.end, self.now),
                length=formats.strong(formats.working_time(each.open_time)),
                reason=self._reasons(each.pause.reasons),
            )
            for each in self.explanation.pauses
        ]
        without, due_at = self.explanation.due_without_pauses, self.explanation.due_at
        if told and without is not None and without != due_at:
            told.append(
                format_html(
                    _("Without the pause it would have been due on {due}."),
                    due=formats.strong(formats.instant(without, self.now)),
                )
            )
        return told

    def _reasons(self, keys: Sequence[str]) -> str:
        names = {reason.key: reason.name for reason in self.terms.reasons.pause}
        return ", ".join(names.get(key, key) for key in keys) or _("no reason was given")

    def by_which_rules(self) -> SafeString:
        parts = {
            "calendar": self.basis.calendar_name,
            "revision": formats.figure(self.basis.revision_number),
            "zone": formats.zone_name(self.explanation.time_zone),
            "clause": self.state.clause_key,
            "clock": kind_name(self.state),
            "version": formats.figure(self.basis.version_number),
        }
        if self.basis.revision_number is None:
            return format_html(
                _("Counted in local time of {zone}, under clause {clause} of version {version}."),
                **parts,
            )
        return format_html(
            _(
                "Counted in the hours of the calendar “{calendar}”, revision {revision}, in local "
                "time of {zone}, under clause {clause} of version {version}."
            ),
            **parts,
        )


Opening = tuple[tuple[int, int], ...]


def opening_of(day: ExplainedDay) -> Opening:
    """Return the open intervals of a day in minutes of the local clock of the active zone."""
    pieces = sorted((*day.counted, *day.left, *day.late, *day.paused, *day.outside))
    opening: list[tuple[int, int]] = []
    for start, end in pieces:
        opens, closes = minute_of(start, day.date), minute_of(end, day.date)
        if opening and opening[-1][1] == opens:
            opening[-1] = (opening[-1][0], closes)
        else:
            opening.append((opens, closes))
    return tuple(opening)


def usual_opening(days: Sequence[ExplainedDay]) -> Opening:
    """Return the open intervals that most days have; of two as usual, the longer ones."""
    openings = [opening for opening in map(opening_of, days) if opening]
    if not openings:
        return ()
    return max(
        dict.fromkeys(openings),
        key=lambda one: (openings.count(one), sum(closes - opens for opens, closes in one)),
    )


def minute_of(at: datetime, day: date) -> int:
    """Return the minute of a local day at an instant; midnight after it is 24 × 60."""
    local = timezone.localtime(at)
    return (local.date() - day).days * 24 * 60 + local.hour * 60 + local.minute


def clock_time(minute: int) -> str:
    """Write a minute of the day as a time, "09:00"; the end of the day is "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"
