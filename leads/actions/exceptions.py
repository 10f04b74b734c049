"""Ask that a breach does not count, and decide about it: always the other party decides."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, Membership, User
from agreements.models.contracts import Party
from agreements.permissions import roles_in
from leads.changes import log_days
from leads.models import Breach, BreachException, Clock
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

    Raises PermissionDenied for anybody but the charged party, UnableToAsk for a withdrawn breach
    or an unknown reason, AlreadyAsked.
    """
    roles = roles_in(breach.agreement, by)
    if breach.party not in {party for party, _role in roles}:
        raise PermissionDenied(_("Only the party charged with a breach asks to excuse it."))
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

    Raises PermissionDenied for anybody but the other party's lead or a director as arbiter, and
    AlreadyDecided.
    """
    exception = BreachException.objects.select_for_update(no_key=True).get(pk=exception.pk)
    clock = Clock.objects.select_related("agreement").get(
        handoff=exception.handoff_id,
        clause_key=exception.clause_key,
        occurrence=exception.occurrence,
    )
    check_user_can_decide(clock.agreement, clock.party, by)
    if exception.is_approved is not None:
        raise AlreadyDecided(_("This was decided before."))
    exception.is_approved, exception.decided_by, exception.decided_at = is_approved, by, now
    exception.save(update_fields=["is_approved", "decided_by", "decided_at"])
    log_days(clock.agreement, [_local_date(clock)])
    action = "leads.exception.approved" if is_approved else "leads.exception.refused"
    Audit.objects.record(action, exception, by=by, now=now)
    return exception


def check_user_can_decide(agreement: Agreement, charged_party: str, user: User) -> None:
    """Raise PermissionDenied unless the person leads the other party or is a director."""
    other = Party.SALES if charged_party == Party.MARKETING else Party.MARKETING
    if user.is_director or (other, Membership.Role.LEAD) in roles_in(agreement, user):
        return
    raise PermissionDenied(_("The lead of the other party decides, or a director."))


def _reasons(breach: Breach) -> set[str]:
    version = breach.handoff.version
    if version is None:
        return set()
    return {reason.key for reason in rulebook_of(version).terms.reasons.exceptions}


def _local_date(clock: Clock) -> date:
    return clock.started_at.astimezone(ZoneInfo(clock.agreement.time_zone)).date()
