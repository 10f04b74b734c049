"""Who held a clock, and who is charged with its breach (R7)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from agreements.clock.marks import Custody, Holder

Share: TypeAlias = tuple[Holder | None, timedelta]
"""How much of what counts a holder had a clock; None is the team, its queue or nobody."""
Turn: TypeAlias = tuple[Holder | None, datetime, datetime]
"""A holder from an instant to another."""
Counted: TypeAlias = Callable[[datetime, datetime], timedelta]
"""How much counts from an instant to another."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A holder away in ``[start, end)``, as recorded at an instant.

    It excuses only from when it was recorded: before that, nobody could plan with it.
    """

    holder: Holder
    start: datetime
    end: datetime
    recorded_at: datetime

    @property
    def excuses_from(self) -> datetime:
        """From when on its time is the team's."""
        return max(self.start, self.recorded_at)

    def reaches_into(self, start: datetime, end: datetime | None) -> bool:
        """Whether any of its time is the team's within ``[start, end)``; None is no end."""
        since = max(self.excuses_from, start)
        return since < self.end and (end is None or since < end)


def holder_at(custody: Custody, at: datetime) -> Holder | None:
    """Who has the handoff at an instant; None is the team, its queue or nobody."""
    holder: Holder | None = None
    for since, each in custody:
        if since > at:
            break
        holder = each
    return holder


def turns_between(
    custody: Custody, start: datetime, end: datetime, absences: Iterable[Absence] = ()
) -> list[Turn]:
    """Who had the clock when in ``[start, end)``, in order.

    Time in which a holder was recorded absent beforehand is the team's.
    """
    turns: list[Turn] = []
    holder, since = holder_at(custody, start), start
    for at, each in custody:
        if start < at < end:
            turns.append((holder, since, at))
            holder, since = each, at
    turns.append((holder, since, end))
    for absence in absences:
        away = (absence.holder, absence.excuses_from, absence.end)
        turns = [part for turn in turns for part in _without(turn, away)]
    return turns


def shares_of(turns: Iterable[Turn], counted: Counted) -> tuple[Share, ...]:
    """What counted of the turns, by holder, in the order they last held it."""
    shares: dict[Holder | None, timedelta] = {}
    for holder, start, end in turns:
        share = shares.pop(holder, timedelta(0))
        shares[holder] = share + counted(start, end)
    return tuple(shares.items())


def charged(shares: Sequence[Share]) -> Holder | None:
    """The holder with the most time; of equal ones the later."""
    most: Share = (None, timedelta(0))
    for share in shares:
        if share[1] >= most[1]:
            most = share
    return most[0]


def _without(turn: Turn, away: Turn) -> list[Turn]:
    holder, start, end = turn
    from_, until = max(start, away[1]), min(end, away[2])
    if holder is None or holder != away[0] or from_ >= until:
        return [turn]
    parts: list[Turn] = [(holder, start, from_), (None, from_, until), (holder, until, end)]
    return [part for part in parts if part[1] < part[2]]
