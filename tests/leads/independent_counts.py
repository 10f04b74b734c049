"""Counts over the real files with the standard library alone.

The project's figures are held against them. Nothing of the project is used here: another reading
of the same words, with the simplest means.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

SAO_PAULO, AMSTERDAM = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Amsterdam")
OPENS, CLOSES = time(9), time(17, 30)
CLOSED = {date(2011, 12, 26), date(2012, 1, 2)}
PROMISED = timedelta(minutes=60)
WINDOW = 30


def rows(path: Path) -> list[dict[str, str]]:
    """Read a file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class OlistMonth:
    """What happened in a month; converted, unconverted and pending are of the MQLs of the month."""

    mqls: int = 0
    customers: int = 0
    converted: int = 0
    unconverted: int = 0
    pending: int = 0


def olist(mqls: Path, deals: Path, *, as_of: datetime) -> dict[str, OlistMonth]:
    """Count MQLs, customers and conversions of each month in São Paulo, as known at an instant."""
    months: dict[str, OlistMonth] = defaultdict(OlistMonth)
    won = {}
    for deal in rows(deals):
        at = datetime.fromisoformat(deal["won_date"]).replace(tzinfo=UTC)
        if at <= as_of:
            won[deal["mql_id"]] = at.astimezone(SAO_PAULO).date()
    for day in won.values():
        months[f"{day:%Y-%m}"].customers += 1
    today = as_of.astimezone(SAO_PAULO).date()
    for mql in rows(mqls):
        day = date.fromisoformat(mql["first_contact_date"])
        if day > today:
            continue
        month = months[f"{day:%Y-%m}"]
        month.mqls += 1
        took = (won[mql["mql_id"]] - day).days if mql["mql_id"] in won else -1
        if today <= day + timedelta(days=WINDOW):
            month.pending += 1
        elif 0 <= took <= WINDOW:
            month.converted += 1
        else:
            month.unconverted += 1
    return dict(months)


def origins(mqls: Path) -> dict[str, int]:
    """Count leads by origin; the empty one is not the one called unknown."""
    counts: dict[str, int] = defaultdict(int)
    for mql in rows(mqls):
        counts[mql["origin"]] += 1
    return dict(counts)


@dataclass
class BpiMonth:
    """The first follow-ups of the tasks queued in a month, and the working time each took."""

    met: int = 0
    breached: int = 0
    took: list[timedelta] = field(default_factory=list)

    def percentile(self, share: Fraction) -> Fraction:
        """Return a percentile of the working time in seconds, interpolated between neighbours."""
        values = sorted(self.took)
        place = share * (len(values) - 1)
        below = place.numerator // place.denominator
        above = min(below + 1, len(values) - 1)
        low, high = seconds(values[below]), seconds(values[above])
        return low + (place - below) * (high - low)


def seconds(length: timedelta) -> Fraction:
    """Return a length in seconds, exactly."""
    return Fraction(length // timedelta(microseconds=1), 1_000_000)


def bpi(path: Path) -> dict[str, BpiMonth]:
    """Count the tasks of each month in Amsterdam that were taken up in time."""
    months: dict[str, BpiMonth] = defaultdict(BpiMonth)
    for case in rows(path):
        if not case["lead_task_scheduled_at"]:
            continue
        queued = datetime.fromisoformat(case["lead_task_scheduled_at"])
        started = datetime.fromisoformat(case["lead_task_first_start_at"])
        month = months[f"{queued.astimezone(AMSTERDAM):%Y-%m}"]
        month.took.append(worked_between(queued, started))
        if started <= due(queued):
            month.met += 1
        else:
            month.breached += 1
    return dict(months)


def open_hours(day: date) -> Iterator[tuple[datetime, datetime]]:
    """Give the opening and the close of each working day from a day on."""
    while True:
        if day.weekday() < 5 and day not in CLOSED:
            opens, closes = (datetime.combine(day, at, AMSTERDAM) for at in (OPENS, CLOSES))
            yield opens.astimezone(UTC), closes.astimezone(UTC)
        day += timedelta(days=1)


def worked_between(start: datetime, end: datetime) -> timedelta:
    """Return the open time from start to end."""
    worked = timedelta(0)
    for opens, closes in open_hours(start.astimezone(AMSTERDAM).date()):
        if opens >= end:
            return worked
        worked += max(min(closes, end) - max(opens, start), timedelta(0))
    raise AssertionError


def due(start: datetime) -> datetime:
    """Return the earliest instant by which the promised open time has passed."""
    left = PROMISED
    for opens, closes in open_hours(start.astimezone(AMSTERDAM).date()):
        from_ = max(opens, start)
        if closes > from_ and closes - from_ >= left:
            return from_ + left
        left -= max(closes - from_, timedelta(0))
    raise AssertionError
