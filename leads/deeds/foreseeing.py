"""What a deed will do to the clocks, before it is kept: the case replayed with one more mark.

Nothing is written, and what it says is what the clocks themselves will say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import ClockKind, ClockState, Grade, Mark, MarkKind, local_date
from agreements.models.contracts import Party
from leads.actions.telling import SOURCE
from leads.deeds.effects import effects_between, repeated_words, used_words, words_of
from leads.fold import EventRow, FollowUpRow
from leads.follow_ups import GRADES
from leads.models import FollowUp, Handoff
from leads.queue.next_attempt import Suggestion, Touch, next_attempt
from leads.story.case import Case, FactName, LiveClock, case_of, shown_status

_NAME = "foreseen"
_LOOKS = {
    "met": ("circle-check", "ok"),
    "late": ("circle-x", "bad"),
    "overdue": ("alert-octagon", "bad"),
}


@dataclass(frozen=True, slots=True)
class ForeseenLine:
    """What becomes of a clock: ``word`` is the verdict where there is one."""

    key: str
    word: str
    text: str
    icon: str = ""
    tone: str = "mute"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a follow-up will do; ``warning`` says why it will count for nothing.

    ``elsewhere`` says for which handoff it counts where that is another one, ``repeats`` that it
    is one with an earlier attempt, ``accepts`` that it accepts the handoff.
    """

    lines: tuple[ForeseenLine, ...]
    warning: str
    elsewhere: str
    repeats: str
    accepts: bool
    suggestion: Suggestion | None

    @property
    def is_good(self) -> bool:
        """Whether it meets a promise in time."""
        return any(line.tone == "ok" for line in self.lines)


def foresee(
    case: Case,
    handoff: Handoff,
    *,
    channel: str,
    outcome: str,
    occurred_at: datetime,
    now: datetime,
    taker_id: int | None = None,
) -> Foreseen:
    """Tell what a follow-up typed in by hand now will do to the clocks of a handoff.

    ``taker_id`` is the key of who takes the handoff from the team's queue by it.
    """
    row = FollowUpRow(
        occurred_at, now, SOURCE, _NAME, channel, Grade(GRADES[outcome]), False, True
    )  # fmt: skip
    after = case.with_follow_up(handoff, row)
    if taker_id is not None:
        after = after.with_event(
            EventRow(
                handoff.pk, "assigned", now, now, SOURCE, _NAME, taker_id, False, "", None, None
            )
        )
    named = FactName("follow_up", SOURCE, _NAME)
    heeding, counts = after.heeding(handoff, named), after.counts_for_any(named)
    before, then = case.states(heeding), after.states(heeding)
    standing, status = after.standings[heeding.pk], case.standings[heeding.pk].status
    return Foreseen(
        lines=tuple(_lines(before, then, now)),
        warning="" if counts else _warning(heeding, occurred_at),
        elsewhere=elsewhere_words(heeding, now) if counts and heeding != handoff else "",
        repeats=repetition_words(after, heeding, channel, occurred_at) if counts else "",
        accepts=status == Handoff.Status.OFFERED and standing.status == Handoff.Status.ACCEPTED,
        suggestion=suggestion_of(after, heeding, now),
    )


def overdue_if_overturned(handoff: Handoff, now: datetime) -> list[ClockState]:
    """Return the clocks that stay overdue where the rejection of a handoff is overturned now."""
    decided = EventRow(
        handoff.pk, "decided", now, now, SOURCE, _NAME, None, False, "", True, None
    )  # fmt: skip
    states = case_of(handoff).with_event(decided).states(handoff)
    return [state for state in states if shown_status(state, now) == "overdue"]


def elsewhere_words(heeding: Handoff, now: datetime) -> str:
    """Say for which handoff a follow-up counts that was typed in about one that was closed."""
    parts = {
        "offered": formats.near_instant(heeding.offered_at, now),
        "holder": heeding.holder or _("the team's queue"),
    }
    return (
        _(
            "The handoff was closed by then, so it counts for the one that was open: offered "
            "%(offered)s, with %(holder)s."
        )
        % parts
    )


