"""Ask that a breach does not count, and decide about it: always the other party decides."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, User
from leads.changes import log_days
from leads.models import Breach, BreachException
from leads.rulebooks import rulebook_of


class AlreadyAsked(ValueError):
    """Somebody asked for this exception before."""


class AlreadyDecided(ValueError):
    """The exception was approved or refused before."""


class UnableToAsk(ValueError):
    """There is nothing to excuse, or not for this reason; the text says which."""


@transaction.atomic
def ask(*, breach: Breach, reason: str, by: User, now: datetime, note: str = "") -> BreachException:
    """Ask the other party to excuse a breach, for a reason that the terms list.

    Raises UnableToAsk for a withdrawn breach or an unknown reason, AlreadyAsked.
    """
    if breach.is_withdrawn:
        raise UnableToAsk(_("This breach was withdrawn: there is nothing to excuse."))
    if reason not in _reasons(breach):
        raise UnableToAsk(_("Choose one of the reasons that the agreement lists."))
    exception, is_new = BreachException.objects.get_or_create(
        handoff_id=breach.handoff_id,
        clause_key=breach.clause_key,
        occurrence=breach.occurrence,
        defaults={"reason": reason, "note": note, "asked_by": by, "asked_at": now},
    )
    if not is_new:
        raise AlreadyAsked(_("%(who)s asked for this before.") % {"who": exception.asked_by.name})
    Audit.objects.record("leads.exception.asked", exception, by=by, now=now, reason=reason)
    return exception


@transaction.atomic
def decide(
    *, exception: BreachException, is_approved: bool, by: User, now: datetime
) -> BreachException:
    """Approve or refuse an exception; an approved one leaves the breach out of adjusted figures.

    Raises AlreadyDecided.
    """
    rows = BreachException.objects.select_related("handoff__agreement")
    exception = rows.select_for_update(no_key=True, of=("self",)).get(pk=exception.pk)
    if exception.is_approved is not None:
        raise AlreadyDecided(_("This was decided before."))
    exception.is_approved, exception.decided_by, exception.decided_at = is_approved, by, now
    exception.save(update_fields=["is_approved", "decided_by", "decided_at"])
    log_days(exception.handoff.agreement, _days_counted(exception))
    action = "leads.exception.approved" if is_approved else "leads.exception.refused"
    Audit.objects.record(action, exception, by=by, now=now)
    return exception


def _reasons(breach: Breach) -> set[str]:
    version = breach.handoff.version
    if version is None:
        return set()
    return {reason.key for reason in rulebook_of(version).terms.reasons.exceptions}


def _days_counted(exception: BreachException) -> list[date]:
    """Return the local day on which the clock began: there, and only there, it is counted."""
    agreement = exception.handoff.agreement
    clocks = exception.handoff.clocks.filter(
        clause_key=exception.clause_key, occurrence=exception.occurrence
    )
    return [agreement.local_date(clock.started_at) for clock in clocks]
