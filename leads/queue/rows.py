"""The rows of the queue: each handoff with the clock that runs out first and what was last done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import formats
from agreements.clock import Pause, Pauses
from agreements.models import AgreementVersion, User
from agreements.rulebook import Rulebook
from agreements.terms import Commitment, Terms, Tier
from agreements.wording import short_promise
from leads.before.qualifying import attributes_at_offer, why_offered
from leads.kin import KEPT
from leads.models import Clock, FollowUp, Handoff, Lead
from leads.queue.countdown import Countdown, count_down
from leads.queue.events import Told, told_of, with_events
from leads.queue.handoffs import acting_clocks, routing_clocks
from leads.queue.next_steps import NextStep, next_step_of
from leads.rulebooks import rulebooks_of

_SOON = timedelta(hours=1)
GROUPS = {
    "overdue": gettext_lazy("Overdue"),
    "next_hour": gettext_lazy("In the next hour"),
    "today": gettext_lazy("Today"),
    "later": gettext_lazy("Tomorrow and later"),
    "no_clock": gettext_lazy("No promise is running"),
    "returning": gettext_lazy("Coming back"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One handoff; without a clock that sales can act on it has no countdown.

    ``aside_until`` is told where the reader put it aside, ``pause`` where its clock stands still.
    """

    handoff: Handoff
    version_number: int | None
    clock: Clock | None
    countdown: Countdown | None
    promise: str
    tier: Tier | None
    is_top_tier: bool
    why: str
    latest: str
    group: str
    next_step: NextStep | None = None
    pause: str = ""
    aside_until: datetime | None = None

    @property
    def clock_name(self) -> str:
        """How an address names the clock: clause key and occurrence."""
        return f"{self.clock.clause_key}.{self.clock.occurrence}" if self.clock else ""


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """Rows that run out at about the same time."""

    key: str
    name: str
    rows: tuple[QueueRow, ...]


def grouped(rows: Iterable[QueueRow]) -> list[QueueGroup]:
    """Put rows, sorted by what runs out first, into the groups a reader looks for."""
    by_key: dict[str, list[QueueRow]] = {key: [] for key in GROUPS}
    for row in rows:
        by_key[row.group].append(row)
    return [
        QueueGroup(key, str(GROUPS[key]), tuple(found)) for key, found in by_key.items() if found
    ]


def rows_of(
    handoffs: Sequence[Handoff],
    versions: Mapping[int, AgreementVersion],
    *,
    clause: str = "",
    reader: User,
    now: datetime,
) -> list[QueueRow]:
    """Dress a page of handoffs: four queries, however many handoffs and versions.

    ``versions`` are those that judge them, by key; ``clause`` asks for that clause's clock.
    """
    judging = {handoff.version_id for handoff in handoffs if handoff.version_id is not None}
    books = rulebooks_of(versions[key] for key in sorted(judging))
    clocks, touches = _first_clocks(handoffs, clause, now), latest_touches(handoffs)
    known = attributes_at_offer(handoffs)
    rows = []
    for handoff in handoffs:
        touch, clock = touches.get(handoff.pk), clocks.get(handoff.pk)
        told = told_of(clock)
        latest = _latest(handoff, touch, told, reader, now)
        if handoff.version_id is None:
            row = _bare_row(handoff, latest)
        else:
            version, book = versions[handoff.version_id], books[handoff.version_id]
            why = why_offered(book.terms, known[handoff.pk])
            row = _row(handoff, clock, version, book, why=why.words, latest=latest, now=now)
        aside_until, next_step = getattr(handoff, "aside_until", None), next_step_of(touch, now)
        pause = _pause_words(row.countdown, told, now)
        rows.append(replace(row, aside_until=aside_until, next_step=next_step, pause=pause))
    return rows


def _pause_words(countdown: Countdown | None, told: Told, now: datetime) -> str:
    """Say until when a clock is paused, and by whom; empty where it is not.

    How late one is that is overdue stands still, too.
    """
    if countdown is None or countdown.paused_until is None:
        return ""
    until = {"until": formats.near_instant(countdown.paused_until, now)}
    if not told.paused_by:
        return _("Paused until %(until)s") % until
    return _("Paused until %(until)s, by %(who)s") % (until | {"who": told.paused_by})


def _first_clocks(handoffs: Iterable[Handoff], clause: str, now: datetime) -> dict[int, Clock]:
    """Find by handoff its clock of a clause, else the one that runs out first of all."""
    open_ones = [handoff.pk for handoff in handoffs if handoff.is_open]
    clocks = (acting_clocks() | routing_clocks()).filter(handoff__in=open_ones)
    ranked = sorted(
        with_events(clocks, now).order_by("due_at", "clause_key", "occurrence"),
        key=lambda each: (each.clause_key != clause, each.kind == Clock.Kind.ROUTING),
    )
    found: dict[int, Clock] = {}
    for clock in ranked:
        found.setdefault(clock.handoff_id, clock)
    return found


