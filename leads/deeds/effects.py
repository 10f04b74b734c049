"""What a fact did to the clocks of a handoff: read off the clocks before and after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from agreements import formats
from agreements.clock import ClockKind, ClockState, Grade, Mark
from agreements.durations import Unit
from leads.models import Clock, FollowUp


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that became of a clock.

    ``code`` is started, attempt, repeated, moved, met, late, void or gave_up, of a correction
    reopened, recounted or gone as well; ``state`` is the clock after, of one that is gone before.
    ``channel`` is that of a repeated attempt.
    """

    code: str
    state: ClockState
    channel: str = ""


# What ended a clock, else what happened to it while it ran.
_ICONS = {
    "met": ("circle-check", "ok"),
    "late": ("circle-x", "bad"),
    "gave_up": ("circle-x", "bad"),
}


@dataclass(frozen=True, slots=True)
class EffectLine:
    """The clocks of these clauses to which the same happened, in words.

    ``lead`` is whose handoff they are of, where those of several leads are told together.
    """

    keys: tuple[str, ...]
    text: str
    icon: str
    tone: str
    lead: str = ""


def effects_between(before: Iterable[ClockState], after: Iterable[ClockState]) -> list[Effect]:
    """Compare the clocks of a handoff before and after something happened to it.

    One effect a clock: what ended at once is not told to have started as well.
    """
    known = {(state.clause_key, state.occurrence): state for state in before}
    found = []
    for state in after:
        earlier = known.get((state.clause_key, state.occurrence))
        ended = _end_of(state) if earlier is None or earlier.ended_at != state.ended_at else ""
        if ended:
            found.append(Effect(ended, state))
        elif earlier is None:
            found.append(Effect("started", state))
        elif state.attempts > earlier.attempts:
            found.append(Effect("attempt", state))
        elif state.due_at != earlier.due_at:
            found.append(Effect("moved", state))
    return found


def repetitions(
    before: Iterable[ClockState], after: Iterable[ClockState], mark: Mark
) -> list[Effect]:
    """Return the clocks that count an attempt, the mark between the two, as one made earlier."""
    if not mark.shows(Grade.ATTEMPT):
        return []
    known = {(state.clause_key, state.occurrence): state.attempts for state in before}
    return [
        Effect("repeated", state, mark.channel or "")
        for state in after
        if state.kind is ClockKind.PERSISTENCE
        and state.ended_at is None
        and state.attempts
        and known.get((state.clause_key, state.occurrence)) == state.attempts
    ]


def effects_of_correction(
    before: Sequence[ClockState], after: Sequence[ClockState]
) -> list[Effect]:
    """Compare the clocks of a handoff before and after what was told of it was corrected.

    What happened to a clock may be undone by it.
    """
    known = {(state.clause_key, state.occurrence): state for state in before}
    found = []
    for state in after:
        earlier = known.pop((state.clause_key, state.occurrence), None)
        undone = _undone(earlier, state) if earlier is not None else ""
        if undone:
            found.append(Effect(undone, state))
        else:
            found += effects_between([earlier] if earlier is not None else [], [state])
    return [*found, *(Effect("gone", state) for state in known.values())]


def _undone(earlier: ClockState, state: ClockState) -> str:
    if state.ended_at is not None:
        return ""
    if earlier.ended_at is not None:
        return "reopened"
    return "recounted" if state.attempts < earlier.attempts else ""


def _end_of(state: ClockState) -> str:
    if state.stopped_at is not None:
        is_late = state.due_at is not None and state.stopped_at > state.due_at
        return "late" if is_late else "met"
    if state.void_at is not None:
        return "void"
    return "gave_up" if state.gave_up_at is not None else ""


def lines_of(effects: Iterable[Effect]) -> list[EffectLine]:
    """Say the effects of a fact, those that read alike in one line."""
    keys: dict[tuple[str, str], list[str]] = {}
    for effect in effects:
        keys.setdefault((effect.code, words_of(effect)), []).append(effect.state.clause_key)
    return [
        EffectLine(tuple(found), text, *_ICONS.get(code, ("", "mute")))
        for (code, text), found in keys.items()
    ]


def repeated_words(channel: str) -> str:
    """Say that an attempt counts as one with an earlier one of its day."""
    by = FollowUp.Channel(channel).label.lower()
    return _("Attempts by %(channel)s on the same day count as one.") % {"channel": by}


def words_of(effect: Effect) -> str:
    """Say an effect beside the key of its clause."""
    if effect.code == "repeated":
        return repeated_words(effect.channel)
    patterns = {
        "started": _("clock started"),
        "attempt": _("attempt %(number)s of %(count)s"),
        "moved": _("due time moved to %(due)s"),
        "met": _("met, %(used)s"),
        "late": _("met late, %(used)s"),
        "void": _("ended without a verdict"),
        "gave_up": _("given up before it was met"),
    }
    return patterns[effect.code] % _parts(effect.state)


def sentence_of(effect: Effect) -> str:
    """Say an effect as a sentence that names the clock."""
    patterns = {
        "started": _("%(clock)s began, due %(due)s."),
        "attempt": _("%(clock)s: attempt %(number)s of %(count)s."),
        "moved": _("%(clock)s is now due %(due)s."),
        "met": _("%(clock)s met, %(used)s."),
        "late": _("%(clock)s met late, %(used)s."),
        "void": _("%(clock)s ended without a verdict."),
        "gave_up": _("%(clock)s was given up before it was met."),
        "reopened": _("%(clock)s is open again, due %(due)s."),
        "recounted": _("%(clock)s counts %(number)s of %(count)s attempts now."),
        "gone": _("%(clock)s does not run any more."),
    }
    return patterns[effect.code] % _parts(effect.state)


def _parts(state: ClockState) -> dict[str, str]:
    return {
        "clock": kind_name(state),
        "due": formats.instant(state.due_at),
        "used": _spent(state),
        "number": formats.figure(state.attempts),
        "count": formats.figure(state.promise.count),
    }


def _spent(state: ClockState) -> str:
    used = used_words(state)
    if not state.promise.within.is_open_time:
        return used
    return _("%(amount)s used") % {"amount": used}


def kind_name(state: ClockState) -> str:
    """Name the kind of a clock."""
    return str(Clock.Kind(str(state.kind)).label)


def used_words(state: ClockState, now: datetime | None = None) -> str:
    """Say how much of its time a clock used, to its end or to now: "22 min of 30 min"."""
    until = state.ended_at or now or state.due_at
    within = state.promise.within
    if until is None:
        return ""
    if within.is_open_time:
        return _("%(used)s of %(within)s") % {
            "used": formats.working_time(state.used_at(until)),
            "within": formats.promise(within),
        }
    return day_words(state, until)


def day_words(state: ClockState, at: datetime) -> str:
    """Say in which of its days a clock is: "working day 2 of 10"."""
    within, day = state.promise.within, max(state.days_used_at(at) or 0, 0)
    parts = {"day": formats.figure(day), "count": formats.figure(within.amount)}
    if within.unit is Unit.BUSINESS_DAY:
        pattern = (
            _("working day %(day)s of %(count)s") if day else _("before working day 1 of %(count)s")
        )
    else:
        pattern = _("day %(day)s of %(count)s") if day else _("before day 1 of %(count)s")
    return pattern % parts
