"""Breaches in words: which lead, under which clause, how late, and who held it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import User
from agreements.models.contracts import Party
from leads.countdown import time_left, working_day
from leads.models import Clock
from leads.queue import Desk
from leads.queue_rows import pauses_of
from metrics.addresses import clause_href
from metrics.breach_list import BreachRow, people_in
from metrics.lead_names import LeadName, LeadNames

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachTelling:
    """A breach as a list shows it; ``who`` is empty where that is not the reader's to know."""

    lead: LeadName
    clause: str
    clause_href: str
    party: str
    late_by: str
    due_at: datetime | None
    status: str
    word: str
    who: str


def tellings_of(
    rows: Sequence[BreachRow], desk: Desk, *, sees_reps: bool, now: datetime
) -> list[BreachTelling]:
    """Put a page of breaches into words."""
    names = LeadNames(desk, [row.handoff.lead for row in rows])
    people = people_in(rows) if sees_reps else {}
    return [
        BreachTelling(
            lead=names(row.handoff.lead, handoff=row.handoff.pk, clock=_clock_name(row)),
            clause=row.found.clause_key,
            clause_href=_clause_href(row, desk),
            party=str(Party(row.found.party).label),
            late_by=_late_by(row, now),
            due_at=row.clock.due_at if row.clock else None,
            status=_status(row),
            word=_word(row),
            who=_who(row, people) if sees_reps else "",
        )
        for row in rows
    ]


def _clock_name(row: BreachRow) -> str:
    return f"{row.found.clause_key}.{row.found.occurrence}"


def _clause_href(row: BreachRow, desk: Desk) -> str:
    if row.version is None:
        return ""
    return clause_href(desk.agreement, row.version.number, row.found.clause_key)


def _late_by(row: BreachRow, now: datetime) -> str:
    """Write the open time from due to the stop, or to now; empty for what was given up."""
    clock, version = row.clock, row.version
    if clock is None or version is None or clock.gave_up:
        return ""
    schedule = version.rulebook.schedule_of(clock.clause_key, row.handoff.tier)
    late = -time_left(schedule, clock.due_at, clock.stopped_at or now, pauses_of(clock))
    return formats.working_time(late, day=working_day(schedule))


def _status(row: BreachRow) -> str:
    clock = row.clock
    if row.found.withdrawn or clock is None:
        return "withdrawn"
    if row.is_excepted:
        return "excused"
    return "breached" if clock.stopped_at or clock.gave_up else "overdue"


def _word(row: BreachRow) -> str:
    """Return a word for the status where its usual one says less."""
    if row.clock is None or _status(row) != "breached":
        return ""
    return _("Given up") if row.clock.gave_up else _("Late")


def _who(row: BreachRow, people: Mapping[int, User]) -> str:
    """Say who held the clock until it was due, and how long each of them."""
    clock, version = row.clock, row.version
    if clock is None or version is None or not clock.holder_split:
        return _holder(clock)
    day = working_day(version.rulebook.schedule_of(clock.clause_key, row.handoff.tier))
    shares = [
        _("%(name)s %(time)s")
        % {
            "name": people[holder].name if holder in people else _("the team"),
            "time": formats.working_time(share * _MICROSECOND, day=day),
        }
        for holder, share in clock.holder_split
        if share
    ]
    return ", ".join(shares) or _holder(clock)


def _holder(clock: Clock | None) -> str:
    return clock.holder.name if clock is not None and clock.holder else _("the team")
