"""Breaches in words: which lead, under which clause, how late, and who held it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time import Schedule
from agreements.models import User
from agreements.models.contracts import Party
from leads.models import Clock
from leads.queue.countdown import working_day
from leads.queue.handoffs import Desk
from metrics.addresses import clause_href
from metrics.breach_list import BreachRow, people_in
from metrics.lead_names import LeadName, LeadNames
from metrics.ledger import InForce

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
    return _Teller(rows, desk, sees_reps=sees_reps, now=now).tellings()


class _Teller:
    """Puts one page of breaches into words."""

    def __init__(
        self, rows: Sequence[BreachRow], desk: Desk, *, sees_reps: bool, now: datetime
    ) -> None:
        self._rows, self._desk, self._now, self._sees_reps = rows, desk, now, sees_reps
        self._names = LeadNames(desk, [row.handoff.lead for row in rows])
        self._people: Mapping[int, User] = people_in(rows) if sees_reps else {}
        self._schedules: dict[tuple[str, str, str], Schedule] = {}

    def tellings(self) -> list[BreachTelling]:
        return [self._telling(row) for row in self._rows]

    def _telling(self, row: BreachRow) -> BreachTelling:
        found = row.found
        clock_name = f"{found.clause_key}.{found.occurrence}"
        return BreachTelling(
            lead=self._names(row.handoff.lead, handoff=row.handoff.pk, clock=clock_name),
            clause=found.clause_key,
            clause_href=self._clause_href(row),
            party=str(Party(found.party).label),
            late_by=self._late_by(row),
            due_at=row.clock.due_at if row.clock else None,
            status=row.status,
            word=_word(row),
            who=self._who(row) if self._sees_reps else "",
        )

    def _clause_href(self, row: BreachRow) -> str:
        if row.version is None:
            return ""
        return clause_href(self._desk.agreement, row.version.number, row.found.clause_key)

    def _schedule(self, clock: Clock, version: InForce, tier: str) -> Schedule:
        """Return the hours a clock is counted in, compiled once for a page."""
        name = (version.key, clock.clause_key, tier)
        if name not in self._schedules:
            self._schedules[name] = version.rulebook.schedule_of(clock.clause_key, tier)
        return self._schedules[name]

    def _late_by(self, row: BreachRow) -> str:
        """Write by how much it is late; empty for what was given up."""
        clock, version = row.clock, row.version
        if clock is None or version is None:
            return ""
        schedule = self._schedule(clock, version, row.handoff.tier)
        late = row.late(schedule, self._now)
        return "" if late is None else formats.working_time(late, day=working_day(schedule))

    def _who(self, row: BreachRow) -> str:
        """Say who held the clock until it was due, and how long each of them."""
        clock, version = row.clock, row.version
        if clock is None or version is None or not clock.holder_split:
            return _holder(clock)
        day = working_day(self._schedule(clock, version, row.handoff.tier))
        shares = [
            _("%(name)s %(time)s")
            % {
                "name": self._people[holder].name if holder in self._people else _("the team"),
                "time": formats.working_time(share * _MICROSECOND, day=day),
            }
            for holder, share in clock.holder_split
            if share
        ]
        return ", ".join(shares) or _holder(clock)


def _word(row: BreachRow) -> str:
    """Return a word for the status where its usual one says less."""
    if row.clock is None or row.status != "breached":
        return ""
    return _("Given up") if row.clock.gave_up else _("Late")


def _holder(clock: Clock | None) -> str:
    return clock.holder.name if clock is not None and clock.holder else _("the team")