def latest_touches(handoffs: Sequence[Handoff]) -> dict[int, FollowUp]:
    """Find by handoff what a person last did about its lead since the offer; one query.

    The lead is the one that is kept, and the handoffs are of one agreement.
    """
    if not handoffs:
        return {}
    members = Lead.objects.one_with([handoff.kept_lead.pk for handoff in handoffs])
    touches = (
        FollowUp.objects.holding()
        .filter(
            agreement=handoffs[0].agreement_id, lead__in=members.values("pk"), is_automated=False
        )
        .annotate(kept=KEPT)
        .order_by("kept", "-occurred_at", "-pk")
        .distinct("kept")
    )
    by_lead = {touch.kept: touch for touch in touches}
    found = ((each, by_lead.get(each.kept_lead.pk)) for each in handoffs)
    return {each.pk: touch for each, touch in found if touch and _is_since_offer(each, touch)}


def _is_since_offer(handoff: Handoff, touch: FollowUp) -> bool:
    return handoff.offered_at is None or touch.occurred_at >= handoff.offered_at


def _bare_row(handoff: Handoff, latest: str) -> QueueRow:
    """Return the row of a handoff outside any version."""
    return QueueRow(
        handoff=handoff,
        version_number=None,
        clock=None,
        countdown=None,
        promise=_("offered outside any version"),
        tier=None,
        is_top_tier=False,
        why="",
        latest=latest,
        group="no_clock",
    )


def _row(
    handoff: Handoff,
    clock: Clock | None,
    version: AgreementVersion,
    book: Rulebook,
    *,
    why: str,
    latest: str,
    now: datetime,
) -> QueueRow:
    terms = book.terms
    tier = terms.tier(handoff.tier or None)
    countdown, promise, group = None, _("nothing is due"), "no_clock"
    if handoff.status == Handoff.Status.RECYCLED:
        promise, group = _recycled_words(handoff, terms), "returning"
    elif clock is not None:
        commitment = terms.commitment(clock.clause_key)
        promise = _promise_words(commitment, clock)
        countdown = count_down(
            book.schedule_of(clock.clause_key, handoff.tier),
            started_at=clock.started_at,
            due_at=clock.due_at,
            warn_at=float(terms.clock_warning),
            now=now,
            pauses=pauses_of(clock),
        )
        group = _group(countdown, now)
    return QueueRow(
        handoff=handoff,
        version_number=version.number,
        clock=clock,
        countdown=countdown,
        promise=promise,
        tier=tier,
        is_top_tier=bool(terms.tiers) and tier is terms.tiers[0],
        why=why,
        latest=latest,
        group=group,
    )


def pauses_of(clock: Clock) -> Pauses:
    """Return the pauses a clock was stored with."""
    return tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in clock.pauses or ()
    )


def _promise_words(commitment: Commitment, clock: Clock) -> str:
    if clock.kind == Clock.Kind.PERSISTENCE:
        count = commitment.count or 1
        return _("attempt %(next)s of %(count)s") % {
            "next": formats.figure(min(clock.attempts + 1, count)),
            "count": formats.figure(count),
        }
    return short_promise(commitment)


def _recycled_words(handoff: Handoff, terms: Terms) -> str:
    names = {reason.key: reason.name for reason in terms.reasons.recycling}
    return _("recycled: %(reason)s") % {"reason": names.get(handoff.reason, handoff.reason)}


def _group(countdown: Countdown, now: datetime) -> str:
    if countdown.status == "overdue":
        return "overdue"
    if countdown.due_at <= now + _SOON:
        return "next_hour"
    is_today = timezone.localdate(countdown.due_at) == timezone.localdate(now)
    return "today" if is_today else "later"


def _latest(
    handoff: Handoff, touch: FollowUp | None, told: Told, reader: User, now: datetime
) -> str:
    """Say what was last done about a handoff since its offer, and that its lead came back."""
    if touch is not None:
        return _("%(channel)s %(when)s: %(outcome)s") % {
            "channel": touch.get_channel_display(),
            "when": formats.near_instant(touch.occurred_at, now),
            "outcome": touch.get_outcome_display().lower(),
        }
    said = _untouched(handoff, told, reader, now)
    if told.recycled_at is None:
        return said
    day = formats.day(timezone.localdate(told.recycled_at), now)
    return _("%(said)s; recycled before, %(day)s") % {"said": said, "day": day}


def _untouched(handoff: Handoff, told: Told, reader: User, now: datetime) -> str:
    """Say where a handoff stands that nobody followed up yet."""
    if told.overturned_at is not None:
        when = {"when": formats.near_instant(told.overturned_at, now)}
        return _("No touch yet, rejection overturned %(when)s") % when
    was_rejected = handoff.contest == Handoff.Contest.OVERTURNED
    if handoff.status == Handoff.Status.ACCEPTED and not was_rejected:
        when = {"when": formats.near_instant(handoff.decided_at, now)}
        if handoff.holder_id == reader.pk:
            return _("No touch yet, accepted %(when)s by you") % when
        return _("No touch yet, accepted %(when)s") % when
    when = {"when": formats.near_instant(handoff.offered_at, now)}
    return _("No touch yet, offered %(when)s") % when
