"""One handoff beside the list of the queue: who it is, its clocks, and what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import ClockState
from agreements.criteria import is_missing
from agreements.terms import Terms, Tier
from agreements.wording import short_promise
from leads.before.qualifying import Why, value_text, why_offered
from leads.models import Clock, Handoff, HandoffEvent, Lead
from leads.queue.countdown import Countdown, count_down
from leads.story.case import Case, LiveClock
from leads.story.side import reason_names

# Under which names forms keep what somebody wrote.
_SAID = ("message", "comment", "comments", "notes", "mensagem", "mensaje")
_PLACE = ("city", "state", "country")


@dataclass(frozen=True, slots=True)
class PanelClock:
    """A clock that sales can act on, counting down."""

    key: str
    name: str
    promise: str
    countdown: Countdown


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is, as the latest that was told of the lead has it."""

    about: str
    place: str
    phone: str
    is_phone: bool
    email: str
    why: Why | None
    said: str
    tier: Tier | None
    is_top_tier: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a handoff ended, and the note of who ended it."""

    said: str
    note: str


def clocks_of(case: Case, handoff: Handoff, terms: Terms | None, now: datetime) -> list[PanelClock]:
    """Return the clocks that the queue counts down, what runs out first on top."""
    if terms is None:
        return []
    shown = [
        _clock(each, terms, now)
        for each in case.clocks(handoff)
        if _is_of_queue(each.state) and each.state.ended_at is None
    ]
    return sorted(
        (each for each in shown if each is not None),
        key=lambda each: (each.countdown.due_at, each.key),
    )


def _is_of_queue(state: ClockState) -> bool:
    """Whether sales can act on it: what nobody holds is there to be taken, whoever promised it."""
    return state.charged_party == "sales" or str(state.kind) == Clock.Kind.ROUTING


def _clock(clock: LiveClock, terms: Terms, now: datetime) -> PanelClock | None:
    state = clock.state
    if state.started_at is None or state.due_at is None:
        return None
    return PanelClock(
        key=state.clause_key,
        name=clock.name,
        promise=short_promise(clock.commitment),
        countdown=count_down(
            clock.schedule,
            started_at=state.started_at,
            due_at=state.due_at,
            warn_at=float(terms.clock_warning),
            now=now,
            pauses=state.pauses,
        ),
    )


def return_words(handoff: Handoff, terms: Terms | None, now: datetime) -> str:
    """Say who offers a recycled lead again, and from which day on; empty for any other one."""
    if handoff.status != Handoff.Status.RECYCLED or handoff.returns_date is None or terms is None:
        return ""
    day = {"day": formats.day(handoff.returns_date, now)}
    has_come = handoff.returns_date <= handoff.agreement.local_date(now)
    if terms.recycle.returns_to == "owner":
        if has_come:
            return _("Its day was %(day)s: it is offered to its holder again by itself.") % day
        return _("On %(day)s it is offered to its holder again by itself.") % day
    if has_come:
        return _("Its day was %(day)s: marketing looks at it and offers it again.") % day
    return _("On %(day)s marketing looks at it and offers it again.") % day


def earlier_of(
    case: Case, handoff: Handoff, readable: Iterable[Handoff], now: datetime
) -> Earlier | None:
    """Return how the latest handoff of the lead before this one ended; one query if there was one.

    ``readable`` are those that the reader may read.
    """
    closed = [
        each.pk
        for each in readable
        if each.closed_at and handoff.offered_at and each.closed_at <= handoff.offered_at
    ]
    ends = HandoffEvent.objects.holding().filter(handoff__in=closed, kind=F("handoff__status"))
    end = ends.select_related("handoff").order_by("-occurred_at", "-pk").first()
    if end is None:
        return None
    book = case.rulebook_of(end.handoff)
    reason = reason_names(book.terms if book else None).get(end.reason, end.reason)
    parts = {
        "ended": end.handoff.get_status_display(),
        "day": formats.day(timezone.localdate(end.occurred_at), now),
        "reason": reason,
    }
    said = _("%(ended)s %(day)s: %(reason)s") if reason else _("%(ended)s %(day)s")
    return Earlier(said % parts, end.note)


def person_of(case: Case, lead: Lead, handoff: Handoff, terms: Terms | None) -> Person:
    """Return who it is; why it was offered is judged by what was known at the offer."""
    told = {
        key: value_text(value) for key, value in lead.attributes.items() if not is_missing(value)
    }
    tier = terms.tier(handoff.tier or None) if terms else None
    known = case.records.attributes_at(handoff.lead_id, handoff.offered_at)
    company = lead.company if lead.name else ""
    return Person(
        about=", ".join(filter(None, [told.get("job_title", ""), company])),
        place=next((told[key] for key in _PLACE if told.get(key)), ""),
        phone=_said_of(lead.phone),
        is_phone=any(each.isdecimal() for each in lead.phone),
        email=_said_of(lead.email),
        why=why_offered(terms, known) if terms else None,
        said=next((told[key] for key in _SAID if told.get(key)), ""),
        tier=tier,
        is_top_tier=tier is not None and terms is not None and tier is terms.tiers[0],
    )


def _said_of(value: str) -> str:
    """Return a value unless it is a placeholder such as "n/a"."""
    return "" if is_missing(value) else value
