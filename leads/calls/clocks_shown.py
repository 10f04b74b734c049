"""The shapes in which clocks are answered, with their explanation in words and as data."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from pydantic import BaseModel

from agreements.clock import ExplainedDay, Explanation
from agreements.models import User
from leads.calls.shown import PersonShown, instant_text, shown_person
from leads.clock_statuses import breached_at, status_of
from leads.models import Clock
from leads.story.explaining import Basis, Telling


class HandoffName(BaseModel):
    """A handoff by its id here and the name its source gave it."""

    id: int
    source: str
    external_id: str
    lead: int


class ClockShown(BaseModel):
    """A clock as it stands now; `used_s` is open time to its stop, pauses out.

    `holder` is whose figure it is, for those who may see the figures of single reps.
    """

    id: int
    handoff: HandoffName
    clause: str
    kind: str
    party: str
    occurrence: int
    status: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    void_at: datetime | None
    breached_at: datetime | None
    gave_up: bool
    back_dated: bool
    attempts: int
    used_s: float | None
    adjusted_due_at: datetime | None
    holder: PersonShown | None


class ClockPage(BaseModel):
    """Some of the clocks; `next` is an address."""

    next: str | None
    results: list[ClockShown]


class DayShown(BaseModel):
    """A local day: how much of its open time was counted, is left, came late or was paused."""

    date: date
    counted_s: float
    left_s: float
    late_s: float
    paused_s: float
    skipped: str | None
    closure: str | None


class PauseShown(BaseModel):
    """A pause [starts_at, ends_at) and the open time it took out."""

    starts_at: datetime
    ends_at: datetime
    open_s: float
    reasons: list[str]


class ExplanationShown(BaseModel):
    """Why the clock is due when it is: in words of the reader's language, and as data."""

    question: str
    sentences: list[str]
    within: str
    time_zone: str
    version: int
    calendar: str | None
    calendar_revision: int | None
    counted_s: float
    left_s: float
    late_s: float
    paused_s: float
    due_without_pauses: datetime | None
    days: list[DayShown]
    pauses: list[PauseShown]


class ClockExplained(ClockShown):
    """A clock with its explanation."""

    explanation: ExplanationShown | None


def shown_clock(clock: Clock, now: datetime, *, for_: User, sees_reps: bool) -> dict[str, Any]:
    """Show a clock that was read with its handoff and its holder."""
    handoff = clock.handoff
    is_known = sees_reps or clock.holder_id == for_.pk
    return {
        "id": clock.pk,
        "handoff": {
            "id": handoff.pk,
            "source": handoff.source,
            "external_id": handoff.external_id,
            "lead": handoff.lead_id,
        },
        "clause": clock.clause_key,
        "kind": clock.kind,
        "party": clock.party,
        "occurrence": clock.occurrence,
        "status": status_of(clock, now),
        "started_at": instant_text(clock.started_at),
        "due_at": instant_text(clock.due_at),
        "stopped_at": instant_text(clock.stopped_at),
        "void_at": instant_text(clock.void_at),
        "breached_at": instant_text(breached_at(clock, now)),
        "gave_up": clock.gave_up,
        "back_dated": clock.is_back_dated,
        "attempts": clock.attempts,
        "used_s": _seconds(clock.used),
        "adjusted_due_at": instant_text(clock.adjusted_due_at),
        "holder": shown_person(clock.holder) if is_known else None,
    }


def shown_explanation(explanation: Explanation, telling: Telling, basis: Basis) -> dict[str, Any]:
    """Show an explanation."""
    return {
        "question": _plain(telling.question),
        "sentences": [_plain(sentence) for sentence in telling.sentences],
        "within": str(explanation.within),
        "time_zone": explanation.time_zone,
        "version": basis.version_number,
        "calendar": basis.calendar_name or None,
        "calendar_revision": basis.revision_number,
        "counted_s": _seconds(explanation.counted),
        "left_s": _seconds(explanation.left),
        "late_s": _seconds(explanation.late),
        "paused_s": _seconds(explanation.paused),
        "due_without_pauses": instant_text(explanation.due_without_pauses),
        "days": [_day(day, basis) for day in explanation.days],
        "pauses": [
            {
                "starts_at": instant_text(each.pause.start),
                "ends_at": instant_text(each.pause.end),
                "open_s": _seconds(each.open_time),
                "reasons": _listed(each.pause.reasons),
            }
            for each in explanation.pauses
        ],
    }


def _day(day: ExplainedDay, basis: Basis) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "counted_s": _seconds(day.counted_time),
        "left_s": _seconds(day.left_time),
        "late_s": _seconds(day.late_time),
        "paused_s": _seconds(day.paused_time),
        "skipped": str(day.skipped) if day.skipped else None,
        "closure": basis.closure_names.get(day.date) if day.is_closure else None,
    }


def _listed(texts: Iterable[str]) -> list[str]:
    return [str(text) for text in texts]


def _plain(text: str) -> str:
    """Return a sentence without the tags and no-break spaces of pages."""
    return unescape(strip_tags(text)).replace("\N{NO-BREAK SPACE}", " ")


def _seconds(length: timedelta | None) -> int | float | None:
    if length is None:
        return None
    seconds = length.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
