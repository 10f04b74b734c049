"""How long handoffs were paused in all, by whom, and when that is too much."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.business_time import Schedule, business_between
from agreements.clock import Interval, due_after
from agreements.durations import Duration
from agreements.rulebook import Rulebook
from leads.any_of import AnyOf
from leads.deeds.pauses import in_order, pause_of_events
from leads.deeds.reasons import RulebooksFor
from leads.models import Handoff, HandoffEvent

Kind = HandoffEvent.Kind

_SHORT = timedelta(hours=8)
"""Up to here, of a handoff that was hardly opened, nobody asks why it did not run."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The pauses of a handoff in working time: how long in all, how often, by whom, for what.

    ``ran`` is how long it was open and not paused. ``allowed`` is what the terms let one pause
    last, None without a limit. ``running`` is the pause that runs now,
    ``latest`` the one that began last, ``resumed_at`` when somebody ended that before its time.
    """

    times: int
    length: timedelta
    ran: timedelta
    allowed: timedelta | None
    people: tuple[str, ...]
    running: HandoffEvent | None
    latest: HandoffEvent
    resumed_at: datetime | None

    @property
    def is_more_than_allowed(self) -> bool:
        """Whether its pauses last longer together than the terms let a single one last."""
        return self.allowed is not None and self.length > self.allowed

    @property
    def is_too_much(self) -> bool:
        """Whether it was paused for more than a working day and than it ran, or than one pause
        may last.
        """
        return self.is_more_than_allowed or self.length > max(self.ran, _SHORT)

    @property
    def sentence(self) -> str:
        """Say how often, how long and by whom it was paused."""
        parts = {
            "number": formats.figure(self.times),
            "length": formats.working_time(self.length),
            "people": ", ".join(self.people),
        }
        said = (
            ngettext(
                "Paused once for %(length)s, by %(people)s.",
                "Paused %(number)s times for %(length)s in all, by %(people)s.",
                self.times,
            )
            if self.people
            else ngettext(
                "Paused once for %(length)s.",
                "Paused %(number)s times for %(length)s in all.",
                self.times,
            )
        )
        return said % parts

    @property
    def warning(self) -> str:
        """Say why that is too much; empty where it is not."""
        if self.is_more_than_allowed:
            return _("Together that is more than the %(length)s a pause may last by the terms.") % {
                "length": formats.working_time(self.allowed)
            }
        if self.is_too_much:
            return _("That is longer than its clocks ran: %(length)s.") % {
                "length": formats.working_time(self.ran)
            }
        return ""

    @property
    def told(self) -> str:
        """Say all of it, the warning last."""
        return f"{self.sentence} {self.warning}".strip()


def said_of_too_much(number: int) -> str:
    """Say how many handoffs are paused too much."""
    return ngettext(
        "%(shown)s handoff is paused too much.", "%(shown)s handoffs are paused too much.", number
    ) % {"shown": formats.figure(number)}


def paused(handoff: Handoff, now: datetime) -> Paused | None:
    """Return how a handoff was paused up to ``now``; None where it never was."""
    return paused_of([handoff], now).get(handoff.pk)


def paused_of(handoffs: Collection[Handoff], now: datetime) -> dict[int, Paused]:
    """Return by handoff how it was paused up to ``now``; nothing of those that never were."""
    events: defaultdict[int, list[HandoffEvent]] = defaultdict(list)
    found = (
        HandoffEvent.objects.holding()
        .filter(AnyOf("handoff", [each.pk for each in handoffs]))
        .filter(kind__in=[Kind.PAUSED, Kind.RESUMED], occurred_at__lte=now)
        .select_related("person")
    )
    for event in found:
        events[event.handoff_id].append(event)
    books = RulebooksFor()
    told: dict[int, Paused | None] = {}
    for each in handoffs:
        if each.pk in events:
            told[each.pk] = _paused(each, books[each], in_order(events[each.pk]), now)
    return {pk: each for pk, each in told.items() if each is not None}


def _paused(
    handoff: Handoff, book: Rulebook | None, events: list[HandoffEvent], now: datetime
) -> Paused | None:
    pauses, start = [each for each in events if each.kind == Kind.PAUSED], handoff.offered_at
    if not pauses or book is None or start is None:
        return None
    end = handoff.closed_at or now
    longest = book.terms.pause.max
    spans = _spans(events, book.schedule, longest)
    inside = [(max(first, start), min(last, end)) for first, last in spans]
    length = sum(
        (business_between(book.schedule, first, last) for first, last in inside if first < last),
        timedelta(),
    )
    return Paused(
        times=len(pauses),
        length=length,
        ran=business_between(book.schedule, start, end) - length,
        allowed=_allowed(book.schedule, pauses[0].occurred_at, longest),
        people=tuple(dict.fromkeys(each.person.name for each in pauses if each.person)),
        running=pause_of_events(events, now) if handoff.is_open else None,
        latest=pauses[-1],
        resumed_at=_resumed_at(pauses[-1], events),
    )


def _resumed_at(pause: HandoffEvent, events: Sequence[HandoffEvent]) -> datetime | None:
    """Return when somebody ended a pause before its time, of all pauses and their ends in order."""
    after = events[events.index(pause) + 1 :]
    ends = (each.occurred_at for each in after if each.kind == Kind.RESUMED)
    first = next(ends, None)
    return first if first and pause.until and first < pause.until else None


def _allowed(schedule: Schedule, start: datetime, longest: Duration | None) -> timedelta | None:
    """Return the working time that the longest pause takes, were it to begin at an instant."""
    if longest is None:
        return None
    return business_between(schedule, start, due_after(schedule, start, longest))


def _spans(
    events: Iterable[HandoffEvent], schedule: Schedule, longest: Duration | None
) -> list[Interval]:
    """Return when it was paused, apart from each other; no pause lasts longer than the terms say.

    Resuming ends whatever pause runs then, as it does for the clocks.
    """
    asked: list[Interval] = []
    for event in events:
        at = event.occurred_at
        if event.kind == Kind.RESUMED:
            asked = [(start, min(end, at)) for start, end in asked]
        elif event.until is not None:
            latest = due_after(schedule, at, longest) if longest else event.until
            asked.append((at, min(event.until, latest)))
    spans: list[Interval] = []
    for start, end in sorted(asked):
        first = max(start, spans[-1][1]) if spans else start
        if first < end:
            spans.append((first, end))
    return spans
