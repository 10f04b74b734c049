"""How a team assigns, in words: why somebody got a handoff, and when people are away."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.clock import Interval
from agreements.models import Absence, User
from leads.assignment.rules import Choice, Method, Passed, PassedOn
from leads.models import AssignmentTurn, Handoff


def reason_words(name: str, method: str, load: int | None) -> str:
    """Say why somebody got a handoff: "Minas Gerais, 31 open handoffs"."""
    if method == Method.LOAD:
        parts = {"rule": name, "count": formats.figure(load or 0)}
        return _("%(rule)s: fewest open handoffs, %(count)s") % parts
    if method == Method.EARLIER_OWNER:
        return _("%(rule)s: held the lead before") % {"rule": name}
    return _("%(rule)s: next in turn") % {"rule": name}


def choice_words(choice: Choice, people: Mapping[int, User]) -> str:
    """Say why somebody gets a handoff, or why nobody does, and who was skipped."""
    if choice.rule is None:
        return queue_words(choice.passed)
    words = reason_words(choice.rule.name, choice.rule.method, choice.load)
    return _joined(words, skipped_words(people[key].name for key in choice.skipped))


def why_assigned(handoffs: Collection[Handoff]) -> dict[str, str]:
    """Return by the name of the fact why rules gave handoffs to somebody; two queries at most."""
    turns = list(AssignmentTurn.objects.filter(handoff__in=handoffs))
    skipped = {key for turn in turns for key in turn.skipped}
    people = User.objects.in_bulk(skipped) if skipped else {}
    return {turn.external_id: turn_words(turn, people) for turn in turns}


def turn_words(turn: AssignmentTurn, people: Mapping[int, User]) -> str:
    """Say by which rule somebody got a handoff, as the rule was called then."""
    if turn.user_id is None:
        return _("Nobody whom the team's rules name was there before the promise ran out.")
    words = reason_words(turn.rule_name, turn.method, turn.load)
    names = [people[key].name for key in turn.skipped if key in people]
    return _joined(words, skipped_words(names))


def queue_words(passed: Iterable[PassedOn]) -> str:
    """Say why no rule gives a handoff to anybody."""
    if any(each.why is Passed.ALL_AWAY for each in passed):
        return _("Whoever it is for is away until the promise runs out.")
    return _("No rule is for it.")


def under_words(above: object) -> str:
    """Say that a rule stands under one that is for every lead; empty where there is none."""
    if above is None:
        return ""
    return _(
        "“%(above)s” above it is for every lead: this rule decides only while all people of "
        "“%(above)s” are away."
    ) % {"above": above}


def skipped_words(names: Iterable[str]) -> str:
    """Say who was skipped; empty for nobody."""
    listed = list(names)
    if not listed:
        return ""
    return ngettext("%(names)s is away", "%(names)s are away", len(listed)) % {
        "names": get_text_list(listed, _("and"))
    }


def _joined(words: str, more: str) -> str:
    return f"{words}; {more}" if more else words


def person_words(user: User, load: int, away: str) -> str:
    """Say when somebody is ``away``, and how much they hold: "Ana, 3 open handoffs".

    Where a narrow list cuts it off, it is the number that is missing.
    """
    held = ngettext("%(shown)s open handoff", "%(shown)s open handoffs", load)
    return ", ".join(filter(None, [user.name, away, held % {"shown": formats.figure(load)}]))


def away_words(away: Iterable[Interval], now: datetime) -> str:
    """Say when somebody is away now, or else next; empty if not at all."""
    for start, end in sorted(away):
        if end <= now:
            continue
        if start > now:
            return _("away %(span)s") % {"span": span_words(start, end, now)}
        if _is_midnight(end):
            return _("away, back on %(day)s") % {"day": formats.day(timezone.localdate(end), now)}
        return _("away until %(end)s") % {"end": formats.near_instant(end, now)}
    return ""


def span_words(start: datetime, end: datetime, now: datetime) -> str:
    """Write when somebody is away: whole local days as days, anything else as instants."""
    if not (_is_midnight(start) and _is_midnight(end)):
        return f"{formats.instant(start, now)} – {formats.instant(end, now)}"
    first, last = timezone.localdate(start), timezone.localdate(end) - timedelta(days=1)
    words = [formats.day(day, now) for day in (first, last)]
    return words[0] if first == last else " – ".join(words)


def _is_midnight(at: datetime) -> bool:
    return timezone.localtime(at).time() == time()


def whose_time_words(absence: Absence, now: datetime) -> str:
    """Say from when on the time of an absence is the team's, and why."""
    recorded = {"recorded": formats.instant(absence.recorded_at, now)}
    if absence.recorded_at <= absence.starts_at:
        return _("Recorded beforehand, %(recorded)s: all of it is the team's time.") % recorded
    if absence.recorded_at >= absence.ends_at:
        return _("Recorded when it was over, %(recorded)s: the time stays with the holder.") % (
            recorded
        )
    return (
        _("Recorded after it began: until %(recorded)s the time is the holder's, then the team's.")
        % recorded
    )
