"""Record when people are away: their time in somebody's queue is the team's, from then on."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Absence, Audit, User
from agreements.rules_lock import change_rules
from leads.models import Clock, Handoff, HandoffEvent
from leads.settle import settle_leads_of


class UnableToRecord(ValueError):
    """The absence cannot be recorded; the text says why."""


class UnableToEnd(ValueError):
    """The absence is over; the text says since when."""


@transaction.atomic
def record(
    *, user: User, starts_at: datetime, ends_at: datetime, by: User, now: datetime
) -> Absence:
    """Record that somebody is away in ``[starts_at, ends_at)``.

    What of it has passed by now stays with the holder; no due time moves. Raises UnableToRecord.
    """
    change_rules()
    if ends_at <= starts_at:
        raise UnableToRecord(_("An absence ends after it starts: swap the two."))
    if ends_at <= now:
        raise UnableToRecord(_("This time is over. An absence counts from when it is recorded on."))
    _refuse_overlap(user, starts_at, ends_at, now)
    absence = Absence.objects.create(
        user=user, starts_at=starts_at, ends_at=ends_at, recorded_at=now
    )
    _settle_clocks_in(absence, now)
    _write_down("recorded", absence, by, now)
    return absence


@transaction.atomic
def end(*, absence: Absence, by: User, now: datetime) -> None:
    """Call off an absence that is to come, or end a running one now. Raises UnableToEnd."""
    change_rules()
    absence = Absence.objects.select_for_update().select_related("user").get(pk=absence.pk)
    if absence.ends_at <= now:
        raise UnableToEnd(
            _("This absence ended %(when)s: there is nothing to call off.")
            % {"when": formats.instant(absence.ends_at, now)}
        )
    was = Absence(user=absence.user, starts_at=absence.starts_at, ends_at=absence.ends_at)
    was.recorded_at = absence.recorded_at
    if absence.starts_at >= now:
        _write_down("called_off", absence, by, now)
        absence.delete()
    else:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
        _write_down("ended", absence, by, now)
    _settle_clocks_in(was, now)


def _refuse_overlap(user: User, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    known = user.absences.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first()
    if known is not None:
        raise UnableToRecord(
            _("%(person)s is away from %(start)s to %(end)s already: end that first.")
            % {
                "person": user,
                "start": formats.instant(known.starts_at, now),
                "end": formats.instant(known.ends_at, now),
            }
        )


def _settle_clocks_in(absence: Absence, now: datetime) -> None:
    """Share out again the clocks that ran in it, of all handoffs the person ever held."""
    held = HandoffEvent.objects.holding().filter(
        kind=HandoffEvent.Kind.ASSIGNED, person=absence.user
    )
    ran_in_it = Clock.objects.alias(ended_at=Greatest("stopped_at", "void_at")).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=absence.starts_at),
        started_at__lt=absence.ends_at,
        due_at__gt=max(absence.starts_at, absence.recorded_at),
        handoff__in=held.values("handoff"),
    )
    settle_leads_of(Handoff.objects.filter(pk__in=ran_in_it.values("handoff")), now=now)


def _write_down(deed: str, absence: Absence, by: User, now: datetime) -> None:
    span = {"from": absence.starts_at.isoformat(), "to": absence.ends_at.isoformat()}
    Audit.objects.record(f"leads.absence.{deed}", absence.user, by=by, now=now, **span)
