"""Take back as a whole what one deed did to many handoffs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from agreements.models import Agreement, Audit, User
from leads.actions import corrections
from leads.actions.telling import SOURCE
from leads.deeds.bulk import DEEDS, record
from leads.deeds.many import do_to_each
from leads.models import Handoff, HandoffEvent

UNDONE = "leads.bulk.undone"
WITHIN = timedelta(minutes=10)
"""How long after a deed to many it can be taken back as a whole; it took a while itself."""

_LOCK = 0x0DD  # names these locks among all advisory ones; the second key is the row's


def undone_of(row: Audit) -> Audit | None:
    """Return the row that keeps how a deed to many was taken back; None where it was not."""
    rows = Audit.objects.filter(action=UNDONE, actor_id=row.actor_id, subject_id=row.subject_id)
    return rows.filter(data__of=row.pk).order_by("pk").first()


def undo_all(row: Audit, *, agreement: Agreement, by: User, now: datetime) -> Audit:
    """Take back what the deed that ``row`` keeps did, handoff by handoff, and keep what was.

    What somebody went on with since is left as it is, and refused with a sentence. What was taken
    back before stays so.
    """
    with _one_at_a_time(row):
        return undone_of(row) or _undo_all(row, agreement, by, now)


@contextmanager
def _one_at_a_time(row: Audit) -> Iterator[None]:
    """Let others who take back the same deed wait; each handoff is a transaction of its own."""
    keys = [_LOCK, row.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", keys)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def _undo_all(row: Audit, agreement: Agreement, by: User, now: datetime) -> Audit:
    handoffs = agreement.handoffs.filter(pk__in=row.data["done"])
    names = dict(
        HandoffEvent.objects.holding()
        .filter(
            handoff__in=row.data["done"],
            kind=DEEDS[row.data["deed"]].kind,
            source=SOURCE,
            recorded_at=row.recorded_at,
            recorded_by=by,
        )
        .values_list("handoff_id", "external_id")
    )

    def act(handoff: Handoff) -> None:
        name = names.get(handoff.pk, "")
        corrections.undo(handoff=handoff, name=name, by=by, now=now, within=WITHIN)

    chosen = handoffs.select_related("agreement", "lead", "version", "holder").order_by("-pk")
    done = do_to_each(chosen, act, refusals=(corrections.UnableToUndo,))
    return record(UNDONE, done, agreement, by=by, now=now, of=row.pk)