def suggestion_of(case: Case, handoff: Handoff, now: datetime) -> Suggestion | None:
    """Suggest the next attempt where a persistence clock of an open handoff still runs."""
    clock = _persistence(case.clocks(handoff)) if handoff.is_open else None
    if clock is None or clock.state.due_at is None:
        return None
    marks = case.standings[handoff.pk].marks
    touches = [Touch(mark.at, mark.channel or "") for mark in sorted(marks) if _is_attempt(mark)]
    to_go = clock.state.promise.count - clock.state.attempts
    return next_attempt(
        clock.schedule, touches, to_go=max(to_go, 1), due_at=clock.state.due_at, now=now
    )


def repetition_words(case: Case, handoff: Handoff, channel: str, at: datetime) -> str:
    """Say that an attempt repeats another one, as persistence counts them; empty where it does not.

    The case has both.
    """
    clock = _persistence(case.clocks(handoff))
    if clock is None:
        return ""
    days = [
        local_date(clock.schedule, mark.at)
        for mark in case.standings[handoff.pk].marks
        if _is_attempt(mark) and mark.counts and mark.channel == channel
    ]
    if days.count(local_date(clock.schedule, at)) < 2:
        return ""
    return repeated_words(channel)


def suggestion_words(suggestion: Suggestion | None, now: datetime) -> str:
    """Say when and how to try next; empty for no suggestion."""
    if suggestion is None:
        return ""
    parts = {
        "when": formats.near_instant(suggestion.at, now),
        "channel": FollowUp.Channel(suggestion.channel).label.lower(),
    }
    return _("Next attempt suggested %(when)s, by %(channel)s.") % parts


def next_step_words(suggestion: Suggestion | None) -> str:
    """Name the next step that a suggestion asks for; empty for no suggestion."""
    if suggestion is None:
        return ""
    steps = {
        "call": _("Call again"),
        "email": _("Write an e-mail"),
        "message": _("Send a message"),
    }
    return steps[suggestion.channel]


def _persistence(clocks: Iterable[LiveClock]) -> LiveClock | None:
    return next(
        (
            clock
            for clock in clocks
            if clock.state.kind is ClockKind.PERSISTENCE and clock.state.ended_at is None
        ),
        None,
    )


def _is_attempt(mark: Mark) -> bool:
    return mark.kind is MarkKind.FOLLOW_UP and mark.shows(Grade.ATTEMPT)


def _warning(handoff: Handoff, occurred_at: datetime) -> str:
    if handoff.closed_at is not None and occurred_at > handoff.closed_at:
        return _("The handoff was closed by then, so it will count for no clock.")
    return _("It is typed in later than the terms allow, so it will count for no clock.")


def _lines(
    before: list[ClockState], after: list[ClockState], now: datetime
) -> Iterator[ForeseenLine]:
    """Yield a line for each clock of sales that it changes or that goes on."""
    done = {_name(each.state): each for each in effects_between(before, after)}
    for state in after:
        if state.charged_party != Party.SALES:
            continue
        effect = done.get(_name(state))
        if effect is not None:
            yield _changed(effect.code, state, words_of(effect))
        elif state.ended_at is None:
            yield _unchanged(state, now)


def _name(state: ClockState) -> tuple[str, int]:
    return state.clause_key, state.occurrence


def _changed(code: str, state: ClockState, words: str) -> ForeseenLine:
    icon, tone = _LOOKS.get(code, ("", "mute"))
    key = state.clause_key
    match code:
        case "met" if state.kind is ClockKind.PERSISTENCE:
            return ForeseenLine(key, _("Met"), _("no more attempts are needed"), icon, tone)
        case "met":
            return ForeseenLine(key, _("Met"), used_words(state), icon, tone)
        case "late":
            return ForeseenLine(key, _("Met late"), used_words(state), icon, tone)
        case "attempt" | "moved":
            due = formats.instant(state.due_at)
            text = _("%(what)s, due %(due)s") % {"what": words, "due": due}
            return ForeseenLine(key, "", text if code == "attempt" else words)
        case _:
            return ForeseenLine(key, "", words)


def _unchanged(state: ClockState, now: datetime) -> ForeseenLine:
    due = {"due": formats.instant(state.due_at, now)}
    if state.due_at is not None and state.due_at < now:
        icon, tone = _LOOKS["overdue"]
        return ForeseenLine(
            state.clause_key, _("Stays overdue"), _("was due %(due)s") % due, icon, tone
        )
    return ForeseenLine(state.clause_key, "", _("goes on, due %(due)s") % due)
