"""Count again the days on which something changed, and the months they lie in.

Whatever changes facts, clocks or exceptions leaves a ``Change``. Taking it and counting its day
whole is one transaction, so a roll-up that is killed at any moment has done all of a batch or
nothing, and counting a day once more changes nothing.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from agreements.models import Agreement, AgreementVersion
from leads.models import Change
from metrics.cells import count_days
from metrics.entries import find_first_entries, gather_families, set_days
from metrics.judging import judge_leads, write_versions
from metrics.models import CELLS
from metrics.monthly import refresh_months

DAYS_AT_ONCE = 31

logger = logging.getLogger(__name__)

_LOCK = 0x51A  # names these locks among all advisory ones; the second key is the agreement's

# Rows of transactions that have all ended: one that commits late is taken later, never lost. A
# caller's own transaction sees its own facts.
_IS_SETTLED = """
(xid < pg_snapshot_xmin(pg_current_snapshot()) OR xid = pg_current_xact_id_if_assigned())
"""
_TAKE = f"""
DELETE FROM leads_change
WHERE agreement_id = %(agreement)s AND {_IS_SETTLED} AND local_date IN (
    SELECT DISTINCT local_date FROM leads_change
    WHERE agreement_id = %(agreement)s AND {_IS_SETTLED}
    ORDER BY local_date LIMIT %(limit)s
)
RETURNING local_date
"""  # noqa: S608 - composed of constants
_TAKE_DAYS = f"""
DELETE FROM leads_change
WHERE agreement_id = %(agreement)s AND {_IS_SETTLED} AND local_date = ANY(%(days)s)
"""  # noqa: S608 - composed of constants

_IS_WAITING = """
SELECT EXISTS (SELECT FROM leads_change WHERE agreement_id = %(agreement)s) OR EXISTS (
    SELECT FROM agreements_calendarrevision AS revision
    JOIN agreements_calendar AS calendar ON calendar.id = revision.calendar_id
    WHERE revision.settled_at IS NULL AND calendar.key = ANY(%(keys)s)
)
"""

_DAYS = """
SELECT DISTINCT (fact.at AT TIME ZONE %(zone)s)::date FROM (
    SELECT occurred_at AS at FROM leads_stageentry WHERE agreement_id = %(agreement)s
    UNION ALL SELECT occurred_at FROM leads_deal WHERE agreement_id = %(agreement)s
    UNION ALL SELECT occurred_at FROM leads_followup WHERE agreement_id = %(agreement)s
    UNION ALL SELECT occurred_at FROM leads_satisfaction WHERE agreement_id = %(agreement)s
    UNION ALL SELECT offered_at FROM leads_handoff WHERE agreement_id = %(agreement)s
    UNION ALL SELECT decided_at FROM leads_handoff WHERE agreement_id = %(agreement)s
    UNION ALL SELECT closed_at FROM leads_handoff WHERE agreement_id = %(agreement)s
    UNION ALL SELECT event.occurred_at FROM leads_handoffevent AS event
        JOIN leads_handoff AS handoff ON handoff.id = event.handoff_id
        WHERE handoff.agreement_id = %(agreement)s AND event.kind = 'decided'
    UNION ALL SELECT started_at FROM leads_clock WHERE agreement_id = %(agreement)s
) AS fact WHERE fact.at IS NOT NULL
"""


def is_being_recalculated(agreement: Agreement, calendar_keys: Collection[str] = ()) -> bool:
    """Whether facts, or one of these calendars, changed and the figures do not show it yet."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_WAITING, {"agreement": agreement.pk, "keys": list(calendar_keys)})
        return bool(cursor.fetchone()[0])


def roll_up(*, now: datetime, agreement: Agreement | None = None, wait: bool = False) -> int:
    """Count every changed day again, of one agreement or of all; return how many rows differed.

    One roll-up at a time works on an agreement: another one leaves it alone, or waits for it
    where ``wait`` says so, and then counts what is left. An agreement that cannot be counted
    keeps no other from it: what it raised is raised at the end.
    """
    agreements = Agreement.objects.filter(pk__in=Change.objects.values("agreement"))
    if agreement is not None:
        agreements = agreements.filter(pk=agreement.pk)
    written, failed = 0, list[Exception]()
    for each in agreements.order_by("pk"):
        try:
            while (counted := _roll_up_batch(each, now, wait=wait)) is not None:
                written += counted
        except Exception as error:
            logger.exception("%s could not be counted.", each)
            failed.append(error)
    if failed:
        raise failed[0]
    return written


@transaction.atomic
def _roll_up_batch(agreement: Agreement, now: datetime, *, wait: bool) -> int | None:
    """Take the changes of some days and count these; None where there are none to take."""
    with connection.cursor() as cursor:
        if not _locked(cursor, agreement, wait=wait):
            return None
        cursor.execute(_TAKE, {"agreement": agreement.pk, "limit": DAYS_AT_ONCE})
        days = {row[0] for row in cursor.fetchall()}
        return _count(cursor, agreement, days, now) if days else None


def _locked(cursor: CursorWrapper, agreement: Agreement, *, wait: bool) -> bool:
    """Take the agreement's lock to the end of the transaction."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, agreement.pk])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, agreement.pk])
    return bool(cursor.fetchone()[0])


def lock_figures(agreement: Agreement) -> None:
    """Keep roll-ups of an agreement away to the end of the transaction."""
    with connection.cursor() as cursor:
        _locked(cursor, agreement, wait=True)


def _count(
    cursor: CursorWrapper, agreement: Agreement, days: Collection[date], now: datetime
) -> int:
    """Count days whole, and the months they lie in; return how many rows differed."""
    versions = list(
        AgreementVersion.objects.signed().filter(agreement=agreement).order_by("effective")
    )
    write_versions(cursor, versions)
    set_days(cursor, agreement, days)
    gather_families(cursor, agreement)
    find_first_entries(cursor, agreement)
    judge_leads(cursor, agreement.pk, versions)
    written = count_days(cursor, agreement)
    months = {day.replace(day=1) for day in days}
    return written + refresh_months(agreement, versions, months, now)


def rebuild_roll_ups(*, now: datetime, on_progress: Callable[[int], None] = lambda _: None) -> int:
    """Count every day of every agreement again; return how many rows differed.

    A second run writes nothing. ``on_progress`` is told how many days more were counted.
    """
    written = 0
    for agreement in Agreement.objects.order_by("pk"):
        for days in _batches(agreement):
            with transaction.atomic(), connection.cursor() as cursor:
                _locked(cursor, agreement, wait=True)
                cursor.execute(_TAKE_DAYS, {"agreement": agreement.pk, "days": days})
                written += _count(cursor, agreement, days, now)
            on_progress(len(days))
    return written


def count_days_to_count() -> int:
    """Return how many days a rebuild counts."""
    return sum(len(days_to_count(agreement)) for agreement in Agreement.objects.all())


def _batches(agreement: Agreement) -> Iterator[list[date]]:
    days = iter(sorted(days_to_count(agreement)))
    while batch := list(islice(days, DAYS_AT_ONCE)):
        yield batch


def days_to_count(agreement: Agreement) -> set[date]:
    """Return every local day on which something happened or that has cells or a change."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"agreement": agreement.pk, "zone": agreement.time_zone})
        days: set[date] = {row[0] for row in cursor.fetchall()}
    counted: tuple[type[Model], ...] = (*CELLS, Change)
    for model in counted:
        days.update(
            model._default_manager.filter(agreement=agreement)
            .values_list("local_date", flat=True)
            .distinct()
        )
    return days
